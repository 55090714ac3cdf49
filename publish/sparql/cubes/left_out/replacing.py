"""Replaces the triple patterns of a query that need statements which the store does not have.

A star of observations becomes a table. What the query says besides of its observations, of
constants and of slices becomes a table of all statements that match, of the store too. Triples that
observations may have as well as others become a union: what the store has, and a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import pyoxigraph as ox

from publish.sparql.cubes.catalogue import Catalogue, ColumnCube
from publish.sparql.cubes.components import CodeTables
from publish.sparql.cubes.fetching import StarRows, TooMany
from publish.sparql.cubes.joining import join_star
from publish.sparql.cubes.left_out.knowing import (
    Known,
    Slugs,
    may_be_about,
    may_lead,
    of_term,
)
from publish.sparql.cubes.left_out.statements import (
    MOST_OBSERVATIONS,
    AllStatements,
    InSlice,
    Source,
    Statement,
    observations_of,
    observations_with,
)
from publish.sparql.cubes.left_out.walking import Searched, Step, matched, steps_of
from publish.sparql.cubes.plan import PATH, PATTERN, NeedsTriples
from publish.sparql.cubes.rewriting.star_tables import (
    Rewriting,
    StarTable,
    replace_star,
    row_text,
    variables_outside,
)
from publish.sparql.cubes.stars import Star, find_stars
from publish.sparql.cubes.tree.syntax import TYPE, Group, PatternElement, Triple

MOST_ROWS = 50_000
"""Rows of a star that are put into a query's text."""
_OBSERVATION = "http://purl.org/linked-data/cube#observation"


@dataclass(kw_only=True)
class _Place:
    """A group with what is known there."""

    group: Group
    known: dict[str, Known]
    searched: Searched
    statements: AllStatements
    needed: dict[int, Slugs]
    """By the identity of a triple the data sets of whose statements it may need one."""
    texts: dict[int, str] = field(default_factory=dict)
    """By the identity of a triple what stands in its place."""

    def is_left(self, triple: Triple) -> bool:
        """Return whether a triple needs statements, and nothing stands in its place yet."""
        return bool(self.needed[id(triple)]) and id(triple) not in self.texts


