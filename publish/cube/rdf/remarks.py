"""Remarks on the quality of data sets, observations and documents, and what is missing.

A remark of a mapping or a document becomes an annotation with an IRI of its own, and with its
targets: a data set, a slice, the observations with certain codes, a document. Figures that were
asked for but not given are such annotations too. W3C Data Quality Vocabulary, quality annotations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rdflib import Graph, Literal, URIRef

from publish.cube.acknowledgements import Acknowledgements, check_acknowledgements, concerned
from publish.cube.batch import Batch
from publish.cube.derive import AnyCube
from publish.cube.rdf.describe import add_text
from publish.cube.structure import no_such_code
from publish.faults.fault import LANGUAGES, Fault, Words, did_you_mean, phrase
from publish.mappings.document import Document, MissingFigures
from publish.mappings.mapping import Mapping, MissingPeriod, Remark
from publish.ontology.vocabulary import Vocabulary
from publish.project.yaml import YamlFile
from publish.rdf.namespaces import DQV, OA, RDF, RDFS, SKOS
from publish.rdf.turtle import new_graph

QUALITY_ASPECTS = "kwaliteit"
"""The code list of aspects of quality."""
METHODS = "meetwijze"
"""The code list of ways of measuring."""
COMPLETENESS = "VOLLEDIGHEID"
"""The aspect of figures that are missing."""


@dataclass(kw_only=True)
class RemarkTargets:
    """Finds the observations that the remarks of a mapping concern, as the batches pass.

    They are yielded at once and only counted: a remark may concern every observation of a large
    cube.
    """

    cube: AnyCube
    vocabulary: Vocabulary
    acknowledged: Acknowledgements
    """Collects the observations of the remarks that acknowledge a fault."""
    found: Counter[str] = field(default_factory=Counter)
    """The number of observations that each remark concerns, by its name."""

    def targets_in(self, batch: Batch) -> Iterator[tuple[int, str]]:
        """Yield the place of an observation in the batch, and the name of a remark on it."""
        for remark in self.cube.mapping.remarks:
            if not (remark.at or remark.cell) or self._slice(remark):
                continue
            figures = concerned(remark, batch, self.cube.structure)
            if remark.acknowledges:
                self.acknowledged.note(remark, batch, figures)
            for place in figures.tolist():
                yield place, remark.name
                self.found[remark.name] += 1

    def _slice(self, remark: Remark) -> str | None:
        """Return the slice that a remark on one period concerns."""
        period = self.cube.structure.period
        if period is None or list(remark.at) != [period.name] or remark.acknowledges:
            return None
        code = period.read_code(remark.at[period.name])
        return code and self.vocabulary.uris.iri("slice", slug=self.cube.structure.slug, codes=code)

    def _names_exist(self, remark: Remark) -> bool:
        """Return whether the dimensions and codes that a remark names are those of the cube."""
        known = {item.name: item for item in self.cube.structure.dimensions}
        place = self.cube.mapping.file.place(*remark.steps)
        return all(
            name in known and known[name].code_fault(text, place) is None
            for name, text in remark.at.items()
        )

    def targets(self, remark: Remark) -> list[str]:
        """Return the IRI of the data set or slice that a remark concerns, if it concerns one."""
        slice_ = self._slice(remark)
        if not remark.at and not remark.cell:
            return [self.vocabulary.uris.iri("data-set", slug=self.cube.structure.slug)]
        return [slice_] if slice_ else []

    def faults(self) -> list[Fault]:
        """Return a fault for every remark that concerns nothing, once all batches were seen."""
        period = self.cube.structure.period
        known = {*(period.codes if period else ()), *self.cube.missing}
        found, file = [], self.cube.mapping.file
        for remark in self.cube.mapping.remarks:
            if remark.acknowledges or not self._names_exist(remark):
                continue  # reported where the names stand
            is_nothing = not self.targets(remark) and not self.found[remark.name]
            if self._slice(remark) and period:
                is_nothing = period.read_code(remark.at[period.name]) not in known
            if is_nothing:
                steps = (*remark.steps, "at")
                found.append(file.fault("remark-on-nothing", *steps, name=remark.name))
        return found

    def describe(self) -> Graph:
        """Return the remarks as annotations, without the observations that they concern."""
        graph = new_graph(self.vocabulary.uris)
        slug = self.cube.structure.slug
        for remark in self.cube.mapping.remarks:
            _add_remark(graph, self.vocabulary, slug, remark, self.targets(remark))
        return graph


def _add_remark(
    graph: Graph, vocabulary: Vocabulary, about: str, remark: Remark, targets: Iterable[str]
) -> None:
    """Add a remark as an annotation of its targets; ``about`` is the key of what it belongs to."""
    node = URIRef(vocabulary.uris.iri("quality", about=about, name=remark.name))
    aspect = _annotate(graph, vocabulary, node, remark.about, targets)
    add_text(graph, node, RDFS.comment, remark.text)
    if remark.acknowledges:
        graph.add((node, vocabulary.generic("erkendeFout"), Literal(remark.acknowledges)))
    for label in vocabulary.concepts.objects(aspect, SKOS.prefLabel):
        if isinstance(label, Literal):
            graph.add((node, RDFS.label, label))


def _annotate(
    graph: Graph, vocabulary: Vocabulary, node: URIRef, aspect: str, targets: Iterable[str]
) -> URIRef:
    """Add an annotation, in both directions; returns its aspect of quality."""
    dimension = vocabulary.concept(QUALITY_ASPECTS, aspect)
    graph.add((node, RDF.type, DQV.QualityAnnotation))
    graph.add((node, OA.motivatedBy, DQV.qualityAssessment))
    graph.add((node, DQV.inDimension, dimension))
    for target in map(URIRef, targets):
        graph.add((node, OA.hasTarget, target))
        graph.add((target, DQV.hasQualityAnnotation, node))
    return dimension


def describe_document_quality(
    vocabulary: Vocabulary, document: Document, cubes: Iterable[AnyCube]
) -> Graph:
    """Return the remarks on a document and its missing figures, with the data sets concerned."""
    uris = vocabulary.uris
    graph = new_graph(uris)
    source = uris.iri("document", document=document.key)
    made, concerned = {}, [source]
    for cube in cubes:
        made[cube.structure.slug] = uris.iri("data-set", slug=cube.structure.slug)
        if document.key in cube.structure.sources():
            concerned.append(made[cube.structure.slug])
    for remark in document.remarks:
        _add_remark(graph, vocabulary, document.key, remark, concerned)
    for item in document.missing:
        targets = [source, *(made[slug] for slug in item.slugs if slug in made)]
        _add_missing(graph, vocabulary, document.key, item, targets)
    for cube in cubes:
        if _first_document(cube.mapping) == document.key:
            for code, declared in cube.missing.items():
                item = _of_period(cube.mapping, declared, code)
                slices = (
                    uris.iri("slice", slug=other.structure.slug, codes=code)
                    for other in cubes
                    if other.missing.get(code) is declared
                )
                targets = [source, made[cube.structure.slug], *slices]
                _add_missing(graph, vocabulary, document.key, item, targets)
    return graph


def _add_missing(
    graph: Graph, vocabulary: Vocabulary, key: str, item: MissingFigures, targets: Iterable[str]
) -> None:
    """Add figures that a document lacks as an annotation of its targets."""
    node = URIRef(vocabulary.uris.iri("missing", document=key, name=item.name))
    _annotate(graph, vocabulary, node, COMPLETENESS, targets)
    graph.add((node, RDF.type, vocabulary.generic("Ontbrekend")))
    add_text(graph, node, RDFS.label, item.what)
    add_text(graph, node, RDFS.comment, item.why)
    for name, text in (("deelvraag", item.question), ("bronregel", item.lines)):
        if text:
            graph.add((node, vocabulary.generic(name), Literal(text)))


def _first_document(mapping: Mapping) -> str | None:
    """Return the first document of a mapping's tables, under which missing periods are listed."""
    return min((use.document for use in mapping.uses), default=None)


