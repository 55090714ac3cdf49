"""SPARQL as W3C tests it: the suites for 1.0, 1.1 and 1.2, over HTTP and in process.

Run are the tests of query evaluation (results in XML, JSON, CSV, TSV and as graphs), of positive
and of negative syntax, of the protocol and of the service description. ``w3c_suite.LEFT_OUT`` says
what is left out and why; ``w3c_known_failures.toml`` names what the engine itself fails. The
server must pass every other test. Queries over data of our own are asked where the suites are not
at hand, too.
"""

from __future__ import annotations

import http.client
import re
import subprocess
import tomllib
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox
import pytest
from built import PROGRAM
from shared_material import shared_folder
from w3c_protocol import Exchange, read_exchanges
from w3c_results import (
    ACCEPTED,
    CSV,
    JSON,
    N_TRIPLES,
    RDF_XML,
    TSV,
    TURTLE,
    XML,
    Results,
    Solutions,
    Triples,
    difference,
    read_expected,
    read_results,
)
from w3c_suite import EVALUATION, LEFT_OUT, NEGATIVE, POSITIVE, SUITES, Case, DataSet, Suites

from publish.sparql.query.errors import Refused
from publish.sparql.query.guard import examine

HERE = Path(__file__).parent
FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"
SD = "http://www.w3.org/ns/sparql-service-description#"
PATIENCE = 30.0
"""Seconds within which a server must listen, or answer, on a busy machine."""
NOTHING = "https://w3c.github.io/rdf-tests/no-such-graph"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What comes back for a query."""

    status: int
    media_type: str
    body: bytes


# -- The suites ----------------------------------------------------------------------------------


def suites_folder() -> Path | None:
    """Return the folder of the suites, None when it is not at hand."""
    folder = shared_folder()
    found = folder / "conformance" / "rdf-tests" / "sparql" if folder else None
    return found if found and found.is_dir() else None


@cache
def suites() -> Suites:
    """Return the suites; skips the test without them."""
    folder = suites_folder()
    if folder is None:
        pytest.skip("the W3C tests are not at hand: PUBLISH_CONFORMANCE names the folder above")
    return Suites(folder)


def folders() -> list[str]:
    """Return the folders of the suites that have tests to run, without reading all of them."""
    root = suites_folder()
    if root is None:
        return ["sparql10/basic"]
    return sorted(
        path.parent.relative_to(root).as_posix()
        for suite in SUITES
        for path in root.glob(f"{suite}/*/manifest.ttl")
        if path.parent.name not in ("protocol", "service-description", "service", "syntax-fed")
    )


@cache
def known_failures() -> dict[str, str]:
    """Return the tests that the engine fails, with the reason."""
    text = (HERE / "w3c_known_failures.toml").read_text(encoding="utf-8")
    kinds = tomllib.loads(text)["failure"]
    return {name: kind["reason"] for kind in kinds for name in kind["tests"]}


def expected_of(case: Case) -> Results:
    assert case.expected is not None, case.name
    return read_expected(case.expected, suites().address(case.expected))


def fault_of(case: Case, answer: Answer) -> str | None:
    """Return what is wrong with the answer to a test, None when it passes."""
    said = f"{answer.status}: {answer.body[:300].decode('utf-8', 'replace')}"
    if case.kind == NEGATIVE:
        return None if answer.status == 400 else said
    if case.kind == POSITIVE:
        # A query that calls a function of its own is well formed, but cannot be evaluated.
        has_no_function = answer.status == 400 and b"custom function" in answer.body
        return None if answer.status == 200 or has_no_function else said
    if answer.status != 200:
        return said
    assert case.expected is not None
    if answer.media_type not in ACCEPTED[case.expected.suffix]:
        return f"the answer is {answer.media_type}"
    expected, actual = expected_of(case), read_results(answer.body, answer.media_type)
    ordered = case.is_ordered or (isinstance(expected, Solutions) and expected.ordered)
    return difference(expected, actual, ordered=ordered, lax=case.lax)


def wanted(case: Case) -> tuple[str, ...]:
    """Return the media types in which the answer to a test is asked for."""
    return ACCEPTED[case.expected.suffix] if case.expected else (JSON, TURTLE)


def assert_only_known_fail(failed: dict[str, str], cases: Iterable[Case]) -> None:
    """Check that of some tests just those fail that are listed."""
    listed = {case.name for case in cases} & known_failures().keys()
    more = "\n".join(f"{name}: {failed[name]}" for name in sorted(failed.keys() - listed))
    assert not more, f"these should pass:\n{more}"
    less = sorted(listed - failed.keys())
    assert not less, f"these pass: remove them from w3c_known_failures.toml: {less}"


# -- In process ----------------------------------------------------------------------------------


def answer_in_process(store: ox.Store, text: str, media_types: tuple[str, ...]) -> Answer:
    """Answer a query as pyoxigraph does, with the status that a server would give."""
    try:
        found = store.query(text)
        if isinstance(found, ox.QueryTriples):
            media_type = media_types[-1]
            body = ox.serialize(found, format=ox.RdfFormat.from_media_type(media_type))
        else:
            media_type = media_types[0]
            body = found.serialize(format=ox.QueryResultsFormat.from_media_type(media_type))
    except (SyntaxError, ValueError, RuntimeError) as error:
        return Answer(status=400, media_type="text/plain", body=str(error).encode())
    return Answer(status=200, media_type=media_type, body=body or b"")


def test_fail_in_process_only_what_is_known() -> None:
    """The engine passes all tests but those that are listed with a reason."""
    failed = {}
    for folder in suites().folders():
        for data, cases in suites().by_data(folder).items():
            store = ox.Store()
            store.load(suites().as_quads(data), ox.RdfFormat.N_QUADS)
            for case in cases:
                fault = fault_of(case, answer_in_process(store, case.text(), wanted(case)))
                if fault:
                    failed[case.name] = fault
    assert_only_known_fail(failed, suites().cases)


def test_run_every_kind_of_test_or_say_why_not() -> None:
    """As many tests run as the suites have; of each that does not, the reason is known."""
    run = [sum(case.name.startswith(suite) for case in suites().cases) for suite in SUITES]
    assert run == [482, 338, 246]
    assert set(suites().left_out.values()) == LEFT_OUT.keys()
    assert {case.kind for case in suites().cases} == {EVALUATION, POSITIVE, NEGATIVE}
    assert known_failures().keys() <= {case.name for case in suites().cases}
    assert sorted({case.folder for case in suites().cases}) == folders()


def test_guard_refuses_nothing_but_federated_queries() -> None:
    """What the guard refuses of all the queries is only what asks another endpoint."""
    for case in suites().cases:
        examine(case.text())
    federated = [name for name, reason in suites().left_out.items() if reason == "federated"]
    queries = [
        path
        for name in ("sparql11/service", "sparql11/syntax-fed")
        for path in sorted((suites().root / name).glob("*.rq"))
    ]
    assert len(queries) >= len(federated) > 0
    for path in queries:
        with pytest.raises(Refused, match="SERVICE"):
            examine(path.read_text(encoding="utf-8"))


# -- Over HTTP -----------------------------------------------------------------------------------


@contextmanager
def server_over(files: list[Path], folder: Path) -> Iterator[str]:
    """Serve files by ``publish serve --data`` in a process of its own; yield its address."""
    command = [PROGRAM, "serve", "--host", "127.0.0.1", "--port", "0", "--workers", "1"]
    command += [f"--data={path}" for path in files]
    log = folder / "serve.log"
    with log.open("wb") as target:
        process = subprocess.Popen(
            command, stdout=target, stderr=target, stdin=subprocess.DEVNULL, cwd=folder
        )
    try:
        until = monotonic() + PATIENCE
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text(errors="replace"))):
            assert process.poll() is None, log.read_text(errors="replace")
            assert monotonic() < until, f"the server names no address: {log.read_text()}"
            sleep(0.02)
        yield found[0]
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Client:
    """Asks one server, on a connection that is kept."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)

    def send(
        self, method: str, target: str, fields: dict[str, str], body: bytes | None = None
    ) -> Answer:
        """Send a request; return the answer."""
        try:
            self._connection.request(method, target, body, fields)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):  # it was idle for too long
            self._connection.close()
            self._connection.request(method, target, body, fields)
            response = self._connection.getresponse()
        media_type = response.headers.get_content_type()
        return Answer(status=response.status, media_type=media_type, body=response.read())

    def ask(
        self,
        text: str,
        media_types: Iterable[str],
        parameters: Iterable[tuple[str, str]] = (),
        way: int = 0,
    ) -> Answer:
        """Ask a query in one of the three ways of the protocol."""
        fields = {"Accept": ", ".join(media_types)}
        if way == 0:
            asked = urlencode([("query", text), *parameters])
            return self.send("GET", f"/sparql?{asked}", fields)
        if way == 1:
            asked = urlencode([("query", text), *parameters], quote_via=quote)
            return self.send("POST", "/sparql", fields | {"Content-Type": FORM}, asked.encode())
        target = f"/sparql?{urlencode(list(parameters))}" if parameters else "/sparql"
        return self.send("POST", target, fields | {"Content-Type": QUERY}, text.encode())

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@contextmanager
def asking(files: list[Path], folder: Path) -> Iterator[Client]:
    """Serve files; yield a client of the server."""
    with server_over(files, folder) as address:
        client = Client(address)
        try:
            yield client
        finally:
            client.close()


