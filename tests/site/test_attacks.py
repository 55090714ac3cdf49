"""What a stranger may try against a public endpoint, tried against a real server on loopback.

After each attack a small query from elsewhere must be answered within a second, and the
processes and the memory of the server must be what they were. Nothing that a query names may
be fetched: a listener on loopback must see no connection. RFC 9110 and 9112 where HTTP is bent.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from raw_http import HOST, Connection, NotHttp, Reply, chunks, fetch, query_string, request
from sparql_server import (
    JSON,
    Server,
    busiest,
    is_alive,
    make_project,
    number,
    serving,
    values,
)

pytestmark = pytest.mark.alone

DEADLINE = 1.0
LATE = 5.0
"""Seconds past the deadline at which an answer must be there, on a busy machine too."""
PATIENCE = 10.0
"""Seconds within which a small query is answered while many heavy ones have come at once."""
WORKERS = 4
IDLE = 1.5
"""Seconds after which a connection that says nothing, or too little, is closed."""
QUERY_BYTES = 256 * 1024
BODY_BYTES = 1 << 20
MEMORY = 512 << 20
FLAGS: dict[str, object] = {
    "workers": WORKERS,
    "deadline": DEADLINE,
    "patience": PATIENCE,
    "slow-after": 0.2,
    "memory": MEMORY,
    "query-bytes": QUERY_BYTES,
    "body-bytes": BODY_BYTES,
    "idle-timeout": IDLE,
    "body-timeout": IDLE,
    "connections": 2000,
    "connections-per-client": 1000,
    "per-client": 64,
    "cache-bytes": 16 << 20,
}
GROWTH = 400 << 20
"""Bytes that the server may have grown by at most, after an attack, before it counts as a leak."""
SPARE = WORKERS
"""Processes that may be starting in place of others that were killed."""
ELSEWHERE = "127.0.0.2"
"""The address of a client that has done nothing wrong."""
NODES = 50_000
SECRET = "a-secret-of-this-machine"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
X = "http://x.example/"


@dataclass(frozen=True, kw_only=True)
class Target:
    """The server that is attacked, and what it was like before."""

    server: Server
    folder: Path
    release: Path
    processes: int
    memory: int

    def must_be_well(self) -> None:
        """Assert that others are served, and that nothing was left behind."""
        assert self.server.process.poll() is None, self.server.tail()
        assert any(self.server.small(5.0, source=ELSEWHERE) < 1.0 for _ in range(3))
        pids = self.server.pids()
        assert len(pids) <= self.processes + SPARE, pids
        assert self.server.memory() < self.memory + GROWTH


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("attacks")
    release = make_project(folder)
    for place in (folder, release, release.parent, release / "dumps", release / "tables"):
        (place / "secret.txt").write_text(SECRET)
    settings = folder / "publish.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + f"# {SECRET}\n", encoding="utf-8")
    fill(release / "store")
    with serving(folder, FLAGS) as server:
        for _ in range(20):
            server.small(5)
        yield Target(
            server=server,
            folder=folder,
            release=release,
            processes=len(server.pids()),
            memory=server.memory(),
        )


def fill(store: Path) -> None:
    """Add some 300,000 triples to the default graph of a store: a ring with labels and numbers."""
    lines = []
    for n in range(NODES):
        subject = f"<{X}{n}>"
        lines.append(
            f"{subject} <{X}next> <{X}{(n * 7 + 1) % NODES}> .\n"
            f"{subject} <{X}other> <{X}{(n * 13 + 5) % NODES}> .\n"
            f'{subject} <{X}name> "name {n * 7919 % NODES} {"a" * (n % 40)}!" .\n'
            f'{subject} <{X}kind> "{n % 10}" .\n'
            f'{subject} <{X}size> "{n % 1000}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
            f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{X}Node> .\n"
        )
    written = ox.Store(str(store))
    written.bulk_load("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)
    written.flush()


@pytest.fixture(autouse=True)
def well(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each attack the server must be well."""
    yield
    if "target" in request.fixturenames:
        request.getfixturevalue("target").must_be_well()


def median_of_small(server: Server) -> float:
    """Return the seconds that small queries of another client take; half of ten take longer."""
    return sorted(server.small(PATIENCE, source=ELSEWHERE) for _ in range(10))[5]


@pytest.fixture
def server(target: Target) -> Server:
    return target.server


# -- Nothing is fetched ----------------------------------------------------------------------------


class Listener:
    """A server on loopback that counts its connections and answers each with one result."""

    ANSWER = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"u:x"}}]}}'

    def __init__(self) -> None:
        self.socket = socket.create_server((HOST, 0))
        self.port = self.socket.getsockname()[1]
        self.seen = 0
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.seen += 1
                with contextlib.suppress(OSError), connection:
                    connection.settimeout(1)
                    connection.recv(65536)
                    head = (
                        f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\n"
                        f"Content-Length: {len(self.ANSWER)}\r\nConnection: close\r\n\r\n"
                    )
                    connection.sendall(head.encode() + self.ANSWER)

    def close(self) -> None:
        """Stop listening."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self._thread.join(2)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


FEDERATED = {
    "plain": "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "lower case": "select * { service <URL> { ?s ?p ?o } }",
    "mixed case": "SELECT * { SeRvIcE <URL> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }",
    "escaped": r"SELECT * { SERV\u0049CE <URL> { ?s ?p ?o } }",
    "escaped whole": r"SELECT * { \u0053\u0045\u0052\u0056\U00000049\u0043\u0045 <URL> { } }",
    "no spaces": "SELECT*{SERVICE<URL>{?s ?p ?o}}",
    "comments": "SELECT * { SERVICE # <urn:x> {\n # }\r <URL> # \n { ?s ?p ?o } }",
    "other spaces": "SELECT * {\tSERVICE\r\n\t<URL>\n{ ?s ?p ?o } }",
    "subquery": "SELECT * { { SELECT * { { SELECT ?s { SERVICE <URL> { ?s ?p ?o } } } } } }",
    "variable": "SELECT * { VALUES ?where { <URL> } SERVICE ?where { ?s ?p ?o } }",
    "bound": 'SELECT * { BIND(IRI(CONCAT("URL", "")) AS ?where) SERVICE ?where { ?s ?p ?o } }',
    "prefixed": "PREFIX e: <URL> SELECT * { SERVICE e: { ?s ?p ?o } }",
    "relative": "BASE <URL> SELECT * { SERVICE <> { ?s ?p ?o } }",
    "exists": "ASK { VALUES ?s { <u:x> } FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "not exists": "ASK { VALUES ?s { <u:x> } FILTER NOT EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "minus": "SELECT * { VALUES ?s { <u:x> } MINUS { SERVICE <URL> { ?s ?p ?o } } }",
    "optional": "SELECT * { OPTIONAL { SERVICE <URL> { ?s ?p ?o } } }",
    "union": "SELECT * { { } UNION { SERVICE <URL> { ?s ?p ?o } } }",
    "construct": "CONSTRUCT { ?s a ?s } { SERVICE <URL> { ?s ?p ?o } }",
    "describe": "DESCRIBE ?s { SERVICE <URL> { ?s ?p ?o } }",
    "after a string": "SELECT * { BIND('\"' AS ?x) SERVICE <URL> { ?s ?p ?o } BIND('\"' AS ?y) }",
    "after an escape": r"""SELECT * { BIND("\"" AS ?x) SERVICE <URL> { ?s ?p ?o } # " """,
    "after a long string": "SELECT * { BIND('''it's''' AS ?x) SERVICE <URL> { ?s ?p ?o } } # '''",
    "after less than": "SELECT * { BIND(1<2 AS ?x) SERVICE <URL> { ?s ?p ?o } BIND(2>1 AS ?y) }",
    "after a number": "SELECT * { ?a ?b 1SERVICE <URL> { ?s ?p ?o } }",
    "after a boolean": "SELECT * { ?a ?b true.SERVICE <URL> { ?s ?p ?o } }",
}
FEDERATED["after an escape"] += "\n}"
"""Federated queries (SPARQL 1.1 Federated Query); URL stands for an address that listens."""


