"""One request as it came in: method, path on this server, header fields, client and body.

Here it is decided which proxy is believed (X-Forwarded-For, -Proto and -Prefix), and which part of
a path is a prefix of the whole server.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from publish.faults.fault import Words, phrase
from publish.server.bounds.room import HeldBytes, NoRoom
from publish.server.replies import Headers
from publish.server.settings.table import Settings

BY_PROXY = (b"forwarded", b"via", b"x-forwarded-", b"x-real-ip", b"x-client-ip", b"cf-", b"true-")
"""How the names of fields begin that a proxy adds to a request."""
SMALL_BODY = 64 * 1024
"""Bytes of a body that is not counted: a connection takes as much in any case."""
LONGEST_ADDRESS = 256
"""Characters of an IP address with the port and brackets that may stand around it."""


class BodyRefused(Exception):
    """The body of a request is too large or comes too slowly: a status and a sentence."""

    def __init__(self, status: int, sentence: Words) -> None:
        self.status, self.sentence = status, sentence
        super().__init__(sentence)


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """A request whose header section was read; its body is read when it is asked for."""

    scope: dict[str, Any]
    receive: Callable[[], Any]
    id: str
    method: str
    root: str
    """The prefix of the path, which is no part of ``path``."""
    path: bytes
    headers: Headers
    single: dict[bytes, bytes]
    """The header fields by name, when none comes twice; else empty."""
    client: str
    scheme: str

    def header(self, name: bytes) -> str | None:
        """Return the values of a field as one list, or None."""
        if not self.single:
            return field_values(self.headers, name)
        found = self.single.get(name)
        return None if found is None else found.decode("latin-1")

    async def body(self, settings: Settings, share: HeldBytes) -> bytes:
        """Read the body, which is held in ``share``.

        Raises BodyRefused, NoRoom, and CancelledError when the client leaves.
        """
        most, seconds = settings.body_bytes, settings.body_timeout
        length = self.header(b"content-length")
        if length and length.isdigit() and int(length) > most:
            raise BodyRefused(413, phrase("body-too-large", most=f"{most // 1024} KB"))
        parts: list[bytes] = []
        size = held = 0
        try:
            async with asyncio.timeout(seconds):
                while True:
                    message = await self.receive()
                    if message["type"] == "http.disconnect":
                        raise asyncio.CancelledError
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        raise BodyRefused(413, phrase("body-too-large", most=f"{most // 1024} KB"))
                    if size > SMALL_BODY:
                        share.grow(size - held)
                        held = size
                    if not message.get("more_body"):
                        return b"".join(parts)
        except NoRoom:
            share.close()  # others may go on before this client has been told
            raise
        except TimeoutError:
            raise BodyRefused(408, phrase("body-too-slow", seconds=f"{seconds:g}")) from None


def request_from_scope(
    scope: dict[str, Any],
    receive: Any,
    identifier: str,
    settings: Settings,
    mounts: tuple[str, ...],
) -> HttpRequest:
    """Return the request of an ASGI scope.

    ``mounts`` are the paths below which the release is found besides the root.
    """
    headers: Headers = scope["headers"]
    single = dict(headers)
    peer = scope["client"][0] if scope["client"] else ""
    client, scheme, prefix = peer, scope["scheme"], settings.path_prefix
    if settings.trusted_proxies:
        forwarded = field_values(headers, b"x-forwarded-for")
        client = client_of(peer, forwarded, settings.trusted_proxies)
        forwarded_proto = field_values(headers, b"x-forwarded-proto") or scheme
        scheme = "https" if forwarded_proto.rpartition(",")[2].strip() == "https" else "http"
        prefix = _usable_prefix(field_values(headers, b"x-forwarded-prefix")) or prefix
    path = scope["raw_path"]
    if b"%" in path:
        path = unquote_to_bytes(path)
    root = prefix.rstrip("/")
    path = _below(path, root) or path
    for mount in mounts:
        if mount != root and (below := _below(path, mount)):
            path, root = below, root + mount
            break
    return HttpRequest(
        scope=scope,
        receive=receive,
        id=identifier,
        method=scope["method"],
        root=root,
        path=path,
        headers=headers,
        single=single if len(single) == len(headers) else {},
        client=client,
        scheme=scheme,
    )


def is_local(scope: dict[str, Any]) -> bool:
    """Return whether a request comes from a program on this machine, and through no proxy.

    A proxy says for whom it asks, or passes on the name by which the server is known.
    """
    client, host = scope["client"], field_values(scope["headers"], b"host")
    names = [client[0] if client else "", *([host] if host is not None else [])]
    return all(map(_is_this_machine, names)) and not any(
        name.startswith(BY_PROXY) for name, _ in scope["headers"]
    )


def _is_this_machine(name: str) -> bool:
    """Return whether a name or an address, perhaps with a port, is that of the machine itself."""
    if re.fullmatch(r"localhost(:[0-9]{1,5})?", name):
        return True
    address = _normal_address(name)
    return address is not None and ipaddress.ip_address(address).is_loopback


def field_values(headers: Headers, name: bytes) -> str | None:
    """Return the values of a field that may come several times, as one list (RFC 9110, 5.2)."""
    found = [value for key, value in headers if key == name]
    return b", ".join(found).decode("latin-1") if found else None


def client_of(peer_address: str, forwarded_for: str | None, trusted_proxies: int) -> str:
    """Return the address of the client that a request comes from.

    Each of the ``trusted_proxies`` in front, the nearest of which is the peer, has appended the
    address that it was asked from to X-Forwarded-For; whatever stands before those comes from the
    client and is not believed. Where a trusted part is no address, or the field is missing, the
    client is the peer. Ports are left out, and IPv4 within IPv6 becomes IPv4.
    """
    peer = _normal_address(peer_address) or peer_address
    if not trusted_proxies or not forwarded_for:
        return peer
    client = peer
    for part in reversed(forwarded_for.rsplit(",", trusted_proxies)[-trusted_proxies:]):
        found = _normal_address(part.strip(" \t"))
        if found is None:
            return peer
        client = found
    return client


@lru_cache(maxsize=4096)
def _normal_address(text: str) -> str | None:
    """Return an IP address in its usual form, without its port; None when it is none."""
    if len(text) > LONGEST_ADDRESS:
        return None
    with_port = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}", text)
    bare = (with_port[1] or with_port[2]) if with_port else text
    if not re.fullmatch(r"[0-9A-Fa-f:.]+", bare):
        return None
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _below(path: bytes, mount: str) -> bytes | None:
    """Return what of a path comes below a mount, or None when it is not below it."""
    encoded = mount.encode()
    if not mount or not (path == encoded or path.startswith(encoded + b"/")):
        return None
    return path[len(encoded) :] or b"/"


def _usable_prefix(forwarded_prefix: str | None) -> str:
    """Return the path prefix that a proxy gives, if it can be one."""
    text = (forwarded_prefix or "").strip()
    if not text.startswith("/") or text.startswith("//") or not text.isprintable():
        return ""
    return text if all(sign not in text for sign in "\\\"'<>?# ") else ""
