"""Queries on columns in the processes of a pool: every limit of queries holds there too."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from built import built
from small_project import PLAIN, PLAIN_TABLE, make_small_project

from publish.cube.columns_file.names import QUERY_COLUMNS
from publish.sparql.cubes.asked import AskedColumns
from publish.sparql.query.errors import NeedsAllTriples, OutOfMemory, QueryFailed
from publish.sparql.query.limits import Limits
from publish.sparql.workers.answers import Answer, Question
from publish.sparql.workers.pool import QueryPool

TIMES = 1_500_000
OBSERVATIONS = 4 * TIMES
BASE = "https://data.example.org"
GRAPH = f"{BASE}/id/graaf/proef"
STAR = (
    f"?o <http://purl.org/linked-data/cube#dataSet> <{BASE}/id/dataset/proef> ; "
    f"<{BASE}/ns/proef#kwartaal> ?k ; <{BASE}/ns/proef#leeftijd> ?a ; <{BASE}/ns/proef#aantal> ?v"
)
SUM = f"SELECT (SUM(?v) AS ?s) {{ {STAR} }}"
VALUES = 1_000_003
SUM_OF_VALUES = 4 * sum(number % VALUES for number in range(TIMES))
LONG = f"SELECT ?k ?a (COUNT(DISTINCT ?v) AS ?n) {{ {STAR} }} GROUP BY ?k ?a"
"""Half a second on columns, and more than the least memory: nearly all values are different."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of four observations, which its columns have many times, with other values."""
    folder = tmp_path_factory.mktemp("columns")
    project = make_small_project(folder)
    project.table(PLAIN_TABLE)
    project.mapping(PLAIN)
    whole = built(project.read()).folder
    many = folder / "many"
    shutil.copytree(whole, many, copy_function=os.link)
    (many / QUERY_COLUMNS).unlink()
    with duckdb.connect(str(many / QUERY_COLUMNS)) as connection:
        connection.execute(f"ATTACH '{whole / QUERY_COLUMNS}' AS old (READ_ONLY)")
        [(content,)] = connection.execute("SELECT content FROM old.about").fetchall()
        about = json.loads(content)
        [cube] = about["cubes"]
        cube |= {"observations": OBSERVATIONS, "in_store": False}
        connection.execute(
            f"CREATE TABLE {cube['table']} AS "
            f"SELECT cubes.* REPLACE (n % {VALUES} AS value) "
            f"FROM old.{cube['table']} AS cubes, range({TIMES}) AS r(n)"
        )
        connection.execute("CREATE TABLE codes AS FROM old.codes")
        connection.execute("CREATE TABLE about AS SELECT ?::VARCHAR content", [json.dumps(about)])
    return many


def run(
    release: Path,
    limits: Limits,
    use: Callable[[QueryPool], Awaitable[None]],
    *,
    is_in_store: bool = False,
) -> None:
    """Use a pool on the columns of a release."""
    left_out = {} if is_in_store else {GRAPH: "proef"}

    async def whole() -> None:
        pool = QueryPool(
            release / "store",
            limits=replace(limits, workers=1),
            base=f"{BASE}/sparql",
            columns=AskedColumns(release=release, fewest=0, left_out=left_out),
        )
        await pool.start()
        try:
            await use(pool)
        finally:
            await pool.close()

    asyncio.run(whole())


async def answer_of(pool: QueryPool, text: str) -> tuple[str, str]:
    """Return an answer as CSV with its plan, or the name of the error and its sentence."""
    try:
        answer: Answer = await pool.ask(Question(text=text, result_type="text/csv"))
    except QueryFailed as error:
        return type(error).__name__, str(error)
    with closing(answer.spool) as spool:
        return b"".join(spool.chunks()).decode(), answer.plan


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def answer_until(pool: QueryPool, text: str) -> None:
    """Ask until there is an answer, as a worker that opens its columns may be too slow for it."""
    end = time.monotonic() + 10
    while (await answer_of(pool, text))[0] == "TimedOut":
        assert time.monotonic() < end


async def all_is_well(pool: QueryPool) -> None:
    """Hold that the next query is answered from columns."""
    answer, plan = await answer_of(pool, SUM)
    assert answer == f"s\r\n{SUM_OF_VALUES}\r\n"
    assert plan.startswith(f"columns;scanned={OBSERVATIONS};")


def test_end_query_on_columns_at_the_deadline(release: Path) -> None:
    """A query that takes too long on columns is ended, with its worker, as any other."""

    async def use(pool: QueryPool) -> None:
        await answer_until(pool, SUM)
        before = pool.processes()
        started = time.monotonic()
        assert (await answer_of(pool, LONG))[0] == "TimedOut"
        assert time.monotonic() - started < 3
        await answer_until(pool, SUM)
        assert pool.processes() != before

    run(release, Limits(deadline=0.4, slow_after=0.3), use)