@pytest.mark.sampled(3)
@pytest.mark.parametrize("spelling", FEDERATED)
def test_federated_query(server: Server, listener: Listener, spelling: str) -> None:
    """No spelling of SERVICE is answered, and none leaves the process."""
    query = FEDERATED[spelling].replace("URL", f"http://{HOST}:{listener.port}/x")
    for reply in (
        server.query(query),
        server.post(query),
        server.query(query, accept=BROWSER),
        server.query(query, accept="*/*"),
    ):
        assert reply.status in (400, 403), reply
    assert listener.seen == 0


def test_federated_queries_are_real(listener: Listener) -> None:
    """The spellings above do leave the process where nothing stops them: most of them at least."""
    reached = 0
    store = ox.Store()
    store.add(ox.Quad(*[ox.NamedNode("u:x")] * 3))
    for text in FEDERATED.values():
        query = text.replace("URL", f"http://{HOST}:{listener.port}/x")
        before = listener.seen
        with contextlib.suppress(OSError, SyntaxError, ValueError, RuntimeError):
            found = store.query(query)
            list(found) if not isinstance(found, ox.QueryBoolean) else bool(found)
        reached += listener.seen > before
    assert reached >= 20


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "017700000001",
        "127.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "user@127.0.0.1",
    ],
)
def test_federated_query_by_other_names_of_loopback(
    server: Server, listener: Listener, host: str
) -> None:
    """However the machine is named, nothing goes there."""
    query = f"SELECT * {{ SERVICE <http://{host}:{listener.port}/> {{ ?s ?p ?o }} }}"
    assert server.query(query).status in (400, 403)
    assert listener.seen == 0


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ("SERVICE <http://x.example/> { }" AS ?n) {}',
        "SELECT (<http://x.example/SERVICE> AS ?n) {}",
        "PREFIX service: <urn:> SELECT (service:x AS ?n) {} # SERVICE <urn:x> {}",
        "SELECT ?n { BIND(1 AS ?n) BIND(2 AS ?service) }",
    ],
)
def test_word_service_is_no_federated_query(server: Server, query: str) -> None:
    """The word in strings, IRIs, comments and names is no reason to refuse."""
    assert server.query(query).status == 200


@pytest.mark.parametrize("address", ["http://127.0.0.1:PORT/x", "file:///etc/passwd", "file:FILE"])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(*) AS ?n) FROM <URL> { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT (COUNT(*) AS ?n) FROM NAMED <URL> { GRAPH <URL> { ?s ?p ?o } }",
        "SELECT (COUNT(*) AS ?n) { GRAPH <URL> { ?s ?p ?o } }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER(?g = <URL>) }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(?s = <URL>) }",
    ],
)
def test_graph_elsewhere(target: Target, listener: Listener, query: str, address: str) -> None:
    """A graph that a query names is one of the data or empty; nothing is opened for it."""
    file = target.folder / "graph.nt"
    file.write_text("<urn:a> <urn:b> <urn:c> .\n")
    url = address.replace("PORT", str(listener.port)).replace("FILE", str(file))
    assert number(target.server.query(query.replace("URL", url))) == 0
    for name in ("default-graph-uri", "named-graph-uri"):
        count = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        assert number(target.server.query(count, (name, url))) == 0
    assert listener.seen == 0


def test_load(server: Server, listener: Listener) -> None:
    """LOAD is an update: refused, and nothing is fetched."""
    for update in ("LOAD <URL>", "LOAD SILENT <URL> INTO GRAPH <urn:g>", "load<URL>"):
        text = update.replace("URL", f"http://{HOST}:{listener.port}/x")
        assert server.query(text).status == 400
        assert server.post(text).status == 400
        body = query_string(("update", text)).encode()
        assert server.fetch("/sparql", "POST", [("Content-Type", FORM)], body).status == 400
    assert listener.seen == 0


def test_describe_elsewhere(server: Server, listener: Listener) -> None:
    """DESCRIBE of an address elsewhere describes what is known here: nothing."""
    reply = server.query(f"DESCRIBE <http://{HOST}:{listener.port}/x>", accept="text/turtle")
    assert reply.status == 200
    assert not list(ox.parse(reply.body, format=ox.RdfFormat.TURTLE))
    assert listener.seen == 0


# -- Queries that take too much --------------------------------------------------------------------

