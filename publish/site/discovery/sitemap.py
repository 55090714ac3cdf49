"""What search engines may crawl, and the pages there are: ``/robots.txt`` and ``/sitemap.xml``.

Every page is listed in each language, with the others as its alternates. Observations are not:
there may be a million of them, and the page of their data set leads to them. A date stands where
one is known, which is of data sets. https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, request

from publish import __version__
from publish.release.catalogue.facts import catalogue_facts
from publish.release.feed.addresses import FEED
from publish.release.opened import LANGUAGES, Served, once_per_release
from publish.server.cache import DocumentCache
from publish.server.replies import REVALIDATE
from publish.site.discovery.links import SAFE, page_address
from publish.site.files import meet_preconditions
from publish.site.not_found import known_names, not_found

FOLDERS = ("conceptscheme", "document", "linkset", "graaf")
"""The pages that list all things of a kind."""
MOST_LISTED = 2_000
"""How many pages a sitemap lists: far fewer than it may, so that one is soon made and is kept."""
NOT_CRAWLED = ("/sparql", "/health", "/ready", "/metrics")
"""What answers differently each time, or at a price."""
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)
XML, PLAIN = "application/xml; charset=utf-8", "text/plain; charset=utf-8"

Page = tuple[str, str | None]
"""The path of a page, and the day on which it changed if that is known."""


def make_sitemap(served: Served) -> Blueprint:
    """Return the blueprint of the addresses that search engines look at first."""
    blueprint, cache = Blueprint("discovery", __name__), DocumentCache()

    def checked(write: Callable[[], str], content_type: str) -> Response:
        """Return a text that is made once, and checked with each use."""
        response = Response(content_type=content_type)
        response.headers["Cache-Control"] = REVALIDATE
        facts = catalogue_facts(served)
        dates = str(facts and facts.released)
        parts = (served.id, str(served.made), dates, __version__, request.script_root, request.path)
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        tag = f'"{digest[:32]}"'
        if not meet_preconditions(response, tag, None):
            body = cache.get(tag)
            if body is None:
                body = write().encode()
                cache.put(tag, body)
            response.set_data(body)
        return response

    def sitemap(number: int | None = None) -> Response:
        pages = pages_of(served, MOST_LISTED)
        text = partial(write_sitemap, served.public_url, pages, number)
        if number is not None and not 0 < number <= len(pages):
            return not_found(served, request.path, ["sitemap.xml"], "/")
        return checked(text, XML)

    blueprint.add_url_rule(
        "/robots.txt", "robots", lambda: checked(partial(_robots, served), PLAIN)
    )
    if not served.is_of_files:
        blueprint.add_url_rule("/sitemap.xml", "sitemap", sitemap)
        blueprint.add_url_rule("/sitemap-<int:number>.xml", "part", sitemap)
    return blueprint


def _robots(served: Served) -> str:
    paths = [quote(request.script_root + path, safe=SAFE) for path in NOT_CRAWLED]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in paths)]
    if not served.is_of_files:
        lines += ["", f"Sitemap: {served.public_url}/sitemap.xml"]
    return "\n".join(lines) + "\n"


@once_per_release
def pages_of(served: Served, most: int) -> list[list[Page]]:
    """Return the pages that a search engine should know, in a steady order, ``most`` together."""
    found: dict[str, str | None] = dict.fromkeys(["/", "/dumps/", "/shapes/", FEED])
    found |= dict.fromkeys(f"/doc/{name}" for name in FOLDERS)
    for kind in ("/id/", "/ns/"):
        for name in known_names(served, kind):
            path = served.local_path(served.base + kind + name)
            found |= dict.fromkeys([path] if path else [])
    found |= dict.fromkeys(f"/shapes/{name}" for name in served.shapes)
    facts = catalogue_facts(served)
    if facts is not None:
        found["/doc/catalogus"] = facts.released[1]
        for slug in facts.data_sets:
            found[f"/doc/dataset/{slug}"] = facts.dates_of_record(slug)[1]
    pages = list(found.items())
    return [pages[start : start + most] for start in range(0, len(pages), most)]


def write_sitemap(public_url: str, parts: Sequence[Sequence[Page]], number: int | None) -> str:
    """Return a numbered part of the sitemap; without a number the whole, or the list of parts."""
    if number is None and len(parts) > 1:
        addresses = [f"{public_url}/sitemap-{place}.xml" for place in range(1, len(parts) + 1)]
        lines = [f"<sitemap><loc>{escape(address)}</loc></sitemap>" for address in addresses]
        return _document("sitemapindex", lines)
    return _document("urlset", _urls(public_url, parts[(number or 1) - 1]))


def _document(name: str, lines: Iterable[str]) -> str:
    return "\n".join((DECLARATION, f"<{name} {NAMESPACES}>", *lines, f"</{name}>", ""))


def _urls(public_url: str, pages: Sequence[Page]) -> Iterator[str]:
    """Yield each page once for each language, with its address in every language."""
    for path, changed in pages:
        of_language = {name: page_address(public_url, path, name) for name in LANGUAGES}
        all_of_it = of_language | {"x-default": page_address(public_url, path)}
        alternates = "".join(
            f'<xhtml:link rel="alternate" hreflang="{name}" href={quoteattr(address)}/>'
            for name, address in all_of_it.items()
        )
        date = f"<lastmod>{escape(changed)}</lastmod>" if changed else ""
        for address in of_language.values():
            yield f"<url><loc>{escape(address)}</loc>{date}{alternates}</url>"
