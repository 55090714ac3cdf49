"""Links of a page to what belongs to it, for its header fields and for its head.

The relations are registered ones (RFC 8288), used as Signposting does: ``cite-as`` leads to the
identifier that stays, ``describedby`` to metadata, ``item`` to the files of a data set, and
``collection`` from a part to its whole. https://signposting.org/FAIR/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from flask import Response, request

from publish.release.catalogue.facts import catalogue_facts
from publish.release.manifest import DataSet, File
from publish.release.opened import LANGUAGES, Served, term
from publish.sparql.forms import CSV, JSON_LD, RDF_XML, TURTLE

SAFE = "/:@!$&'()*+,;=-._~"
"""What may stand in a path without being encoded."""
WHOLES = (term("qb:dataSet"), term("skos:inScheme"))
"""What leads from an observation to its data set, and from a code to its list."""
SCHEMA_ORG, CROISSANT = "schema.jsonld", "croissant.json"
"""The files with metadata beside the page of a data set."""
CATALOGUE_FORMS = (TURTLE, RDF_XML, JSON_LD)
OPENAPI, OPENAPI_TYPE = "/openapi.json", "application/json"
"""Where the data addresses are described for programs."""
MOST_ITEMS = 10
"""How many files of a data set its header fields name; proxies read a few kilobytes of them."""


@dataclass(frozen=True, kw_only=True)
class WebLink:
    """A link of a page: where it leads, and by which relation."""

    href: str
    rel: str
    type: str | None = None
    hreflang: str | None = None

    @property
    def attributes(self) -> Mapping[str, str]:
        """What is said of the link besides where it leads."""
        given = {"rel": self.rel, "type": self.type, "hreflang": self.hreflang}
        return {name: value for name, value in given.items() if value}

    def __str__(self) -> str:
        parts = (f'; {name}="{value}"' for name, value in self.attributes.items())
        return f"<{self.href}>{''.join(parts)}"


def page_address(public_url: str, path: str, language: str | None = None, page: int = 1) -> str:
    """Return the address of a page in a language, or as each reader prefers it."""
    query = {"page": page} if page > 1 else {}
    given = urlencode({**query, **({"lang": language} if language else {})})
    return public_url + quote(path, safe=SAFE) + (given and f"?{given}")


def language_links(served: Served, path: str, language: str) -> Iterator[WebLink]:
    """Yield the address by which a page is known in its language, and those in each language."""
    page = max(request.args.get("page", default=1, type=int), 1)
    yield WebLink(href=page_address(served.public_url, path, language, page), rel="canonical")
    for other in LANGUAGES:
        href = page_address(served.public_url, path, other, page)
        yield WebLink(href=href, rel="alternate", hreflang=other)
    href = page_address(served.public_url, path, None, page)
    yield WebLink(href=href, rel="alternate", hreflang="x-default")


def links_of_thing(served: Served, iri: ox.NamedNode) -> Iterator[WebLink]:
    """Yield the links of a thing to its files and metadata, and to the whole that it is part of."""
    data_set = served.data_set_of(iri.value)
    if data_set is not None:
        yield from _links_of_data_set(served, data_set)
    for predicate in WHOLES:
        whole = served.object(iri, predicate)
        if isinstance(whole, ox.NamedNode):
            yield collection_link(served, whole.value)


def collection_link(served: Served, whole: str) -> WebLink:
    """Return the link of a part to the page about its whole."""
    path = served.local_path(whole)
    return WebLink(href=request.script_root + path if path else whole, rel="collection")


def links_of_catalogue(served: Served) -> Iterator[WebLink]:
    """Yield the links of the home page to the catalogue and to other descriptions of everything."""
    root = request.script_root
    if catalogue_facts(served) is not None:
        for form in CATALOGUE_FORMS:
            href = f"{root}/catalog.{form.extension}"
            yield WebLink(href=href, rel="describedby", type=form.media_type)
    yield WebLink(href=f"{root}/.well-known/void", rel="describedby")
    yield WebLink(href=f"{root}/sparql", rel="service-desc", type=TURTLE.media_type)
    if served.descriptions:
        yield WebLink(href=f"{root}{OPENAPI}", rel="service-desc", type=OPENAPI_TYPE)


def _links_of_data_set(served: Served, data_set: DataSet) -> Iterator[WebLink]:
    yield WebLink(href=data_set.iri, rel="cite-as")
    facts = catalogue_facts(served)
    if facts is not None and data_set.slug in facts.data_sets:
        yield collection_link(served, facts.iri("catalogue"))
        for name in (SCHEMA_ORG, CROISSANT):
            href = f"{request.script_root}/doc/dataset/{quote(data_set.slug, safe=SAFE)}/{name}"
            yield WebLink(href=href, rel="describedby", type=JSON_LD.media_type)
    if data_set.slug in served.descriptions:
        href = f"{request.script_root}/data/{quote(data_set.slug, safe=SAFE)}?format=csv"
        yield WebLink(href=href, rel="alternate", type=CSV.media_type)
        href = f"{request.script_root}{OPENAPI}"
        yield WebLink(href=href, rel="service-desc", type=OPENAPI_TYPE)
    for file in files_of(served, data_set)[:MOST_ITEMS]:
        href = f"{request.script_root}/dumps/{quote(file.name, safe=SAFE)}"
        yield WebLink(href=href, rel="item", type=file.media_type)


def files_of(served: Served, data_set: DataSet) -> list[File]:
    """Return the downloads of a data set, without those of its cells."""
    return [file for file in served.files.values() if file.stem == data_set.slug]


def set_links(response: Response, served: Served, links: Iterable[WebLink | str]) -> None:
    """Set the links of a response; the licence of the release is one more."""
    licence = [WebLink(href=served.licence, rel="license")] if served.licence else []
    response.headers["Link"] = ", ".join(map(str, (*links, *licence)))
