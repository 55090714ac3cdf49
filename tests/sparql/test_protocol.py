"""What a request for /sparql asks, and in which forms it may be answered."""

from __future__ import annotations

import pytest

from publish.sparql.protocol import (
    FORM_TYPE,
    LONGEST_USUAL,
    QUERY_TYPE,
    Asked,
    BadRequest,
    read_request,
    reads_pages,
    wanted_answer,
)

QUERY = b"query=ASK%20%7B%7D"
NOTHING = Asked(query=None)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_read_query_of_address(method: str) -> None:
    """A query stands in the address, percent-encoded; so does its data set (2.1.1, 2.1.4)."""
    address = QUERY + b"&default-graph-uri=urn:a&default-graph-uri=urn:b&named-graph-uri=urn:c"
    assert read_request(method, address, "", b"") == Asked(
        query="ASK {}", default_graphs=("urn:a", "urn:b"), named_graphs=("urn:c",)
    )


def test_read_query_of_form() -> None:
    """A form has its query in its fields; the address may only name the data set (2.1.2)."""
    asked = read_request("POST", b"format=csv&default-graph-uri=urn:x", FORM_TYPE, QUERY)
    assert asked == Asked(query="ASK {}", default_graphs=("urn:x",))
    for name in (b"query", b"update"):
        with pytest.raises(BadRequest) as error:
            read_request("POST", name + b"=urn:x", FORM_TYPE, QUERY)
        assert error.value.status == 400


def test_read_query_of_body() -> None:
    """A query that is the body has its data set and form in the address (2.1.3)."""
    kind = f"{QUERY_TYPE.upper()}; charset=UTF-8"
    asked = read_request("POST", b"named-graph-uri=urn:c&format=csv", kind, "ASK {} #é".encode())
    assert asked == Asked(query="ASK {} #é", named_graphs=("urn:c",), form="csv")


def test_read_request_without_query() -> None:
    """Without a query it is the service description that is asked for."""
    assert read_request("GET", b"", "", b"") == NOTHING
    assert read_request("GET", b"dataset=a&example=b&format=", "", b"") == Asked(
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
        read_request(method, address, kind, body, coding)
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
def test_want_by_header(
    accept: str | None, page: bool, result: str | None, graph: str | None
) -> None:
    """The best form for each kind of query follows from Accept; a page only when it is best."""
    wanted = wanted_answer(NOTHING, accept)
    assert wanted.page is page
    assert (wanted.result and wanted.result.form.extension) == result
    assert (wanted.graph and wanted.graph.form.extension) == graph
    if accept is not None:
        long = accept + "," * LONGEST_USUAL
        assert wanted_answer(NOTHING, long) == wanted, "what is not remembered means the same"


def test_want_by_name() -> None:
    """The parameter ``format`` counts before Accept; one that is not known is refused."""
    wanted = wanted_answer(Asked(query="", form="CSV"), "text/html")
    assert wanted.result is not None
    assert (wanted.result.form.extension, wanted.graph, wanted.page) == ("csv", None, False)
    both = wanted_answer(Asked(query="", form="xml"), None)
    assert both.result is not None
    assert both.graph is not None
    with pytest.raises(BadRequest) as refused:
        wanted_answer(Asked(query="", form="docx"), None)
    assert refused.value.status == 400
    assert "docx" in str(refused.value)


@pytest.mark.parametrize(
    ("accept", "is_page"), [(None, False), ("*/*", False), ("text/html", True), ("a/b", False)]
)
def test_tell_readers_of_pages(accept: str | None, is_page: bool) -> None:
    """Who names HTML reads pages; a program gets a sentence."""
    assert reads_pages(accept) is is_page
