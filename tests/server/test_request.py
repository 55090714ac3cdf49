"""Whose request it is: what is believed of what proxies say."""

from __future__ import annotations

import pytest

from publish.server.request import client_of, field_values, is_local


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


@pytest.mark.parametrize("client", ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", [b"localhost", b"127.0.0.1:8000", b"[::1]:8000", None])
def test_program_on_this_machine_is_local(client: str, host: bytes | None) -> None:
    """A program that asks by the machine's own address is local, also with fields of Prometheus."""
    fields = [(b"x-prometheus-scrape-timeout-seconds", b"10")]
    fields += [(b"host", host)] if host is not None else []
    assert is_local({"client": (client, 4000), "headers": fields})


@pytest.mark.parametrize(
    ("client", "field"),
    [
        ("192.0.2.1", (b"host", b"localhost")),
        ("2001:db8::1", (b"host", b"localhost")),
        ("127.0.0.1", (b"host", b"cijfers.example")),
        ("127.0.0.1", (b"host", b"localhost.cijfers.example")),
        ("127.0.0.1", (b"host", b"")),
        ("127.0.0.1", (b"x-forwarded-for", b"127.0.0.1")),
        ("127.0.0.1", (b"x-forwarded-prefix", b"/figures")),
        ("127.0.0.1", (b"x-real-ip", b"127.0.0.1")),
        ("127.0.0.1", (b"forwarded", b"for=127.0.0.1")),
        ("127.0.0.1", (b"via", b"1.1 proxy")),
    ],
)
def test_others_are_not_local(client: str, field: tuple[bytes, bytes]) -> None:
    """Whoever asks from elsewhere, by another name or through a proxy is not local."""
    assert not is_local({"client": (client, 4000), "headers": [field]})


def test_no_address_is_not_local() -> None:
    """A client without an address is not local."""
    assert not is_local({"client": None, "headers": []})