def _of_period(mapping: Mapping, declared: MissingPeriod, code: str) -> MissingFigures:
    """Return a period without figures as what it is: figures that a document does not give."""
    return MissingFigures(
        name=f"{mapping.slug}-{code}",
        question=declared.question,
        lines=declared.lines,
        slugs=(mapping.slug,),
        what={key: f"{title}: {declared.code}" for key, title in mapping.title.items()},
        why=declared.reason,
        steps=declared.steps,
    )


def describe_code_quality(vocabulary: Vocabulary) -> Graph:
    """Return the inverse of every remark on codes in the ontology: from code to remark."""
    graph = new_graph(vocabulary.uris)
    for node in vocabulary.concepts.subjects(RDF.type, DQV.QualityAnnotation):
        for target in vocabulary.concepts.objects(node, OA.hasTarget):
            graph.add((target, DQV.hasQualityAnnotation, node))
    return graph


def check_mapping_quality(
    mapping: Mapping, cube: AnyCube, vocabulary: Vocabulary
) -> Iterator[Fault]:
    """Yield faults for names in a mapping's method, area and remarks that do not exist."""
    if mapping.method:
        steps, code = ("method", "code"), mapping.method.code
        yield from _check_code(mapping.file, steps, code, METHODS, vocabulary)
    yield from _check_names(mapping.file, mapping.area, mapping.remarks, vocabulary)
    yield from check_acknowledgements(mapping)
    dimensions = {dimension.name: dimension for dimension in cube.structure.dimensions}
    for remark in mapping.remarks:
        for name, code in remark.at.items():
            at = (*remark.steps, "at", name)
            if name not in dimensions:
                known = ", ".join(sorted(dimensions))
                yield mapping.file.fault("dimension-not-used", *at, name=name, known=known)
            elif wrong := dimensions[name].code_fault(code, mapping.file.place(*at)):
                yield wrong