NESTED: dict[str, Callable[[int], str]] = {
    "groups": lambda n: "ASK " + "{" * n + "}" * n,
    "parentheses": lambda n: "ASK { FILTER" + "(" * n + "1" + ")" * n + " }",
    "negations": lambda n: "ASK { FILTER(" + "!" * n + "true) }",
    "minus signs": lambda n: "ASK { FILTER(" + "- " * n + "1 = 1) }",
    "sums": lambda n: "SELECT (1" + "+1" * n + " AS ?x) {}",
    "functions": lambda n: "SELECT (" + "ABS(" * n + "1" + ")" * n + " AS ?x) {}",
    "optionals": lambda n: "ASK { " + "OPTIONAL { " * n + "} " * n + "}",
    "unions": lambda n: "ASK { {} " + "UNION {} " * n + "}",
    "nested unions": lambda n: "ASK { " + "{ {} UNION " * n + "{}" + " }" * n + " }",
    "paths": lambda n: "ASK { ?s " + "(" * n + "<urn:p>" + ")*" * n + " ?o }",
    "sequences": lambda n: "ASK { ?s <urn:p>" + "/<urn:p>" * n + " ?o }",
    "inverses": lambda n: "ASK { ?s " + "^(" * n + "<urn:p>" + ")" * n + " ?o }",
    "collections": lambda n: "ASK { ?s ?p " + "(" * n + "1" + ")" * n + " }",
    "blank nodes": lambda n: "ASK { ?s ?p " + "[ ?p " * n + "1" + " ]" * n + " }",
    "subqueries": lambda n: "ASK { " + "{ SELECT * { " * n + "} } " * n + "}",
    "exists": lambda n: "ASK { " + "FILTER EXISTS { " * n + "} " * n + "}",
    "minus": lambda n: "ASK { " + "MINUS { ?s ?p ?o " * n + "} " * n + "}",
    "graphs": lambda n: "ASK { " + "GRAPH ?g { " * n + "} " * n + "}",
    "ors": lambda n: "ASK { FILTER(true" + " || true" * n + ") }",
    "binds": lambda n: "SELECT * { " + "".join(f"BIND(1 AS ?v{i}) " for i in range(n)) + "}",
    "quoted triples": lambda n: "ASK { ?s ?p " + "<<( ?s ?p " * n + "1" + " )>>" * n + " }",
    "wrong brackets": lambda n: "ASK " + "{([" * n + "}" * n,
}


EXPENSIVE = {("sequences", 1000), ("unions", 1000), ("binds", 1000)}
"""Not deep for a parser, and dear to an optimiser: these may run into the deadline."""


@pytest.mark.parametrize("kind", NESTED)
def test_nesting(target: Target, kind: str) -> None:
    """However deep a query is, it kills no worker: it is answered, or refused at once."""
    before = set(target.server.pids())
    for depth in (100, 1000, 20_000):
        query = NESTED[kind](depth)
        started = time.monotonic()
        reply = target.server.post(query)
        taken = time.monotonic() - started
        if (kind, depth) in EXPENSIVE and reply.status == 503:
            assert taken < DEADLINE + LATE
            time.sleep(0.3)  # the worker that was ended is gone, another there
            before = set(target.server.pids())
            continue
        assert reply.status in ((400, 413) if depth == 20_000 else (200, 400, 413)), (depth, reply)
        assert taken < DEADLINE, depth
        assert before <= set(target.server.pids()), "a process was lost"


HEAVY = {
    "cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "cross product, one row": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l "
    "FILTER(?a = ?l && ?c = ?k && ?d = ?i) } LIMIT 1",
    "sort of a product": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?a LIMIT 1",
    "groups of a product": "SELECT ?a (SUM(?z) AS ?n) { ?a <http://x.example/size> ?z . ?b ?c ?d }"
    " GROUP BY ?a",
    "distinct of a product": "SELECT DISTINCT ?a ?d { ?a ?b ?c . ?d ?e ?f } OFFSET 900000000",
    "concatenation of a product": 'SELECT (GROUP_CONCAT(?c; separator="") AS ?n)'
    " { ?a ?b ?c . ?d ?e ?f }",
    "any path": "SELECT (COUNT(*) AS ?n) { ?a (<urn:p>|!<urn:p>)* ?b }",
    "path of paths": "SELECT (COUNT(*) AS ?n) { ?a ((<http://x.example/next>+)/"
    "(<http://x.example/other>*))+ ?b }",
    "minus of a product": "SELECT * { ?a ?b ?c MINUS { ?a ?e ?f . ?g ?h ?c } } OFFSET 9000000",
    "exists of a product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c FILTER NOT EXISTS"
    " { ?d ?e ?f . ?g ?h ?i FILTER(?f < ?c && ?i = ?a) } }",
    "doubling": "SELECT (STRLEN(?v33) AS ?n) { BIND('abcdefgh' AS ?v0) "
    + " ".join(f"BIND(CONCAT(?v{i}, ?v{i}) AS ?v{i + 1})" for i in range(33))
    + "}",
    "doubling by replacement": "SELECT (STRLEN(?v9) AS ?n) { BIND('aaaaaaaaaa' AS ?v0) "
    + " ".join(f"BIND(REPLACE(?v{i}, 'a', 'aaaaaaaaaa') AS ?v{i + 1})" for i in range(9))
    + "}",
}


PAIRS = list(zip(list(HEAVY)[::2], list(HEAVY)[1::2], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("kinds", PAIRS, ids=" and ".join)
def test_heavy_queries(target: Target, kinds: tuple[str, str]) -> None:
    """Queries that would never end are 503 shortly after the deadline; others are served."""
    with ThreadPoolExecutor(2) as pool:
        started = time.monotonic()
        asked = [pool.submit(target.server.query, HEAVY[kind]) for kind in kinds]
        time.sleep(0.3)
        meanwhile = min(target.server.small(PATIENCE, source=ELSEWHERE) for _ in range(3))
        replies = [future.result() for future in asked]
        taken = time.monotonic() - started
    for reply in replies:
        assert reply.status == 503, reply
        assert reply.media_type == "text/plain"
        assert re.search(r"limit|memory", reply.text), reply
    assert taken < DEADLINE + LATE
    assert meanwhile < 1


def test_order_by_everything(server: Server) -> None:
    """A sort of the whole data ends by its end or by the deadline."""
    started = time.monotonic()
    reply = server.query("SELECT * { ?s ?p ?o } ORDER BY ?o ?p ?s LIMIT 3", accept="text/csv")
    assert reply.status in (200, 503)
    assert time.monotonic() - started < DEADLINE + LATE


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "(a?){50}a{50}", "a{1,1000}{1,9}"]
)
def test_catastrophic_regex(server: Server, pattern: str) -> None:
    """A regular expression that takes others for ever is answered or ends by the deadline."""
    query = f'SELECT (COUNT(*) AS ?n) {{ ?s <{X}name> ?o FILTER(REGEX(?o, "{pattern}")) }}'
    text = f'SELECT (REGEX("{"a" * 5000}!", "{pattern}") AS ?n) {{}}'
    for asked in (query, text):
        started = time.monotonic()
        assert server.query(asked).status in (200, 400, 503)
        assert time.monotonic() - started < DEADLINE + LATE


@pytest.mark.slow
def test_all_workers_taken_by_heavy_queries(target: Target) -> None:
    """Twelve heavy queries at once leave workers for the small ones of others.

    The first small one waits until enough of them have shown to be slow.
    """
    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?v%d }"
    with ThreadPoolExecutor(12) as pool:
        started = time.monotonic()
        asked = [pool.submit(target.server.query, heavy % n, timeout=30) for n in range(12)]
        time.sleep(0.5)
        small = [target.server.small(PATIENCE, source=ELSEWHERE) for _ in range(20)]
        replies = [future.result() for future in asked]
        taken = time.monotonic() - started
    assert sorted(small)[-2] < 1
    for reply in replies:
        assert reply.status in (429, 503)
        assert reply.get("Retry-After") or "limit" in reply.text, reply
    assert taken < 12 * DEADLINE


