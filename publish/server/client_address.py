"""Whose request it is: the address of a connection, or what trusted proxies say of it."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

MOST = 256
"""Characters of an address with what may stand around it, at most."""


def client_of(peer_address: str, forwarded_for: str | None, trusted_proxies: int) -> str:
    """Return the address of the client that a request comes from.

    Each of the ``trusted_proxies`` in front, of which the nearest is the peer, has added the
    address that it was asked from at the end of X-Forwarded-For; whatever stands before these
    comes from the client and is not believed. Where a trusted part is no address, or there is no
    header, it is the peer. A port is left out, and IPv4 within IPv6 becomes IPv4.
    """
    peer = _address(peer_address) or peer_address
    if not trusted_proxies or not forwarded_for:
        return peer
    client = peer
    for part in reversed(forwarded_for.rsplit(",", trusted_proxies)[-trusted_proxies:]):
        found = _address(part.strip(" \t"))
        if found is None:
            return peer
        client = found
    return client


@lru_cache(maxsize=4096)
def counted_as(client: str) -> str:
    """Return what a client is counted as: its address, of IPv6 the first 64 bits.

    Whoever has one address of IPv6 commonly has all that begin alike.
    """
    if ":" not in client:
        return client
    try:
        address = ipaddress.IPv6Address(client.partition("%")[0])
    except ValueError:
        return client
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> 64 << 64))


@lru_cache(maxsize=4096)
def _address(text: str) -> str | None:
    """Return an address as it is usually written, without its port; None when it is none."""
    if len(text) > MOST:
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