@dataclass(kw_only=True)
class Replacing:
    """Visits the groups of a query and replaces what needs statements that are left out."""

    rewriting: Rewriting
    catalogue: Catalogue
    tables: CodeTables
    statements: AllStatements
    projected: frozenset[str]
    """The variables that ``SELECT *`` asks for."""
    some: int | None = None
    """So many observations of a star are enough, and what the store has of other triples."""
    scanned: int = 0
    fetched: int = 0
    _rows: list[StarRows] = field(default_factory=list)
    """The stars by their numbers in ``Known``."""
    _sources: dict[int, Source] = field(default_factory=dict)

    def visit(self, group: Group, known: dict[str, Known], searched: Searched) -> None:
        """Replace the triples of a group. Raises NeedsTriples."""
        query = self.rewriting.query
        if self.rewriting.has_replaced(group.node):
            return
        needed = {id(one): matched(query, one, known, searched) for one in group.triples}
        if not any(needed.values()):
            return
        slugs = frozenset[str]().union(*needed.values())
        if searched.graph is None and self.some is not None:
            return
        if searched.graph is None:
            raise NeedsTriples(sorted(slugs), "graphs")
        statements = replace(self.statements, graph=searched.graph)
        place = _Place(
            group=group, known=known, searched=searched, statements=statements, needed=needed
        )
        try:
            self._replace(place)
        except TooMany:
            raise NeedsTriples(sorted(slugs), "many") from None
        for element in group.elements:
            if element.kind == "triples" and any(
                id(triple) in place.texts for triple in element.triples
            ):
                parts = [place.texts.get(id(one), str(one)) for one in element.triples]
                self.rewriting.replace(element.node, " ".join(filter(None, parts)) + " ")

    def _replace(self, place: _Place) -> None:
        loose = Catalogue(
            cubes=place.searched.cubes,
            properties=frozenset(one for cube in place.searched.cubes for one in cube.properties),
            anchors=frozenset(one for cube in place.searched.cubes for one in cube.properties),
        )
        known = self.catalogue
        if isinstance(place.statements.graph, ox.NamedNode):
            known = replace(self.catalogue, cubes=place.searched.cubes)
        for star in find_stars(known, place.group):
            if any(place.is_left(one) for one in star.triples):
                self._replace_star(place, star)
        partly: dict[str, int] = {}
        for star in _with_classes(find_stars(loose, place.group), place.group, loose):
            is_known = self.some is not None or self._is_given(place, star.subject)
            if not is_known and all(map(place.is_left, star.triples)):
                partly[star.subject] = self._add_star(place, star)
        for triple in place.group.triples:
            if place.is_left(triple):
                self._replace_triple(place, triple, partly)

    def _is_given(self, place: _Place, term: str) -> bool:
        """Return whether it is known which observations a term can be."""
        return of_term(place.searched.cubes, term, place.known).is_given

    def _replace_star(self, place: _Place, star: Star) -> None:
        """Put a table in the place of a star."""
        if self._is_given(place, star.subject):
            return
        rows = self._rows_of(place, star)
        if self.some is None:
            table = self._table(place, rows)
            self._put(place, star, table.text())
            for element in star.optionals:
                self.rewriting.replace(element.node, "{}")
        else:
            self._reduce(place, rows)
        place.known[star.subject] = replace(
            place.known[star.subject],
            rows=len(self._rows),
            is_observation=not any(cube.in_store for cube in star.cubes),
        )
        self._rows.append(rows)

    def _rows_of(self, place: _Place, star: Star) -> StarRows:
        """Return the rows of a star, of a slice only if the group says so."""
        rows = StarRows(connection=self.statements.connection, star=star)
        for triple in place.group.triples:
            if triple.object == star.subject and triple.predicate == f"<{_OBSERVATION}>":
                for cube in place.searched.cubes:
                    if cube.slices and triple.subject.startswith(f"<{cube.slices}"):
                        code = triple.subject[len(cube.slices) + 1 : -1]
                        rows.conditions.append(InSlice(cube.slug, code))
        return rows

    def _table(self, place: _Place, rows: StarRows) -> StarTable:
        query = self.rewriting.query
        visible = variables_outside(query, place.group.node) | self.projected
        is_default = isinstance(place.statements.graph, ox.DefaultGraph)
        if is_default and not place.searched.is_set:
            stars = find_stars(self.catalogue, place.group)
            table = replace_star(
                self.rewriting,
                self.catalogue,
                self.tables,
                rows,
                place.group,
                visible=visible,
                most=MOST_ROWS,
                is_alone=len(stars) == 1,
            )
        else:
            table = self._plain_table(place, rows, visible)
        self.scanned += rows.scanned
        self.fetched += len(table.rows)
        return table

    def _plain_table(self, place: _Place, rows: StarRows, visible: frozenset[str]) -> StarTable:
        """Return a star as a table of its solutions, each once where that is enough."""
        star = rows.star
        self._reduce(place, rows)
        inside = frozenset(
            name
            for element in place.group.elements
            if element not in star.optionals
            for name in _variables_besides(element, star)
        )
        columns = sorted((inside | visible) & {*star.variables, star.subject})
        found = [
            row_text(texts)
            for part in rows.fetch(columns, is_distinct=place.searched.is_set, refuse=MOST_ROWS)
            for texts in part.texts_of_rows(columns)
        ]
        return StarTable(star=star, columns=columns, rows=found)

    def _reduce(self, place: _Place, rows: StarRows) -> None:
        """Rule out rows of a star that have no partner in the rest of its group."""
        is_default = isinstance(place.statements.graph, ox.DefaultGraph)
        if is_default and not place.searched.is_exists:
            query = self.rewriting.query
            join_star(query, self.catalogue, self.tables, rows, place.group, wanted=frozenset())

    def _add_star(self, place: _Place, star: Star) -> int:
        """Put a union in the place of a star that other things than observations may have too."""
        for variable in [one.triples[0].object for one in star.optionals]:
            star.variables.pop(variable)
            star.optional.discard(variable)
        star.optionals.clear()
        visible = variables_outside(self.rewriting.query, place.group.node) | self.projected
        rows = self._rows_of(place, star)
        table = self._plain_table(place, rows, visible)
        self.scanned += rows.scanned
        self.fetched += len(table.rows)
        patterns = " ".join(map(str, star.triples))
        self._put(place, star, f"{{ {patterns} }} UNION {{ {table.text()} }}")
        self._rows.append(rows)
        return len(self._rows) - 1

    def _put(self, place: _Place, star: Star, text: str) -> None:
        for at, triple in enumerate(star.triples):
            place.texts[id(triple)] = text if at == 0 else ""

    def _of_rows(self, number: int) -> Source:
        """Return the observations of a star. Raises TooMany."""
        if number not in self._sources:
            rows = self._rows[number]
            found = observations_of(rows, MOST_OBSERVATIONS, self.some)
            self._sources[number] = Source(
                terms=[one.term for one in found],
                left_out=[one for one in found if not one.cube.in_store],
            )
        return self._sources[number]

    def _source(self, place: _Place, term: str) -> Source | None:
        """Return all that a term can be, if that is known. Raises TooMany."""
        cubes = place.searched.cubes
        known = of_term(cubes, term, place.known)
        if known.iris is None:
            return None if known.rows is None else self._of_rows(known.rows)
        iris = sorted(known.iris)
        slices = [
            (cube, iri[len(cube.slices) :])
            for cube in cubes
            for iri in iris
            if cube.slices and iri.startswith(cube.slices)
        ]
        found = observations_with(self.statements.connection, cubes, iris)
        return Source(terms=[f"<{iri}>" for iri in iris], left_out=found, slices=slices)

    def _replace_triple(self, place: _Place, triple: Triple, partly: dict[str, int]) -> None:
        """Put a table of all statements that match in the place of a triple."""
        query, cubes = self.rewriting.query, place.searched.cubes
        slugs = place.needed[id(triple)]
        steps = steps_of(query, triple) or []
        is_inverse = bool(steps) and steps[0][1]
        if not steps or any(inverse != is_inverse for _, inverse in steps):
            raise NeedsTriples(sorted(slugs), PATH)
        ends = triple.subject, triple.object
        start, end = reversed(ends) if is_inverse else ends
        subject, object_ = (of_term(cubes, one, place.known) for one in (start, end))
        about, leads = frozenset[str](), frozenset[str]()
        for property_, _ in steps:
            about |= may_be_about(cubes, property_, subject, object_, end)
            leads |= may_lead(cubes, property_, subject, object_)
        found: list[Statement] = []
        if not about and object_.rows is not None:
            for property_, _ in steps:
                found += place.statements.leading_to(self._of_rows(object_.rows), property_)
        elif (source := self._source(place, start)) is not None:
            if self.some is None and leads and not _is_of_slices(cubes, source, steps):
                raise NeedsTriples(sorted(slugs), PATTERN)
            for property_, _ in steps:
                found += place.statements.about(source, property_)
        elif not about and (source := self._source(place, end)) is not None:
            for property_, _ in steps:
                found += place.statements.leading_to(source, property_)
        elif start in partly and not leads and all(property_ for property_, _ in steps):
            partial = self._of_rows(partly[start])
            for property_, _ in steps:
                found += place.statements.left_out_about(partial, property_)
            table = self._values(start, triple, end, found)
            place.texts[id(triple)] = f"{{ {triple} }} UNION {{ {table} }}"
            return
        elif self.some is not None:
            if about and start.startswith("?"):
                any_ = self._any_of(place, start, about, partly)
                for property_, _ in steps:
                    found += place.statements.left_out_about(any_, property_)
                table = self._values(start, triple, end, found)
                place.texts[id(triple)] = f"{{ {triple} }} UNION {{ {table} }}"
            return
        else:
            raise NeedsTriples(sorted(slugs), PATTERN)
        place.texts[id(triple)] = self._values(start, triple, end, found)

    def _any_of(self, place: _Place, subject: str, slugs: Slugs, partly: dict[str, int]) -> Source:
        """Return some observations of data sets, for a query to which any are as good."""
        if subject not in partly:
            cubes = tuple(cube for cube in place.searched.cubes if cube.slug in slugs)
            star = Star(subject=subject, cubes=cubes)
            partly[subject] = len(self._rows)
            self._rows.append(StarRows(connection=self.statements.connection, star=star))
        return self._of_rows(partly[subject])

    def _values(self, start: str, triple: Triple, end: str, statements: Iterable[Statement]) -> str:
        """Return statements as a table of the variables of a triple."""
        terms = [start, triple.predicate, end]
        if triple.path is not None or not triple.predicate.startswith("?"):
            terms[1] = ""  # the statements are of its properties
        if not end.startswith(("?", "<")):
            terms[2] = self._as_stored(end)
        names = list(dict.fromkeys(term for term in terms if term.startswith("?")))
        rows = []
        for statement in statements:
            values: dict[str, str] = {}
            pairs = [pair for pair in zip(terms, statement, strict=True) if pair[0]]
            if all(_binds(term, text, values) for term, text in pairs):
                rows.append("(" + " ".join(values[name] for name in names) + ")")
        if triple.path is not None:  # a path leads from one term to another once
            rows = list(dict.fromkeys(rows))
        self.fetched += len(rows)
        return f"VALUES ({' '.join(names)}) {{ {' '.join(rows)} }}"

    def _as_stored(self, literal: str) -> str:
        """Return a literal as the store has it, where 1.50 is 1.5."""
        text = f"{self.rewriting.query.prologue()} SELECT ({literal} AS ?x) {{}}"
        [[term]] = cast("ox.QuerySolutions", ox.Store().query(text))
        return str(term)


