"""The guard before the worker processes: what it refuses, in every spelling, and how fast."""

from __future__ import annotations

import contextlib
import random
import time

import pytest

from publish.sparql.query.errors import QuerySyntax, QueryTooLarge, Refused
from publish.sparql.query.guard import examine
from publish.sparql.query.limits import Limits


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
        "PREFIX e: <a:> SELECT * { ?s ?p e:a.SERVICE e:x { ?s ?p ?o } }",
        'SELECT * { ?s ?p "x"@en.SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }',
        "SELECT * { ?s ?p ?o FILTER(?o<'>')SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "ASK { ?s ?p ?o FILTER(?o<?p#>'''\n)SERVICE <http://127.0.0.1:1/> { ?s ?p ?o }#'''\n}",
        r"SELECT * { S\u0045RVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        r"SELECT * { \U00000053ERVICE ?where { ?s ?p ?o } }",
        'ASK { ?s ?p "\\"" # "\n . SeRvIcE <http://127.0.0.1:1/> {} }',
        "SELECT * {}SERVICE<http://127.0.0.1:1/>{}",
        "PREFIX p: <a:> ASK{?s ?q p:a.b.SERVICE<http://127.0.0.1:1/>{}}",
        "PREFIX p: <a:> ASK{?s ?q p:.SERVICE<http://127.0.0.1:1/>{}}",
        "PREFIX service: <a:> PREFIX : <http://127.0.0.1:1/> ASK{?s ?q service:SERVICE:x{}}",
        "PREFIX p: <a:> ASK{SERVICESILENTp:a.b{}}",
        "ASK{1SERVICE$x#{\n#\n{}}",
        "SELECT * { ?s ?p ?o OPTIONAL{SERVICE # here\n# or there\n SILENT ?x{ ?s ?p ?o } } }",
    ],
)
def test_service_is_refused(text: str) -> None:
    """A federated query is refused before evaluation, however it is spelt."""
    with pytest.raises(Refused, match="SERVICE is not available here") as error:
        examine(text)
    assert "SERVICE is hier niet beschikbaar" in error.value.reason.nl


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE <x> {}" }',
        "SELECT * { ?s <http://x/SERVICE> ?service }",
        "PREFIX service: <http://x/service#> SELECT * { ?s service:kind ?o }",
        "# SERVICE\nASK {}",
        'SELECT ("x"@service AS ?y) {}',
        'SELECT ("x"@en-service AS ?y) {}',
        "PREFIX service: <a:> SELECT * {?s service:service ?o}",
        "PREFIX p: <a:> ASK{?s ?p p:a.service ?o}",
        "PREFIX p: <a:> ASK{?s ?p p:a\\.service }",
        "ASK{_:a.service ?p ?o}",
        "BASE <http://x/> ASK {?s <SERVICE> ?o}",
        "BASE <http://x/> ASK {?s <a/SERVICE> ?o}",
        "SELECT * { ?s ex:SERVICE '''it's \"SERVICE\" {''' ; ex:customerService 1 }",
        "ASK { ?s <http://a'b/x> ?o . ?s <#SERVICE> 'a' FILTER(?s < ?o && ?o > 1) }",
        "SELECT * { VALUES ?x {" + " -1" * 5000 + "} }",
        "SELECT * { VALUES (?x ?y) {" + " (1 2)" * 5000 + "} }",
        "SELECT * { VALUES ?x {" + " <http://x/service/1>" * 5000 + "} }",
        "SELECT * { ?s ?p ?o FILTER(?o IN (1" + ", 1" * 5000 + ")) }",
    ],
)
def test_service_in_other_places_is_fine(text: str) -> None:
    """The word in strings, IRIs, comments, names and variables is no federated query."""
    assert not examine(text).volatile