def way_of(case: Case) -> int:
    """Return the way in which a test is asked: each way for a third of them."""
    return zlib.crc32(case.name.encode()) % 3


def failed_over_http(data: DataSet, cases: list[Case], folder: Path) -> dict[str, str]:
    """Ask the tests over a data set of a server of their own; return those that fail."""
    path = folder / "data.nq"
    path.write_bytes(suites().as_quads(data))
    failed = {}
    with asking([path], folder) as client:
        for case in cases:
            answer = client.ask(case.text(), wanted(case), way=way_of(case))
            fault = fault_of(case, answer)
            if fault:
                failed[case.name] = fault
    return failed


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("folder", folders())
def test_fail_over_http_only_what_is_known(folder: str, tmp_path: Path) -> None:
    """A server over the data of a test gives the expected answer, but for what the engine fails."""
    groups = suites().by_data(folder)
    places = [tmp_path / str(number) for number in range(len(groups))]
    for place in places:
        place.mkdir()
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(failed_over_http, groups, groups.values(), places))
    failed = {name: fault for part in found for name, fault in part.items()}
    assert_only_known_fail(failed, [case for cases in groups.values() for case in cases])


def has_own_graphs(case: Case) -> bool:
    """Return whether a test has data that name graphs themselves."""
    return any(path.suffix in (".trig", ".nq") for path in case.data.default)


