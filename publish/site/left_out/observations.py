"""What is said of observations that the triple store lacks, read from columns by a worker.

Pages look things up in the store; of data sets whose observations are left out of it, it knows all
the rest. This answers for these observations what the store would: each with all of its statements,
the observations of a slice, and those on a code. Observations that a remark on single figures
concerns, or that come from a cell, are found from the observation only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain
from math import prod
from types import MappingProxyType

import pyoxigraph as ox

from publish.exports.description import PERIOD, DataSetDescription
from publish.exports.view import DataView
from publish.release.opened import LABELS, Pattern, Served, term
from publish.site.data.figures import PageFigures

KEPT = 1_000
"""Observations whose statements are kept: a page looks several times at one."""
AT_ONCE = 2_000
"""Observations of a slice or on a code that are read at a time."""
OBSERVATION = term("qb:observation")
TARGET, ANNOTATION = term("oa:hasTarget"), term("dqv:hasQualityAnnotation")
DERIVED = term("prov:wasDerivedFrom")


class LeftOutObservations:
    """Answers for the observations of the data sets that the store of a release lacks."""

    def __init__(self, served: Served, figures: PageFigures) -> None:
        self._base, self._figures = f"{served.base}/id/", figures
        self._sum_of = served.generic("somVan")
        self._slugs = sorted(served.left_out & {*figures.slugs})
        self._statements = lru_cache(maxsize=KEPT)(self._read)
        self._ahead: dict[str, Mapping[tuple[str, ...], Sequence[ox.Triple]]] = {}
        """The statements of the observations that were read at once last, by their data set."""

    def triples(self, pattern: Pattern) -> Iterator[ox.Triple]:
        """Yield the triples that match a pattern; at least one term is given.

        Raises DamagedFile, or QueryFailed when a worker cannot give them.
        """
        subject, predicate, object_ = pattern
        if predicate in LABELS:  # of many things a page asks for these, and no observation has any
            return
        found: Iterable[ox.Triple] = ()
        if subject is not None:
            found = chain(self._about(subject), self._from(subject, predicate))
        elif isinstance(object_, ox.NamedNode):
            about, leading = self._about(object_), self._to(object_, predicate)
            found = chain(about, leading, self._with_code(object_, predicate))
        for triple in found:
            if (
                (subject is None or triple.subject == subject)
                and (predicate is None or triple.predicate == predicate)
                and (object_ is None or triple.object == object_)
            ):
                yield triple

    def _about(self, iri: ox.NamedNode) -> Sequence[ox.Triple]:
        """Return the statements of an observation, if it is one: those that point to it too."""
        description, codes = self._named(iri, "observatie")
        if description is None or len(codes) != len(description.dimensions):
            return ()
        pairs = list(zip(description.dimensions, codes, strict=True))
        if any(code not in dimension.by_code for dimension, code in pairs):
            return ()
        ahead = self._ahead.get(description.slug, {}).get(tuple(codes))
        return self._statements(description.slug, tuple(codes)) if ahead is None else ahead

    def _read(self, slug: str, codes: tuple[str, ...]) -> Sequence[ox.Triple]:
        return tuple(self._lines(slug, [{code} for code in codes]))

    def _lines(self, slug: str, used: Sequence[AbstractSet[str]]) -> Iterator[ox.Triple]:
        """Yield all that is said of the observations with some codes of each dimension."""
        dimensions = self._figures.description(slug).dimensions
        pairs = zip(dimensions, used, strict=True)
        chosen = {dimension.column: tuple(sorted(codes)) for dimension, codes in pairs}
        view = DataView(codes=chosen, size=prod(map(len, used)))
        for quad in ox.parse(self._figures.lines(slug, view), ox.RdfFormat.N_TRIPLES):
            yield quad.triple

    def read_ahead(self, slug: str, observations: Sequence[tuple[str, ...]]) -> None:
        """Read observations at once, if there are not too many others with codes of them all.

        Raises DamagedFile, or QueryFailed when a worker cannot give them.
        """
        used = [set(codes) for codes in zip(*observations, strict=True)]
        if slug not in self._slugs or not used or prod(map(len, used)) > AT_ONCE:
            return
        head = f"{self._base}observatie/{slug}/"
        found: dict[tuple[str, ...], list[ox.Triple]] = {}
        for triple in self._lines(slug, used):
            # What points to an observation, from its slice or a remark, has it as its object.
            for node in (triple.subject, triple.object):
                if isinstance(node, ox.NamedNode) and node.value.startswith(head):
                    codes = tuple(node.value.removeprefix(head).split("/"))
                    found.setdefault(codes, []).append(triple)
                    break
        self._ahead = {slug: found}

    def _from(self, iri: ox.NamedNode, predicate: ox.NamedNode | None) -> Iterator[ox.Triple]:
        """Yield that a slice or a remark has observations."""
        if predicate in (None, OBSERVATION):
            description, codes = self._named(iri, "slice")
            for dimension in description.dimensions if description else ():
                if dimension.kind == PERIOD and codes[0] in dimension.by_code:
                    for item in self._observations(description, {dimension.column: (codes[0],)}):
                        yield ox.Triple(iri, OBSERVATION, item)
        if predicate in (None, TARGET):
            description, _ = self._named(iri, "kwaliteit")
            for item in self._observations(description, pointing=iri.value):
                yield ox.Triple(iri, TARGET, item)

    def _to(self, iri: ox.NamedNode, predicate: ox.NamedNode | None) -> Iterator[ox.Triple]:
        """Yield that observations have a remark, come from a printed cell or are sums of one."""
        if predicate in (None, ANNOTATION):
            description, _ = self._named(iri, "kwaliteit")
            for item in self._observations(description, pointing=iri.value):
                yield ox.Triple(item, ANNOTATION, iri)
        table = iri.value.removeprefix(f"{self._base}tabel/").partition(".csv#cell=")[0]
        slug = iri.value.removeprefix(f"{self._base}observatie/").partition("/")[0]
        for description in map(self._figures.description, self._slugs):
            if any(item.name == table for item in description.tables):
                leading = DERIVED
            elif slug in description.derived_from:
                leading = self._sum_of
            else:
                continue
            if predicate in (None, leading):
                for item in self._observations(description, pointing=iri.value):
                    yield ox.Triple(item, leading, iri)

    def _with_code(self, iri: ox.NamedNode, predicate: ox.NamedNode | None) -> Iterator[ox.Triple]:
        """Yield that observations have a code, a period or a measure."""
        for description in map(self._figures.description, self._slugs):
            for dimension in description.dimensions:
                if predicate is not None and predicate.value != dimension.iri:
                    continue
                code = next((item.code for item in dimension.codes if item.iri == iri.value), None)
                if code is not None:
                    for item in self._observations(description, {dimension.column: (code,)}):
                        yield ox.Triple(item, ox.NamedNode(dimension.iri), iri)

    def _observations(
        self,
        description: DataSetDescription | None,
        chosen: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        *,
        pointing: str = "",
    ) -> Iterator[ox.NamedNode]:
        """Yield the observations that have some codes or point to a thing, a part at a time."""
        start, count = 0, 1 if description else 0
        while description and start < count:
            view = DataView(codes=dict(chosen), start=start, size=AT_ONCE)
            read = self._figures.read(description.slug, view, pointing=pointing)
            for item in read:
                codes = "/".join(item.codes)
                yield ox.NamedNode(f"{self._base}observatie/{description.slug}/{codes}")
            start, count = start + AT_ONCE, read.count()

    def _named(self, iri: ox.NamedNode, kind: str) -> tuple[DataSetDescription | None, list[str]]:
        """Return the data set and the codes that an IRI of a kind names, if it is of these."""
        head = f"{self._base}{kind}/"
        slug, *codes = iri.value.removeprefix(head).split("/")
        if not iri.value.startswith(head) or slug not in self._slugs:
            return None, []
        return self._figures.description(slug), codes
