"""Triples as JSON-LD with a context: short names in the place of addresses, where that is safe.

In come triples, those of one subject together; out come pieces of text, one line a subject, so
that of a long file no more than one subject is held. https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

import pyoxigraph as ox

from publish.rdf.namespaces import RDF, XSD

_TYPE = str(RDF.type)
_STRING = str(XSD.string)
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def usable_prefixes(prefixes: Mapping[str, str], triples: bytes) -> dict[str, str]:
    """Return the prefixes that N-Triples use, without those that an IRI has for its scheme.

    Such an IRI, as ``<time:noon>``, would be read as the short name that it looks like.
    """
    return {
        prefix: namespace
        for prefix, namespace in prefixes.items()
        if f"<{namespace}".encode() in triples and f"<{prefix}:".encode() not in triples
    }


def json_ld(triples: Iterable[ox.Triple | ox.Quad], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the text of triples as JSON-LD: the context, then one object per subject."""
    names = _Names(prefixes)
    context = json.dumps(dict(prefixes), separators=(",", ":"))
    yield f'{{"@context":{context},"@graph":['
    between = "\n"
    for subject, statements in itertools.groupby(triples, key=attrgetter("subject")):
        node: dict[str, Any] = {"@id": names.of(subject)}
        for statement in statements:
            predicate, value = statement.predicate.value, statement.object
            if predicate == _TYPE and isinstance(value, ox.NamedNode):
                node.setdefault("@type", []).append(names.of(value))
            else:
                name = names.of(statement.predicate)
                node.setdefault(name, []).append(names.value(value))
        for name, values in node.items():
            if isinstance(values, list) and len(values) == 1:
                node[name] = values[0]
        yield between + json.dumps(node, ensure_ascii=False, separators=(",", ":"))
        between = ",\n"
    yield "\n]}\n"


class _Names:
    """The short names of terms."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._by_namespace = {namespace: prefix for prefix, namespace in prefixes.items()}

    def of(self, term: object) -> str:
        """Return how an IRI or a blank node is named."""
        if not isinstance(term, ox.NamedNode):
            return str(term)
        iri = term.value
        end = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self._by_namespace.get(iri[:end])
        if prefix is None or not _LOCAL.fullmatch(iri, end):
            return iri
        return f"{prefix}:{iri[end:]}"

    def value(self, term: object) -> Any:
        """Return a value: a text as it is, everything else as an object that says what it is."""
        if not isinstance(term, ox.Literal):
            return {"@id": self.of(term)}
        if term.language:
            return {"@language": term.language, "@value": term.value}
        if term.datatype.value == _STRING:
            return term.value
        return {"@type": self.of(term.datatype), "@value": term.value}
