"""What the editor of the query page proposes: prefixes, terms with labels, codes by label.

``/sparql/completions.json`` gives what fits in one small answer. Of more codes than that it gives
none, and says so; then ``?q=`` finds those whose label, list or notation holds a text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import pyoxigraph as ox
from flask import Response, request

from publish.exports.description import as_compared
from publish.faults.fault import phrase
from publish.rdf.terms import prefixed_name
from publish.release.opened import Served, term
from publish.site.files import CHECK_AFTER_TEN_MINUTES
from publish.site.presentation import View
from publish.site.rendering import current_reader, plain_response
from publish.site.select import select

MOST_TERMS = 3000
MOST_CODES = 1000
"""Codes that are proposed without a search."""
MOST_FOUND = 50
"""Codes that a search gives."""
LONGEST_SEARCH = 100
"""Characters of a text that is searched for."""
PARAMETERS = frozenset(["lang", "q"])
DEFINED_BY = term("rdfs:isDefinedBy")

Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Names:
    """What can be proposed in one language."""

    terms: tuple[Row, ...]
    """Prefixed name, label or nothing, and kind; those of the release itself come first."""
    codes: tuple[Row, ...]
    """IRI, label, what list or kind of period it is of, and notation, in the order of the lists."""
    compared: tuple[str, ...]
    """The texts of each code as they are searched."""

    def find(self, text: str) -> list[Row]:
        """Return the codes that hold every word of a text, the first ones in order."""
        words = as_compared(text).split()
        found = (
            code
            for code, known in zip(self.codes, self.compared, strict=True)
            if all(word in known for word in words)
        )
        return list(islice(found, MOST_FOUND))


class Completions:
    """Answers what may be completed in queries on a release; it is read once by language."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._names = lru_cache(maxsize=None)(self._read_names)

    def respond(self) -> Response:
        """Answer ``/sparql/completions.json``."""
        unknown = next((name for name in request.args if name not in PARAMETERS), None)
        if unknown is not None:
            return plain_response(phrase("completions-parameter", name=repr(unknown[:60])), 400)
        text = request.args.get("q")
        if text is not None and len(text) > LONGEST_SEARCH:
            return plain_response(phrase("completions-too-long", most=str(LONGEST_SEARCH)), 400)
        names = self._names(current_reader().language)
        if text is not None:
            content: dict[str, object] = {"codes": names.find(text)}
        else:
            has_more = len(names.codes) > MOST_CODES
            content = {
                "prefixes": self._served.prefixes,
                "terms": names.terms,
                "codes": () if has_more else names.codes,
                "more": has_more,
            }
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
        response = Response(body, content_type="application/json; charset=utf-8")
        response.headers["Cache-Control"] = CHECK_AFTER_TEN_MINUTES
        response.headers["Content-Language"] = current_reader().language
        response.vary.add("Accept-Language")
        response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:16])
        response.make_conditional(request)
        return response

    def _read_names(self, language: str) -> Names:
        view = View(self._served, language)
        # The codes of anybody's RDF files may be millions.
        codes = [] if self._served.is_of_files else _codes(view)
        return Names(
            terms=tuple(_terms(view)),
            codes=tuple(codes),
            compared=tuple(as_compared(" ".join(code[1:])) for code in codes),
        )


def _terms(view: View) -> Iterable[Row]:
    """Yield the terms that the release defines or uses, its own first."""
    served = view.served
    properties = served.partitions.get("property-partitions", {})
    classes = served.partitions.get("class-partitions", {})
    own = () if served.is_of_files else served.triples(None, DEFINED_BY, None)
    defined = {
        triple.subject.value: "class"
        for triple in islice(own, MOST_TERMS)
        if isinstance(triple.subject, ox.NamedNode)
    }
    kinds = defined | dict.fromkeys(classes, "class") | dict.fromkeys(properties, "property")
    ordered = sorted(kinds, key=lambda iri: (iri not in defined, iri))
    for iri in ordered[:MOST_TERMS]:
        short = prefixed_name(iri, served.prefixes)
        if short is not None:
            label = view.label(iri)
            yield short, "" if label == short else label, kinds[iri]


def _codes(view: View) -> list[Row]:
    """Return the codes and periods of a release, list by list."""
    language = view.language
    found: dict[tuple[str, str], tuple[int, str, str]] = {}
    for row in select(view.served, "select_names_of_codes"):
        code, label = row["code"], row["label"]
        if not isinstance(code, ox.NamedNode) or not isinstance(row["list"], ox.NamedNode):
            continue
        key = (row["list"].value, code.value)
        if key not in found or label.language == language:
            notation = row["notation"].value if "notation" in row else ""
            order = int(row["order"].value) if "order" in row else 0
            found[key] = order, label.value, notation
    lists = {of: view.label(of) for of, _ in found}
    ordered = sorted(found.items(), key=lambda item: (lists[item[0][0]], item[1][0], item[0][1]))
    return [(code, label, lists[of], notation) for (of, code), (_, label, notation) in ordered]
