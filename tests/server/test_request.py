"""Whose request it is: what is believed of what proxies say."""

from __future__ import annotations

import pytest

from publish.server.request import client_of, field_values


@pytest.mark.parametrize(
    ("header", "proxies", "client"),
    [
        (None, 0, "127.0.0.1"),
        (None, 1, "127.0.0.1"),
        ("", 1, "127.0.0.1"),
        ("192.0.2.1", 0, "127.0.0.1"),
        ("192.0.2.1", 1, "192.0.2.1"),
        ("6.6.6.6, 192.0.2.1", 1, "192.0.2.1"),
        ("6.6.6.6, 192.0.2.1, 10.0.0.1", 2, "192.0.2.1"),
        ("6.6.6.6,192.0.2.1\t, 10.0.0.1", 2, "192.0.2.1"),
        ("192.0.2.1", 2, "192.0.2.1"),
        ("rubbish, 192.0.2.1", 1, "192.0.2.1"),
        ("192.0.2.1, rubbish", 1, "127.0.0.1"),
        ("192.0.2.1, rubbish", 2, "127.0.0.1"),
        ("rubbish, 10.0.0.1", 2, "127.0.0.1"),
        ("192.0.2.1,", 1, "127.0.0.1"),
        ("unknown", 1, "127.0.0.1"),
        ("_hidden", 1, "127.0.0.1"),
        ("192.0.2.256", 1, "127.0.0.1"),
        ("192.0.2.1:4711", 1, "192.0.2.1"),
        ("2001:DB8::0001", 1, "2001:db8::1"),
        ("[2001:db8::1]", 1, "2001:db8::1"),
        ("[2001:db8::1]:443", 1, "2001:db8::1"),
        ("::ffff:192.0.2.1", 1, "192.0.2.1"),
        ("fe80::1%<script>", 1, "127.0.0.1"),
        ("192.0.2.1\r\nX: y", 1, "127.0.0.1"),
        ("1" * 100_000, 1, "127.0.0.1"),
        ("," * 100_000 + "192.0.2.1", 1, "192.0.2.1"),
    ],
)
def test_believe_proxies_that_are_trusted_only(
    header: str | None, proxies: int, client: str
) -> None:
    """The client is who the outermost trusted proxy was asked by; what else is told is not read."""
    assert client_of("127.0.0.1", header, proxies) == client


def test_write_peer_as_addresses_are_written() -> None:
    """The address of a connection is written as usual; the name of a socket stays as it is."""
    assert client_of("::ffff:192.0.2.7", None, 0) == "192.0.2.7"
    assert client_of("unix", "192.0.2.1", 0) == "unix"
    assert client_of("unix", "192.0.2.1", 1) == "192.0.2.1"


def test_values_of_field_in_parts() -> None:
    """A header that comes several times is one list."""
    headers = [(b"accept", b"a/b"), (b"x", b"1"), (b"accept", b"\xe9")]
    assert field_values(headers, b"accept") == "a/b, é"
    assert field_values(headers, b"none") is None
