"""Terms of public lists in a catalogue: described where they are used, as portals look up none.

DCAT-AP and DCAT-AP-VL ask different classes and labels of the same terms; each has both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from publish.project.authorities import Authority, authorities, listed
from publish.release.catalogue.void import statements
from publish.release.opened import term

MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
SHA_256 = term("spdx:checksumAlgorithm_sha256")


def concept(list_: str, code: str) -> ox.NamedNode:
    """Return a term of a public list."""
    return ox.NamedNode(authorities()[list_].iri(code))


def text(node: ox.NamedNode, predicate: str, words: Mapping[str, str]) -> Iterator[ox.Triple]:
    """Yield a text in each of its languages."""
    for language, value in words.items():
        yield ox.Triple(node, term(predicate), ox.Literal(value, language=language))


def describe_terms(iris: Iterable[str]) -> Iterator[ox.Triple]:
    """Yield what is said of those IRIs that are terms of public lists, and of their lists."""
    schemes: dict[str, Authority] = {}
    known = authorities().values()
    pending = sorted(set(iris))
    for iri in pending:
        node = ox.NamedNode(iri)
        for name, describe in _OTHERS.items():
            if iri in listed(name):
                yield from describe(node, listed(name)[iri])
                if name == "licences":
                    pending.append(authorities()["licence-type"].iri(listed(name)[iri]["type"]))
        if iri.startswith(MEDIA_TYPES):
            yield from _types(node, "dct:MediaType", "dct:MediaTypeOrExtent")
        elif node == SHA_256:
            yield from _types(node, "spdx:ChecksumAlgorithm")
        authority = next((item for item in known if iri.startswith(item.beginning)), None)
        code = iri.removeprefix(authority.beginning) if authority else ""
        if authority and code in authority.codes:
            schemes |= dict.fromkeys(authority.schemes, authority)
            yield from _types(node, "skos:Concept", *authority.types)
            labels = authority.codes[code]
            if (
                authority.titled
            ):  # the Flemish profile wants the label of a standard without language
                yield from text(node, "dct:title", labels)
                yield from statements(node, ("skos:prefLabel", ox.Literal(labels["nl"])))
            else:
                yield from text(node, "skos:prefLabel", labels)
            for scheme in authority.schemes:
                yield from statements(node, ("skos:inScheme", ox.NamedNode(scheme)))
        elif authority := next((item for item in known if iri in item.schemes), None):
            schemes[iri] = authority
    for iri, authority in sorted(schemes.items()):
        node = ox.NamedNode(iri)
        yield from _types(node, "skos:ConceptScheme")
        yield from text(node, "dct:title", authority.title)


def _types(node: ox.NamedNode, *names: str) -> Iterator[ox.Triple]:
    yield from statements(node, *(("rdf:type", term(name)) for name in names))


def _licence(node: ox.NamedNode, about: Mapping[str, object]) -> Iterator[ox.Triple]:
    yield from _types(node, "dct:LicenseDocument")
    yield from _titled(node, about)
    yield from statements(node, ("dct:type", concept("licence-type", str(about["type"]))))
    if "same-as" in about:
        yield from statements(node, ("owl:sameAs", ox.NamedNode(str(about["same-as"]))))


def _standard(node: ox.NamedNode, about: Mapping[str, object]) -> Iterator[ox.Triple]:
    yield from _types(node, "dct:Standard")
    yield from _titled(node, about)
    if "version" in about:
        yield from statements(node, ("owl:versionInfo", ox.Literal(str(about["version"]))))


def _titled(node: ox.NamedNode, about: Mapping[str, object]) -> Iterator[ox.Triple]:
    titles = about["title"]
    assert isinstance(titles, dict)  # noqa: S101 - the table is ours
    yield from text(node, "dct:title", titles)


_OTHERS = {"licences": _licence, "profiles": _standard, "standards": _standard}
"""How the terms of the tables whose keys are whole IRIs are described."""