def check_document_quality(
    document: Document, mappings: Iterable[Mapping], slugs: set[str], vocabulary: Vocabulary
) -> Iterator[Fault]:
    """Yield the faults of a document's area, remarks and missing figures.

    ``slugs`` are those of all mappings, also of those that cannot be read.
    """
    if document.file is None:
        return
    report, key = document.file.fault, document.key
    yield from _check_names(document.file, document.area, document.remarks, vocabulary)
    for item in document.missing:
        for number, slug in enumerate(item.slugs):
            if slug not in slugs:
                steps = (*item.steps, "data-sets", number)
                yield report("no-such-data-set", *steps, name=slug, hint=did_you_mean(slug, slugs))
    taken = {one.name for mapping in mappings if mapping.slug == key for one in mapping.remarks}
    for remark in document.remarks:
        if remark.name in taken:
            file = f"mappings/{key}.yaml"
            yield report("remark-twice", *remark.steps, name=remark.name, file=file)


def _check_names(
    file: YamlFile, area: str | None, remarks: Iterable[Remark], vocabulary: Vocabulary
) -> Iterator[Fault]:
    """Yield a fault for an area that is no code of a list, and for unknown aspects of quality."""
    scheme, _, code = (area or "").partition("/")
    if area and scheme not in vocabulary.lists:
        hint = did_you_mean(scheme, vocabulary.lists)
        yield file.fault("no-such-list", "area", name=scheme, hint=hint)
    elif area:
        yield from _check_code(file, ("area",), code, scheme, vocabulary)
    for remark in remarks:
        steps = (*remark.steps, "about")
        yield from _check_code(file, steps, remark.about, QUALITY_ASPECTS, vocabulary)


def _check_code(
    file: YamlFile, steps: tuple[str | int, ...], code: str, scheme: str, vocabulary: Vocabulary
) -> Iterator[Fault]:
    if code not in vocabulary.codes_of(scheme):
        yield no_such_code(file.place(*steps), code, scheme, vocabulary.codes_of(scheme))


def missing_figures(
    documents: Iterable[Document], mappings: Iterable[Mapping]
) -> list[tuple[str, MissingFigures]]:
    """Return the missing figures of documents with the key of each, in the order of the questions.

    Periods that a mapping declares as missing are among them.
    """
    mappings = list(mappings)
    found: list[tuple[str, MissingFigures]] = []
    for document in documents:
        entries = list(document.missing)
        for mapping in mappings:
            if _first_document(mapping) == document.key:
                entries += [_of_period(mapping, item, item.code) for item in mapping.missing]
        found += [(document.key, item) for item in entries]
    return found


def missing_in_words(key: str, item: MissingFigures) -> Iterator[Words]:
    """Yield the lines that tell people of missing figures: what, where, why and of which data."""
    what, why = (Words(*(text[name] for name in LANGUAGES)) for text in (item.what, item.why))
    question = phrase("of-question", question=item.question) if item.question else Words("")
    several = "on-lines" if item.lines and "-" in item.lines else "on-line"
    lines = phrase(several, lines=item.lines) if item.lines else Words("")
    yield Words(key) + question + ": " + what + lines
    yield Words("    ") + why
    if item.slugs:
        yield Words("    ") + phrase("data-sets-listed", names=", ".join(item.slugs))