def answered(server: Server, query: str) -> Reply:
    """Return the answer to a query that takes most of its second, on a busy machine in the end."""
    for _ in range(5):
        reply = server.post(query)
        if reply.status != 503:
            break
    return reply


def test_giant_values(server: Server) -> None:
    """A list of values just under the limit of length is answered, just over it is 413."""
    head, tail = "SELECT (COUNT(*) AS ?n) { VALUES ?x {", " } }"
    most = (QUERY_BYTES - len(head) - len(tail)) // 2
    assert number(answered(server, head + " 1" * most + tail)) == most
    assert server.post(head + " 1" * (most + 1) + tail).status == 413
    pairs = (QUERY_BYTES - 100) // 6
    query = "SELECT (COUNT(*) AS ?n) { VALUES (?x ?y) {" + " (1 2)" * pairs + " } }"
    assert number(answered(server, query)) == pairs


def test_many_data_set_parameters(server: Server) -> None:
    """Thousands of parameters are refused or read, and are no fault of the server."""
    pairs = [("default-graph-uri", f"urn:x:{n}") for n in range(5000)]
    body = query_string(("query", "ASK {}"), *pairs).encode()
    reply = server.fetch("/sparql", "POST", [("Content-Type", FORM)], body)
    assert reply.status in (200, 400, 413)


# -- Bodies and connections ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [FORM, DIRECT, "text/plain", "application/octet-stream"])
def test_giant_body_with_length(server: Server, kind: str) -> None:
    """A body that says to be 48 MB is refused before it is sent."""
    fields = [("Content-Type", kind), ("Content-Length", str(48_000_000))]
    with Connection(server.port, timeout=PATIENCE) as connection:
        reply = connection.ask(request("/sparql", "POST", fields))
        assert reply.status == 413 or (reply.status == 415 and kind not in (FORM, DIRECT))


@pytest.mark.parametrize("path", ["/", "/doc/dataset/uitstroom", "/none"])
def test_giant_body_elsewhere(server: Server, path: str) -> None:
    """A body that nobody wants is not read either."""
    fields = [("Content-Type", FORM), ("Content-Length", str(48_000_000))]
    for method in ("POST", "GET"):
        with Connection(server.port, timeout=PATIENCE) as connection:
            assert connection.ask(request(path, method, fields)).status in (200, 404, 405, 413)


def flood(connection: Connection, part: bytes, most: int) -> int:
    """Send a part again and again until the server says something; return the bytes sent."""
    sent = 0
    connection.socket.setblocking(False)
    while sent < most:
        readable, writable, _ = select.select([connection.socket], [connection.socket], [], 5)
        if readable or not writable:
            break
        try:
            sent += connection.socket.send(part)
        except (BrokenPipeError, ConnectionResetError):
            break
    connection.socket.setblocking(True)
    connection.socket.settimeout(3)
    return sent


@pytest.mark.parametrize("kind", [FORM, DIRECT])
def test_giant_body_in_chunks(server: Server, kind: str) -> None:
    """A body of 48 MB in chunks is refused when it passes the limit, not when it ends."""
    fields = [("Content-Type", kind), ("Transfer-Encoding", "chunked")]
    with Connection(server.port) as connection:
        connection.send(request("/sparql", "POST", fields))
        sent = flood(connection, b"10000\r\n" + b"x" * 65536 + b"\r\n", 48_000_000)
        assert sent < 24_000_000
        assert connection.read("POST").status == 413


def test_giant_body_expecting_leave(server: Server) -> None:
    """A giant body that waits for leave does not get it (RFC 9110, 10.1.1)."""
    fields = [
        ("Content-Type", DIRECT),
        ("Content-Length", str(48_000_000)),
        ("Expect", "100-continue"),
    ]
    with Connection(server.port, timeout=PATIENCE) as connection:
        connection.send(request("/sparql", "POST", fields))
        assert connection.read_one("POST").status == 413


SLOW = {
    "nothing": (b"", b""),
    "half a request line": (b"GET /sparql", b""),
    "half a head": (b"GET / HTTP/1.1\r\nHost: x\r\n", b""),
    "a head that trickles": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
    "a request line that trickles": (b"GET /", b"a"),
    "a body that does not come": (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 1000\r\n\r\nASK {}",
        b"",
    ),
    "a body that trickles": (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 1000\r\n\r\nASK {}",
        b" ",
    ),
    "chunks that trickle": (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n",
        b"1\r\n \r\n",
    ),
    "a body that trickles to a page": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
        b" ",
    ),
    "a connection kept": (b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n", b""),
}


@pytest.mark.slow
def test_slow_clients(server: Server) -> None:
    """Connections that say too little, or too slowly, are closed by the idle timeout.

    All kinds at once: each has sent something, some go on to send a little every 0.3 s.
    """
    open_ = {name: Connection(server.port) for name in SLOW}
    for name, connection in open_.items():
        connection.send(SLOW[name][0])
    closed: dict[str, float] = {}
    started = time.monotonic()
    while len(closed) < len(SLOW) and time.monotonic() - started < IDLE * 3:
        time.sleep(0.3)
        for name, connection in open_.items():
            if name in closed:
                continue
            try:
                if SLOW[name][1]:
                    connection.send(SLOW[name][1])
                while select.select([connection.socket], [], [], 0)[0]:
                    if not connection.socket.recv(65536):
                        closed[name] = time.monotonic() - started
                        break
            except ConnectionError:
                closed[name] = time.monotonic() - started
    for connection in open_.values():
        connection.close()
    assert set(closed) == set(SLOW), set(SLOW) - set(closed)


def test_idle_connections(target: Target) -> None:
    """Three hundred idle connections stop nobody else, and are closed in time."""
    idle = [Connection(target.server.port) for _ in range(300)]
    try:
        for number_, connection in enumerate(idle):
            if number_ % 3:
                connection.send(b"GET /sparql HTTP/1.1\r\nHost: x\r\n" if number_ % 2 else b"G")
        assert median_of_small(target.server) < 1
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.slow
def test_requests_that_nobody_waits_for(target: Target) -> None:
    """Clients that ask for much and leave at once cost no worker and leave nothing running."""
    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?u%d }"
    for n in range(40):
        with Connection(target.server.port) as connection:
            connection.send(request("/sparql?" + query_string(("query", heavy % n))))
    target.server.small(PATIENCE, source=ELSEWHERE)
    time.sleep(DEADLINE)
    assert target.server.small(1.0) < 1
    assert len(target.server.pids()) <= target.processes + 1