DEEP = {
    "groups": "ASK " + "{" * 101 + "}" * 101,
    "parentheses": "ASK { FILTER(" + "(" * 101 + "1" + ")" * 101 + ") }",
    "negations": "ASK { FILTER(" + "!" * 3000 + "true) }",
    "sums": "SELECT (1" + "+1" * 3000 + " AS ?x) {}",
    "differences": "SELECT (1" + "-1" * 3000 + " AS ?x) {}",
    "differences of variables": "SELECT (?a" + " -?a" * 3000 + " AS ?x) {}",
    "alternatives": "ASK { FILTER(true" + "||true" * 3000 + ") }",
    "optionals": "ASK { " + "OPTIONAL { " * 101 + "}" * 101 + " }",
    "optionals in a row": "ASK { " + "OPTIONAL {} " * 3000 + " }",
    "unions": "ASK { " + "{} UNION " * 3000 + "{} }",
    "paths": "ASK { ?s " + "<p>/" * 3000 + "<p> ?o }",
    "nested paths": "ASK { ?s " + "(" * 101 + "<p>" + ")*" * 101 + " ?o }",
    "collections": "ASK { ?s ?p " + "(" * 101 + "1" + ")" * 101 + " }",
    "blank nodes": "ASK { ?s ?p " + "[<p> " * 101 + "1" + "]" * 101 + " }",
    "triple terms": "ASK { ?s ?p " + "<<( <s> <p> " * 101 + "1" + " )>>" * 101 + " }",
    "reified triples": "ASK { ?s ?p " + "<< <s> <p> " * 101 + "1" + " >>" * 101 + " }",
    "annotations": "ASK { ?s ?p ?o " + "{| ?p ?o " * 101 + "|}" * 101 + " }",
    "subqueries": "ASK " + "{ SELECT * " * 101 + "{}" + "}" * 101,
    "filters": "ASK { " + "FILTER NOT EXISTS { " * 101 + "}" * 101 + " }",
    "conditions": "SELECT (" + "IF(true," * 101 + "1" + ",2)" * 101 + " AS ?x) {}",
}


@pytest.mark.parametrize("kind", DEEP)
def test_too_deep_is_refused(kind: str) -> None:
    """Nesting and the number of parts are bounded, so that no parser is exhausted."""
    with pytest.raises(QueryTooLarge, match=r"deeper than 100 brackets|more than 2000 blocks"):
        examine(DEEP[kind])


def test_too_long_is_refused() -> None:
    """The length is bounded, in bytes and not in characters."""
    examine("#" + "x" * (256 * 1024 - 1))
    for text in ("#" + "x" * (256 * 1024), "#" + "é" * (128 * 1024)):
        with pytest.raises(QueryTooLarge, match="longer than 256 KB"):
            examine(text)


def test_limits_are_settings() -> None:
    """The limits are those of the pool, and the sentences name them."""
    limits = Limits(query_bytes=100, nesting=3, parts=5)
    with pytest.raises(QueryTooLarge, match="100 bytes"):
        examine("#" * 101, limits)
    with pytest.raises(QueryTooLarge, match="deeper than 3 brackets"):
        examine("ASK {{{{}}}}", limits)
    with pytest.raises(QueryTooLarge, match="more than 5 blocks"):
        examine("ASK { FILTER(!!!!!!true) }", limits)
    examine("ASK {{{}}}", limits)


def test_nul_is_refused() -> None:
    """A NUL has no place in a query, and it is told where it stands."""
    with pytest.raises(QuerySyntax, match="NUL") as found:
        examine("ASK {\n \x00 }")
    assert (found.value.status, found.value.place) == (400, (2, 2))


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX service: <http://a.example/> ASK {}",
        "PREFIX : <urn:x> PREFIX service: <http://a.example/>\n# service:x {\nASK {}",
        "BASE <urn:x> PREFIX Service: <http://a.example/> ASK { ?s a Service:X OPTIONAL {} }",
        "PREFIX service: <http://a.example/> ASK { ?s service:SERVICE ?o OPTIONAL { ?s ?p ?o } }",
        "PREFIX service: <http://a.example/> DESCRIBE service:x WHERE {}",
        "PREFIX my-service: <http://a.example/> ASK { ?s a my-service:X OPTIONAL {} }",
        "ASK { GRAPH ?service { ?s ?p 'SERVICE <x> {}' } } # SERVICE <x> {}",
        "ASK { <http://a.example/SERVICE> ?p ?o OPTIONAL { ?o ?p ?s } }",
    ],
)
def test_pass_names_with_the_letters_of_service(text: str) -> None:
    """A prefix, name, variable, string, comment or IRI is no federation, whatever its letters."""
    examine(text)


