"""Triples as JSON-LD with a context, its IRIs as compact IRIs where that is safe.

The text is written a subject at a time, a line each, so that a long file takes little memory.
https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

import pyoxigraph as ox

from publish.rdf.namespaces import RDF, XSD
from publish.rdf.terms import short_name

_TYPE = str(RDF.type)
_STRING = str(XSD.string)


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
