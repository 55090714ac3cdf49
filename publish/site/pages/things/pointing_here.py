"""What points to a thing, by property, with counts and pages; all of it bounded.

A code may be that of a million observations: of each property no more is counted than
``MOST_COUNTED`` and no more shown than a page. The properties to look for are those that the
manifest lists, so that nothing has to be read to find them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from flask import abort, request

from publish.release.opened import Served
from publish.site.describe import MOST_PAGES, PER_PAGE, incoming_page
from publish.site.pages.figure_text import format_number
from publish.site.pages.things.naming import named
from publish.site.presentation import Value, View

MOST_COUNTED = 10_000
"""Up to how many things are counted of a property."""
FIRST_SHOWN = 5
"""How many things of each property are shown on the first page."""
SHOWN_IN_FULL = 6
"""Up to how many things of a property are all shown on the first page."""


@dataclass(frozen=True, kw_only=True)
class PointingBy:
    """The things that point to a thing by one property, some of them."""

    property: Value
    name: str
    """The property in short, as addresses have it."""
    count: int
    written: str
    """The count as it is written in a language."""
    is_more: bool
    """Whether there are more than were counted."""
    things: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class PointingHere:
    """A page of what points to a thing."""

    groups: tuple[PointingBy, ...]
    chosen: str | None
    """The property of which alone a page is shown."""
    page: int
    more: bool


def pointing_here(view: View, iri: ox.NamedNode) -> PointingHere:
    """Return what the request wants to see of what points to a thing.

    By default the first things of each property; ``?property=`` a page of one property, ``?page=``
    of all together, as the data have it. Aborts with 404 for a property by which nothing does.
    """
    page = min(max(request.args.get("page", default=1, type=int), 1), MOST_PAGES)
    chosen = request.args.get("property")
    served = view.served
    if chosen is None and page > 1:
        return _page_of_all(view, iri, page)
    groups = []
    for predicate in _properties(served, iri):
        name = served.compact(predicate.value)
        if chosen is not None and chosen != name:
            continue
        found = _subjects(served, predicate, iri)
        if not (start := list(itertools.islice(found, PER_PAGE + 1))):
            continue
        rest = sum(1 for _ in itertools.islice(found, MOST_COUNTED + 1 - len(start)))
        count = len(start) + rest
        if chosen is not None:
            first = (page - 1) * PER_PAGE
            start = list(
                itertools.islice(_subjects(served, predicate, iri), first, first + PER_PAGE + 1)
            )
        shown = PER_PAGE if chosen is not None else FIRST_SHOWN
        if chosen is None and count <= SHOWN_IN_FULL:
            shown = count
        group = PointingBy(
            property=view.value(predicate),
            name=name,
            count=count,
            written=format_number(str(min(count, MOST_COUNTED)), 0, view.language),
            is_more=count > MOST_COUNTED,
            things=_named(view, start[:shown]),
        )
        if chosen is not None:
            more = len(start) > PER_PAGE and page < MOST_PAGES
            return PointingHere(groups=(group,), chosen=name, page=page, more=more)
        groups.append(group)
    if chosen is not None:
        abort(404)
    return PointingHere(
        groups=tuple(sorted(groups, key=lambda group: (group.count, group.property.text))),
        chosen=None,
        page=1,
        more=False,
    )


def _page_of_all(view: View, iri: ox.NamedNode, page: int) -> PointingHere:
    """Return a page of what points to a thing by any property, in the order of the data."""
    triples = incoming_page(view.served, iri, page)
    found: dict[ox.NamedNode, list[ox.NamedNode]] = {}
    for triple in triples[:PER_PAGE]:
        if isinstance(triple.subject, ox.NamedNode):
            found.setdefault(triple.predicate, []).append(triple.subject)
    groups = tuple(
        PointingBy(
            property=view.value(predicate),
            name=view.served.compact(predicate.value),
            count=len(subjects),
            written=str(len(subjects)),
            is_more=False,
            things=_named(view, subjects),
        )
        for predicate, subjects in found.items()
    )
    more = len(triples) > PER_PAGE and page < MOST_PAGES
    return PointingHere(groups=groups, chosen=None, page=page, more=more)


def _properties(served: Served, iri: ox.NamedNode) -> Iterable[ox.NamedNode]:
    """Return the properties by which something may point to a thing."""
    listed = served.partitions.get("property-partitions")
    if listed:
        return map(ox.NamedNode, listed)
    # A release of an older version does not list them.
    return dict.fromkeys(item.predicate for item in incoming_page(served, iri, 1))


def _subjects(served: Served, predicate: ox.NamedNode, iri: ox.NamedNode) -> Iterator[ox.NamedNode]:
    for triple in served.triples(None, predicate, iri):
        if isinstance(triple.subject, ox.NamedNode):
            yield triple.subject


def _named(view: View, things: Iterable[ox.NamedNode]) -> tuple[Value, ...]:
    return tuple(sorted((named(view, item) for item in things), key=lambda item: item.text))