@pytest.mark.parametrize(
    ("limits", "text", "said"),
    [
        (Limits(rows=1000), f"SELECT ?v {{ {STAR} }} LIMIT 2000", "1,000"),
        (Limits(answer_bytes=4096), f"SELECT ?v {{ {STAR} }} LIMIT 3000", "4 KB"),
    ],
)
def test_bound_answers_from_columns(release: Path, limits: Limits, text: str, said: str) -> None:
    """Rows and bytes of an answer from columns are bounded."""

    async def use(pool: QueryPool) -> None:
        name, sentence = await answer_of(pool, text)
        assert (name, said in sentence) == ("AnswerTooLarge", True), sentence
        await all_is_well(pool)

    run(release, limits, use)


@pytest.mark.slow
def test_end_cancelled_query_on_columns(release: Path) -> None:
    """When its client leaves, a query on columns is ended and its worker replaced."""

    async def use(pool: QueryPool) -> None:
        asked = asyncio.ensure_future(answer_of(pool, LONG))
        await asyncio.sleep(0.25)
        asked.cancel()
        started = time.monotonic()
        await all_is_well(pool)
        assert time.monotonic() - started < 3
        assert pool.replaced == 1

    run(release, Limits(slow_after=10), use)


@pytest.mark.slow
def test_replace_worker_that_died_on_columns(release: Path) -> None:
    """A worker that dies while columns are read costs its own query alone."""

    async def use(pool: QueryPool) -> None:
        await all_is_well(pool)
        asked = asyncio.ensure_future(answer_of(pool, LONG))
        await asyncio.sleep(0.25)
        os.kill(pool.processes()[0], signal.SIGSEGV)
        assert (await asked)[0] == "WorkerLost"
        await all_is_well(pool)

    run(release, Limits(slow_after=10), use)


@pytest.mark.slow
def test_bound_memory_of_columns(release: Path) -> None:
    """A query that needs too much memory on columns is told so, and the next one is answered."""

    async def use(pool: QueryPool) -> None:
        await all_is_well(pool)
        name, sentence = await answer_of(pool, LONG)
        assert (name, "64 MB" in sentence) == (OutOfMemory.__name__, True), sentence
        await all_is_well(pool)

    run(release, Limits(memory=64 << 20), use)


@pytest.mark.slow
def test_lower_priority_of_slow_query_on_columns(release: Path) -> None:
    """All threads of a slow query give way to others; those of the next one do not."""

    def niceness(pool: QueryPool) -> list[int]:
        tasks = [path for pid in pool.processes() for path in Path(f"/proc/{pid}/task").iterdir()]
        return sorted(os.getpriority(os.PRIO_PROCESS, int(path.name)) for path in tasks)

    async def use(pool: QueryPool) -> None:
        await all_is_well(pool)
        await until(lambda: set(niceness(pool)) == {0} and pool.free == 1)
        asked = asyncio.ensure_future(answer_of(pool, LONG))
        while not pool.slow:
            await asyncio.sleep(0.01)
        assert niceness(pool).count(10) > 2
        await asked
        await all_is_well(pool)
        await until(lambda: set(niceness(pool)) == {0})

    run(release, Limits(slow_after=0.1, deadline=60), use)


def test_ask_the_store_when_columns_cannot_be_read(release: Path, tmp_path: Path) -> None:
    """Without its columns a query is answered by the store if that has all, and else not at all."""
    broken = tmp_path / "release"
    shutil.copytree(release, broken, copy_function=os.link)
    (broken / QUERY_COLUMNS).unlink()
    (broken / QUERY_COLUMNS).write_bytes(b"no database" * 1000)

    async def use(pool: QueryPool) -> None:
        assert await answer_of(pool, SUM) == ("s\r\n10\r\n", 'engine;why="failed"')

    async def cannot(pool: QueryPool) -> None:
        name, sentence = await answer_of(pool, SUM)
        assert (name, "columns" in sentence) == ("WorkerLost", True), sentence

    run(broken, Limits(), use, is_in_store=True)
    run(broken, Limits(), cannot)


def test_need_triples_of_a_graph_that_is_left_out(release: Path) -> None:
    """Who names the graph of a data set that the store has not is told what to do."""

    async def use(pool: QueryPool) -> None:
        with pytest.raises(NeedsAllTriples) as caught:
            await pool.ask(Question(text=SUM, default_graphs=(GRAPH,)))
        for text in (str(caught.value.sentence), caught.value.sentence.nl):
            assert '"proef"' in text
            assert f"{BASE}/dumps/proef.nt" in text
        assert (caught.value.status, caught.value.outcome) == (422, "refused")
        await pool.ask(Question(text=SUM, default_graphs=(f"{GRAPH}-2",)))

    run(release, Limits(), use)
