"""JSON-LD: triples written with a context, and how deep what others wrote is nested.

IRIs are written as compact IRIs where that is safe, a subject at a time, a line each, so that a
long file takes little memory. https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, BinaryIO

import numpy as np
import pyoxigraph as ox

from publish.rdf.namespaces import RDF, XSD
from publish.rdf.terms import short_name

_TYPE = str(RDF.type)
_STRING = str(XSD.string)

MOST_NESTED = 100
"""Objects and arrays within each other at most. The parser takes memory with the square of the
depth: 66 KiB nested 2,000 deep take 400 MB, 166 KiB nested 5,000 deep end the process."""
_BLOCK = 1 << 20
_ESCAPE = re.compile(rb'\\["\\]')
_QUOTE = ord('"')
_STEP = np.zeros(256, dtype=np.int8)
_STEP[list(b"{[")], _STEP[list(b"}]")] = 1, -1
_IS_MARK = _STEP != 0
_IS_MARK[_QUOTE] = True


def place_nested_too_deep(content: BinaryIO) -> tuple[int, int] | None:
    """Return line and column of the first bracket nested deeper than MOST_NESTED, None without.

    Only brackets and strings are looked at, so that it is safe before any parser.
    """
    depth, in_string, rest = 0, False, b""
    line, column = 1, 0  # of the last character before the block
    while block := content.read(_BLOCK):
        block = _ESCAPE.sub(b"__", rest + block)
        # A backslash that is left at the end belongs to the character that follows.
        rest = block[-1:] if block.endswith(b"\\") else b""
        block = block.removesuffix(rest)
        data = np.frombuffer(block, dtype=np.uint8)
        places = np.flatnonzero(_IS_MARK[data])
        marks = data[places]
        strings = np.logical_xor.accumulate(np.append(in_string, marks == _QUOTE))
        depths = depth + np.cumsum(np.where(strings[1:], 0, _STEP[marks]))
        deep = np.flatnonzero(depths > MOST_NESTED)
        end = int(places[deep[0]]) + 1 if len(deep) else len(block)
        line, column = _place_after(block[:end], line, column)
        if len(deep):
            return line, column
        if len(places):
            depth, in_string = int(depths[-1]), bool(strings[-1])
    return None


def _place_after(text: bytes, line: int, column: int) -> tuple[int, int]:
    """Return the place of the last character of UTF-8, given that of the one before the text."""
    start = text.rfind(b"\n") + 1
    last = np.frombuffer(text, dtype=np.int8)[start:]
    characters = int(np.count_nonzero(last >= -64))  # the others continue a character
    return line + text.count(b"\n"), characters + (0 if start else column)


def usable_prefixes(prefixes: Mapping[str, str], triples: bytes) -> dict[str, str]:
    """Return the prefixes that N-Triples use, without those that are the scheme of an IRI in them.

    Such an IRI, as ``<time:noon>``, would be read as a compact IRI.
    """
    return {
        prefix: namespace
        for prefix, namespace in prefixes.items()
        if f"<{namespace}".encode() in triples and f"<{prefix}:".encode() not in triples
    }


def json_ld(triples: Iterable[ox.Triple | ox.Quad], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield triples as JSON-LD: the context, then one object per run of triples of a subject."""
    by_namespace = {namespace: prefix for prefix, namespace in prefixes.items()}
    context = json.dumps(dict(prefixes), separators=(",", ":"))
    yield f'{{"@context":{context},"@graph":['
    between = "\n"
    for subject, statements in itertools.groupby(triples, key=attrgetter("subject")):
        node: dict[str, Any] = {"@id": _id(subject, by_namespace)}
        for statement in statements:
            predicate, value = statement.predicate.value, statement.object
            if predicate == _TYPE and isinstance(value, ox.NamedNode):
                node.setdefault("@type", []).append(_id(value, by_namespace))
            else:
                name = _id(statement.predicate, by_namespace)
                node.setdefault(name, []).append(_value(value, by_namespace))
        for name, values in node.items():
            if isinstance(values, list) and len(values) == 1:
                node[name] = values[0]
        yield between + json.dumps(node, ensure_ascii=False, separators=(",", ":"))
        between = ",\n"
    yield "\n]}\n"


def _id(term: object, by_namespace: Mapping[str, str]) -> str:
    """Return the ``@id`` of an IRI or a blank node."""
    if not isinstance(term, ox.NamedNode):
        return str(term)
    return short_name(term.value, by_namespace) or term.value


def _value(term: object, by_namespace: Mapping[str, str]) -> Any:
    """Return a term as a value: a plain string as text, everything else as an object."""
    if not isinstance(term, ox.Literal):
        return {"@id": _id(term, by_namespace)}
    if term.language:
        return {"@language": term.language, "@value": term.value}
    if term.datatype.value == _STRING:
        return term.value
    return {"@type": _id(term.datatype, by_namespace), "@value": term.value}