@pytest.fixture(scope="module")
def all_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server over the data of all tests, in which each file is a graph with its address."""
    files = {
        path
        for case in suites().cases
        if not has_own_graphs(case)
        for path in (*case.data.default, *case.data.named)
    }
    folder = tmp_path_factory.mktemp("all")
    path = folder / "data.nq"
    path.write_bytes(suites().as_quads(DataSet(named=tuple(sorted(files)))))
    with asking([path], folder) as client:
        yield client


def parameters_of(case: Case) -> list[tuple[str, str]]:
    """Return the data set of a test as parameters of the protocol.

    A query with FROM names its data set itself.
    """
    if re.search(r"^\s*FROM\b", case.text(), re.MULTILINE | re.IGNORECASE):
        return []
    address = suites().address
    default = [address(path) for path in case.data.default] or [NOTHING]
    return [
        *(("default-graph-uri", iri) for iri in default),
        *(("named-graph-uri", address(path)) for path in case.data.named),
    ]


@pytest.mark.parametrize("suite", SUITES)
def test_fail_over_a_chosen_data_set_only_what_is_known(suite: str, all_data: Client) -> None:
    """A server over the data of all tests passes them, each over the data set that it names."""
    cases = [
        case for case in suites().cases if case.name.startswith(suite) and not has_own_graphs(case)
    ]
    failed = {}
    for case in cases:
        answer = all_data.ask(case.text(), wanted(case), parameters_of(case), way_of(case))
        fault = fault_of(case, answer)
        if fault:
            failed[case.name] = fault
    assert_only_known_fail(failed, cases)


# -- Protocol and service description ------------------------------------------------------------


@pytest.fixture(scope="module")
def protocol(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server over the three graphs that the tests of the protocol need."""
    folder = suites().root / "sparql11" / "protocol"
    quads = [
        ox.Quad(
            quad.subject,
            quad.predicate,
            quad.object,
            ox.NamedNode(f"http://kasei.us/2009/09/sparql/data/data{number}.rdf"),
        )
        for number in (1, 2, 3)
        for quad in ox.parse(path=folder / f"data{number}.nt")
    ]
    place = tmp_path_factory.mktemp("protocol")
    path = place / "data.nq"
    path.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    with asking([path], place) as client:
        yield client


def exchanges(*, of_updates: bool) -> list[Exchange]:
    root = suites_folder()
    found = read_exchanges(root / "sparql11" / "protocol" / "manifest.ttl") if root else []
    return [item for item in found if item.is_update == of_updates]


