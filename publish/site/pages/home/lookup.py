"""``/lookup?address=…``: from an identifier or a path to the page about it.

It leads to addresses of this site only, and never to what a visitor wrote: the target is the path
of a thing that is found.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, current_app, redirect, request

from publish.release.opened import Served
from publish.server.replies import REVALIDATE
from publish.site.documents import find_thing
from publish.site.not_found import known_names, similar_names
from publish.site.rendering import current_reader, render_page

LONGEST = 2000
"""The longest address, in characters, that is looked up."""


def make_lookup(served: Served) -> Blueprint:
    """Return the blueprint of the look-up."""
    blueprint = Blueprint("lookup", __name__)

    def lookup() -> Response:
        address = request.args.get("address", "").strip()
        if not address:
            return _page(served, address, "lookup-how", HTTPStatus.OK)
        if len(address) > LONGEST:
            return _page(served, "", "lookup-long", HTTPStatus.BAD_REQUEST)
        path = path_here(served, address)
        if path is None:
            return _page(served, address, "lookup-elsewhere", HTTPStatus.NOT_FOUND)
        target = _target(served, path)
        if target is None:
            return _page(served, address, "lookup-nothing", HTTPStatus.NOT_FOUND, path)
        response = redirect(current_reader().link(target), HTTPStatus.SEE_OTHER)
        assert isinstance(response, Response)  # noqa: S101 - what Flask's redirect makes
        response.headers["Cache-Control"] = REVALIDATE
        return response

    blueprint.add_url_rule("/lookup", "lookup", lookup)
    return blueprint


def path_here(served: Served, address: str) -> str | None:
    """Return the path that an address or a short form of it has on this site, else None.

    ``/id/…``, ``id/…``, ``dataset/…`` and an address below the base or where the site is served
    are taken; angle brackets around it may stay.
    """
    text = address.strip().removeprefix("<").removesuffix(">").strip()
    for head in (served.base, served.public_url, request.host_url.rstrip("/")):
        if text == head or text.startswith((f"{head}/", f"{head}#", f"{head}?")):
            text = text.removeprefix(head) or "/"
            break
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or "\\" in text:
        return None
    path = unquote(parts.path).strip("/")
    if parts.fragment and path.startswith("ns/"):
        path += f"/{parts.fragment}"
    return f"/{path}"


def _target(served: Served, path: str) -> str | None:
    """Return the path of the page about what a path names, None where there is nothing."""
    kind, _, rest = path.lstrip("/").partition("/")
    if kind not in ("id", "doc", "ns"):
        if kind == "dumps" and rest in served.files:
            return path
        if page := _page_at(path):
            return page
        kind, rest = "id", path.lstrip("/")
    thing = find_thing(served, "/ns/" if kind == "ns" else "/id/", rest) if rest else None
    return thing.path if thing is not None else None


def _page_at(path: str) -> str | None:
    """Return the path of a page of this site that is one by itself, as ``/releases``."""
    for rule in current_app.url_map.iter_rules():
        if not rule.arguments and rule.rule.rstrip("/") == path.rstrip("/"):
            return rule.rule
    return None


def _page(served: Served, address: str, text: str, status: HTTPStatus, path: str = "") -> Response:
    near: list[str] = []
    for kind, head in (("/id/", "/doc/"), ("/ns/", "/ns/")):
        name = path.removeprefix("/id/").removeprefix("/doc/").removeprefix("/ns/").strip("/")
        if name:
            near += [head + item for item in similar_names(name, known_names(served, kind))]
    response = render_page(
        served, "lookup.html", int(status), address=address, text=text, near=near[:3]
    )
    response.headers["Cache-Control"] = "no-cache"
    return response