def test_clients_that_leave_mid_answer(target: Target) -> None:
    """Clients that leave in the middle of an answer cost no worker."""
    for n in range(8):
        query = f"SELECT * {{ ?s ?p ?o }} OFFSET {n} LIMIT 10000"
        with Connection(target.server.port) as connection:
            connection.send(request("/sparql?" + query_string(("query", query))))
            assert connection.socket.recv(1000).startswith(b"HTTP/1.1 200")
    assert median_of_small(target.server) < 1
    assert len(target.server.pids()) <= target.processes + 1


def test_slow_readers(target: Target) -> None:
    """Who does not read a large answer holds no worker: twice as many as there are workers."""
    readers: list[Connection] = []
    try:
        for n in range(WORKERS * 2):
            readers.append(reader := Connection(target.server.port))
            reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            query = f"SELECT * {{ ?s ?p ?o }} OFFSET {n * 7} LIMIT 20000"
            reader.send(request("/sparql?" + query_string(("query", query))))
            assert reader.socket.recv(12) == b"HTTP/1.1 200"
        assert median_of_small(target.server) < 1
        query = "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"
        assert number(target.server.query(query, source=ELSEWHERE)) > 5
    finally:
        for reader in readers:
            reader.close()


@pytest.mark.slow
def test_large_answer_is_whole(server: Server) -> None:
    """An answer of some megabytes to a reader who takes his time is whole."""
    query = "SELECT * { ?s ?p ?o } LIMIT 20000"
    with Connection(server.port, timeout=10) as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.send(request("/sparql?" + query_string(("query", query))))
        time.sleep(DEADLINE + 0.5)
        reply = connection.read()
    assert len(values(reply, "s")) == 20_000


def test_killed_worker_costs_its_own_query(target: Target) -> None:
    """A worker that dies loses one answer, in the middle of others, and is replaced."""
    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?killed }"
    before = target.server.pids()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(target.server.query, heavy)
        time.sleep(0.2)
        victim = busiest(target.server)
        os.kill(victim, signal.SIGKILL)
        small = sorted(target.server.small(PATIENCE) for _ in range(20))
        assert asked.result().status in (500, 503)
    assert small[-3] < 1, "a busy machine may hold up one or two"
    until = time.monotonic() + 20
    while len(target.server.pids()) < len(before) and time.monotonic() < until:
        time.sleep(0.05)
    assert len(target.server.pids()) >= len(before)
    assert not is_alive(victim)


def test_killed_idle_workers_cost_nothing(target: Target) -> None:
    """Workers that die while nobody asks them anything are replaced before anybody does."""
    until = time.monotonic() + 20
    while len(workers := target.server.workers(target.release)) < WORKERS:
        assert time.monotonic() < until, workers
        time.sleep(0.1)
    for pid in workers[:2]:
        os.kill(pid, signal.SIGKILL)
    assert sorted(target.server.small(PATIENCE) for _ in range(20))[-3] < 2


def test_killed_fork_server_costs_nothing(target: Target) -> None:
    """When the process that workers come from dies, they go on, and another takes its place."""
    target.server.small(5)
    [fork_server] = target.server.fork_servers(target.release)
    workers = target.server.workers(target.release)
    for pid in (fork_server, *workers):
        with contextlib.suppress(
            ProcessLookupError
        ):  # workers may have ended, and been replaced, by then
            os.kill(pid, signal.SIGKILL)
        for _ in range(5):
            assert target.server.small(PATIENCE) < PATIENCE
    until = time.monotonic() + 20
    while len(target.server.workers(target.release)) < WORKERS:
        assert time.monotonic() < until, target.server.tail()
        time.sleep(0.1)


# -- Heads -----------------------------------------------------------------------------------------

LONG = {
    "header line": request("/", fields=[("X-Long", "x" * 100_000)]),
    "many headers": request("/", fields=[(f"X-{n}", "y") for n in range(10_000)]),
    "many empty headers": request("/", fields=[("A", "") for _ in range(50_000)]),
    "long target": request("/" + "x" * 100_000),
    "long query": request("/sparql?query=" + "x" * 1_000_000),
    "long method": request("/", "X" * 100_000),
    "long accept": request("/sparql?query=ASK%20%7B%7D", fields=[("Accept", "a/b," * 20_000)]),
    "long cookie": request("/", fields=[("Cookie", "a=b;" * 30_000)]),
    "long length": request("/", "POST", [("Content-Length", "9" * 5000)]),
    "long chunk size": request(
        "/sparql", "POST", [("Transfer-Encoding", "chunked"), ("Content-Type", DIRECT)]
    )
    + b"f" * 100_000,
    "long chunk extension": request(
        "/sparql", "POST", [("Transfer-Encoding", "chunked"), ("Content-Type", DIRECT)]
    )
    + b"1;"
    + b"x" * 3_000_000,
    "many chunks of nothing much": request(
        "/sparql", "POST", [("Transfer-Encoding", "chunked"), ("Content-Type", DIRECT)]
    )
    + b"1\r\n \r\n" * 400_000,
    "endless trailers": request(
        "/sparql", "POST", [("Transfer-Encoding", "chunked"), ("Content-Type", DIRECT)]
    )
    + b"6\r\nASK {}\r\n0\r\n"
    + b"X: y\r\n" * 400_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", LONG)
def test_giant_head(target: Target, kind: str) -> None:
    """A head without measure is refused, or answered, or the connection ends; never 5xx."""
    before = target.server.memory()
    with Connection(target.server.port, timeout=IDLE + PATIENCE) as connection:
        try:
            connection.send(LONG[kind])
            status = connection.read().status
        except (ConnectionError, NotHttp, TimeoutError) as error:
            assert not isinstance(error, TimeoutError), "the connection was left open"
            status = None
    assert status is None or status in (200, 400, 404, 405, 406, 408, 413, 414, 431, 501), status
    if kind in ("header line", "many headers", "many empty headers", "long target", "long method"):
        assert status in (None, 400, 413, 414, 431, 501), status
    assert target.server.memory() < before + (64 << 20)


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
FRAMES = {
    "length and chunks": ["Content-Length: 5", "Transfer-Encoding: chunked"],
    "chunks and length": ["Transfer-Encoding: chunked", "Content-Length: 5"],
    "two lengths": ["Content-Length: 5", "Content-Length: 6"],
    "list of lengths": ["Content-Length: 5, 6"],
    "negative length": ["Content-Length: -5"],
    "signed length": ["Content-Length: +5"],
    "hex length": ["Content-Length: 0x5"],
    "length with a space": ["Content-Length: 5 5"],
    "length with an underscore": ["Content-Length: 1_0"],
    "length that is no number": ["Content-Length: five"],
    "empty length": ["Content-Length:"],
    "giant length": ["Content-Length: 99999999999999999999999999"],
    "xchunked": ["Transfer-Encoding: xchunked"],
    "chunked, identity": ["Transfer-Encoding: chunked, identity"],
    "chunked twice": ["Transfer-Encoding: chunked, chunked"],
    "gzip, chunked": ["Transfer-Encoding: gzip, chunked"],
    "identity": ["Transfer-Encoding: identity", "Content-Length: 5"],
    "quoted chunked": ['Transfer-Encoding: "chunked"'],
    "vertical tab": ["Transfer-Encoding: \x0bchunked"],
    "space before the colon": ["Transfer-Encoding : chunked"],
    "folded chunked": ["Transfer-Encoding:\r\n chunked"],
    "length hidden in a fold": ["X: y\r\n Content-Length: 5"],
    "bare carriage return": ["X: y\rTransfer-Encoding: chunked"],
    "bare line feed": ["X: y\nTransfer-Encoding: xchunked"],
    "NUL": ["Transfer-Encoding: chunked\0"],
}


WELL_FRAMED = {"gzip, chunked", "folded chunked"}
"""Refused for what they are; where they end is no question."""


@pytest.mark.parametrize("kind", FRAMES)
def test_request_smuggling(server: Server, kind: str) -> None:
    """A request with doubtful framing is refused, or ends its connection (RFC 9112, 6.1, 6.3).

    What follows it on the connection must never be answered as a request.
    """
    fields = "\r\n".join(["Host: x", f"Content-Type: {DIRECT}", *FRAMES[kind]])
    data = f"POST /sparql HTTP/1.1\r\n{fields}\r\n\r\n".encode("latin-1")
    with Connection(server.port, timeout=IDLE + PATIENCE) as connection:
        with contextlib.suppress(ConnectionError):
            connection.send(data + b"0\r\n\r\n" + SMUGGLED)
        first = connection.read("POST")
        assert first.status in (400, 411, 413, 415, 501) or "folded" in kind, first
        try:
            second: Reply | None = connection.read()
        except (NotHttp, ConnectionError):
            second = None
        if second is not None and kind not in WELL_FRAMED:
            assert b"smuggled" not in second.body, second
            assert second.status == 400, second


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\nASK {}\r\n0\r\n\r\n",
        b"-6\r\nASK {}\r\n0\r\n\r\n",
        b"0x6\r\nASK {}\r\n0\r\n\r\n",
        b"6 6\r\nASK {}\r\n0\r\n\r\n",
        b"10000000000000006\r\nASK {}\r\n0\r\n\r\n",
        b"FFFFFFFFFFFFFFFF\r\nASK {}\r\n0\r\n\r\n",
        b"6\r\nASK {}xx0\r\n\r\n",
        b"6\r\nASK {} \r\n0\r\n\r\n",
        b"\r\nASK {}\r\n0\r\n\r\n",
    ],
)
def test_broken_chunks(server: Server, body: bytes) -> None:
    """Chunks that are none are refused and end the connection (RFC 9112, 7.1)."""
    fields = [("Content-Type", DIRECT), ("Transfer-Encoding", "chunked")]
    with Connection(server.port, timeout=IDLE + PATIENCE) as connection:
        connection.send(request("/sparql", "POST", fields, body) + SMUGGLED)
        try:
            reply = connection.read("POST")
        except (NotHttp, ConnectionError):
            return
        assert reply.status in (400, 408, 413), reply
        assert b"smuggled" not in connection.rest()