@pytest.mark.parametrize("asked", exchanges(of_updates=False), ids=lambda item: item.name)
def test_protocol(asked: Exchange, protocol: Client) -> None:
    """Each request of W3C's tests of the protocol for queries gets the status and the result."""
    answer = protocol.send(asked.method, asked.target, asked.fields, asked.body)
    assert f"{answer.status // 100}xx" in asked.statuses, answer
    kinds = {"boolean": bool, "tabular": Solutions, "RDF": Triples}
    if asked.form:
        found = read_results(answer.body, answer.media_type)
        assert isinstance(found, kinds[asked.form])
        assert asked.truth is None or found is asked.truth


@pytest.mark.parametrize("asked", exchanges(of_updates=True), ids=lambda item: item.name)
def test_protocol_refuses_updates(asked: Exchange, protocol: Client) -> None:
    """A server that only reads refuses each update of W3C's tests as the client's fault."""
    answer = protocol.send(asked.method, asked.target, asked.fields, asked.body)
    assert 400 <= answer.status < 500, answer


@pytest.mark.parametrize("accept", ["", TURTLE, RDF_XML, N_TRIPLES, "*/*"])
def test_service_description(accept: str, own_data: Client) -> None:
    """GET on the endpoint returns RDF, with the endpoint itself, that conforms to the vocabulary.

    These are the three tests of W3C's suite for service descriptions.
    """
    answer = own_data.send("GET", "/sparql", {"Accept": accept} if accept else {})
    assert answer.status == 200
    syntax = ox.RdfFormat.from_media_type(answer.media_type)
    assert syntax is not None, answer.media_type
    triples = {
        (item.subject, item.predicate, item.object) for item in ox.parse(answer.body, syntax)
    }
    type_ = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

    def having(name: str) -> set[tuple[object, object]]:
        wanted = ox.NamedNode(SD + name)
        return {(subject, value) for subject, predicate, value in triples if predicate == wanted}

    def of_class(name: str) -> set[object]:
        wanted = ox.NamedNode(SD + name)
        return {item for item, predicate, value in triples if (predicate, value) == (type_, wanted)}

    [(service, endpoint)] = having("endpoint")
    assert endpoint == ox.NamedNode(f"{own_data.address}/sparql")
    assert of_class("Service") == {service}
    ranges = {"defaultDataset": "Dataset", "defaultGraph": "Graph", "namedGraph": "NamedGraph"}
    for name, class_ in ranges.items():
        assert {value for _, value in having(name)} <= of_class(class_)
    assert {subject for subject, _ in having("defaultDataset")} == {service}
    assert {item for item, _ in having("name")} == of_class("NamedGraph")
    assert {value for _, value in having("name")} == {
        ox.NamedNode(f"http://x.example/{name}") for name in ("g1", "g2")
    }
    languages = {value for _, value in having("supportedLanguage")}
    assert ox.NamedNode(f"{SD}SPARQL11Query") in languages


# -- Data of our own -----------------------------------------------------------------------------

OWN = tomllib.loads((HERE / "own_queries.toml").read_text(encoding="utf-8"))
PREFIX = "PREFIX : <http://x.example/>\n"


