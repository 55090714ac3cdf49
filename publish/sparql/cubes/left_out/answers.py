"""Answers queries that need statements which the store does not have, or says that it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

import pyoxigraph as ox
from tree_sitter import Node

from publish.cube.columns_file.engine import Connection
from publish.sparql.cubes.catalogue import Catalogue
from publish.sparql.cubes.components import CodeTables
from publish.sparql.cubes.fetching import TooLarge, TooMany
from publish.sparql.cubes.left_out.judging import (
    NOT_READ,
    in_full,
    needed_by,
    solutions_wanted,
    written_out,
)
from publish.sparql.cubes.left_out.knowing import Slugs, of_constants
from publish.sparql.cubes.left_out.lines import Lines
from publish.sparql.cubes.left_out.replacing import Replacing
from publish.sparql.cubes.left_out.statements import (
    MOST_WRITTEN,
    AllStatements,
    Source,
    observations_with,
)
from publish.sparql.cubes.left_out.walking import walk_groups
from publish.sparql.cubes.plan import COLUMNS_AND_ENGINE, PATTERN, NeedsTriples, Plan
from publish.sparql.cubes.rewriting.star_tables import Rewriting
from publish.sparql.cubes.term_columns import TermTable
from publish.sparql.cubes.tree.any_spelling import read_any_query
from publish.sparql.cubes.tree.flattening import flattened
from publish.sparql.cubes.tree.syntax import NotRead, Query, read_query, walk

Found = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
Whole = Callable[[Query, Found], Found | TermTable | None]
"""Answers a query from columns alone, if it can; sets the plan itself."""

MOST_DESCRIBED = 20_000
"""Resources that one query describes."""


@dataclass(kw_only=True)
class LeftOutAnswers:
    """Answers queries on a release whose store does not have all statements."""

    connection: Connection
    catalogue: Catalogue
    store: ox.Store
    tables: CodeTables
    lines_of: Lines
    base: str | None

    def needs(self, text: str) -> Slugs:
        """Return the data sets of whose statements a query may need one. Raises NeedsTriples."""
        return needed_by(self.catalogue, text, self.base)

    def answer(
        self, text: str, judged: Found, whole: Whole, slugs: Slugs
    ) -> tuple[Found | TermTable, Plan | None]:
        """Return the answer to a query that needs statements of some data sets, and its way.

        ``judged`` is its answer where nothing is. The way is None where ``whole`` has answered.
        Raises NeedsTriples, SyntaxError or an error of an engine.
        """
        try:
            any_query = read_any_query(text, self.base)
            if any_query.body.type == "describe_query":
                return self._describe(any_query, whole, slugs)
            query = self._read(any_query)
            found = whole(query, judged)
            if found is not None:
                return found, None
            try:
                return self._in_part(query, judged)
            except NeedsTriples:
                some = self._some(query, judged)
                if some is None:
                    raise
                return some
        except (NotRead, RecursionError):
            raise NeedsTriples(sorted(slugs), NOT_READ) from None
        except TooMany:
            raise NeedsTriples(sorted(slugs), "many") from None
        except TooLarge:
            raise NeedsTriples(sorted(slugs), "large") from None

    def _read(self, query: Query) -> Query:
        """Return a query with the usual spelling. Raises NotRead."""
        text = written_out(query) or query.text.decode()
        try:
            found = read_query(text)
            for node in walk(found.body):
                found.iri(node)  # of which some cannot be read
            return flattened(found)
        except NotRead:
            return flattened(read_query(in_full(read_any_query(text, self.base))))

    def _some(self, query: Query, judged: Found) -> tuple[Found, Plan] | None:
        """Return an answer of some solutions where as many are asked for; None if there is none.

        More statements only ever add solutions, so those of a part of them are solutions.
        """
        wanted = solutions_wanted(query)
        if wanted is None:
            return None
        found, plan = self._in_part(query, judged, MOST_WRITTEN)
        if isinstance(found, ox.QueryBoolean):
            return (found, plan) if found else None
        form = ox.QueryResultsFormat.JSON
        content = cast("ox.QuerySolutions", found).serialize(format=form)
        there = cast("ox.QuerySolutions", ox.parse_query_results(content or b"", format=form))
        if sum(1 for _ in there) < wanted:
            return None
        again = ox.parse_query_results(content or b"", format=form)
        return cast("ox.QuerySolutions", again), plan

    def _in_part(self, query: Query, judged: Found, some: int | None = None) -> tuple[Found, Plan]:
        """Return the answer of the engine, to a query in which all that is needed stands."""
        rewriting = Rewriting(query=query)
        star = [node for node in _selected(query) if node.type == "*"]
        names = [f"?{one.value}" for one in getattr(judged, "variables", ())]
        replacing = Replacing(
            rewriting=rewriting,
            catalogue=self.catalogue,
            tables=self.tables,
            statements=self._statements(),
            projected=frozenset(names),
            some=some,
        )
        walk_groups(query, self.catalogue, replacing)
        if rewriting.replaced:
            if any(map(_takes_all, walk(query.body))):
                raise NotRead(NOT_READ)
            if star and not names and query.fresh:
                raise NotRead(NOT_READ)  # what is new would be asked for too
            if star and names:
                rewriting.replace(star[0], " ".join(names))
        try:
            found = self.store.query(rewriting.text(), base_iri=self.base)
        except SyntaxError as error:  # the query itself is one, so it was read wrongly
            raise NotRead(NOT_READ) from error
        return found, Plan(COLUMNS_AND_ENGINE, None, replacing.scanned, replacing.fetched)

    def _statements(self) -> AllStatements:
        return AllStatements(
            connection=self.connection,
            catalogue=self.catalogue,
            store=self.store,
            lines_of=partial(self.lines_of, self.connection),
        )

    def _describe(self, query: Query, whole: Whole, slugs: Slugs) -> tuple[ox.QueryTriples, Plan]:
        """Return the statements about what a DESCRIBE names or finds, as the engine has them."""
        parts = [node for node in query.body.children if node.type != "comment"]
        names = [query.of(node) for node in parts if node.type in ("var", "*")]
        iris = [query.iri(node) for node in parts if node.type != "where_clause"]
        resources = {iri: None for iri in iris if iri is not None}
        kept = ox.Store()
        starts = [node.start_byte for node in parts if node.type == "where_clause"]
        if names and starts:  # without a pattern a variable finds nothing
            rest = query.text[starts[0] :].decode()
            text = f"{query.prologue()} SELECT DISTINCT {' '.join(names)} {rest}"
            resources |= dict.fromkeys(self._resources(text, whole, slugs))
        if len(resources) > MOST_DESCRIBED:
            raise TooMany
        listed = list(resources)
        source = self._source(listed)
        for line in self._statements().about(source, None):
            kept.load(f"{' '.join(line)} .".encode(), format=ox.RdfFormat.N_TRIPLES)
        if listed:
            text = "DESCRIBE " + " ".join(f"<{iri}>" for iri in listed)
            for triple in cast("ox.QueryTriples", self.store.query(text)):
                kept.add(ox.Quad(triple.subject, triple.predicate, triple.object))
        found = kept.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        plan = Plan(COLUMNS_AND_ENGINE, None, 0, len(source.left_out))
        return cast("ox.QueryTriples", found), plan

    def _source(self, iris: list[str]) -> Source:
        """Return those of resources of which statements are left out. Raises NeedsTriples."""
        cubes = self.catalogue.left_out
        slices = [
            (cube, iri[len(cube.slices) :])
            for cube in cubes
            for iri in iris
            if cube.slices and iri.startswith(cube.slices)
        ]
        known = {f"{cube.slices}{code}" for cube, code in slices}
        of_remarks = of_constants(cubes, [f"<{iri}>" for iri in iris if iri not in known]).leads
        if of_remarks:
            raise NeedsTriples(sorted(of_remarks), PATTERN)
        found = observations_with(self.connection, cubes, iris)
        return Source(terms=[], left_out=found, slices=slices)

    def _resources(self, text: str, whole: Whole, slugs: Slugs) -> Iterator[str]:
        """Yield the IRIs that a SELECT finds."""
        judged = ox.Store().query(text, base_iri=self.base)
        if self.needs(text):
            found, _ = self.answer(text, judged, whole, slugs)
            solutions = found.solutions() if isinstance(found, TermTable) else found
        else:
            solutions = self.store.query(text, base_iri=self.base)
        for count, solution in enumerate(cast("ox.QuerySolutions", solutions)):
            if count > MOST_DESCRIBED:
                raise TooMany
            for term in solution:
                if isinstance(term, ox.NamedNode):
                    yield term.value
                elif isinstance(term, ox.BlankNode):
                    raise NotRead(NOT_READ)


def _selected(query: Query) -> Iterator[Node]:
    """Yield the parts of what a SELECT asks for."""
    for node in query.body.children:
        if node.type == "select_clause":
            yield from node.children


def _takes_all(node: Node) -> bool:
    """Return whether a node is a subquery or an aggregate of all variables there are."""
    kinds = {child.type.upper() for child in node.children}
    if node.type == "aggregate":
        return {"*", "DISTINCT"} <= kinds
    is_inner = node.parent is not None and node.parent.type == "sub_select"
    return node.type == "select_clause" and is_inner and "*" in kinds