def test_http_2_preface(server: Server) -> None:
    """The preface of HTTP/2 is no request of HTTP/1.1: 400 or 505, or closed (RFC 9113, 3.4)."""
    with Connection(server.port, timeout=IDLE + PATIENCE) as connection:
        connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
        try:
            assert connection.read().status in (400, 405, 505)
        except (NotHttp, ConnectionError):
            return
        assert connection.is_closed(IDLE + PATIENCE)


@pytest.mark.parametrize("protocol", ["h2c", "websocket", "TLS/1.3"])
def test_upgrade_is_not_followed(server: Server, protocol: str) -> None:
    """A server that knows no other protocol goes on with this one (RFC 9110, 7.8)."""
    fields = [
        ("Connection", "Upgrade, HTTP2-Settings"),
        ("Upgrade", protocol),
        ("HTTP2-Settings", "AAMAAABkAAQAAP__"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]
    reply = server.fetch("/sparql?query=ASK%20%7B%7D", "GET", fields)
    assert reply.status in (200, 400, 403, 404, 426)
    assert reply.status == 200 or protocol == "websocket"


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "DEBUG", "CONNECT", "get", "G" * 50])
def test_unknown_methods(server: Server, method: str) -> None:
    """Methods that are not had are refused, and TRACE tells nothing back (RFC 9110, 9.3.8)."""
    for path in ("/sparql?query=ASK%20%7B%7D", "/"):
        with Connection(server.port, timeout=IDLE + PATIENCE) as connection:
            reply = connection.ask(request(path, method, [("X-Secret", SECRET)]))
        assert reply.status in (400, 405, 501), reply
        assert SECRET.encode() not in reply.body


def test_method_cannot_be_overridden(server: Server) -> None:
    """A header does not change the method."""
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        reply = server.query("SELECT (1 AS ?n) {}", fields=[(name, "DELETE")])
        assert values(reply) == ["1"]


# -- Paths -----------------------------------------------------------------------------------------

UP = (
    "../{}",
    "../../{}",
    "../../../../../../../../../../{}",
    "..%2f..%2f{}",
    "%2e%2e/%2e%2e/{}",
    "%2e%2e%2f%2e%2e%2f{}",
    ".%2e/%2e./{}",
    "%252e%252e%252f{}",
    "..%252f..%252f{}",
    "..\\..\\{}",
    "..%5c..%5c{}",
    "....//....//{}",
    "..;/..;/{}",
    "..%00/{}",
    "%c0%ae%c0%ae/{}",
    "%c0%ae%c0%ae%c0%af{}",
    "..%c0%af{}",
    "%e0%80%ae%e0%80%ae/{}",
    "%uff0e%uff0e/{}",
    "%ef%bc%8e%ef%bc%8e/{}",
    "/{}",
    "//{}",
    "%2f{}",
    "./{}",
    "x/../{}",
    "{}%00.nt",
    "{}%00",
    "{}/.",
    "~/{}",
    "file:///{}",
)
WANTED = ("secret.txt", "publish.toml", "manifest.json", "etc/passwd", "store/CURRENT")


@pytest.mark.parametrize("start", ["/dumps/", "/static/", "/doc/", "/id/", "/tables/", "/ns/", "/"])
def test_path_traversal(server: Server, start: str) -> None:
    """No spelling of a path leads out of what is published."""
    connection = Connection(server.port)
    for up in UP:
        for wanted in (*WANTED, f"tables/{WANTED[0]}", f"dumps/{WANTED[0]}"):
            path = start + up.format(wanted)
            reply, connection = ask_again(server, connection, path)
            assert reply.status in (301, 303, 308, 400, 404, 406), (path, reply)
            for told in (SECRET.encode(), b"root:", b"[title]", b'"sha256"', b"MANIFEST-"):
                assert told not in reply.body, (path, told)
            if location := reply.get("Location"):
                assert re.match(r"/(?![/\\])", location), (path, location)
    connection.close()


