"""SPARQL in worker processes: a real store, real processes, real signals."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from query_pool import ask, pool_in_thread
from query_store import EX, RUNAWAY, is_alive, make_store, wait_gone

from publish.faults.fault import Words
from publish.sparql.query.errors import (
    AnswerTooLarge,
    BadGraphName,
    Busy,
    CannotEvaluate,
    NotAcceptable,
    OutOfMemory,
    QueryFailed,
    QuerySyntax,
    TimedOut,
    WorkerLost,
)
from publish.sparql.query.limits import Limits
from publish.sparql.workers import forkserver_client, scheduler
from publish.sparql.workers.answers import Question
from publish.sparql.workers.pool import QueryPool

XSD_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
CSV = "text/csv"
XML = "application/sparql-results+xml"
HALF_A_SECOND = "SELECT (SUM(STRLEN(STR(?c))) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?c < 500) }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("queries") / "store")


@pytest.fixture(scope="module")
def pool(store: Path) -> Iterator[QueryPool]:
    limits = Limits(workers=2, deadline=20, slow_after=0.3, rows=5000, answer_bytes=2_000_000)
    with pool_in_thread(store, limits=limits, prefixes={"ex": EX}) as pool:
        yield pool


def text_of(pool: QueryPool, text: str, **how: Any) -> str:
    """Return the body of an answer, as text."""
    question = Question(text=text, **{"result_type": CSV, **how})
    with closing(ask(pool, question).spool) as spool:
        return b"".join(spool.chunks()).decode()


def run(store: Path, limits: Limits, use: Callable[[QueryPool], Awaitable[None]]) -> None:
    """Use a pool on a loop of its own."""

    async def whole() -> None:
        pool = QueryPool(store, limits=limits)
        await pool.start()
        try:
            await use(pool)
        finally:
            await pool.close()

    asyncio.run(whole())


async def outcome(pool: QueryPool, text: str) -> str:
    """Return an answer, or the name of the error."""
    try:
        answer = await pool.ask(Question(text=text, result_type=CSV))
    except QueryFailed as error:
        return type(error).__name__
    with closing(answer.spool) as spool:
        assert spool.body is not None
        return spool.body.decode()


def test_ask_select(pool: QueryPool) -> None:
    """A SELECT comes whole, in the media type asked for, with its rows counted."""
    question = Question(text=f"SELECT ?o {{ <{EX}7> ?p ?o }}", result_type=CSV)
    started = time.monotonic()
    answer = ask(pool, question)
    taken = time.monotonic() - started
    with closing(answer.spool) as spool:
        assert spool.body == b"o\r\n7\r\n"
        assert (answer.form, spool.length, answer.rows, answer.volatile) == ("select", 6, 1, False)
        assert answer.seconds is not None
        assert 0 < answer.seconds < taken


def test_ask_takes_type_of_the_form(pool: QueryPool) -> None:
    """The form of the query decides which of the two media types counts."""
    question = Question(
        text=f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?s = <{EX}7>) }}",
        result_type="text/csv",
        graph_type="application/n-triples",
    )
    answer = ask(pool, question)
    with closing(answer.spool) as spool:
        assert spool.body == f'<{EX}7> <{EX}p> "7"^^<{XSD_INTEGER}> .\n'.encode()
        assert (answer.form, answer.rows) == ("graph", 1)


def test_ask_turtle_uses_prefixes(pool: QueryPool) -> None:
    """Turtle is written with the prefixes of the pool."""
    text = f"CONSTRUCT {{ <{EX}7> ?p ?o }} WHERE {{ <{EX}7> ?p ?o }}"
    assert "ex:7 ex:p 7" in text_of(pool, text, graph_type="text/turtle")


def test_ask_compressed(pool: QueryPool) -> None:
    """An answer comes compressed when that is asked for, byte for byte the same each time."""
    question = Question(text="SELECT ?o { ?s ?p ?o }", result_type=CSV, coding="gzip")
    answer = ask(pool, question)
    with closing(answer.spool) as spool, closing(ask(pool, question).spool) as again:
        assert spool.body is not None
        assert spool.body == again.body
        assert spool.length == len(spool.body)
        assert len(gzip.decompress(spool.body).split()) == 3001 == answer.rows + 1


def test_ask_large_answer_keeps_it_in_a_file(pool: QueryPool) -> None:
    """An answer above a megabyte is not kept in memory, and is read as often as one likes."""
    repeated = ", ".join(["STR(?s)"] * 18)
    question = Question(text=f"SELECT (CONCAT({repeated}) AS ?t) {{ ?s ?p ?o }}", result_type=CSV)
    with closing(ask(pool, question).spool) as spool:
        assert spool.body is None
        parts = [b"".join(spool.chunks()) for _ in range(2)]
    assert parts[0] == parts[1]
    assert len(parts[0]) == spool.length > 1 << 20
    assert parts[0].count(b"\r\n") == 3001


def test_ask_tells_what_is_volatile(pool: QueryPool) -> None:
    """An answer says whether the same query may be answered otherwise."""
    answer = ask(pool, Question(text="SELECT (now () AS ?n) {}"))
    answer.spool.close()
    assert answer.volatile


def test_default_graph_is_that_of_the_store(pool: QueryPool) -> None:
    """Without a data set, the default graph of the store is asked: each triple counts once."""
    assert text_of(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == "n\r\n3000\r\n"


COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
BOTH = "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
COUNT_BOTH = f"SELECT (COUNT(*) AS ?n) {BOTH}"


@pytest.mark.parametrize(
    ("text", "default", "named", "count"),
    [
        (COUNT, ("g0",), (), 1500),
        (COUNT, ("g0", "g1"), (), 3000),
        (COUNT, (), ("g0",), 0),
        (NAMED, (), ("g0",), 1500),
        (NAMED, (), (), 3001),
        (f"SELECT (COUNT(*) AS ?n) FROM <{EX}g0> {{ ?s ?p ?o }}", (), (), 1500),
        (f"SELECT (COUNT(*) AS ?n) FROM <{EX}none> {{ ?s ?p ?o }}", (), (), 0),
        (f"SELECT (COUNT(*) AS ?n) FROM <{EX}none> {{ ?s ?p ?o }}", ("g1",), (), 1500),
        (f"SELECT (COUNT(*) AS ?n) FROM NAMED <{EX}g0> {{ ?s ?p ?o }}", (), (), 0),
        # A triple that stands in two graphs of the merge counts once.
        (COUNT, ("g0", "twice"), (), 1500),
        (COUNT, ("g0", "g0"), (), 1500),
        (COUNT, ("g0", "g1", "twice"), (), 3000),
        (COUNT_BOTH, ("g0", "twice"), ("g1", "twice"), 3001),
        (f"SELECT (COUNT(*) AS ?n) FROM <{EX}g0> FROM <{EX}twice> {{ ?s ?p ?o }}", (), (), 1500),
        (f"SELECT (COUNT(*) AS ?n) FROM <{EX}g1> FROM <{EX}g1> {{ ?s ?p ?o }}", (), (), 1500),
        (
            f"SELECT (COUNT(*) AS ?n) FROM <{EX}g0> FROM <{EX}none> FROM <{EX}twice>"
            f" FROM NAMED <{EX}twice> {BOTH}",
            (),
            (),
            1501,
        ),
        (
            f"BASE <{EX}> prefix e: <{EX}> select (count(*) as ?n)from<g0>from # no\ne:twice\n"
            "where { ?s ?p ?o filter(?s != 'FROM <g1>') }",
            (),
            (),
            1500,
        ),
        (
            f"SELECT (COUNT(*) AS ?n) FROM <{EX}g0> FROM <{EX}twice> {{ ?s ?p ?o }}",
            ("g1",),
            (),
            1500,
        ),
        (f"SELECT (COUNT(*) AS ?n) FROM <{EX}g0> FROM <{EX}g1> {{ ?s ?p ?o }}", ("twice",), (), 1),
    ],
)
def test_data_set(
    pool: QueryPool, text: str, default: tuple[str, ...], named: tuple[str, ...], count: int
) -> None:
    """Parameters win over FROM, FROM wins over the store; merged graphs hold a triple once."""
    found = text_of(
        pool,
        text,
        default_graphs=tuple(EX + name for name in default),
        named_graphs=tuple(EX + name for name in named),
    )
    assert found == f"n\r\n{count}\r\n"


def test_data_set_with_bad_iri(pool: QueryPool) -> None:
    """A graph must be named by an IRI."""
    with pytest.raises(BadGraphName, match="'no iri' is not the IRI of a graph"):
        text_of(pool, "ASK {}", default_graphs=("no iri",))


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("SELECT * {\n  ?s ex:p ?o }", 2, 6, "The prefix 'ex' is not declared"),
        ("SELECT * { ?s ?p ?o }}", 1, 22, "Nothing was opened that this '}' closes"),
        ("SELECT * {\n { ?s ?p ?o ", 2, 2, "This '{' is not closed"),
        ('ASK { ?s ?p "x }', 1, 13, "quotation mark is not closed"),
        ("SELECT ?s COUNT(?x) { ?s ?p ?x }", 1, 11, r"\(COUNT\(\?x\) AS \?n\)"),
        ("SELECT ?x (1 AS ?x) { ?s ?p ?x }", 1, 17, "has a value already"),
        ("SELECT * FROM <a:> FROM <b:> FROM x:y { }", 1, 35, "The prefix 'x' is not declared"),
        ("INSERT DATA { }", 1, 1, "This is an update"),
        ("PREFIX a: <b:> # DROP\nDELETE WHERE { a:b ?p ?o }", 2, 1, "This is an update"),
        (f"SELEC {'a' * 99} {{ }}", 1, 1, "Did you mean SELECT"),
        (f"SELECT {'a' * 99} {{ }}", 1, 8, f"'{'a' * 60}…' is no variable"),
        ("", 1, 1, "does not end as it should"),
    ],
)
def test_syntax_error(pool: QueryPool, text: str, line: int, column: int, message: str) -> None:
    """A syntax error has its line, column and a sentence."""
    with pytest.raises(QuerySyntax, match=message) as error:
        text_of(pool, text)
    assert error.value.place == (line, column)


def test_not_acceptable(pool: QueryPool) -> None:
    """A form for which no type is wanted is told after parsing."""
    with pytest.raises(NotAcceptable, match="text/csv"):
        text_of(pool, "ASK {}", result_type=None)
    with pytest.raises(NotAcceptable, match="text/turtle"):
        text_of(pool, "CONSTRUCT {} {}", graph_type=None)


def test_deadline_replaces_worker(store: Path) -> None:
    """A query that passes the deadline ends with its worker; the next one is answered."""
    with pool_in_thread(store, limits=Limits(workers=2, deadline=0.8)) as pool:
        before = pool.processes()
        started = time.monotonic()
        with pytest.raises(TimedOut, match=r"limit of 0\.8 seconds") as error:
            text_of(pool, RUNAWAY)
        assert isinstance(error.value.reason, Words)
        assert "grens van 0,8 seconden" in error.value.reason.nl
        assert time.monotonic() - started < 15
        assert text_of(pool, "ASK {}") == "true"
        while pool.free < 2:
            time.sleep(0.01)
        after = pool.processes()
        assert len(after) == 2
        wait_gone(list(set(before) - set(after)))
        assert len(set(before) - set(after)) == 1


def test_query_that_asks_for_what_does_not_exist_is_the_askers_fault(pool: QueryPool) -> None:
    """An unknown function is no fault of the server, and the worker stays."""
    before = sorted(pool.processes())
    with pytest.raises(CannotEvaluate, match="urn:f"):
        text_of(pool, "SELECT * { ?a ?b ?c FILTER(<urn:f>(1)) }")
    assert text_of(pool, "ASK {}") == "true"
    assert sorted(pool.processes()) == before


@pytest.mark.parametrize(
    "media_type", [CSV, "text/tab-separated-values", XML, "application/sparql-results+json"]
)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_too_many_rows(pool: QueryPool, media_type: str, coding: str) -> None:
    """A result with more rows than the limit is an error that names it, in any media type."""
    text = "SELECT ?s ?x { ?s ?p ?o . VALUES ?x { 1 2 } }"
    with pytest.raises(AnswerTooLarge, match="limit of 5,000 rows"):
        text_of(pool, text, result_type=media_type, coding=coding)
    answer = ask(pool, Question(text=text + " LIMIT 5000", result_type=media_type))
    answer.spool.close()
    assert answer.rows == 5000


def test_too_many_triples(pool: QueryPool) -> None:
    """A graph with more triples than the limit is an error; one with as many is not."""
    text = "CONSTRUCT { ?s ?p ?x } { ?s ?p ?o . VALUES ?x { 1 2 } }"
    with pytest.raises(AnswerTooLarge, match="limit of 5,000 rows"):
        text_of(pool, text)
    answer = ask(pool, Question(text=text + " LIMIT 5000"))
    answer.spool.close()
    assert answer.rows == 5000


def test_too_large_answer(pool: QueryPool) -> None:
    """An answer with more bytes than the limit is an error, compressed or not."""
    repeated = ", ".join(["STR(?s)"] * 50)
    text = f"SELECT (CONCAT({repeated}) AS ?t) {{ ?s ?p ?o }}"
    for coding in ("identity", "gzip"):
        with pytest.raises(AnswerTooLarge, match="larger than the limit of 2,000,000 bytes"):
            text_of(pool, text, coding=coding)


def test_lost_worker_costs_its_own_query(pool: QueryPool) -> None:
    """A worker that dies loses one answer; idle ones that died cost nothing."""
    idle = pool.processes()
    for pid in idle:
        os.kill(pid, signal.SIGKILL)
    wait_gone(idle)
    assert text_of(pool, "ASK {}") == "true"
    while pool.free < 2:
        time.sleep(0.01)
    before = set(pool.processes())
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(text_of, pool, RUNAWAY)
        time.sleep(0.4)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(WorkerLost, match="ended before it had an answer"):
            asked.result()
    wait_gone(list(before))
    assert text_of(pool, "ASK {}") == "true"


def test_out_of_memory(store: Path) -> None:
    """A query that takes more memory than the limit costs its own worker, and is told why."""
    limits = Limits(workers=1, deadline=20, memory=60 << 20)
    with pool_in_thread(store, limits=limits) as pool:
        text = "SELECT ?a { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
        with pytest.raises(OutOfMemory, match="more memory than the limit of 60 MB"):
            text_of(pool, text)
        assert text_of(pool, "ASK {}") == "true"


def test_cancelling_ends_the_query(store: Path) -> None:
    """When the asker leaves, the query ends soon; a small one costs no worker."""

    async def use(pool: QueryPool) -> None:
        before = pool.processes()
        task = asyncio.ensure_future(pool.ask(Question(text="ASK {}")))
        await asyncio.sleep(0)
        task.cancel()
        assert await outcome(pool, "ASK {}") == "true"
        assert pool.processes() == before
        task = asyncio.ensure_future(pool.ask(Question(text=RUNAWAY)))
        await asyncio.sleep(0.1)
        waits = asyncio.ensure_future(outcome(pool, "ASK {}"))
        gives_up = asyncio.ensure_future(pool.ask(Question(text="ASK {}")))
        await asyncio.sleep(0)
        assert (pool.busy, pool.waiting) == (1, 2)
        gives_up.cancel()
        task.cancel()
        started = time.monotonic()
        assert await waits == "true"
        assert time.monotonic() - started < 10
        assert (pool.busy, pool.waiting, pool.slow) == (0, 0, 0)
        wait_gone(before)

    run(store, Limits(workers=1, deadline=20), use)


def test_busy(store: Path) -> None:
    """More questions than may wait are turned away at once, the others when patience ends."""

    async def use(pool: QueryPool) -> None:
        runaway = asyncio.ensure_future(outcome(pool, RUNAWAY))
        await asyncio.sleep(0.05)
        waits = asyncio.ensure_future(outcome(pool, "ASK {}"))
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="Too many queries are waiting") as error:
            await pool.ask(Question(text="ASK {}"))
        assert 1 <= error.value.retry_after <= 2
        assert "Er wachten te veel vragen" in error.value.reason.nl
        assert await waits == "Busy"
        assert await runaway == "TimedOut"
        while not pool.free:
            await asyncio.sleep(0.01)
        assert await outcome(pool, "ASK {}") == "true"

    run(store, Limits(workers=1, deadline=1, waiting=1, patience=0.3), use)


def test_slow_queries_leave_half_of_the_workers(store: Path) -> None:
    """Slow queries hold half of the workers, at low priority; small ones are answered."""

    async def use(pool: QueryPool) -> None:
        runaways = [asyncio.ensure_future(outcome(pool, RUNAWAY)) for _ in range(3)]
        while pool.waiting < 2 or not pool.free:
            await asyncio.sleep(0.01)
        assert pool.slow == 1
        assert sum(nicest(pid) == 10 for pid in pool.processes()) == 1
        times = []
        for _ in range(20):
            started = time.monotonic()
            assert await outcome(pool, "ASK {}") == "true"
            times.append(time.monotonic() - started)
        assert sorted(times)[10] < 0.5
        assert sorted(await asyncio.gather(*runaways)) == ["Busy", "Busy", "TimedOut"]
        assert pool.slow == 0

    run(store, Limits(workers=2, deadline=2.5, slow_after=0.2, patience=1.5), use)


def nicest(pid: int) -> int:
    """Return the niceness of the thread of a process that gives way most."""
    found = [0]
    for path in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            found.append(os.getpriority(os.PRIO_PROCESS, int(path.name)))
    return max(found)


def test_slow_query_is_run_again_and_answered(store: Path) -> None:
    """A slow query one too many waits for a place, and is answered then."""

    async def use(pool: QueryPool) -> None:
        asked = [outcome(pool, HALF_A_SECOND) for _ in range(3)]
        answers = await asyncio.gather(*asked)
        assert len(set(answers)) == 1
        assert answers[0].startswith("n\r\n")
        # The thread that was slow ends a moment after it has given its place away.
        end = time.monotonic() + 10
        while pool.slow or [nicest(pid) for pid in pool.processes()] != [0, 0]:
            assert time.monotonic() < end
            await asyncio.sleep(0.01)

    run(store, Limits(workers=2, deadline=20, slow_after=0.1, patience=20), use)


def test_missing_store(tmp_path: Path) -> None:
    """A store that cannot be opened is told at the start."""
    with (
        pytest.raises(WorkerLost, match="The store cannot be opened"),
        pool_in_thread(tmp_path / "none", limits=Limits(workers=2)),
    ):
        pass


def test_close_lets_questions_finish(store: Path) -> None:
    """Closing answers what was asked, also what waits, takes nothing new and leaves no process."""

    async def whole() -> None:
        pool = QueryPool(store, limits=Limits(workers=1, deadline=20, slow_after=10))
        await pool.start()
        pids = pool.processes()
        asked = [asyncio.ensure_future(outcome(pool, HALF_A_SECOND)) for _ in range(2)]
        await asyncio.sleep(0.05)
        closing = asyncio.ensure_future(pool.close())
        await asyncio.sleep(0)
        assert await outcome(pool, "ASK {}") == "Busy"
        assert [answer[:3] for answer in await asyncio.gather(*asked)] == ["n\r\n", "n\r\n"]
        await closing
        assert not any(map(is_alive, pids))

    asyncio.run(whole())


def test_workers_end_with_their_parent(store: Path) -> None:
    """When the parent is killed, its workers end, also in the middle of a query."""
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from publish.sparql.query.limits import Limits\n"
        "from publish.sparql.workers.answers import Question\n"
        "from publish.sparql.workers.pool import QueryPool\n"
        "async def whole():\n"
        "    pool = QueryPool(Path(sys.argv[1]), limits=Limits(workers=2))\n"
        "    await pool.start()\n"
        "    asyncio.ensure_future(pool.ask(Question(text=sys.argv[2])))\n"
        "    await asyncio.sleep(0.2)\n"
        "    print(*pool.processes(), flush=True)\n"
        "    await asyncio.sleep(30)\n"
        "asyncio.run(whole())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(store), RUNAWAY], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.kill()
    wait_gone(pids)


def fork_server_of(pool: QueryPool) -> int:
    """Return the process that the workers come from."""
    status = Path(f"/proc/{pool.processes()[0]}/stat").read_text()
    return int(status.rpartition(")")[2].split()[1])


def test_killed_fork_server_is_replaced(store: Path) -> None:
    """Workers go on when the process that they came from dies, until another one has others."""

    async def use(pool: QueryPool) -> None:
        before, fork_server = pool.processes(), fork_server_of(pool)
        os.kill(fork_server, signal.SIGKILL)
        assert await outcome(pool, "ASK {}") == "true"
        assert await outcome(pool, RUNAWAY) == "TimedOut"
        while pool.free < 2:
            await asyncio.sleep(0.01)
        while set(pool.processes()) & set(before):
            await asyncio.sleep(0.01)
        assert await outcome(pool, "ASK {}") == "true"
        while pool.free < 2:
            await asyncio.sleep(0.01)
        assert fork_server_of(pool) != fork_server
        assert pool.slow == 0

    run(store, Limits(workers=2, deadline=0.6, slow_after=0.2), use)


def test_stopped_fork_server_is_given_up(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does not answer costs neither the query of a dead worker nor the places."""
    monkeypatch.setattr(forkserver_client, "COMMAND_TIMEOUT", 0.3)

    async def use(pool: QueryPool) -> None:
        fork_server = fork_server_of(pool)
        os.kill(fork_server, signal.SIGSTOP)
        asked = asyncio.ensure_future(outcome(pool, RUNAWAY))
        await asyncio.sleep(0.4)
        for pid in pool.processes():
            os.kill(pid, signal.SIGKILL)
        assert await asked == "WorkerLost"
        assert await outcome(pool, "ASK {}") == "true"
        while pool.free < 2:
            await asyncio.sleep(0.01)
        assert pool.slow == 0
        os.kill(fork_server_of(pool), signal.SIGSTOP)  # and closing does not wait for one for ever

    run(store, Limits(workers=2, deadline=20, slow_after=0.2), use)


