"""One case asked of columns, of the engine and of rdflib, and what came of it."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import duckdb
import pyoxigraph as ox

from publish.sparql.cubes import components, whole
from publish.sparql.cubes.answering import CubeAnswers
from publish.sparql.cubes.rewriting import in_part
from publish.sparql.cubes.tree import alternatives
from sameness.answers import Outcome, of_columns, of_engine, of_rdflib
from sameness.comparing import agrees_with_rdflib, difference
from sameness.generating import Case
from sameness.syntax import Asked
from sameness.worlds import World
from sameness.writing import as_rdflib, as_store, write_columns

MEMORY = 256 << 20
QUICK = Path("/dev/shm")
"""A folder in memory, where there is one."""
MOST_FOR_RDFLIB = 1500
"""Rows that a naive engine may go through in a query that rdflib is asked too."""


FORMS = frozenset({"rows", "grouped", "subquery", "ASK", "CONSTRUCT", "DESCRIBE"})
_NUMBERS = re.compile(r"[0-9]+")


class Different(AssertionError):
    """Columns answer otherwise than the engine."""

    def __init__(self, way: str, problem: str, asked: Asked) -> None:
        super().__init__(f"{way}: {problem}\n{asked.text}")
        form = sorted(asked.kinds & FORMS) or ["wrong"]
        self.kind = f"{way}, {form[0]}: {_NUMBERS.sub('…', problem)[:24]}"
        """What others that differ in the same way have too."""


@dataclass(kw_only=True)
class Tally:
    """What the queries of a run were answered by, and how rdflib agreed."""

    queries: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    rdflib: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    kinds_by_way: Counter[str] = field(default_factory=Counter)
    empty: int = 0

    def add(self, other: dict[str, object]) -> None:
        """Add the tally of another run, as ``vars`` gives it."""
        for name, value in other.items():
            mine = getattr(self, name)
            if isinstance(value, int):
                setattr(self, name, mine + value)
            else:
                mine.update(value)

    def share(self, way: str) -> float:
        """Return the share of queries that went a way."""
        return self.ways[way] / max(1, self.queries)


@dataclass(kw_only=True)
class Opened:
    """A world whose columns are opened."""

    world: World
    store: ox.Store
    answers: CubeAnswers

    def ask(self, text: str) -> Outcome:
        """Ask the engine."""
        return of_engine(self.store, text)


SMALL: dict[str, tuple[ModuleType, str, int]] = {
    "rows in part": (in_part, "MOST_IN_PART", 5),
    "codes": (components, "MOST_CODES", 2),
    "rows on codes": (components, "MOST_ROWS", 3),
    "whole rows": (whole, "MOST_ROWS", 4),
    "alternatives": (alternatives, "MOST", 2),
}
"""Bounds by name, each with a value that small worlds reach."""


@contextmanager
def open_world(
    world: World,
    writer: duckdb.DuckDBPyConnection,
    fewest: int = 0,
    bounds: Sequence[str] = (),
) -> Iterator[Opened]:
    """Yield a world whose columns are written with a connection and opened.

    Stars of fewer observations than ``fewest`` are left to the engine, and ``bounds`` are small.
    """
    store = as_store(world)
    usual = [(*SMALL[name][:2], getattr(*SMALL[name][:2])) for name in bounds]
    with tempfile.TemporaryDirectory(dir=QUICK if QUICK.is_dir() else None) as folder:
        write_columns(world, Path(folder) / "columns.duckdb", writer)
        answers = CubeAnswers(Path(folder), store, memory=MEMORY, fewest=fewest)
        for name in bounds:
            setattr(*SMALL[name])
        answers.warm_up()
        try:
            yield Opened(world=world, store=store, answers=answers)
        finally:
            for bound in usual:
                setattr(*bound)
            answers.close()


def compare(opened: Opened, asked: Asked, tally: Tally) -> None:
    """Ask one query of columns and of the engine. Raises Different."""
    tally.queries += 1
    found = of_columns(opened.answers, asked)
    plan = opened.answers.plan
    way = plan.way if found is not None else "engine"
    tally.ways[way] += 1
    if found is None:
        tally.reasons[str(plan.why)] += 1
    for kind in asked.kinds:
        tally.kinds[kind] += 1
        tally.kinds_by_way[f"{kind} {way}"] += 1
    if found is None:
        return
    expected = of_engine(opened.store, asked.text, asked.base)
    tally.empty += expected.form == "rows" and not expected.rows
    if problem := difference(asked, found, expected, opened.ask):
        raise Different(way, problem, asked)


def compare_case(
    case: Case, writer: duckdb.DuckDBPyConnection, tally: Tally, with_rdflib: bool = False
) -> None:
    """Ask all queries of a case. Raises Different for the first that differs."""
    with open_world(case.world, writer, case.fewest, case.bounds) as opened:
        for asked in case.asked:
            compare(opened, asked, tally)
        if with_rdflib:
            _ask_rdflib(case, opened, tally)


def _ask_rdflib(case: Case, opened: Opened, tally: Tally) -> None:
    graph = as_rdflib(case.world)
    for asked in case.asked:
        has_graph = {"graph", "code-graph"} & asked.kinds
        if has_graph or asked.cost > MOST_FOR_RDFLIB or asked.query is None:
            continue
        expected = of_engine(opened.store, asked.text, asked.base)
        how = agrees_with_rdflib(asked, expected, of_rdflib(graph, asked))
        tally.rdflib[how] += 1
        if how != "same":
            tally.rdflib.update(f"{how}: {kind}" for kind in asked.kinds)
