"""W3C's tests of SPARQL 1.1 Protocol, read as requests with what is expected of the answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

PREFIXES = {
    "mf": "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#",
    "cnt": "http://www.w3.org/2011/content#",
    "ht": "http://www.w3.org/2011/http#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
REQUESTS = """
SELECT ?test ?request ?method ?target ?chars ?encoding ?field ?value ?status ?form ?truth {
  ?test a mf:ProtocolTest ; mf:action/ht:requests/rdf:first ?request .
  ?request ht:methodName ?method ; ht:absolutePath ?target ; ht:resp ?response .
  ?response mf:expectedStatus ?status .
  OPTIONAL { ?response mf:expectedFormat ?form }
  OPTIONAL { ?response mf:expectedBoolean ?truth }
  OPTIONAL { ?request ht:body [ cnt:chars ?chars ; cnt:characterEncoding ?encoding ] }
  OPTIONAL {
    ?request ht:headers/rdf:rest*/rdf:first [ ht:fieldName ?field ; ht:fieldValue ?value ]
  }
} ORDER BY ?test"""
"""The first request of each test: those that come after it look at what an update did."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request, and what is expected of the answer."""

    name: str
    method: str
    target: str
    fields: dict[str, str] = field(hash=False)
    body: bytes | None
    statuses: frozenset[str]
    """Classes of status, such as ``2xx``."""
    form: str | None
    """``boolean``, ``tabular`` or ``RDF``."""
    truth: bool | None

    @property
    def is_update(self) -> bool:
        """Whether the test is one of updates."""
        return "update" in self.name


def read_exchanges(manifest: Path) -> list[Exchange]:
    """Return the tests of a manifest, in the order of their names."""
    store = ox.Store()
    store.load(path=manifest, base_iri="http://x.example/")
    found = store.query(REQUESTS, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    tests: dict[str, list[dict[str, str]]] = {}
    names = [variable.value for variable in found.variables]
    for row in found:
        texts = {name: row[name].value for name in names if row[name] is not None}
        tests.setdefault(texts["test"].rpartition("#")[2], []).append(texts)
    return [_exchange(name, rows) for name, rows in tests.items()]


def _exchange(name: str, rows: list[dict[str, str]]) -> Exchange:
    first = rows[0]
    fields = {row["field"]: row["value"] for row in rows if "field" in row}
    body = first["chars"].encode(first["encoding"]) if "chars" in first else None
    return Exchange(
        name=name,
        method=first["method"],
        target=first["target"].replace("/sparql/", "/sparql", 1),
        fields=fields,
        body=body,
        statuses=frozenset(row["status"].rpartition("StatusCode")[2] for row in rows),
        form=first.get("form"),
        truth=first["truth"] == "true" if "truth" in first else None,
    )