def ask_again(
    server: Server, connection: Connection, path: str | bytes
) -> tuple[Reply, Connection]:
    """Ask on a connection that is kept; open another when the server has closed it."""
    reply = connection.ask(request(path))
    if "close" in reply.words("Connection") or reply.version == 0 or reply.status == 400:
        connection.close()
        connection = Connection(server.port)
    return reply, connection


@pytest.mark.parametrize(
    "path",
    ["/dumps/secret.txt", "/tables/secret.txt", "/manifest.json", "/store/CURRENT", "/static/"],
)
def test_files_that_are_not_published(server: Server, path: str) -> None:
    """What lies beside the published files is not published; folders are not listed."""
    reply = server.fetch(path)
    assert reply.status == 404
    assert SECRET not in reply.text


def test_link_in_the_release_is_not_followed(target: Target) -> None:
    """A link among the files leads nowhere."""
    for place in ("dumps", "tables"):
        (target.release / place / "link.nt").symlink_to("/etc/passwd")
        reply = target.server.fetch(f"/{place}/link.nt")
        assert reply.status == 404
        (target.release / place / "link.nt").unlink()


OPEN = (
    "//evil.example",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "/%2f%2fevil.example/",
    "/%5cevil.example/",
    "/id//evil.example/",
    "/id/%2f%2fevil.example",
    "/id/..//evil.example",
    "/doc//evil.example",
    "/dumps//evil.example",
    "/static//evil.example",
    "/id/dataset/uitstroom//evil.example",
    "/id/https://evil.example/",
    "http://evil.example//evil.example/id/dataset/uitstroom",
    "/.evil.example",
    "/id/dataset/uitstroom?//evil.example",
    "/%09/evil.example",
    "/%0a/evil.example",
)


@pytest.mark.parametrize("path", OPEN)
def test_open_redirect(server: Server, path: str) -> None:
    """No path of a stranger's making leads to another host."""
    for accept in ("*/*", BROWSER):
        reply = server.fetch(path, "GET", [("Accept", accept)])
        if location := reply.get("Location"):
            assert re.match(r"/(?![/\\])", location), location
            assert not re.search(r"[\x00-\x20]", location)
        else:
            assert reply.status in (200, 400, 404), reply


# -- What comes back -------------------------------------------------------------------------------

INJECTED = "x%0d%0aX-Injected:%20yes%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a<html>"


@pytest.mark.parametrize(
    "path",
    [
        f"/sparql?lang={INJECTED}",
        f"/sparql?query=ASK%20%7B%7D&lang={INJECTED}",
        f"/sparql?query=ASK%20%7B%7D&format={INJECTED}",
        f"/sparql?query=ASK%20%7B%7D&{INJECTED}=1",
        f"/sparql?query={INJECTED}",
        f"/sparql?query=ASK%20%7B%7D&default-graph-uri={INJECTED}",
        f"/sparql?example={INJECTED}&dataset={INJECTED}",
        f"/id/dataset/uitstroom?lang={INJECTED}",
        f"/id/{INJECTED}",
        f"/id/dataset/uitstroom{INJECTED}",
        f"/doc/{INJECTED}",
        f"/doc/dataset/uitstroom?page={INJECTED}",
        f"/dumps/{INJECTED}",
        f"/{INJECTED}",
        f"/?lang={INJECTED}",
        "/id/dataset/uitstroom?lang=%E5%98%8A%E5%98%8DX-Injected:yes",
    ],
)
def test_header_injection(server: Server, path: str) -> None:
    """Line ends in a request make no header field in an answer (RFC 9110, 5.5)."""
    for accept in ("*/*", BROWSER, "text/turtle"):
        reply = server.fetch(path, "GET", [("Accept", accept)])
        names = {name.lower() for name, _ in reply.fields}
        assert not names & {"x-injected", "set-cookie"}, path
        assert reply.status < 500


def test_header_injection_by_headers(server: Server) -> None:
    """What headers say does not become what headers say."""
    for name in ("Accept", "Accept-Language", "Origin", "If-None-Match", "X-Request-Id", "Referer"):
        for value in ("x\x0bX-Injected: yes", "x\xe5\x98\x8dX-Injected: yes", "x\tX-Injected: yes"):
            reply = server.query("ASK {}", accept=None, fields=[(name, value)])
            assert reply.status in (200, 400, 406)
            assert reply.get("X-Injected") is None


MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "{{7*7}}<b>49</b>",
    "javascript:alert(1)//<script>",
)
RAW = re.compile(r"<script>alert|<img src=x|<svg onload|<b>49</b>|>49<|href=[\"']?\s*javascript:")


@pytest.mark.parametrize("markup", MARKUP)
def test_reflected_markup(server: Server, markup: str) -> None:
    """Markup that comes in goes out as text: escaped on pages, text/plain elsewhere."""
    sent = quote(markup, safe="")
    for path in (
        f"/sparql?query={sent}",
        f"/sparql?query=ASK%20%7B%7D%20%23%20{sent}",
        f"/sparql?query=SELECT%20({quote(repr(markup), safe='')}%20AS%20%3Fn)%20%7B%7D",
        f"/sparql?query=ASK%20%7B%7D&format={sent}",
        f"/sparql?query=ASK%20%7B%7D&default-graph-uri={sent}",
        f"/sparql?query=ASK%20%7B%7D&{sent}={sent}",
        f"/sparql?example={sent}&dataset={sent}",
        f"/sparql?lang={sent}",
        f"/{sent}",
        f"/doc/{sent}",
        f"/doc/dataset/uitstroom?page={sent}&lang={sent}",
        f"/id/{sent}",
        f"/dumps/{sent}",
        f"/ns/{sent}",
        f"/static/{sent}",
        f"/tables/{sent}",
    ):
        for accept in (BROWSER, "*/*", f"text/html;x={markup}, {markup}"):
            fields = [("Accept", accept), ("Accept-Language", markup)]
            reply = server.fetch(path, "GET", fields)
            assert reply.status < 500, (path, reply)
            assert reply["X-Content-Type-Options"] == "nosniff"
            if reply.media_type in ("text/html", "application/xhtml+xml", "image/svg+xml"):
                assert not RAW.search(reply.text), path
                must_have_strict_policy(reply)
            assert not any("<script" in value for _, value in reply.fields), path


