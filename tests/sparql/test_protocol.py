"""What a request for /sparql asks, and in which forms it may be answered."""

from __future__ import annotations

import pytest

from publish.sparql.protocol import (
    FORM_TYPE,
    LONGEST_REMEMBERED_ACCEPT,
    QUERY_TYPE,
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
    """A form has its query in its fields; the address may only name the data set (2.1.2)."""
    parameters = read_parameters("POST", b"format=csv&default-graph-uri=urn:x", FORM_TYPE, QUERY)
    assert parameters == Parameters(query="ASK {}", default_graphs=("urn:x",))
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
    assert parameters == Parameters(query="ASK {} #é", named_graphs=("urn:c",), form="csv")


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
    assert (accepted.result and accepted.result.form.extension) == result
    assert (accepted.graph and accepted.graph.form.extension) == graph
    if accept is not None:
        long = accept + "," * LONGEST_REMEMBERED_ACCEPT
        assert accepted_forms(NOTHING, long) == accepted, "what is not remembered means the same"


def test_accept_by_name() -> None:
    """The parameter ``format`` counts before Accept; one that is not known is refused."""
    accepted = accepted_forms(Parameters(query="", form="CSV"), "text/html")
    assert accepted.result is not None
    assert (accepted.result.form.extension, accepted.graph, accepted.page) == ("csv", None, False)
    both = accepted_forms(Parameters(query="", form="xml"), None)
    assert both.result is not None
    assert both.graph is not None
    with pytest.raises(BadRequest) as refused:
        accepted_forms(Parameters(query="", form="docx"), None)
    assert refused.value.status == 400
    assert "docx" in str(refused.value)


@pytest.mark.parametrize(
    ("accept", "is_page"), [(None, False), ("*/*", False), ("text/html", True), ("a/b", False)]
)
def test_prefer_page(accept: str | None, is_page: bool) -> None:
    """Who names HTML reads pages; a program gets a sentence."""
    assert prefers_page(accept) is is_page
