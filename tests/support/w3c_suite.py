"""The SPARQL test suites of W3C as data: what a test asks, of which data, and what it expects.

In comes the folder ``rdf-tests/sparql``; out come the tests that a read-only endpoint can be put
to, grouped by data set. A file has the address that it has at W3C, so that relative IRIs in data,
queries and expected results mean the same on every machine; ``as_quads`` writes a data set as
N-Quads in which they are resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph as ox

SUITES = ("sparql10", "sparql11", "sparql12")
ADDRESS = "https://w3c.github.io/rdf-tests/sparql/"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

EVALUATION, POSITIVE, NEGATIVE = "evaluation", "positive syntax", "negative syntax"
KINDS = {
    "QueryEvaluationTest": EVALUATION,
    "CSVResultFormatTest": EVALUATION,
    "PositiveSyntaxTest": POSITIVE,
    "PositiveSyntaxTest11": POSITIVE,
    "NegativeSyntaxTest": NEGATIVE,
    "NegativeSyntaxTest11": NEGATIVE,
}
"""The classes of tests that are run, with what they are."""
LEFT_OUT = {
    "UpdateEvaluationTest": "the endpoint only reads",
    "PositiveUpdateSyntaxTest": "the endpoint only reads",
    "NegativeUpdateSyntaxTest": "the endpoint only reads",
    "ProtocolTest": "test_w3c_sparql.py sends the requests of these one by one",
    "ServiceDescriptionTest": "test_w3c_sparql.py looks at the service description itself",
    "federated": "the endpoint asks no other one: it refuses SERVICE",
}
"""What is not run as a query over a data set, with the reason."""
FEDERATED = re.compile(r"^(?:[^#<]|<[^>]*>)*\bSERVICE\b", re.IGNORECASE | re.MULTILINE)
FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """Files that stand in the default graph, and those that are a graph with their address."""

    default: tuple[Path, ...] = ()
    named: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One test of the suites."""

    name: str
    """Folder and local name, as ``sparql11/bind/bind01``."""
    kind: str
    query: Path
    address: str
    """The address of the query, which is its base."""
    data: DataSet
    expected: Path | None = None
    lax: bool = False
    """Whether solutions may come more often than expected, as REDUCED leaves open."""

    @property
    def folder(self) -> str:
        """The folder of the test, as ``sparql11/bind``."""
        return self.name.rpartition("/")[0]

    def text(self) -> str:
        """Return the query with its base, which an endpoint cannot know."""
        return f"BASE <{self.address}>\n{self.query.read_text(encoding='utf-8')}"

    @property
    def is_ordered(self) -> bool:
        """Whether the query asks for an order of its solutions."""
        text = re.sub(r"#[^\n<>]*$", "", self.query.read_text(encoding="utf-8"), flags=re.MULTILINE)
        return re.search(r"\bORDER\s+BY\b", text.rpartition("}")[2], re.IGNORECASE) is not None


class Suites:
    """The manifests of a folder, read once."""

    def __init__(self, root: Path) -> None:
        """Read the manifests of ``rdf-tests/sparql``."""
        self.root = root.resolve()
        self.cases: list[Case] = []
        self.left_out: dict[str, str] = {}
        for suite in SUITES:
            for manifest in sorted(self.root.glob(f"{suite}/*/manifest.ttl")):
                self._read(manifest)

    def folders(self) -> list[str]:
        """Return the folders that have tests to run."""
        return list(dict.fromkeys(case.folder for case in self.cases))

    def by_data(self, folder: str) -> dict[DataSet, list[Case]]:
        """Return the tests of a folder, those over one data set together."""
        found: dict[DataSet, list[Case]] = {}
        for case in self.cases:
            if case.folder == folder:
                found.setdefault(case.data, []).append(case)
        return found

    def address(self, path: Path) -> str:
        """Return the address of a file at W3C."""
        return ADDRESS + path.relative_to(self.root).as_posix()

    def as_quads(self, data: DataSet) -> bytes:
        """Return a data set as N-Quads."""
        quads: list[ox.Quad] = []
        for path in data.default:
            quads += self.parsed(path)
        for path in data.named:
            name = ox.NamedNode(self.address(path))
            quads += [
                ox.Quad(quad.subject, quad.predicate, quad.object, name)
                for quad in self.parsed(path)
            ]
        return b"# Quads.\n" + (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")

    def parsed(self, path: Path) -> Iterator[ox.Quad]:
        """Return the statements of a file, its blank nodes unlike those of any other."""
        return ox.parse(path=path, base_iri=self.address(path), rename_blank_nodes=True)

    def _read(self, manifest: Path) -> None:
        folder = manifest.parent.relative_to(self.root).as_posix()
        graph = ox.Store()
        graph.extend(self.parsed(manifest))
        for entry in _entries(graph):
            name = f"{folder}/{entry.value.rpartition('#')[2]}"
            types = [node.value.rpartition("#")[2] for node in _values(graph, entry, RDF + "type")]
            kind = next((KINDS[type_] for type_ in types if type_ in KINDS), None)
            if kind is None:
                self.left_out[name] = next(type_ for type_ in types if type_ in LEFT_OUT)
                continue
            case = self._case(graph, entry, name, kind)
            if FEDERATED.search(case.text()):
                self.left_out[name] = "federated"
            else:
                self.cases.append(case)

    def _case(self, graph: ox.Store, entry: ox.NamedNode, name: str, kind: str) -> Case:
        [action] = _values(graph, entry, MF + "action")
        if kind != EVALUATION:
            query, data = self._path(action), DataSet()
        else:
            [found] = _values(graph, action, QT + "query")
            query = self._path(found)
            # A query that names its own data set takes graphs of these names.
            asked = FROM.findall(query.read_text(encoding="utf-8"))
            data = DataSet(
                default=self._paths(graph, action, "data"),
                named=tuple(
                    dict.fromkeys(
                        [
                            *self._paths(graph, action, "graphData"),
                            *(query.parent / iri for iri in asked),
                        ]
                    )
                ),
            )
        lax = _values(graph, entry, MF + "resultCardinality")
        return Case(
            name=name,
            kind=kind,
            query=query,
            address=self.address(query),
            data=data,
            expected=next(map(self._path, _values(graph, entry, MF + "result")), None),
            lax=ox.NamedNode(MF + "LaxCardinality") in lax,
        )

    def _paths(self, graph: ox.Store, action: Node, name: str) -> tuple[Path, ...]:
        return tuple(sorted(map(self._path, _values(graph, action, QT + name))))

    def _path(self, node: Node) -> Path:
        """Return the file that a node of a manifest means."""
        assert isinstance(node, ox.NamedNode)
        assert node.value.startswith(ADDRESS), node
        return self.root / urljoin(ADDRESS, node.value).removeprefix(ADDRESS)


Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def _values(graph: ox.Store, subject: Node, predicate: str) -> list[Node]:
    """Return the values of a property."""
    assert isinstance(subject, ox.NamedNode | ox.BlankNode)
    found = graph.quads_for_pattern(subject, ox.NamedNode(predicate), None)
    return [quad.object for quad in found]


def _entries(graph: ox.Store) -> Iterator[ox.NamedNode]:
    """Yield the tests of a manifest in its order."""
    [start] = graph.quads_for_pattern(None, ox.NamedNode(MF + "entries"), None)
    node = start.object
    while node != ox.NamedNode(RDF + "nil"):
        [entry], [node] = (_values(graph, node, RDF + name) for name in ("first", "rest"))
        assert isinstance(entry, ox.NamedNode)
        yield entry
