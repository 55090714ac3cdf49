"""What a request for /sparql asks, and in which forms it may be answered."""

from __future__ import annotations

import pytest

from publish.sparql.protocol import (
    FORM_TYPE,
    LONGEST_REMEMBERED_ACCEPT,
    QUERY_TYPE,
    Accepted,
    Parameters,
    accepted_forms,
    prefers_page,
    read_parameters,
)
from publish.sparql.query.errors import BadRequest

QUERY = b"query=ASK%20%7B%7D"
NOTHING = Parameters(query=None)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_read_query_of_address(method: str) -> None:
    """A query stands in the address, percent-encoded; so does its data set (2.1.1, 2.1.4)."""
    address = QUERY + b"&default-graph-uri=urn:a&default-graph-uri=urn:b&named-graph-uri=urn:c"
    assert read_parameters(method, address, "", b"") == Parameters(
        query="ASK {}", default_graphs=("urn:a", "urn:b"), named_graphs=("urn:c",)
    )


def test_read_query_of_form() -> None:
    """A form has its query in its fields; what else it asks may stand in the address (2.1.2)."""
    parameters = read_parameters("POST", b"format=csv&default-graph-uri=urn:x", FORM_TYPE, QUERY)
    assert parameters == Parameters(query="ASK {}", default_graphs=("urn:x",), formats=("csv",))
    for name in (b"query", b"update"):
        with pytest.raises(BadRequest) as error:
            read_parameters("POST", name + b"=urn:x", FORM_TYPE, QUERY)
        assert error.value.status == 400


def test_read_query_of_body() -> None:
    """A query that is the body has its data set and form in the address (2.1.3)."""
    kind = f"{QUERY_TYPE.upper()}; charset=UTF-8"
    parameters = read_parameters(
        "POST", b"named-graph-uri=urn:c&format=csv", kind, "ASK {} #é".encode()
    )
    assert parameters == Parameters(query="ASK {} #é", named_graphs=("urn:c",), formats=("csv",))


def test_read_query_without_its_byte_order_mark() -> None:
    """The mark at the beginning of a file is no part of its query."""
    mark = "\ufeff".encode()
    assert read_parameters("POST", b"", QUERY_TYPE, mark + b"ASK {}").query == "ASK {}"
    assert read_parameters("GET", b"query=%EF%BB%BFASK%20%7B%7D", "", b"").query == "ASK {}"


def test_read_parameters_without_query() -> None:
    """Without a query it is the service description that is asked for."""
    assert read_parameters("GET", b"", "", b"") == NOTHING
    assert read_parameters("GET", b"dataset=a&example=b&format=", "", b"") == Parameters(
        query=None, data_set="a", example="b"
    )


@pytest.mark.parametrize(
    ("status", "method", "address", "kind", "body", "coding"),
    [
        (400, "GET", b"default-graph-uri=urn:a", "", b"", ""),
        (400, "POST", QUERY, FORM_TYPE, b"", ""),
        (400, "GET", QUERY + b"&" + QUERY, "", b"", ""),
        (400, "GET", b"update=CLEAR%20ALL", "", b"", ""),
        (400, "POST", b"", FORM_TYPE, b"update=CLEAR+ALL", ""),
        (400, "POST", QUERY, QUERY_TYPE, b"ASK {}", ""),
        (400, "POST", b"", QUERY_TYPE, b"ASK { <\xff> a ?b }", ""),
        (400, "POST", b"", FORM_TYPE, b"query=%FF", ""),
        (400, "POST", b"", FORM_TYPE, b"query=\xc3\xa9", ""),
        (400, "GET", b"a&" * 1001, "", b"", ""),
        (415, "POST", QUERY, "", b"", ""),
        (415, "POST", b"", "application/json", b"{}", ""),
        (415, "POST", b"", f"{QUERY_TYPE}; charset=utf-16", b"ASK {}", ""),
        (415, "POST", b"", QUERY_TYPE, b"ASK {}", "gzip"),
    ],
)
def test_refuse_request(
    status: int, method: str, address: bytes, kind: str, body: bytes, coding: str
) -> None:
    """What is not of the protocol is refused, and it says how."""
    with pytest.raises(BadRequest) as refused:
        read_parameters(method, address, kind, body, coding)
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("accept", "page", "result", "graph"),
    [
        (None, False, "srj", "ttl"),
        ("*/*", False, "srj", "ttl"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", True, None, None),
        ("text/csv, application/rdf+xml;q=0.5", False, "csv", "rdf"),
        ("text/turtle", False, None, "ttl"),
        ("image/png", False, None, None),
    ],
)
def test_accept_by_header(
    accept: str | None, page: bool, result: str | None, graph: str | None
) -> None:
    """The best form for each kind of query follows from Accept; a page only when it is best."""
    accepted = accepted_forms(NOTHING, accept)
    assert accepted.page is page
    assert best(accepted) == (result, graph)
    if accept is not None:
        long = accept + "," * LONGEST_REMEMBERED_ACCEPT
        assert accepted_forms(NOTHING, long) == accepted, "what is not remembered means the same"


