"""Writes the index by which people search a release, once its data sets are described."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from publish.exports.description import LANGUAGES, DataSetDescription, read_description
from publish.exports.searching.described import (
    entries_of_data_sets,
    names_of_codes,
    without_brackets,
)
from publish.exports.searching.entry import CODE, LINE, TERM, IndexEntry
from publish.exports.searching.index_file import write_index
from publish.exports.searching.words import keys_of, stem, telling, tokens, words_of_languages
from publish.ontology.vocabulary import Vocabulary
from publish.project.project import Text
from publish.rdf.namespaces import DCTERMS, RDF, RDFS, SKOS
from publish.release.stages.inputs import Inputs
from publish.release.stages.write_exports import DESCRIPTIONS

SEARCH = "search.sqlite"
"""The index in the folder of the release."""
MOST_OF_LIST = 20_000
"""Codes of a code list that are found."""
SHORTEST_NAME = 3
"""Letters of a name by which a data set is known to be about a code."""
LONGEST_NAME = 6
"""Words of such a name."""


def write_search(inputs: Inputs, folder: Path) -> None:
    """Write the index of a release into its folder, from its descriptions and the ontology."""
    paths = sorted((folder / DESCRIPTIONS).glob("*.json"))
    descriptions = [read_description(path.read_bytes()) for path in paths]
    concepts = list(_concepts(inputs.vocabulary, descriptions))
    known = _by_names(concepts)
    entries = [
        *entries_of_data_sets(descriptions, lambda item: _other_names(item, known)),
        *concepts,
        *_terms(inputs.vocabulary, descriptions),
        *_lines(inputs),
    ]
    write_index(folder / SEARCH, entries, names_of_codes(descriptions))


def _concepts(
    vocabulary: Vocabulary, descriptions: Iterable[DataSetDescription]
) -> Iterator[IndexEntry]:
    """Yield the code lists and their codes; those that no dimension uses are terms."""
    graph, used = vocabulary.concepts, dict[str, dict[str, None]]()
    schemes = set[str]()
    for description in descriptions:
        for dimension in description.dimensions:
            schemes.add(dimension.scheme or "")
            for item in dimension.codes:
                used.setdefault(item.iri, {})[description.slug] = None
    for scheme in sorted(graph.subjects(RDF.type, SKOS.ConceptScheme), key=str):
        kind, title = CODE if str(scheme) in schemes else TERM, _text(graph, scheme, SKOS.prefLabel)
        if title is None:
            continue
        text = _text(graph, scheme, DCTERMS.description) or {}
        yield IndexEntry(kind=kind, iri=str(scheme), title=title, text=text)
        members = sorted(graph.subjects(SKOS.inScheme, scheme), key=str)
        for concept in members[:MOST_OF_LIST]:
            label = _text(graph, concept, SKOS.prefLabel)
            if label is not None:
                yield IndexEntry(
                    kind=kind,
                    iri=str(concept),
                    title=label,
                    text=_text(graph, concept, SKOS.definition) or {},
                    about=title,
                    names=tuple(_names(vocabulary, concept)),
                    slugs=tuple(used.get(str(concept), ())),
                )


def _names(vocabulary: Vocabulary, concept: Node) -> list[str]:
    """Return the names of a code besides its labels: as printed, other ones, and its notation."""
    own = (SKOS.notation, vocabulary.generic("gedruktLabel"), SKOS.altLabel, SKOS.hiddenLabel)
    found = [
        str(value)
        for predicate in own
        for value in sorted(vocabulary.concepts.objects(concept, predicate), key=str)
    ]
    labels = vocabulary.concepts.objects(concept, SKOS.prefLabel)
    found += sorted(
        str(label)
        for label in labels
        if isinstance(label, Literal) and label.language not in LANGUAGES
    )
    return list(dict.fromkeys(found))


def _terms(
    vocabulary: Vocabulary, descriptions: Iterable[DataSetDescription]
) -> Iterator[IndexEntry]:
    """Yield the dimensions and measures of the project."""
    used: dict[str, dict[str, None]] = {}
    for description in descriptions:
        iris = [item.iri for item in description.dimensions]
        for iri in (*iris, *(item.iri for item in description.measures)):
            used.setdefault(iri, {})[description.slug] = None
    named = {item.iri: name for name, item in vocabulary.dimensions.items()}
    named |= {item.iri: name for name, item in vocabulary.measures.items()}
    for iri in sorted(map(str, named)):
        node = URIRef(iri)
        title = _text(vocabulary.terms, node, RDFS.label)
        if title is not None:
            yield IndexEntry(
                kind=TERM,
                iri=iri,
                title=title,
                text=_text(vocabulary.terms, node, SKOS.definition) or {},
                names=(
                    named[iri],
                    *sorted(
                        str(name)
                        for predicate in (SKOS.altLabel, SKOS.hiddenLabel)
                        for name in vocabulary.terms.objects(node, predicate)
                    ),
                ),
                slugs=tuple(used.get(iri, ())),
            )


def _lines(inputs: Inputs) -> Iterator[IndexEntry]:
    """Yield the lines of the documents of which the text is published."""
    for key, document in sorted(inputs.documents.items()):
        text = document.text.text if document.text is not None else ""
        for number, line in enumerate(text.split("\n"), start=1):
            if any(one.isalpha() for one in line):
                yield IndexEntry(
                    kind=LINE,
                    iri=inputs.project.uris.iri("document", document=key),
                    anchor=f"L{number}",
                    title=dict.fromkeys(LANGUAGES, " ".join(line.split())),
                )


def _text(graph: Graph, node: Node, predicate: URIRef) -> Text | None:
    """Return a text in each language; where one lacks, another stands in."""
    found: dict[str, str] = {}
    for value in sorted(graph.objects(node, predicate), key=str):
        if isinstance(value, Literal):
            found.setdefault(value.language or "", str(value))
    if not found:
        return None
    first = next((found[one] for one in (*LANGUAGES, "") if one in found), None)
    first = next(iter(found.values())) if first is None else first
    return {language: found.get(language, first) for language in LANGUAGES}


def _by_names(concepts: Iterable[IndexEntry]) -> dict[str, list[IndexEntry]]:
    """Return codes by the keys of their names, but for those of numbers or of few letters."""
    found: dict[str, list[IndexEntry]] = {}
    for entry in concepts:
        if not entry.about:
            continue
        keys = {
            key
            for language, label in entry.title.items()
            for text in (label, without_brackets(label))
            for key in keys_of(text, language)
        }
        keys |= {key for name in entry.names for key in keys_of(name, None)}
        for key in keys:
            if len(key) >= SHORTEST_NAME and not any(one.isdigit() for one in key):
                found.setdefault(key, []).append(entry)
    return found


def _other_names(
    description: DataSetDescription, known: dict[str, list[IndexEntry]]
) -> Iterator[str]:
    """Yield the names of the codes that the title of a data set names: what it is also called."""
    found: dict[str, None] = {}
    for language, title in description.title.items():
        if language not in words_of_languages():
            continue
        words = [stem(word, language) for word in telling(tokens(title))]
        for first in range(len(words)):
            for last in range(first + 1, min(first + LONGEST_NAME, len(words)) + 1):
                for entry in known.get(" ".join(words[first:last]), ()):
                    found |= dict.fromkeys((*entry.title.values(), *entry.names))
    yield from found
