"""Worlds some of whose observations are not in the store, asked the same as the whole worlds."""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyoxigraph as ox

from publish.sparql.cubes.answering import CubeAnswers
from publish.sparql.cubes.plan import NeedsTriples
from sameness.answers import of_columns, of_engine
from sameness.comparing import difference
from sameness.differential import MEMORY, QUICK, Different
from sameness.generating import Case
from sameness.syntax import Asked
from sameness.worlds import SLICE_HAS, SUM_OF, Cube, Iri, Term, Text, World
from sameness.writing import as_store, graphs_of, write_columns


@dataclass(kw_only=True)
class _Said:
    """What is said of the observations of a cube besides its columns."""

    others: set[str] = field(default_factory=set)
    sums: set[str] = field(default_factory=set)
    pointing: set[str] = field(default_factory=set)
    leading: set[str] = field(default_factory=set)


class PartlyStored:
    """A world of which the store lacks the observations of some cubes."""

    def __init__(self, world: World, left_out: set[str]) -> None:
        self.store = ox.Store()
        self._lines: dict[str, list[bytes]] = defaultdict(list)
        self._cubes = {cube.slug: cube for cube in world.cubes if cube.slug in left_out}
        self._said = {cube.slug: _Said() for cube in world.cubes}
        self._mentions = {SUM_OF.value}
        kept: list[str] = []
        for graph, triples in graphs_of(world):
            for subject, predicate, value in triples:
                line = f"{_term(subject)} {_term(predicate)} {_term(value)}"
                if not self._take(subject, predicate, value, line):
                    kept += [f"{line} .\n", f"{line} {_term(graph)} .\n"]
        self.store.load("".join(kept).encode(), format=ox.RdfFormat.N_QUADS)

    def _take(self, subject: Iri, predicate: Iri, value: Term, line: str) -> bool:
        """Keep a statement of an observation that is left out; return whether it is one."""
        of_subject, of_value = self._cube(subject), self._cube(value)
        if of_subject is not None:
            said = self._said[of_subject.slug]
            said.others.add(predicate.value)
            said.sums |= {SUM_OF.value} & {predicate.value}
            self._lines[subject.value].append(f"{line} .\n".encode())
        elif of_value is not None and predicate == SLICE_HAS:
            said = self._said[of_value.slug]
            said.pointing.add(predicate.value)
            said.leading.add(subject.value)
            self._lines[value.value].append(f"{line} .\n".encode())
        else:
            if of_value is not None:
                self._mentions.add(predicate.value)
            return False
        return True

    def _cube(self, term: Term) -> Cube | None:
        """Return the cube of an observation that is left out."""
        if isinstance(term, Text):
            return None
        found = (cube for cube in self._cubes.values() if term.value.startswith(cube.head))
        return next(found, None)

    def lines_of(
        self, connection: object, slug: str, codes: Sequence[tuple[str, ...]]
    ) -> Iterator[bytes]:
        """Yield the lines of observations."""
        del connection
        for one in codes:
            yield b"".join(self._lines[self._cubes[slug].head + "/".join(one)])

    def amend(self, path: Path) -> None:
        """Write into columns what is left out."""
        with duckdb.connect(str(path)) as connection:
            [(text,)] = connection.execute("SELECT content FROM about").fetchall()
            about = json.loads(text)
            about["mentions"] = sorted(self._mentions)
            for entry in about["cubes"]:
                self._amend(entry)
            connection.execute("UPDATE about SET content = ?", [json.dumps(about)])

    def _amend(self, entry: dict[str, Any]) -> None:
        slug = entry["slug"]
        if slug in self._cubes:
            said, cube = self._said[slug], self._cubes[slug]
            columns = {item["property"] for item in (*entry["dimensions"], *entry["measures"])}
            entry["in_store"], entry["graph"] = False, cube.graph.value
            entry["others"] = sorted(said.others - columns - _FUNCTIONAL)
            entry["sums"], entry["pointing"] = sorted(said.sums), sorted(said.pointing)
            entry["leading"], entry["slices"] = sorted(said.leading), None


_FUNCTIONAL = frozenset(
    {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "http://purl.org/linked-data/cube#dataSet",
        *(
            f"http://purl.org/linked-data/sdmx/2009/attribute#{name}"
            for name in ("unitMeasure", "obsStatus", "decimals")
        ),
    }
)


def _term(term: Term) -> str:
    if isinstance(term, Iri):
        return f"<{term.value}>"
    if term.language:
        return str(ox.Literal(term.value, language=term.language))
    datatype = ox.NamedNode(term.datatype) if term.datatype else None
    return str(ox.Literal(term.value, datatype=datatype))


def compare_left_out(case: Case, writer: duckdb.DuckDBPyConnection, tally: Counter[str]) -> None:
    """Ask a case of a world whose store lacks cubes. Raises Different.

    What is refused is no difference. The tally counts ways, and refusals by their reason.
    """
    world = case.world
    if world.default_graph != "union":
        return
    whole = as_store(world)
    slugs = [cube.slug for cube in world.cubes]
    chance = random.Random(len(whole))
    part = PartlyStored(world, set(chance.sample(slugs, chance.randint(1, len(slugs)))))
    with tempfile.TemporaryDirectory(dir=QUICK if QUICK.is_dir() else None) as folder:
        path = Path(folder) / "columns.duckdb"
        write_columns(world, path, writer)
        part.amend(path)
        answers = CubeAnswers(Path(folder), part.store, memory=MEMORY, fewest=0)
        answers.lines_of = part.lines_of
        try:
            for asked in case.asked:
                tally[_compare(asked, whole, part.store, answers)] += 1
        finally:
            answers.close()


def _compare(asked: Asked, whole: ox.Store, store: ox.Store, answers: CubeAnswers) -> str:
    """Return the way of a query. Raises Different."""
    try:
        answers.answer(asked.text, asked.base)
    except NeedsTriples as error:
        return f"refused: {error.why}"
    except (SyntaxError, ValueError, RuntimeError, OSError):
        pass  # which is compared as an answer is
    found = of_columns(answers, asked)
    way = answers.plan.way
    if found is None:
        found = of_engine(store, asked.text, asked.base)
    expected = of_engine(whole, asked.text, asked.base)
    if problem := difference(asked, found, expected, lambda text: of_engine(whole, text)):
        raise Different(f"left out, {way}", problem, asked)
    return way