def best(accepted: Accepted) -> tuple[str | None, str | None]:
    """Return the extensions of the best form of a result and of a graph."""
    results, graphs = (
        [offer.form.extension for offer in offers] for offers in (accepted.results, accepted.graphs)
    )
    return next(iter(results), None), next(iter(graphs), None)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("csv", ("csv", "ttl")),
        ("CSV", ("csv", "ttl")),
        ("xml", ("srx", "rdf")),
        ("json", ("srj", "jsonld")),
        ("n3", ("srj", "n3")),
        ("jsonld", ("srj", "jsonld")),
        ("json-ld", ("srj", "jsonld")),
        ("ld+json", ("srj", "jsonld")),
        ("application/ld json", ("srj", "jsonld")),
        ("application/ld+json,application/x-json+ld", ("srj", "jsonld")),
        ("application/x-json+ld", ("srj", "jsonld")),
        ("rdf+xml", ("srj", "rdf")),
        ("rdfxml", ("srj", "rdf")),
        ("RDF/XML", ("srj", "rdf")),
        ("ntriples", ("srj", "nt")),
        ("N-Triples", ("srj", "nt")),
        ("nt", ("srj", "nt")),
        ("nquads", ("srj", "nq")),
        ("trig", ("srj", "trig")),
        ("text", ("tsv", "nt")),
        ("text/plain", ("tsv", "nt")),
        ("turtle", ("srj", "ttl")),
        ("text/turtle; charset=utf-8", ("srj", "ttl")),
        ("application/sparql-results json", ("srj", "ttl")),
        ("sparql-results+xml", ("srx", "ttl")),
        ("text/tab-separated-values", ("tsv", "ttl")),
        ("auto", ("srj", "ttl")),
        ("docx", ("srj", "ttl")),
        ("docx,csv", ("csv", "ttl")),
        ("trig,nt", ("srj", "trig")),
        ("+", ("srj", "ttl")),
    ],
)
def test_accept_by_name(names: str, expected: tuple[str, str]) -> None:
    """A form by any of its names counts before Accept, which decides where no name does."""
    assert best(accepted_forms(Parameters(query="", formats=(names,)), "*/*")) == expected


def test_accept_by_name_before_a_page() -> None:
    """Who reads pages and chose a form gets that, and is told when an answer cannot have it."""
    browser = "text/html,*/*;q=0.8"
    accepted = accepted_forms(Parameters(query="", formats=("csv",)), browser)
    assert (accepted.page, best(accepted)) == (False, ("csv", None))
    assert accepted_forms(Parameters(query="", formats=("html",)), "*/*").page
    assert accepted_forms(Parameters(query="", formats=("",)), browser).page


@pytest.mark.parametrize("name", ["format", "output", "results"])
def test_read_names_of_forms(name: str) -> None:
    """Each parameter that clients have for the form of an answer is read, a plus as a space."""
    address = QUERY + f"&{name}=&{name}=json-ld&{name}=application/ld+json".encode()
    formats = read_parameters("GET", address, "", b"").formats
    assert formats == ("json-ld", "application/ld json")


def test_read_graphs_without_name() -> None:
    """A graph without a name, as forms send it, is no graph."""
    address = QUERY + b"&default-graph-uri=&named-graph-uri=%20&named-graph-uri=urn:c"
    assert read_parameters("GET", address, "", b"") == Parameters(
        query="ASK {}", named_graphs=("urn:c",)
    )
    assert read_parameters("GET", b"default-graph-uri=", "", b"") == NOTHING


@pytest.mark.parametrize("name", ["qeury", "Query", "QUERY", "q", "sparql", "querry", "quer"])
def test_name_what_may_be_the_query(name: str) -> None:
    """A query under another name is not passed over."""
    with pytest.raises(BadRequest) as refused:
        read_parameters("GET", name.encode() + b"=ASK%20%7B%7D", "", b"")
    assert refused.value.status == 400
    assert repr(name) in str(refused.value)
    assert read_parameters("GET", QUERY + b"&" + name.encode() + b"=1", "", b"").query


def test_name_content_types() -> None:
    """A POST of another type is told its own and the right ones."""
    with pytest.raises(BadRequest) as refused:
        read_parameters("POST", b"", "application/json", b"{}")
    for name in ("application/json", FORM_TYPE, QUERY_TYPE):
        assert name in str(refused.value)


@pytest.mark.parametrize(
    ("accept", "is_page"), [(None, False), ("*/*", False), ("text/html", True), ("a/b", False)]
)
def test_prefer_page(accept: str | None, is_page: bool) -> None:
    """Who names HTML reads pages; a program gets a sentence."""
    assert prefers_page(accept) is is_page
