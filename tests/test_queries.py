"""SPARQL in worker processes: a real store, real processes, real signals."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from publish.queries import (
    AskerGone,
    BadDataSet,
    Busy,
    CannotEvaluate,
    NotAcceptable,
    QueryPool,
    QuerySyntax,
    Question,
    TimedOut,
    WorkerLost,
)
from publish.query_guard import Refused, TooLarge, examine

EX = "http://x.example/"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CSV = ("text/csv",)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("queries") / "store"
    store = ox.Store(str(path))
    node = ox.NamedNode
    store.extend(
        ox.Quad(node(f"{EX}{n}"), node(f"{EX}p"), ox.Literal(n), node(f"{EX}g{n % 2}"))
        for n in range(3000)
    )
    store.flush()
    return path


@pytest.fixture(scope="module")
def pool(store: Path) -> Iterator[QueryPool]:
    with QueryPool(store, workers=2, deadline=1.0, prefixes={"ex": EX}) as pool:
        yield pool


def ask(pool: QueryPool, text: str, **how: tuple[str, ...]) -> str:
    with pool.ask(Question(text=text, **{"results": CSV, **how})) as answer:
        return b"".join(answer).decode()


def wait_gone(pids: list[int], seconds: float = 5) -> None:
    """Wait until no process of the list is alive; a zombie is dead."""
    until = time.monotonic() + seconds
    while alive := [pid for pid in pids if is_alive(pid)]:
        assert time.monotonic() < until, f"still alive: {alive}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_ask_select(pool: QueryPool) -> None:
    """A SELECT comes in the media type asked for."""
    assert ask(pool, f"SELECT ?o {{ <{EX}7> ?p ?o }}") == "o\r\n7\r\n"


def test_ask_takes_first_type_of_the_form(pool: QueryPool) -> None:
    """The form of the query decides which of the two ranked lists counts."""
    question = Question(
        text=f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?s = <{EX}7>) }}",
        results=("text/csv",),
        graphs=("application/n-triples", "text/turtle"),
    )
    with pool.ask(question) as answer:
        assert (answer.form, answer.media_type) == ("graph", "application/n-triples")
        assert b"".join(answer).startswith(f"<{EX}7> <{EX}p>".encode())


def test_ask_turtle_uses_prefixes(pool: QueryPool) -> None:
    """Turtle is written with the prefixes of the pool."""
    text = f"CONSTRUCT {{ <{EX}7> ?p ?o }} WHERE {{ <{EX}7> ?p ?o }}"
    assert "ex:7 ex:p 7" in ask(pool, text, graphs=("text/turtle",))


def test_default_graph_is_union(pool: QueryPool) -> None:
    """Without a data set, all named graphs together are the default graph."""
    assert ask(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == "n\r\n3000\r\n"


@pytest.mark.parametrize(
    ("text", "default", "named", "count"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", ("g0",), (), 1500),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", ("g0", "g1"), (), 3000),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", (), ("g0",), 0),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", (), ("g0",), 1500),
        (f"SELECT (COUNT(*) AS ?n) FROM <{EX}g0> {{ ?s ?p ?o }}", (), (), 1500),
        (f"SELECT (COUNT(*) AS ?n) FROM <{EX}none> {{ ?s ?p ?o }}", (), (), 0),
        (f"SELECT (COUNT(*) AS ?n) FROM <{EX}none> {{ ?s ?p ?o }}", ("g1",), (), 1500),
        (f"SELECT (COUNT(*) AS ?n) FROM NAMED <{EX}g0> {{ ?s ?p ?o }}", (), (), 0),
    ],
)
def test_data_set(
    pool: QueryPool, text: str, default: tuple[str, ...], named: tuple[str, ...], count: int
) -> None:
    """Parameters win over FROM, FROM wins over the union."""
    found = ask(
        pool,
        text,
        default_graphs=tuple(EX + name for name in default),
        named_graphs=tuple(EX + name for name in named),
    )
    assert found == f"n\r\n{count}\r\n"


def test_data_set_with_bad_iri(pool: QueryPool) -> None:
    """A graph must be named by an IRI."""
    with pytest.raises(BadDataSet, match="no iri"):
        ask(pool, "ASK {}", default_graphs=("no iri",))


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("SELECT * {\n  ?s ex:p ?o }", 2, 6, "The prefix 'ex' is not declared"),
        ("SELECT * { ?s ?p ?o }}", 1, 22, "Nothing was opened that this '}' closes"),
        ("SELECT * {\n { ?s ?p ?o ", 2, 2, "This '{' is not closed"),
        ('ASK { ?s ?p "x }', 1, 13, "quotation mark is not closed"),
        ("SELECT ?s COUNT(?x) { ?s ?p ?x }", 1, 16, r"Unexpected '\('"),
        ("SELECT ?x (1 AS ?x) { ?s ?p ?x }", 1, 33, "does not end as it should|SELECT"),
        ("INSERT DATA { }", 1, 10, "Unexpected 'DATA'"),
        ("", 1, 1, "does not end as it should"),
    ],
)
def test_syntax_error(pool: QueryPool, text: str, line: int, column: int, message: str) -> None:
    """A syntax error has its line, column and a sentence."""
    with pytest.raises(QuerySyntax, match=message) as error:
        ask(pool, text)
    assert (error.value.line, error.value.column) == (line, column)


def test_not_acceptable(pool: QueryPool) -> None:
    """A form for which no type is wanted is told after parsing."""
    with pytest.raises(NotAcceptable):
        ask(pool, "ASK {}", results=())


def test_deadline_replaces_worker(pool: QueryPool) -> None:
    """A query that passes the deadline ends with its worker; the next one is answered."""
    before = pool.processes()
    started = time.monotonic()
    with pytest.raises(TimedOut, match="limit of 1 seconds"):
        ask(pool, RUNAWAY)
    assert time.monotonic() - started < 2
    assert ask(pool, "ASK {}") == "true"
    after = pool.processes()
    assert len(after) == 2
    wait_gone(list(set(before) - set(after)))
    assert len(set(before) - set(after)) == 1


def test_query_that_asks_for_what_does_not_exist_is_the_askers_fault(pool: QueryPool) -> None:
    """An unknown function is no fault of the server, and the worker stays."""
    with pytest.raises(CannotEvaluate, match="urn:f"):
        ask(pool, "SELECT * { ?a ?b ?c FILTER(<urn:f>(1)) }")
    assert ask(pool, "ASK {}") == "true"


def test_lost_worker_costs_its_own_query(pool: QueryPool) -> None:
    """A worker that dies loses one answer; idle ones that died cost nothing."""
    for pid in pool.processes():
        os.kill(pid, signal.SIGKILL)
    wait_gone(pool.processes())
    assert ask(pool, "ASK {}") == "true"
    lost: list[Exception] = []

    def run() -> None:
        try:
            ask(pool, RUNAWAY)
        except WorkerLost as error:
            lost.append(error)

    before = set(pool.processes())
    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_gone(list(before))
    thread.join(5)
    assert len(lost) == 1
    assert ask(pool, "ASK {}") == "true"


def test_answer_streams(pool: QueryPool) -> None:
    """A large answer comes in parts before it is complete, and closing it frees the worker."""
    answer = pool.ask(Question(text="SELECT * { ?a ?b ?c . ?d ?e ?f }", results=CSV))
    assert len(next(iter(answer))) >= 64 * 1024
    answer.close()
    answer.close()
    for _ in range(4):
        assert ask(pool, "ASK {}") == "true"


def test_answer_past_deadline_is_cut(pool: QueryPool) -> None:
    """An answer that is not complete at the deadline raises, so that it never looks whole."""
    with (
        pool.ask(Question(text="SELECT * { ?a ?b ?c . ?d ?e ?f }", results=CSV)) as answer,
        pytest.raises((TimedOut, WorkerLost)),
    ):
        for _ in answer:
            time.sleep(0.01)


def test_unread_answer_keeps_worker(pool: QueryPool) -> None:
    """A small answer nobody reads, as for HEAD, does not cost its worker."""
    ask(pool, "ASK {}")
    before = pool.processes()
    for _ in range(3):
        pool.ask(Question(text="ASK {}")).close()
    assert sorted(pool.processes()) == sorted(before)


def test_asker_gone(pool: QueryPool) -> None:
    """When the asker leaves, the query ends before its deadline."""
    started = time.monotonic()
    with pytest.raises(AskerGone):
        pool.ask(Question(text=RUNAWAY), gone=lambda: True)
    assert time.monotonic() - started < 0.9


def test_busy(store: Path) -> None:
    """More questions than may wait are turned away at once."""
    with QueryPool(store, workers=1, deadline=5, waiting=0) as pool:
        answer = pool.ask(Question(text="SELECT * { ?a ?b ?c . ?d ?e ?f }"))
        with pytest.raises(Busy):
            pool.ask(Question(text="ASK {}"))
        answer.close()
        assert ask(pool, "ASK {}") == "true"


def test_missing_store(tmp_path: Path) -> None:
    """A store that cannot be opened is told at the start."""
    with pytest.raises(WorkerLost, match="cannot be opened"):
        QueryPool(tmp_path / "none", workers=1)


def test_close_ends_workers(store: Path) -> None:
    """Closing the pool leaves no process, whatever runs."""
    pool = QueryPool(store, workers=2, deadline=30)
    pids = pool.processes()
    answer = pool.ask(Question(text="SELECT * { ?a ?b ?c . ?d ?e ?f }"))
    pool.close()
    answer.close()
    wait_gone(pids)
    with pytest.raises(Busy):
        pool.ask(Question(text="ASK {}"))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "select*{service silent<http://127.0.0.1:1/>{}}",
        "SELECT * { ?s ?p 1SERVICE <http://127.0.0.1:1/> { ?a ?b ?c } }",
        "SELECT * { ?s ?p trueSERVICE <http://127.0.0.1:1/> { ?a ?b ?c } }",
        "PREFIX ex: <http://127.0.0.1:1/> SELECT * { SERVICEex:x { ?s ?p ?o } }",
        "PREFIX ex: <http://127.0.0.1:1/> SELECT * { SERVICEex:x#{\n { ?s ?p ?o } }",
        "PREFIX SERVICE: <a:> PREFIX : <http://127.0.0.1:1/> SELECT * { SERVICE:x { ?s ?p ?o } }",
        'SELECT * { ?s ?p "x"@en.SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }',
        "SELECT * { ?s ?p ?o FILTER(?o<'>')SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "ASK { ?s ?p ?o FILTER(?o<?p#>'''\n)SERVICE <http://127.0.0.1:1/> { ?s ?p ?o }#'''\n}",
        r"SELECT * { S\u0045RVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        r"SELECT * { \U00000053ERVICE ?where { ?s ?p ?o } }",
        'ASK { ?s ?p "\\"" # "\n . SeRvIcE <http://127.0.0.1:1/> {} }',
    ],
)
def test_service_is_refused(text: str) -> None:
    """A federated query is refused before evaluation, however it is spelt."""
    with pytest.raises(Refused, match="SERVICE"):
        examine(text)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE <x> {}" }',
        "SELECT * { ?s <http://x/SERVICE> ?service }",
        "PREFIX service: <http://x/service#> SELECT * { ?s service:kind ?o }",
        "# SERVICE\nASK {}",
        "SELECT * { ?s ex:SERVICE '''it's \"SERVICE\" {''' ; ex:customerService 1 }",
        "ASK { ?s <http://a'b/x> ?o . ?s <#SERVICE> 'a' FILTER(?s < ?o && ?o > 1) }",
        "SELECT * { VALUES ?x {" + " -1" * 5000 + "} }",
        "SELECT * { VALUES (?x ?y) {" + " (1 2)" * 5000 + "} }",
    ],
)
def test_service_in_other_places_is_fine(text: str) -> None:
    """The word in strings, IRIs, comments, names and variables is no federated query."""
    assert not examine(text).has_dataset


@pytest.mark.parametrize(
    "text",
    [
        "ASK " + "{" * 101 + "}" * 101,
        "ASK { FILTER(" + "(" * 101 + "1" + ")" * 101 + ") }",
        "SELECT (1" + "+1" * 3000 + " AS ?x) {}",
        "ASK { FILTER(" + "!" * 3000 + "true) }",
        "ASK { " + "{} UNION " * 3000 + "{} }",
        "ASK { ?s " + "<p>/" * 3000 + "<p> ?o }",
        "x" * 300_000,
    ],
)
def test_too_large_is_refused(text: str) -> None:
    """Nesting, number of parts and length are bounded, so that the parser is not exhausted."""
    with pytest.raises(TooLarge):
        examine(text)


@pytest.mark.parametrize(
    "piece", ["<a> ", "<'>'", '"', "'''", "service:", "service: #", "\\u0041", "{#\n", "<#)>?"]
)
def test_guard_is_fast(piece: str) -> None:
    """The guard takes time in proportion to the text, whatever the text."""
    text = piece * (200_000 // len(piece))
    started = time.monotonic()
    with contextlib.suppress(Refused):
        examine(text)
    assert time.monotonic() - started < 2
