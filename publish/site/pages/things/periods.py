"""Where a period stands in time: the one before and after it, and what it is within."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from publish.project.iris import PREFIXES
from publish.release.opened import Served, once_per_release, term
from publish.site.describe import types_of
from publish.site.presentation import Value, View

PERIODS = PREFIXES["interval"] + "Calendar"
"""How the IRI of a class of periods begins."""
MOST_INSIDE = 12
"""How many shorter periods a page names."""

_Span = tuple[str, str, str, str]
"""First day, last day, IRI and class of a period."""


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The periods around one, as far as the release has them."""

    first_day: str
    last_day: str
    before: Value | None
    after: Value | None
    within: tuple[Value, ...]
    """Longer periods in which it is."""
    inside: tuple[Value, ...]
    """Shorter periods that are in it."""


def is_period(served: Served, iri: ox.NamedNode) -> bool:
    """Return whether a thing is a calendar period."""
    return any(name.startswith(PERIODS) for name in types_of(served, iri))


def neighbours_of(view: View, iri: ox.NamedNode) -> Neighbours | None:
    """Return what is around a period, if its days are known."""
    spans = _spans(view.served, "")
    own = next((span for span in spans if span[2] == iri.value), None)
    if own is None:
        return None
    start, end, _, class_ = own
    alike = [span for span in spans if span[3] == class_]
    place = alike.index(own)
    others = [span for span in spans if span is not own]

    def values(found: list[_Span]) -> tuple[Value, ...]:
        return tuple(view.value(ox.NamedNode(span[2])) for span in found)

    return Neighbours(
        first_day=start,
        last_day=end,
        before=values(alike[place - 1 : place])[0] if place else None,
        after=values(alike[place + 1 : place + 2])[0] if place + 1 < len(alike) else None,
        within=values([span for span in others if span[0] <= start and end <= span[1]]),
        inside=values([span for span in others if start <= span[0] and span[1] <= end])[
            :MOST_INSIDE
        ],
    )


@once_per_release
def _spans(served: Served, _: str) -> tuple[_Span, ...]:
    """Return all calendar periods of a release in the order of time."""
    classes = [
        iri for iri in served.partitions.get("class-partitions", {}) if iri.startswith(PERIODS)
    ]
    found: list[_Span] = []
    for class_ in classes:
        for triple in served.triples(None, term("rdf:type"), ox.NamedNode(class_)):
            if not isinstance(triple.subject, ox.NamedNode):
                continue
            days = [
                served.object(triple.subject, term(name))
                for name in ("dcat:startDate", "dcat:endDate")
            ]
            if all(isinstance(day, ox.Literal) for day in days):
                start, end = (str(day.value) for day in days if isinstance(day, ox.Literal))
                found.append((start, end, triple.subject.value, class_))
    return tuple(sorted(set(found)))
