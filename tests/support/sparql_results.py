"""Strict readers of the four results formats of SPARQL 1.1, each written from its specification.

In come the bytes of an answer; out comes a Result, or BadResult when the format is broken.
JSON (https://www.w3.org/TR/sparql11-results-json/), XML (…/rdf-sparql-XMLres/), CSV and TSV
(…/sparql11-results-csv-tsv/).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

XSD = "http://www.w3.org/2001/XMLSchema#"
_NS = "{http://www.w3.org/2005/sparql-results#}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CSV = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)')
_TSV = re.compile(
    r"""
      <(?P<iri>[^\x00-\x20<>"{}|^`\\]*)>
    | "(?P<text>(?:[^"\\\n\r\t]|\\[tbnrf"'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*)"
      (?:@(?P<lang>[A-Za-z]+(?:-[A-Za-z0-9]+)*)|\^\^<(?P<type>[^\x00-\x20<>"{}|^`\\]*)>)?
    | _:(?P<blank>\w[\w.-]*)
    | (?P<integer>[+-]?\d+) | (?P<decimal>[+-]?\d*\.\d+)
    | (?P<double>[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+) | (?P<boolean>true|false)
    """,
    re.VERBOSE,
)
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}

Term = tuple[str, ...]
"""("uri", iri), ("blank",), or ("literal", text, language, datatype); "" for what is not there."""


class BadResult(AssertionError):
    """The bytes are not what the specification of the format says."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of a SELECT, or of an ASK when ``truth`` is not None."""

    names: tuple[str, ...] = ()
    rows: tuple[tuple[Term | None, ...], ...] = ()
    truth: bool | None = None


def need(condition: object, what: str) -> None:
    """Raise BadResult unless a condition holds."""
    if not condition:
        raise BadResult(what)


def literal(text: str, language: str | None = None, datatype: str | None = None) -> Term:
    """Return a literal. A datatype of xsd:string says no more than none."""
    kind = "" if datatype in (None, XSD + "string") else str(datatype)
    return ("literal", text, (language or "").lower(), kind)


# -- JSON --------------------------------------------------------------------------------------


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len({key for key, _ in pairs}) == len(pairs), f"a key stands twice: {pairs}")
    return dict(pairs)


def read_json(data: bytes) -> Result:
    """Read SPARQL 1.1 Query Results JSON."""
    content = json.loads(data.decode("utf-8"), object_pairs_hook=_object)
    need(set(content) in ({"head", "results"}, {"head", "boolean"}), f"keys {set(content)}")
    head = content["head"]
    need(set(head) <= {"vars", "link"}, f"head {head}")
    if "boolean" in content:
        need(isinstance(content["boolean"], bool), "boolean")
        need("vars" not in head, "a boolean has no variables")
        return Result(truth=content["boolean"])
    names = head["vars"]
    need(isinstance(names, list) and len(set(names)) == len(names), f"vars {names}")
    need(set(content["results"]) == {"bindings"}, "results holds bindings alone")
    rows = []
    for row in content["results"]["bindings"]:
        need(set(row) <= set(names), f"{row} binds what is not in {names}")
        rows.append(tuple(_json_term(row[name]) if name in row else None for name in names))
    return Result(names=tuple(names), rows=tuple(rows))


def _json_term(term: dict[str, Any]) -> Term:
    need(all(isinstance(value, str) for value in term.values()), f"{term}")
    if term["type"] == "literal":
        need(set(term) <= {"type", "value", "xml:lang", "datatype"}, f"{term}")
        need(not {"xml:lang", "datatype"} <= set(term), f"language and datatype: {term}")
        need(term.get("xml:lang") != "", "an empty language")
        return literal(term["value"], term.get("xml:lang"), term.get("datatype"))
    need(set(term) == {"type", "value"} and term["type"] in ("uri", "bnode"), f"{term}")
    return ("uri", term["value"]) if term["type"] == "uri" else ("blank",)


# -- XML ---------------------------------------------------------------------------------------


def read_xml(data: bytes) -> Result:
    """Read SPARQL Query Results XML, as its schema says."""
    root = ElementTree.fromstring(data)
    need(root.tag == _NS + "sparql", root.tag)
    parts = [child.tag.removeprefix(_NS) for child in root]
    need(parts in (["head", "results"], ["head", "boolean"]), f"{parts}")
    for element in root.iter():
        need(element.tag.startswith(_NS), f"{element.tag} is of another namespace")
        need(not (element.tail or "").strip(), f"text after {element.tag}")
    head, body = root
    variables = [child for child in head if child.tag == _NS + "variable"]
    links = [child for child in head if child.tag == _NS + "link"]
    need(list(head) == variables + links, "the head holds variables, then links")
    names = [child.attrib["name"] for child in variables]
    need(len(set(names)) == len(names), f"{names}")
    if body.tag == _NS + "boolean":
        need(not names and body.text in ("true", "false"), f"{body.text!r}")
        return Result(truth=body.text == "true")
    rows = []
    for result in body:
        need(result.tag == _NS + "result" and not (result.text or "").strip(), result.tag)
        found: dict[str, Term] = {}
        for binding in result:
            need(binding.tag == _NS + "binding" and len(binding) == 1, binding.tag)
            name = binding.attrib["name"]
            need(name in names and name not in found, f"{name} in {names}")
            found[name] = _xml_term(binding[0])
        rows.append(tuple(found.get(name) for name in names))
    return Result(names=tuple(names), rows=tuple(rows))


def _xml_term(element: ElementTree.Element) -> Term:
    kind, text = element.tag.removeprefix(_NS), element.text or ""
    need(kind in ("uri", "bnode", "literal") and not len(element), kind)
    if kind == "literal":
        need(set(element.attrib) <= {_LANG, "datatype"} and len(element.attrib) <= 1, kind)
        return literal(text, element.get(_LANG), element.get("datatype"))
    need(not element.attrib, f"{element.attrib}")
    return ("uri", text) if kind == "uri" else ("blank",)


# -- CSV and TSV -------------------------------------------------------------------------------


def csv_rows(data: bytes) -> list[list[str]]:
    """Read CSV by RFC 4180: every record ends in CR LF, quoted where it holds , " CR or LF."""
    text, at = data.decode("utf-8"), 0
    rows: list[list[str]] = [[]]
    while at < len(text):
        field = _CSV.match(text, at)
        need(field, f"no CSV at {text[at : at + 80]!r}")
        assert field is not None
        quoted, plain, end = field.groups()
        rows[-1].append(plain if quoted is None else quoted.replace('""', '"'))
        if end == "\r\n":
            rows.append([])
        at = field.end()
    need(not rows.pop(), "the last record does not end")
    need(len({len(row) for row in rows}) <= 1, "records differ in length")
    return rows


def read_csv(data: bytes) -> tuple[tuple[str, ...], list[list[str]]]:
    """Read the names and the plain values of a CSV result."""
    names, *rows = csv_rows(data)
    need(all(re.fullmatch(r"\w+", name) for name in names), f"names {names}")
    return tuple(names), rows


def read_tsv(data: bytes) -> Result:
    """Read a TSV result: names with ?, terms as in Turtle, nothing for what is unbound."""
    text = data.decode("utf-8")
    need(text.endswith("\n") and "\r" not in text, "records end in a line feed")
    head, *lines = text[:-1].split("\n")
    names = head.split("\t") if head else []
    need(all(re.fullmatch(r"\?\w+", name) for name in names), f"names {names}")
    rows = []
    for line in lines:
        fields = line.split("\t")
        need(len(fields) == max(len(names), 1), f"{line!r} for {names}")
        rows.append(tuple(_tsv_term(field) for field in fields[: len(names)]))
    return Result(names=tuple(name[1:] for name in names), rows=tuple(rows))


def _tsv_term(field: str) -> Term | None:
    if not field:
        return None
    found = _TSV.fullmatch(field)
    need(found, f"no term: {field!r}")
    assert found is not None
    if found["iri"] is not None:
        return ("uri", found["iri"])
    if found["blank"] is not None:
        return ("blank",)
    if found["text"] is not None:
        return literal(_unescape(found["text"]), found["lang"], found["type"])
    kind = next(name for name in ("integer", "decimal", "double", "boolean") if found[name])
    return literal(field, None, XSD + kind)


def _unescape(text: str) -> str:
    def resolve(escape: re.Match[str]) -> str:
        body = escape[1]
        if body[0] in "uU":
            return chr(int(body[1:], 16))
        return _ESCAPES.get(body, body)

    return re.sub(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", resolve, text)


READERS = {
    "application/sparql-results+json": read_json,
    "application/sparql-results+xml": read_xml,
    "text/tab-separated-values": read_tsv,
}
"""The reader of each format that keeps the terms; CSV keeps their text only."""
