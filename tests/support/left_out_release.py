"""A release some of whose observations are not in its store, beside the same one with all."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyoxigraph as ox
from built import Built

from publish.cube.columns_file.names import QUERY_COLUMNS
from publish.sparql.cubes.answering import CubeAnswers, Found

MEMORY = 256 << 20


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Two stores, and what answers queries on the one that lacks observations."""

    base: str
    whole: ox.Store
    store: ox.Store
    answers: CubeAnswers

    def ask(self, text: str) -> Found:
        """Return the answer where observations are left out. Raises NeedsTriples."""
        found = self.answers.answer(text, self.base)
        return self.store.query(text, base_iri=self.base) if found is None else found

    def expected(self, text: str) -> Found:
        """Return the answer where nothing is."""
        return self.whole.query(text, base_iri=self.base)


def leave_out(built: Built, slugs: Iterable[str], target: Path) -> LeftOut:
    """Copy what a release has of columns into a folder, and leave data sets out of its store."""
    left = frozenset(slugs)
    dumps = built.folder / "dumps"
    (target / "dumps").mkdir(parents=True)
    for slug in left:
        shutil.copyfile(dumps / f"{slug}.parquet", target / "dumps" / f"{slug}.parquet")
    shutil.copyfile(built.folder / QUERY_COLUMNS, target / QUERY_COLUMNS)
    with duckdb.connect(str(target / QUERY_COLUMNS)) as connection:
        [(text,)] = connection.execute("SELECT content FROM about").fetchall()
        about = json.loads(text)
        for cube in about["cubes"]:
            cube["in_store"] = cube["slug"] not in left
        connection.execute("UPDATE about SET content = ?", [json.dumps(about)])
    heads = {cube["slug"]: f"<{cube['head']}" for cube in about["cubes"] if cube["slug"] in left}
    whole, store = ox.Store(), ox.Store()
    for graph in built.manifest["graphs"]:
        name = graph["name"].rpartition("/")[2]
        lines = built.lines(name)
        head = heads.get(name, "\0")
        kept = [line for line in lines if not _is_of(head, *line.split(" ", 2))]
        for target_, chosen in ((whole, lines), (store, kept)):
            quads = (f"{line}\n{line[:-1]}<{graph['name']}> .\n" for line in chosen)
            target_.load("".join(quads).encode(), format=ox.RdfFormat.N_QUADS)
    answers = CubeAnswers(target, store, memory=MEMORY, fewest=1 << 62)
    return LeftOut(base=f"{built.base}/sparql", whole=whole, store=store, answers=answers)


def _is_of(head: str, subject: str, _: str, value: str) -> bool:
    """Return whether a statement of the graph of a data set is one of its observations."""
    return subject.startswith(head) or value.startswith(head)


def comparable(found: Found) -> object:
    """Return an answer without its order."""
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return Counter(map(str, found))
    names = tuple(variable.value for variable in found.variables)
    return names, Counter(tuple(map(str, solution)) for solution in found)
