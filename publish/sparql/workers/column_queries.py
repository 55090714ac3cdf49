"""Queries that a worker answers from the columns of a release, where they can be.

It is imported by workers on a release that has columns only, since it needs DuckDB.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from traceback import print_exception
from typing import Any

import pyoxigraph as ox

from publish.cube.columns_file.engine import EngineError, EngineOutOfMemory
from publish.cube.columns_file.release_columns import ReleaseColumns
from publish.sparql.cubes.answering import CubeAnswers, Found
from publish.sparql.cubes.plan import (
    ENGINE,
    FAILED,
    GRAPHS,
    MEMORY,
    Mistranslated,
    NeedsTriples,
    Plan,
)
from publish.sparql.cubes.term_columns import TermTable
from publish.sparql.workers.frames import NoAnswer

ALL = 1 << 62
"""More observations than any data set has: only those are asked that the store has not."""
FAULTS = (EngineError, Mistranslated, ArithmeticError, LookupError, RecursionError, TypeError)
"""What a fault in the columns, or in how a query is translated, raises."""
FAILURES = (*FAULTS, RuntimeError, ValueError)
"""The last two are raised for what is wrong with a query too, of which the store says the same."""


class ColumnQueries:
    """Answers queries from columns, with the way of the last one as ``plan``."""

    def __init__(self, store: ox.Store, settings: dict[str, Any], columns: ReleaseColumns) -> None:
        of_columns, self._base = settings["columns"], settings["base"]
        self._release = Path(of_columns["release"])
        self._left_out: dict[str, str] = of_columns["left-out"]
        fewest = of_columns["from"]
        self._answers = CubeAnswers(
            self._release,
            store,
            memory=settings["memory"] // 2,
            fewest=ALL if fewest is None else fewest,
            columns=columns,
            is_whole=not self._left_out,
        )
        self.plan = Plan(ENGINE, None)
        if self._left_out:  # what is asked of these has to be known of the first query too
            self.warm_up()

    def warm_up(self) -> None:
        """Open what the first query would have to wait for; that one tells what is wrong."""
        self._answers.warm_up()

    def answer(self, job: dict[str, Any], *, in_table: bool) -> Found | TermTable | None:
        """Return what a query finds, or None for one that the store is to be asked.

        With ``in_table`` the rows of a SELECT may come as texts, which can be written as JSON.

        After an error of DuckDB the store is asked too if it has all observations. Raises NoAnswer
        or MemoryError.
        """
        graphs = {*job["default_graphs"], *job["named_graphs"]}
        self.plan = Plan(ENGINE, GRAPHS)
        if graphs:
            if left_out := [slug for graph, slug in self._left_out.items() if graph in graphs]:
                raise self._needs_triples(left_out, GRAPHS)
            return None
        if job["probe"] and not self._left_out:
            return None
        try:
            ask = self._answers.answer_in_table if in_table else self._answers.answer
            found = ask(job["text"], self._base)
            self.plan = self._answers.plan
        except NeedsTriples as error:
            raise self._needs_triples(error.slugs, error.why) from error
        except FAILURES as error:
            self._without_columns(error)
            return None
        return found

    def close(self) -> None:
        """Close the engine; the next query opens it anew."""
        self._answers.close()

    def _without_columns(self, error: Exception) -> None:
        """Leave a query to the store if that has all observations, else raise why not."""
        self.close()  # after an error a connection may refuse all that follows
        is_memory = isinstance(error, EngineOutOfMemory)
        self.plan = Plan(ENGINE, MEMORY if is_memory else FAILED)
        if isinstance(error, FAULTS) and not is_memory:
            print_exception(error)
        if not self._left_out:
            return
        if is_memory:
            raise MemoryError from error
        if not isinstance(error, FAULTS):
            raise error
        raise NoAnswer("columns", str(error)) from error

    def _needs_triples(self, slugs: Sequence[str], why: str) -> NoAnswer:
        """Return why there is no answer, with where all triples are."""
        dumps = [self._dump(slug) for slug in slugs]
        content = {"slugs": list(slugs), "why": why, "dumps": dumps}
        return NoAnswer("triples", json.dumps(content))

    def _dump(self, slug: str) -> str:
        """Return the address of the dump of a data set."""
        name = f"{slug}.nt"
        if not (self._release / "dumps" / name).exists():
            name += ".gz"
        return f"{(self._base or '').removesuffix('/sparql')}/dumps/{name}"
