"""Answers queries from the columns of a release, whole or in part, or leaves them to the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from publish.cube.columns_file.engine import Connection, EngineError
from publish.cube.columns_file.release_columns import ReleaseColumns
from publish.sparql.cubes.catalogue import (
    Catalogue,
    ColumnCube,
    UnusableCatalogue,
    read_catalogue,
)
from publish.sparql.cubes.components import CodeTables
from publish.sparql.cubes.fetching import StarRows, TooLarge, TooMany
from publish.sparql.cubes.joining import join_star, joins_of
from publish.sparql.cubes.left_out.answers import LeftOutAnswers
from publish.sparql.cubes.left_out.judging import asks_for_nothing
from publish.sparql.cubes.left_out.lines import Lines, lines_of
from publish.sparql.cubes.plan import (
    COLUMNS,
    COLUMNS_AND_ENGINE,
    ENGINE,
    Mistranslated,
    NeedsTriples,
    Plan,
)
from publish.sparql.cubes.rewriting.in_part import PartTables
from publish.sparql.cubes.stars import find_stars
from publish.sparql.cubes.term_columns import TermTable
from publish.sparql.cubes.tree.flattening import flattened
from publish.sparql.cubes.tree.selection import read_selection
from publish.sparql.cubes.tree.syntax import (
    NotRead,
    Query,
    groups_of,
    read_group,
    read_query,
)
from publish.sparql.cubes.whole import table_of

Found = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

LONGEST, MOST_GROUPS = 32_000, 40
"""Characters and groups of a query that is read; a longer one is not about a table of figures."""
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What a text raises that is read as a query and is none, though the parser took it for one."""
_ADDS = re.compile(r"\b(?:SUM|AVG)\b", re.IGNORECASE)
"""What adds up values."""
_NAMES = ("Observation", "dataSet")
"""What stands in a query that may be about observations, unless a measure does."""