def test_close_while_the_fork_server_starts(store: Path) -> None:
    """A pool can be closed, or its start given up, at any moment."""

    async def whole() -> None:
        for moment in (0, 0.001, 0.01, 0.05, 0.1, 0.15, 0.2):
            pool = QueryPool(store, limits=Limits(workers=3))
            starting = asyncio.ensure_future(pool.start())
            await asyncio.sleep(moment)
            starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await starting
            await pool.close()
            assert not pool.processes()
            pool = QueryPool(store, limits=Limits(workers=3))
            await pool.start()
            os.kill(fork_server_of(pool), signal.SIGKILL)
            os.kill(pool.processes()[0], signal.SIGKILL)
            await asyncio.sleep(moment)
            await pool.close()
            assert not pool.processes()

    asyncio.run(whole())
    with contextlib.suppress(ChildProcessError):  # all that was started here was taken note of
        assert os.waitpid(-1, os.WNOHANG) == (0, 0)


def test_ready_workers_are_left_alone(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that a worker has to open its store is over for one that did."""
    monkeypatch.setattr(scheduler, "START_TIMEOUT", 0.3)

    async def use(pool: QueryPool) -> None:
        for _ in range(20):
            os.kill(pool.processes()[0], signal.SIGKILL)
            await asyncio.sleep(0.02)
        while pool.free < 4:
            await asyncio.sleep(0.01)
        before = pool.processes()
        await asyncio.sleep(0.6)
        assert sorted(pool.processes()) == sorted(before)

    run(store, Limits(workers=4), use)


def test_store_that_memory_cannot_take_stays_on_the_disk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A store with a literal that is too long to be read back is served all the same."""
    huge = ox.Store(str(tmp_path / "store"))
    huge.add(ox.Quad(ox.NamedNode(EX), ox.NamedNode(EX), ox.Literal("x" * (17 << 20))))
    huge.flush()
    del huge
    with pool_in_thread(tmp_path / "store", limits=Limits(workers=1)) as pool:
        assert text_of(pool, "SELECT (STRLEN(?o) AS ?n) { ?s ?p ?o }") == f"n\r\n{17 << 20}\r\n"
    assert "The store is not held in memory: " in caplog.text


def test_fork_server_that_dies_of_the_store(
    store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When it ends before the store is in memory, the store stays on the disk."""
    real = forkserver_client.command

    def command(store: Path, settings: dict[str, Any]) -> list[str]:
        dies = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
        return dies if settings["in-memory"] else real(store, settings)

    monkeypatch.setattr(forkserver_client, "command", command)
    with pool_in_thread(store, limits=Limits(workers=2)) as pool:
        assert text_of(pool, "ASK {}") == "true"
    assert "The store cannot be held in memory" in caplog.text


@pytest.mark.parametrize("in_memory", [0, 1 << 30])
def test_empty_graphs_are_graphs(tmp_path: Path, in_memory: int) -> None:
    """A graph that holds nothing is found, in memory as on the disk."""
    made = ox.Store(str(tmp_path / "store"))
    made.add_graph(ox.NamedNode(EX + "empty"))
    made.add(ox.Quad(ox.NamedNode(EX), ox.NamedNode(EX), ox.Literal("1"), ox.NamedNode(EX + "g")))
    made.flush()
    del made
    with pool_in_thread(tmp_path / "store", in_memory=in_memory) as pool:
        found = text_of(pool, "SELECT ?g { GRAPH ?g {} } ORDER BY ?g")
    assert found == f"g\r\n{EX}empty\r\n{EX}g\r\n"


@pytest.mark.slow
@pytest.mark.alone
def test_nothing_is_left_behind(store: Path) -> None:
    """After many queries, some of them ended by force, there are no more files or processes."""
    others = set(children(os.getpid(), threading.get_native_id()))  # of tests before this one

    async def use(pool: QueryPool) -> None:
        async def many(count: int) -> list[str]:
            texts = ["SELECT", "SELECT ?s ?p ?o { ?s ?p ?o }", "ASK {}", "ASK {}"]
            found = []
            for first in range(0, count, 20):
                asked = [outcome(pool, texts[n % 4]) for n in range(first, first + 19)]
                found += await asyncio.gather(outcome(pool, RUNAWAY), *asked)
                killed = pool.processes()[0]
                os.kill(killed, signal.SIGKILL)
            # A worker that was killed while it had nothing to do counts as free until that is seen.
            while killed in pool.processes() or pool.free < 2:
                await asyncio.sleep(0.01)
            return found

        await many(20)
        gc.collect()  # what tests before this one have left
        files, memory = open_files(), resident()
        found = await many(180)
        assert {"TimedOut", "QuerySyntax", "true"} <= set(found)
        gc.collect()
        assert open_files() == files
        assert resident() - memory < 20 << 20
        assert len(pool.processes()) == 2
        [fork_server] = set(children(os.getpid(), threading.get_native_id())) - others
        assert children(fork_server, fork_server) == sorted(pool.processes())

    run(store, Limits(workers=2, deadline=0.3, slow_after=0.2, waiting=50), use)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def children(pid: int, thread: int) -> list[int]:
    """Return the processes that a thread of a process has started."""
    found = Path(f"/proc/{pid}/task/{thread}/children").read_text()
    return sorted(map(int, found.split()))


def test_many_at_once(store: Path) -> None:
    """Many askers on one loop each get their own answer."""

    async def use(pool: QueryPool) -> None:
        texts = [f"SELECT ?o {{ <{EX}{n}> ?p ?o }}" for n in range(300)]
        found = await asyncio.gather(*(outcome(pool, text) for text in texts))
        assert found == [f"o\r\n{n}\r\n" for n in range(300)]

    run(store, Limits(workers=2, deadline=20, waiting=300), use)


def test_memory_returns(store: Path) -> None:
    """A worker gives the memory of a large query back."""

    async def use(pool: QueryPool) -> None:
        [pid] = pool.processes()
        text = "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?a ?d { ?a ?b ?c . ?d ?e ?f "
        text += "FILTER(?f < 200) } }"
        assert await outcome(pool, text) == "n\r\n600000\r\n"
        await outcome(pool, "ASK {}")
        if pool.processes() == [pid]:
            pages = Path(f"/proc/{pid}/statm").read_text().split()
            assert (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE") < 200 << 20

    run(store, Limits(workers=1, deadline=20), use)