def _with_classes(stars: list[Star], group: Group, catalogue: Catalogue) -> list[Star]:
    """Return stars that ask for classes too, and those that only do."""
    found = {star.subject: star for star in stars}
    for place, element in enumerate(group.elements):
        for triple in element.triples if element.kind == "triples" else ():
            subject, value = triple.subject, triple.object
            if triple.predicate != f"<{TYPE}>" or not value.startswith("?"):
                continue
            if not subject.startswith("?") or value == subject:
                continue
            star = found.setdefault(
                subject, Star(subject=subject, places={subject: place}, cubes=catalogue.cubes)
            )
            if value not in star.variables:
                star.triples.append(triple)
                star.variables[value] = TYPE
                star.places[value] = place
    return list(found.values())


def _binds(term: str, text: str, values: dict[str, str]) -> bool:
    """Return whether a term of a pattern matches one of a statement; a variable gets its value."""
    if term.startswith("?"):
        return values.setdefault(term, text) == text
    return term == text


def _is_of_slices(cubes: Sequence[ColumnCube], source: Source, steps: Iterable[Step]) -> bool:
    """Return whether what leads from terms to observations is known: from slices, not remarks."""
    of_slices = {f"<{cube.slices}{code}>" for cube, code in source.slices}
    lead = {
        term for term in source.terms if any(term[1:].startswith(cube.leading) for cube in cubes)
    }
    is_only_observation = all(property_ == _OBSERVATION for property_, _ in steps)
    return is_only_observation or lead <= of_slices


def _variables_besides(element: PatternElement, star: Star) -> frozenset[str]:
    """Return the variables of an element but for those of the triples of a star."""
    if element.kind != "triples":
        return element.variables
    others = (one for one in element.triples if not any(one is its for its in star.triples))
    return frozenset(name for triple in others for name in triple.variables)