@pytest.fixture(scope="module")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server over data of our own."""
    folder = tmp_path_factory.mktemp("own")
    path = folder / "data.trig"
    path.write_text(OWN["data"], encoding="utf-8")
    with asking([path], folder) as client:
        yield client


@pytest.fixture(scope="module")
def own_store() -> ox.Store:
    """The same data in process."""
    store = ox.Store()
    store.load(OWN["data"].encode(), ox.RdfFormat.TRIG)
    return store


def expected_of_own(case: dict[str, object], text: str) -> Results:
    expected = case["expected"]
    if isinstance(expected, bool):
        return expected
    is_graph = re.search(r"^\s*(CONSTRUCT|DESCRIBE)\b", text, re.MULTILINE) is not None
    return read_results(str(expected).lstrip("\n").encode(), TURTLE if is_graph else TSV)


def own_difference(case: dict[str, object], answer: Answer) -> str | None:
    text = str(case["query"])
    assert answer.status == 200, answer
    actual = read_results(answer.body, answer.media_type)
    expected = expected_of_own(case, text)
    return difference(expected, actual, ordered=text.endswith(("?who)", "OFFSET 1")), lax=False)


@pytest.mark.parametrize("case", OWN["case"], ids=lambda case: case["name"])
def test_answer_query_in_process(case: dict[str, object], own_store: ox.Store) -> None:
    """What is expected of a query is what the engine itself answers, but where that is noted."""
    answer = answer_in_process(own_store, PREFIX + str(case["query"]), (JSON, TURTLE))
    assert (own_difference(case, answer) is None) == ("engine-differs" not in case)


@pytest.mark.parametrize("way", [0, 1, 2], ids=["get", "form", "direct"])
@pytest.mark.parametrize("case", OWN["case"], ids=lambda case: case["name"])
def test_answer_query(case: dict[str, object], way: int, own_data: Client) -> None:
    """A query gets the expected answer in each way of asking and in each format of results."""
    formats = (
        (TURTLE, N_TRIPLES, RDF_XML)
        if isinstance(expected_of_own(case, str(case["query"])), Triples)
        else (JSON, XML)
        if isinstance(case["expected"], bool)
        else (JSON, XML, TSV)
    )
    for media_type in formats:
        answer = own_data.ask(PREFIX + str(case["query"]), [media_type], way=way)
        assert answer.media_type == media_type
        assert own_difference(case, answer) is None


def test_answer_in_csv(own_data: Client) -> None:
    """CSV has the values as texts, with the marks that a text needs and lines that end in CRLF."""
    text = PREFIX + 'SELECT ?n ("a,\\"b\\"\\n" AS ?t) (?none AS ?u) { :c :age ?n }'
    answer = own_data.ask(text, [CSV])
    assert answer.body == b'n,t,u\r\n25,"a,""b""\n",\r\n'


G1, G2 = "http://x.example/g1", "http://x.example/g2"
BOTH = (("default-graph-uri", G1), ("default-graph-uri", G2))


@pytest.mark.parametrize(
    ("text", "parameters", "expected"),
    [
        ("SELECT (COUNT(*) AS ?n) FROM :g1 FROM :g2 { ?s ?p ?v }", (), 5),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?v }", BOTH, 5),
        ("SELECT (SUM(?v) AS ?n) FROM :g1 FROM :g2 { :s :v ?v }", (), 6),
        ("SELECT (SUM(?v) AS ?n) { :s :v ?v }", BOTH, 6),
        ("SELECT (COUNT(*) AS ?n) { :s :v ?a, ?b }", BOTH, 9),
        ("SELECT (COUNT(*) AS ?n) { { :s :v ?v } UNION { :s :only ?v } }", BOTH, 4),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?v }", (BOTH[0], BOTH[0]), 3),
        ("SELECT (COUNT(*) AS ?n) FROM :g1 { ?s ?p ?v }", BOTH[1:], 3),
        ("SELECT (COUNT(*) AS ?n) FROM :g1 FROM :g2 { ?s ?p ?v }", BOTH[:1], 3),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?v } }", BOTH, 0),
        (
            "SELECT (COUNT(*) AS ?n) { ?s ?p ?v GRAPH ?g { ?s ?p ?v } }",
            (*BOTH, ("named-graph-uri", G1), ("named-graph-uri", G2)),
            6,
        ),
        (
            "SELECT (COUNT(*) AS ?n) FROM :g1 FROM :g2 FROM NAMED :g2 "
            "{ ?s ?p ?v GRAPH ?g { ?s ?p ?v } }",
            (),
            3,
        ),
    ],
)
def test_count_triple_of_two_graphs_once(
    text: str, parameters: tuple[tuple[str, str], ...], expected: int, own_data: Client
) -> None:
    """The default graph is a merge: a triple that stands in two of its graphs is there once."""
    for way in range(3):
        answer = own_data.ask(PREFIX + text, [JSON], parameters, way)
        found = read_results(answer.body, answer.media_type)
        assert isinstance(found, Solutions), answer
        assert [row[0] for row in found.rows] == [ox.Literal(expected)]


def test_construct_triple_of_two_graphs_once(own_data: Client) -> None:
    """A graph that is made of a merge has each triple once in its text."""
    for parameters in (BOTH, ()):
        graphs = "" if parameters else "FROM :g1 FROM :g2 "
        text = f"{PREFIX}CONSTRUCT {{ ?s ?p ?v }} {graphs}WHERE {{ ?s ?p ?v }}"
        answer = own_data.ask(text, [N_TRIPLES], parameters)
        assert len(answer.body.splitlines()) == len(set(answer.body.splitlines())) == 5
