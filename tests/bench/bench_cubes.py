"""SPARQL on columns, over HTTP, beside DuckDB alone and oxigraph: `SIZE=1e6 make bench`.

Each kind of question is asked of our server, of DuckDB itself on the same file of columns (two
threads, in a process of its own, until the rows are in Python) and of ``oxigraph
serve-read-only`` on the same triples, in turns, all warm; every time with other codes and in
another spelling, so that no cache knows it. The answers of the three are compared: a difference
ends the measurement. Small queries that touch no cube are asked of a server with and without
columns. How time grows is measured on columns that are made larger, which are not in the store.

`SIZE=1e7` measures growth to there; the triples of so many observations are not made.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import re
import shutil
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench_dumps import SIZE
from bench_serving import BIN, free_port, running
from cube_answers import differs_from_columns, differs_from_engine
from cube_contestants import Answer, DuckDB, Endpoint, duckdb_alone
from cube_questions import KINDS, Asking, Cube, Question, read_cube
from cube_spelling import WAYS
from large_cube import COLUMNS, enlarge_columns
from many_faults import make_project
from sparql_server import Server, memory_of, project_over, serving

from publish.project.project import read_project
from publish.release.build import build

ROUNDS = 14
"""Times that each kind is asked after two that warm up: each way of spelling twice."""
PATIENCE = 40.0
"""Seconds of one kind after which oxigraph, or our server, is asked no more; once it always is."""
SMALL_ROUNDS = 300
MOST = 1_000_000
"""Observations of the largest cube whose triples are made too."""
FLAGS: dict[str, object] = {
    "access-log": "off",
    "deadline": 900,
    "slow-after": 600,
    "per-client": 100,
    "rows": 10_000_000,
}
QUICK = ("mean in a quarter", "mean in a quarter, labels", "ten largest, labels")


@dataclass(kw_only=True)
class Times:
    """What a kind of question took, in milliseconds, and the ways it went."""

    ours: list[float] = field(default_factory=list)
    duckdb: list[float] = field(default_factory=list)
    oxigraph: list[float] = field(default_factory=list)
    plans: set[str] = field(default_factory=set)

    @property
    def over(self) -> float:
        """Return by how much ours is above twice DuckDB."""
        return _median(self.ours) - 2 * _median(self.duckdb)

    @property
    def quicker(self) -> float:
        """Return how many times ours is as quick as oxigraph."""
        return _median(self.oxigraph) / _median(self.ours)


def bench_cubes(folder: Path) -> None:
    """Print the times of every kind, and which of the demands hold."""
    places, quarters = _shape(min(SIZE, MOST))
    made = make_project(folder / "cube", places=places, quarters=quarters, faults=0)
    release, _ = build(read_project(made.root))
    measure(release, folder)


def measure(release: Path, folder: Path) -> None:
    """Measure on a release that has the large cube, and print what was found."""
    cube = read_cube(release / COLUMNS)
    print(
        f"questions to a cube of {cube.observations:,} observations,"
        f" {len(cube.axes) - 1} dimensions"
    )
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_server(release, folder / "served"))
        bare = stack.enter_context(
            _server(release, folder / "bare", **{"query-columns-from": "off"})
        )
        alone = stack.enter_context(duckdb_alone(release / COLUMNS))
        port = free_port()
        command = [str(BIN / "oxigraph"), "serve-read-only", "--location", str(release / "store")]
        stack.enter_context(running([*command, "--bind", f"127.0.0.1:{port}"], port))
        oxigraph = Endpoint(port, "/query")
        small = _bench_small(Endpoint(server.port, "/sparql"), Endpoint(bare.port, "/sparql"), cube)
        idle = _largest_worker(bare, release)
        ours = Endpoint(server.port, "/sparql")
        print_head()
        times = {}
        for kind, taken in ask_kinds(cube, ours, alone, oxigraph, kinds=_wanted()):
            times[kind] = taken
            print_times(kind, taken)
        time.sleep(1)
        grown, of_duckdb = _largest_worker(server, release) - idle, alone.growth()
    growth = _bench_growth(release, folder)
    size = sum(
        path.stat().st_size
        for path in release.rglob("*")
        if path.is_file() and path.relative_to(release).parts[0] not in ("dumps", "store")
    )
    million = cube.observations / 1e6
    print(
        f"  a worker grew by {grown / 1e6:.0f} MB, DuckDB alone by {of_duckdb / 1e6:.0f} MB (PSS)"
    )
    print(f"  the release without dumps and store: {size / 1e6:.1f} MB")
    print_demands(
        times,
        {
            "a worker's growth beyond DuckDB, below 50 MB for 10^6": (
                (grown - of_duckdb) / 1e6 < 50 * max(million, 1),
                f"{(grown - of_duckdb) / 1e6:.0f} MB",
            ),
            "release without dumps and store, below 100 MB": (size < 100e6, f"{size / 1e6:.1f} MB"),
            "small queries are not slower": (small < 1.05, f"{small:.2f} times"),
            "time grows no faster than linearly": (
                max(growth.values()) <= 10,
                ", ".join(f"{kind} {ratio:.1f}" for kind, ratio in growth.items()),
            ),
        },
    )


def ask_kinds(
    cube: Cube,
    ours: Endpoint,
    alone: DuckDB,
    oxigraph: Endpoint | None,
    *,
    rounds: int = ROUNDS,
    kinds: Iterable[str] = tuple(KINDS),
) -> Iterator[tuple[str, Times]]:
    """Ask kinds in turns and in every way of spelling; yield the times of each kind."""
    chance = random.Random(time.time_ns())
    for kind in kinds:
        times = Times()
        ways = itertools.cycle(chance.sample(WAYS, len(WAYS)))
        for number in range(-2, rounds):
            question = KINDS[kind](Asking(cube, chance, next(ways)))
            is_first = number < 0 or not times.ours
            answer = None
            # Who comes first finds the caches of the processors as others have left them.
            columns = alone.ask(question.sql) if number % 2 else None
            if is_first or sum(times.ours) < PATIENCE * 1000:
                answer = ours.ask(question.text)
            columns = columns or alone.ask(question.sql)
            theirs = None
            if oxigraph and answer and (number == 0 or 0 < sum(times.oxigraph) < PATIENCE * 1000):
                theirs = oxigraph.ask(question.text)
            _compare(cube, question, answer, columns, theirs)
            if number < 0:
                continue
            times.duckdb.append(columns.seconds * 1000)
            if answer:
                times.ours.append(answer.seconds * 1000)
                times.plans.add(answer.plan.partition(";scanned")[0])
            if theirs:
                times.oxigraph.append(theirs.seconds * 1000)
        yield kind, times


def _wanted() -> list[str]:
    """Return the kinds that are asked: all, or those in whose names the pattern KIND is found."""
    wanted = os.environ.get("KIND", "")
    return [kind for kind in KINDS if re.search(wanted, kind)]


def _compare(
    cube: Cube, question: Question, ours: Answer | None, columns: Answer, theirs: Answer | None
) -> None:
    if ours is None:
        return
    wrong = differs_from_columns(cube, question, ours.body, columns.body)
    wrong = wrong or (theirs is not None and differs_from_engine(question, ours.body, theirs.body))
    if wrong:
        raise SystemExit(
            f"the answers differ, the measurement is void: {wrong}\n{ours.plan}\n{question.text}"
        )


# -- What is printed -----------------------------------------------------------------------------


def print_head() -> None:
    """Print what the columns of the table are."""
    print(
        f"  {'kind':26} {'ours':>8} {'DuckDB':>8} {'ratio':>6} {'-2xDuck':>8}"
        f" {'oxigraph':>9} {'times':>7}  ways",
        flush=True,
    )


def print_times(kind: str, taken: Times) -> None:
    """Print a line of the table: medians in milliseconds, and what they are to each other."""
    ours, alone = _median(taken.ours), _median(taken.duckdb)
    other = f"{_median(taken.oxigraph):9.1f} {taken.quicker:7.1f}" if taken.oxigraph else " " * 17
    print(
        f"  {kind:26} {ours:8.2f} {alone:8.2f} {ours / alone:6.1f} {taken.over:8.2f} {other}"
        f"  {', '.join(sorted(taken.plans))}",
        flush=True,
    )


def print_demands(times: dict[str, Times], others: dict[str, tuple[bool, str]]) -> None:
    """Print which of the demands hold."""
    demands: dict[str, tuple[bool, str]] = {}

    def bound(kind: str, most: float, what: str, value: float) -> None:
        if kind in times:
            demands[f"{kind}: {what}"] = (value <= most, f"{value:.2f}")

    def quicker(kind: str, least: float) -> None:
        if kind in times and times[kind].oxigraph:
            value = times[kind].quicker
            demands[f"{kind}: at least {least:g} x oxigraph"] = (value >= least, f"{value:.1f}")

    least_whole, least_fixed = (200, 50) if SIZE >= MOST else (1, 1)
    for kind, least in (("sum by quarter", least_whole), *((name, least_fixed) for name in QUICK)):
        if kind in times:
            bound(kind, 3, "2 x DuckDB + 3 ms", times[kind].over)
            quicker(kind, least)
    for kind, most in (("one series, labels", 10), ("one look-up", 5), ("look-up by IRI", 5)):
        if kind in times:
            bound(kind, most, f"at most {most} ms", _median(times[kind].ours))
            quicker(kind, 1)
    if (kind := "duplicate keys") in times:
        ratio = _median(times[kind].ours) / _median(times[kind].duckdb)
        bound(kind, 3, "3 x DuckDB", ratio)
        quicker(kind, 1)
    for text, (holds, value) in (demands | others).items():
        print(f"  {'holds' if holds else 'FAILS':6} {text}: {value}")


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")


# -- Small queries, and growth -------------------------------------------------------------------

SMALL = (
    "SELECT ({n} AS ?n) {{}}",
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT ?code ?label "
    '{{ ?code skos:inScheme <{list}> ; skos:prefLabel ?label FILTER(LANG(?label) = "nl") }} # {n}',
    "PREFIX qb: <http://purl.org/linked-data/cube#> PREFIX dct: <http://purl.org/dc/terms/> "
    "SELECT ?dataSet ?title {{ ?dataSet a qb:DataSet ; dct:title ?title }} ORDER BY ?title # {n}",
    "SELECT ?p ?o {{ <{code}> ?p ?o }} # {n}",
    "PREFIX qb: <http://purl.org/linked-data/cube#> SELECT ?d ?c {{ ?d a qb:DimensionProperty "
    "OPTIONAL {{ ?d qb:codeList ?c }} }} # {n}",
)
"""Queries that touch no observation; ``n`` is new every time."""


def _bench_small(ours: Endpoint, bare: Endpoint, cube: Cube) -> float:
    """Print what small queries cost with columns and without; return the largest ratio."""
    code = cube.axes["leeftijd"].codes[0]
    list_ = code.rpartition("/")[0].replace("/concept/", "/conceptscheme/")
    worst = 0.0
    for template in SMALL:
        mine: list[float] = []
        theirs: list[float] = []
        for number in range(SMALL_ROUNDS):
            turns = [(ours, mine), (bare, theirs)]
            for endpoint, times in turns if number % 2 else turns[::-1]:
                text = template.format(n=time.time_ns(), list=list_, code=code)
                times.append(endpoint.ask(text).seconds * 1000)
        # The quick ones: of what is this short, others on the machine make most of the rest.
        quick, bare_ = (statistics.quantiles(times, n=4)[0] for times in (mine, theirs))
        worst = max(worst, quick / bare_)
        print(f"  a small query {quick:.2f} ms, without columns {bare_:.2f}: {quick / bare_:.2f}")
    return worst


GROWING = (
    "sum by quarter",
    "mean in a quarter",
    "ten largest, labels",
    "one look-up",
    "duplicate keys",
)


def _bench_growth(release: Path, folder: Path) -> dict[str, float]:
    """Print the times on larger and larger columns; return the largest growth at ten times more."""
    base = read_cube(release / COLUMNS).observations
    sizes = [base * 10**power for power in range(3) if base * 10**power <= max(12 * SIZE, 1.2e6)]
    found: dict[str, list[float]] = {kind: [] for kind in GROWING}
    for size in sizes:
        target = folder / f"grown-{size}"
        large = enlarge_columns(release, target, size) if size > base else release
        cube = read_cube(large / COLUMNS)
        with _server(large, target / "served") as server, duckdb_alone(large / COLUMNS) as alone:
            ours = Endpoint(server.port, "/sparql")
            times = dict(ask_kinds(cube, ours, alone, None, rounds=7, kinds=GROWING))
        for kind in GROWING:
            found[kind].append(_median(times[kind].ours))
        shutil.rmtree(target, ignore_errors=True)
    for kind, taken in found.items():
        told = ", ".join(f"{one:.1f} ms" for one in taken)
        print(f"  {kind} at {', '.join(f'{size:,}' for size in sizes)}: {told}")
    return {
        kind: max(later / earlier for earlier, later in itertools.pairwise(taken))
        for kind, taken in found.items()
    }


@contextlib.contextmanager
def _server(release: Path, folder: Path, **flags: object) -> Iterator[Server]:
    folder.mkdir(parents=True)
    with serving(project_over(release, folder), FLAGS | flags) as server:
        yield server


def _largest_worker(server: Server, release: Path) -> int:
    """Return the memory of the largest worker (PSS)."""
    return max(map(memory_of, server.workers(release)))


def _shape(observations: int) -> tuple[int, int]:
    """Return how many places and quarters make about so many observations, 120 to each pair."""
    pairs = observations / 120
    places = max(25, round((pairs * 0.82) ** 0.5)) if observations > 100_000 else 25
    return places, max(1, -(-round(pairs) // places))