class CubeAnswers:
    """Answers queries about the observations of one release."""

    def __init__(
        self,
        release: Path,
        store: ox.Store,
        *,
        memory: int,
        fewest: int,
        columns: ReleaseColumns | None = None,
        is_whole: bool = False,
    ) -> None:
        """``memory`` is what the engine of columns may take, in bytes, unless that is given.

        Stars of fewer observations than ``fewest`` are left to the engine, which is as quick.
        ``is_whole`` tells that the store has all observations, so that a query that is not about
        any needs no look at the columns.
        """
        self._is_whole = is_whole
        self._store, self._fewest = store, fewest
        self._columns = columns or ReleaseColumns(release, memory=memory)
        self._catalogue: Catalogue | None = None
        self._unusable = ""
        self._lacking: tuple[str, ...] = ()
        """The data sets whose observations nothing here has, as the columns are of no use."""
        self.lines_of: Lines = partial(lines_of, release)
        self._hints = _hints(_NAMES)
        self._empty = ox.Store()
        self._tables = CodeTables(store=store, base=None)
        self.plan = Plan(ENGINE, None)
        """The way of the last query."""
        self._as_table = False

    def warm_up(self) -> None:
        """Open the columns, as the first query would."""
        try:
            self._open()
        except (EngineError, NotRead):
            self.close()

    @property
    def left_out(self) -> tuple[ColumnCube, ...]:
        """The data sets whose observations the store does not have. Raises EngineError."""
        return self._open()[1].left_out

    def close(self) -> None:
        """Close the columns; the next query opens them anew."""
        self._columns.close()

    def answer_in_table(self, text: str, base: str | None) -> Found | TermTable | None:
        """Return what ``answer`` does, but a table of texts where the columns have all of it."""
        self._as_table = True
        try:
            return self._answer_or_leave(text, base)
        finally:
            self._as_table = False

    def answer(self, text: str, base: str | None) -> Found | None:
        """Return the answer to a query; None if it is for the engine. ``plan`` says why.

        What is no query is for the engine too, or raises SyntaxError. Raises NeedsTriples,
        Mistranslated and EngineError.
        """
        return cast("Found | None", self._answer_or_leave(text, base))

    def _answer_or_leave(self, text: str, base: str | None) -> Found | TermTable | None:
        if not self._is_whole and (found := self._of_left_out(text, base)) is not None:
            return found
        if self._hints.search(text) is None:
            self.plan = Plan(ENGINE, None)
            return None
        try:
            return self._answer(text, base)
        except NotRead as reason:
            why = str(reason)
        except TooMany:
            why = "many"
        except TooLarge:
            why = "large"
        except RecursionError:
            why = "not-read"
        except EngineError:
            self.close()
            raise
        self.plan = Plan(ENGINE, why)
        return None

    def _open(self) -> tuple[Connection, Catalogue]:
        if self._unusable:
            raise NotRead(self._unusable)
        connection = self._columns.open()
        if self._catalogue is None:
            try:
                self._catalogue = read_catalogue(connection)
            except UnusableCatalogue as reason:
                self._unusable, self._lacking = str(reason), reason.left_out
                raise NotRead(self._unusable) from None
            names = {iri.rpartition("/")[2].rpartition("#")[2] for iri in self._catalogue.anchors}
            self._hints = _hints(names - {"type"} | {"Observation"})
        return connection, self._catalogue

    def _of_left_out(self, text: str, base: str | None) -> Found | TermTable | None:
        """Return the answer to a query that needs what the store lacks; None for any other.

        Raises SyntaxError, NeedsTriples and EngineError.
        """
        try:
            connection, catalogue = self._open()
            if not catalogue.left_out:
                return None
            self._see_base(base)
            judged = self._empty.query(text, base_iri=base)
            answers = LeftOutAnswers(
                connection=connection,
                catalogue=catalogue,
                store=self._store,
                tables=self._tables,
                lines_of=self.lines_of,
                base=base,
            )
            with _own_texts():
                slugs = answers.needs(text)
                if not slugs:
                    return None
                found, plan = answers.answer(text, judged, self._whole_of, slugs)
            self.plan = plan or self.plan
            return found
        except NotRead as reason:
            if self._lacking:
                raise NeedsTriples(self._lacking, str(reason)) from None
            return None
        except EngineError:
            self.close()
            if asks_for_nothing(text, base):
                return None
            raise

    def _whole_of(self, query: Query, judged: Found) -> Found | TermTable | None:
        connection, catalogue = self._open()
        return self._whole(query, judged, connection, catalogue)

    def _see_base(self, base: str | None) -> None:
        if self._tables.base != base:
            self._tables = CodeTables(store=self._store, base=base)

    def _answer(self, text: str, base: str | None) -> Found | TermTable | None:
        connection, catalogue = self._open()
        self._see_base(base)
        try:
            query = self._about_observations(text, catalogue)
        except _UNREADABLE:
            self._empty.query(text, base_iri=base)  # what is no query may be read in any way
            raise
        # What is no query is refused here, so that what is answered below is one.
        judged = self._empty.query(text, base_iri=base)
        with _own_texts():
            found = self._whole(query, judged, connection, catalogue)
            if found is None:
                found = self._part(query, judged, connection, catalogue, base)
            return found

    def _about_observations(self, text: str, catalogue: Catalogue) -> Query:
        """Return a query, which the engine has not judged yet. Raises NotRead if it is for that."""
        if len(text) > LONGEST:
            raise NotRead("not-read")
        query = flattened(read_query(text))
        nodes = list(islice(groups_of(query, query.body), MOST_GROUPS + 1))
        if len(nodes) > MOST_GROUPS:
            raise NotRead("not-read")
        groups = [read_group(query, node) for node in nodes]
        stars = [find_stars(catalogue, group) for group in groups]
        if not any(stars):
            raise NotRead("no-star")
        observations = sum(star.observations for found in stars for star in found)
        if observations < self._fewest:
            raise NotRead("small")
        cubes = [cube for found in stars for star in found for cube in star.cubes]
        if _ADDS.search(text) and any(cube.may_overflow for cube in cubes):
            raise NotRead("large")
        return query

    def _whole(
        self, query: Query, judged: Found, connection: Connection, catalogue: Catalogue
    ) -> Found | TermTable | None:
        """Return the whole answer from columns, if they have it."""
        try:
            if query.form == "ask":
                return self._ask(query, connection, catalogue)
            if query.form != "select":
                return None
            selection = read_selection(query)
            columns = selection.columns
            if not columns:
                known = dict(selection.all_columns)
                columns.update({name: known.get(name, name) for name in variables_of(judged)})
            joins = joins_of(query, catalogue, self._tables, connection, selection)
            if joins is None:
                return None
            whole = table_of(joins, selection)
            scanned = sum(join.rows.scanned for join in joins)
            self.plan = Plan(COLUMNS, None, scanned, len(whole))
            return whole if self._as_table else whole.solutions()
        except (NotRead, TooMany, TooLarge):
            return None

    def _ask(self, query: Query, connection: Connection, catalogue: Catalogue) -> Found | None:
        """Return whether a star has a solution, where that is all that is asked."""
        [where] = [node for node in query.body.children if node.type == "where_clause"]
        [node] = [child for child in where.named_children if child.type == "group_graph_pattern"]
        group = read_group(query, node)
        stars = find_stars(catalogue, group)
        if len(stars) != 1 or any(one.type == "solution_modifier" for one in query.body.children):
            return None
        rows = StarRows(connection=connection, star=stars[0])
        join = join_star(query, catalogue, self._tables, rows, group, wanted=frozenset())
        if not join.is_whole:
            return None
        there = any(part.rows for part in rows.fetch([], most=1))
        self.plan = Plan(COLUMNS, None, rows.scanned, int(there))
        text = b'{"head":{},"boolean":' + (b"true}" if there else b"false}")
        found = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
        return cast("ox.QueryBoolean", found)

    def _part(
        self,
        query: Query,
        judged: Found,
        connection: Connection,
        catalogue: Catalogue,
        base: str | None,
    ) -> Found | None:
        """Return the answer of the engine to the query with tables in place of its stars."""
        tables = PartTables(
            catalogue=catalogue, codes=self._tables, connection=connection, fewest=self._fewest
        )
        text = tables.put_into(query, variables_of(judged))
        try:
            found = self._store.query(text, base_iri=base)
        except SyntaxError as error:  # the query itself is one, so it was read wrongly
            raise NotRead("not-read") from error
        self.plan = Plan(COLUMNS_AND_ENGINE, None, tables.scanned, tables.fetched)
        return found


@contextmanager
def _own_texts() -> Iterator[None]:
    """Tell apart what is wrong with a text that is made of a query: the query itself is right."""
    try:
        yield
    except SyntaxError as error:
        raise Mistranslated(str(error)) from error


def _hints(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds the last part of an IRI or of a prefixed name; variables are passed by."""
    return re.compile(rf"[:#/<](?:{'|'.join(map(re.escape, sorted(names)))})(?!\w)")


def variables_of(judged: Found) -> list[str]:
    """Return what a SELECT projects; nothing for another form."""
    if not isinstance(judged, ox.QuerySolutions):
        return []
    return [f"?{one.value}" for one in judged.variables]