@pytest.mark.parametrize(
    "pattern",
    [
        "SERVICE service:x {}",
        "SERVICEservice:x {}",
        "?s ?p service:.SERVICE service:x {}",
        "?s ?p service:a;SERVICE<x> {}",
        "SERVICE ?service {}",
    ],
)
def test_refuse_federation_beside_a_prefix_of_its_name(pattern: str) -> None:
    """To declare the prefix hides no federation."""
    with pytest.raises(Refused):
        examine(f"PREFIX service: <http://a.example/> SELECT * {{ {pattern} }}")


def test_refuse_federation_under_the_empty_prefix() -> None:
    """With an empty prefix, what looks like a name may be SERVICE and a name."""
    for more in ("", "PREFIX service: <urn:y>"):
        with pytest.raises(Refused):
            examine(f"PREFIX : <urn:x> {more} SELECT * {{ service:x {{}} }}")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (NOW() AS ?n) {}",
        "SELECT (now ( ) AS ?n) {}",
        "SELECT (rAnD# (\n() AS ?n) {}",
        "SELECT (1+NOW\n#\n#\n() AS ?n) {}",
        "SELECT (UUID() AS ?n) {}",
        "SELECT (STRUUID() AS ?n) {}",
        "SELECT (BNODE('x') AS ?n) {}",
        "SELECT * { BIND(1AS?x)BIND(NOW()AS?y) }",
        r"SELECT (N\u004FW() AS ?n) {}",
        r"SELECT (\U00000072and() AS ?n) {}",
    ],
)
def test_volatile(text: str) -> None:
    """A query that may be answered otherwise the next time is marked, in every spelling."""
    assert examine(text).volatile


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s <http://x/now> 'RAND is a currency', 'UUID' }",
        "SELECT ?now ?uuid { ?now ?uuid ?rand }",
        "PREFIX now: <http://x/brand> SELECT * { ?s now:brand ?o }",
    ],
)
def test_not_volatile(text: str) -> None:
    """The words elsewhere do not make a query volatile."""
    assert not examine(text).volatile


def test_probe_has_the_clauses() -> None:
    """A query that merges graphs comes with one that finds them; others do not."""
    text = "BASE <a:>PREFIX from: <b:> # FROM\nSELECT ?x FROM <g>FROM from:h from named <i> {}"
    assert examine(text).probe == (
        "BASE <a:>PREFIX from: <b:>\nSELECT ?default ?named FROM <g> FROM from:h FROM NAMED <i> "
        "{ { ?default ?default ?default } UNION { GRAPH ?named { ?named ?named ?named } } }"
    )
    assert examine("SELECT ?x FROM <g> FROM NAMED <i> {}").probe is None
    assert examine("SELECT * { ?from ?p 'FROM <a> FROM <b>' }").probe is None


PIECES = [
    *("<a> ", "<'>'", '"', "'", "'''", '"""', "service:", "service: #", "SERVICE ", "\\u0041"),
    *(
        "{#\n",
        "<#)>?",
        "<",
        "#",
        "(",
        "\\",
        "\\'''",
        '\\"',
        "\n",
        "from ",
        "from<a>",
        "now ",
        "now #\n",
    ),
    *("x", "?", "a:", "<<", ">>", "{", "}", "[", "^", "-1 ", "//", ".", "é", "<service:#>", "- "),
    *(":service", "|", "|| ", "service.", "a:service#\n#"),
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("before", ["", "# service\n"])
def test_guard_is_fast(piece: str, before: str) -> None:
    """The guard takes time in proportion to the text, whatever the text."""
    assert seconds(before + piece * (120_000 // len(piece.encode()))) < 1


@pytest.mark.parametrize("seed", range(20))
def test_guard_is_fast_with_any_mixture(seed: int) -> None:
    """So it does with pieces in any order."""
    chance = random.Random(seed)
    pieces = chance.choices(PIECES, k=chance.randint(2, 5))
    text = "".join(chance.choices(pieces, k=20_000))
    assert seconds("'service'" + text) < 1


def seconds(text: str) -> float:
    """Return the time of computing that the guard takes."""
    started = time.thread_time()
    with contextlib.suppress(Refused):
        examine(text)
    return time.thread_time() - started