def must_have_strict_policy(reply: Reply) -> None:
    """Assert that a page may run nothing that stands inside of it (CSP 3)."""
    policy = reply["Content-Security-Policy"]
    assert "'unsafe-" not in policy
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    page = Elements()
    page.feed(reply.text)
    for tag, attributes in page.found:
        assert tag != "style", tag
        assert tag != "script" or "src" in attributes, tag
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name != "style", tag
            assert name not in ("href", "src", "action") or not value.startswith("javascript:")


class Elements(HTMLParser):
    """The elements of a page, each with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, {name: (value or "").strip().lower() for name, value in attrs}))


def test_markup_in_data(server: Server) -> None:
    """Markup that stands in the data is text on a page, and no link runs anything."""
    for path in ("/doc/dataset/uitstroom", "/doc/document/antwoord", "/"):
        reply = server.fetch(path, "GET", [("Accept", BROWSER)])
        assert reply.status == 200
        assert not RAW.search(reply.text)
        must_have_strict_policy(reply)
    query = "SELECT ?n { BIND(<javascript:alert(1)> AS ?n) }"
    assert not RAW.search(server.query(query, accept=BROWSER).text)


PROXY = (
    ("Host", "evil.example"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Server", "evil.example"),
    ("X-Forwarded-Proto", "evil.example"),
    ("X-Forwarded-Prefix", "/evil.example"),
    ("X-Forwarded-Port", "6666"),
    ("X-Forwarded-For", "evil.example"),
    ("Forwarded", "for=evil.example;host=evil.example;proto=https"),
    ("X-Script-Name", "/evil.example"),
    ("Script-Name", "/evil.example"),
    ("X-Original-URL", "/evil.example"),
    ("X-Rewrite-URL", "/evil.example"),
    ("X-Host", "evil.example"),
    ("X-Real-IP", "evil.example"),
)


@pytest.mark.parametrize(("name", "value"), PROXY, ids=[name for name, _ in PROXY])
def test_host_and_proxy_headers_build_nothing(server: Server, name: str, value: str) -> None:
    """No answer is built from Host, or from what a proxy that is not trusted says."""
    for path in (
        "/",
        "/id/dataset/uitstroom",
        "/doc/dataset/uitstroom",
        "/sparql",
        "/none",
        "/dumps",
    ):
        for accept in (BROWSER, "text/turtle"):
            own = [("Accept", accept)] + ([] if name == "Host" else [(name, value)])
            with Connection(server.port) as connection:
                host = value if name == "Host" else "cijfers.example"
                reply = connection.ask(request(path, fields=own, host=host))
            assert reply.status in (200, 301, 303, 308, 400, 404, 406)
            assert b"evil.example" not in reply.body, path
            assert not any("evil" in told or "6666" in told for _, told in reply.fields), path


# -- One client's share ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def greedy(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of two processes, each with two workers and two places to wait.

    A client may have two queries at a time, and twenty connections with each process.
    """
    flags = {
        **FLAGS,
        "processes": 2,
        "workers": 2,
        "waiting": 2,
        "per-client": 2,
        "connections-per-client": 20,
    }
    with serving(target.folder, flags) as server:
        yield server


@pytest.mark.slow
def test_client_gets_its_share(greedy: Server) -> None:
    """More queries at once than a client may have are 429, over all front processes.

    Saying to be somebody else changes nothing, and others are served.
    """
    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?share%d }"
    with ThreadPoolExecutor(10) as pool:
        asked = []
        for n in range(10):
            spoofed = [("X-Forwarded-For", f"10.0.0.{n}"), ("X-Real-IP", f"10.0.0.{n}")]
            asked.append(pool.submit(greedy.query, heavy % n, fields=spoofed))
        time.sleep(0.4)
        assert greedy.small(1.0, source=ELSEWHERE) < 1
        statuses = sorted(future.result().status for future in asked)
        refused = [future.result() for future in asked if future.result().status == 429]
    assert statuses == [429] * 8 + [503] * 2
    assert all(int(reply["Retry-After"]) > 0 for reply in refused)
    assert all(reply["Access-Control-Allow-Origin"] == "*" for reply in refused)
    assert values(greedy.query("SELECT (5 AS ?n) {}")) == ["5"]


@pytest.mark.slow
def test_queue_is_bounded(greedy: Server) -> None:
    """More queries of many clients than can wait are 503 at once, and say when to come back."""
    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?queue%d }"

    def ask(n: int) -> tuple[float, Reply]:
        started = time.monotonic()
        reply = greedy.query(heavy % n, source=f"127.0.1.{n}", timeout=30)
        return time.monotonic() - started, reply

    with ThreadPoolExecutor(24) as pool:
        asked = list(pool.map(ask, range(1, 25)))
    assert {reply.status for _, reply in asked} == {503}
    turned_away = [taken for taken, reply in asked if reply.get("Retry-After")]
    assert len(turned_away) >= 12
    assert sorted(turned_away)[11] < DEADLINE
    assert greedy.small(PATIENCE) < PATIENCE


def test_client_gets_its_connections(greedy: Server) -> None:
    """More connections than a client may have are refused; others get theirs."""
    held = [Connection(greedy.port, timeout=2) for _ in range(60)]
    answered = 0
    try:
        for connection in held:
            with contextlib.suppress(ConnectionError, NotHttp):
                connection.send(request("/none"))
        for connection in held:
            with contextlib.suppress(ConnectionError, NotHttp, TimeoutError):
                answered += connection.read().status == 404
        assert median_of_small(greedy) < 1
    finally:
        for connection in held:
            connection.close()
    assert 1 <= answered <= 40, "20 in each of two processes at most"


# -- Many at once ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_everything_at_once(target: Target) -> None:
    """Heavy queries, nonsense and clients that leave, all at once, stop nobody else."""
    port = target.server.port
    heavy = "/sparql?" + query_string(("query", HEAVY["cross product"] + " # at once"))

    def nuisance(n: int) -> None:
        with contextlib.suppress(OSError, NotHttp):
            if n % 4 == 0:
                fetch(port, heavy + str(n), timeout=4)
            elif n % 4 == 1:
                with Connection(port) as connection:
                    connection.send(bytes(range(256)) * 50)
            elif n % 4 == 2:
                with Connection(port) as connection:
                    connection.send(request(heavy + str(n)))
            else:
                body = chunks([b"ASK {"] * 500)
                fields = [("Content-Type", DIRECT), ("Transfer-Encoding", "chunked")]
                fetch(port, "/sparql", "POST", fields, body, timeout=4)

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(nuisance, n) for n in range(24)]
        time.sleep(0.2)
        small = [target.server.small(PATIENCE, source=ELSEWHERE) for _ in range(30)]
        for future in asked:
            future.result()
    assert sorted(small)[-3] < 1


def test_log_tells_no_query(target: Target) -> None:
    """After all this the log holds no traceback, and no text of a query."""
    text = target.server.log.read_text(errors="replace")
    assert "Traceback" not in text
    assert "COUNT" not in text
    assert "VALUES" not in text
