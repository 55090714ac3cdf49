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

from publish.cube.acknowledgements import (
    Acknowledgements,
    check_acknowledgements,
    concerned,
)
from publish.cube.batch import Batch
from publish.cube.derive import AnyCube
from publish.cube.rdf.describe import add_text
from publish.cube.structure import no_such_code
from publish.faults.fault import Fault, did_you_mean, fault
from publish.mappings.document import Document, MissingFigures
from publish.mappings.mapping import Mapping, Remark
from publish.ontology.vocabulary import Vocabulary
from publish.project.iris import Uris
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
    uris: Uris
    vocabulary: Vocabulary
    acknowledged: Acknowledgements
    """Collects the observations of the remarks that acknowledge a fault."""
    found: Counter[str] = field(default_factory=Counter)
    """The number of observations that each remark concerns, by its name."""

    def targets_in(self, batch: Batch) -> Iterator[tuple[str, str]]:
        """Yield the IRIs of a remark and of an observation of the batch that it concerns."""
        slug = self.cube.structure.slug
        for remark in self.cube.mapping.remarks:
            if not (remark.at or remark.cell) or self._slice(remark):
                continue
            figures = concerned(remark, batch, self.cube.structure)
            if remark.acknowledges:
                self.acknowledged.note(remark, batch, figures)
            node = self.uris.iri("quality", about=slug, name=remark.name)
            for place in figures.tolist():
                yield node, self.cube.structure.observation_iri(batch.keys, place, self.uris)
                self.found[remark.name] += 1

    def _slice(self, remark: Remark) -> str | None:
        """Return the slice that a remark on one period concerns."""
        period = self.cube.structure.period
        if period is None or list(remark.at) != [period.name] or remark.acknowledges:
            return None
        code = period.read_code(remark.at[period.name])
        return code and self.uris.iri("slice", slug=self.cube.structure.slug, codes=code)

    def _names_exist(self, remark: Remark) -> bool:
        """Return whether the dimensions and codes that a remark names are those of the cube."""
        known = {item.name: item for item in self.cube.structure.dimensions}
        return all(
            name in known
            and (code := known[name].read_code(text)) is not None
            and (known[name].period is not None or code in known[name].positions)
            for name, text in remark.at.items()
        )

    def targets(self, remark: Remark) -> list[str]:
        """Return the IRI of the data set or slice that a remark concerns, if it concerns one."""
        slice_ = self._slice(remark)
        if not remark.at and not remark.cell:
            return [self.uris.iri("data-set", slug=self.cube.structure.slug)]
        return [slice_] if slice_ else []

    def faults(self) -> list[Fault]:
        """Return a fault for every remark that concerns nothing, once all batches were seen."""
        period = self.cube.structure.period
        known = {*(period.codes if period else ()), *self.cube.missing}
        found = []
        for remark in self.cube.mapping.remarks:
            if remark.acknowledges or not self._names_exist(remark):
                continue  # reported where the names stand
            is_nothing = not self.targets(remark) and not self.found[remark.name]
            if self._slice(remark) and period:
                is_nothing = period.read_code(remark.at[period.name]) not in known
            if is_nothing:
                place = self.cube.mapping.file.place(*remark.steps, "at")
                found.append(fault("remark-on-nothing", *place, name=remark.name))
        return found

    def describe(self) -> Graph:
        """Return the remarks as annotations, without the observations that they concern."""
        graph = new_graph(self.uris)
        slug = self.cube.structure.slug
        for remark in self.cube.mapping.remarks:
            add_remark(graph, self.uris, self.vocabulary, slug, remark, self.targets(remark))
        return graph


def add_remark(
    graph: Graph,
    uris: Uris,
    vocabulary: Vocabulary,
    about: str,
    remark: Remark,
    targets: Iterable[str],
) -> None:
    """Add a remark as an annotation of its targets; ``about`` is the key of what it belongs to."""
    node = URIRef(uris.iri("quality", about=about, name=remark.name))
    _annotate(graph, uris, node, DQV.QualityAnnotation, remark.about, targets)
    add_text(graph, node, RDFS.comment, remark.text)
    if remark.acknowledges:
        graph.add((node, URIRef(uris.generic("erkendeFout")), Literal(remark.acknowledges)))
    aspect = URIRef(uris.iri("concept", scheme=QUALITY_ASPECTS, code=remark.about))
    for label in vocabulary.concepts.objects(aspect, SKOS.prefLabel):
        if isinstance(label, Literal):
            graph.add((node, RDFS.label, label))


def _annotate(
    graph: Graph, uris: Uris, node: URIRef, class_: URIRef, aspect: str, targets: Iterable[str]
) -> None:
    graph.add((node, RDF.type, class_))
    graph.add((node, OA.motivatedBy, DQV.qualityAssessment))
    dimension = URIRef(uris.iri("concept", scheme=QUALITY_ASPECTS, code=aspect))
    graph.add((node, DQV.inDimension, dimension))
    for target in targets:
        graph.add((node, OA.hasTarget, URIRef(target)))
        graph.add((URIRef(target), DQV.hasQualityAnnotation, node))


def describe_document_quality(
    uris: Uris, vocabulary: Vocabulary, document: Document, cubes: Iterable[AnyCube]
) -> Graph:
    """Return the remarks on a document and its missing figures, with the data sets concerned."""
    graph = new_graph(uris)
    source = uris.iri("document", document=document.key)
    made, concerned = {}, [source]
    for cube in cubes:
        made[cube.structure.slug] = uris.iri("data-set", slug=cube.structure.slug)
        if document.key in cube.sources():
            concerned.append(made[cube.structure.slug])
    for remark in document.remarks:
        add_remark(graph, uris, vocabulary, document.key, remark, concerned)
    for item in document.missing:
        node = URIRef(uris.iri("missing", document=document.key, name=item.name))
        targets = [source, *(made[slug] for slug in item.slugs if slug in made)]
        class_ = URIRef(uris.generic("Ontbrekend"))
        _annotate(graph, uris, node, class_, COMPLETENESS, targets)
        graph.add((node, RDF.type, DQV.QualityAnnotation))
        add_text(graph, node, RDFS.label, item.what)
        add_text(graph, node, RDFS.comment, item.why)
        for name, text in (("deelvraag", item.question), ("bronregel", item.lines)):
            if text:
                graph.add((node, URIRef(uris.generic(name)), Literal(text)))
    return graph


def describe_code_quality(uris: Uris, vocabulary: Vocabulary) -> Graph:
    """Return the inverse of every remark on codes in the ontology: from code to remark."""
    graph = new_graph(uris)
    for node in vocabulary.concepts.subjects(RDF.type, DQV.QualityAnnotation):
        for target in vocabulary.concepts.objects(node, OA.hasTarget):
            graph.add((target, DQV.hasQualityAnnotation, node))
    return graph


def check_mapping_quality(mapping: Mapping, cube: AnyCube, vocabulary: Vocabulary) -> list[Fault]:
    """Return faults for names in a mapping's method, area and remarks that do not exist."""
    found = []
    if mapping.method:
        found += _check_code(
            mapping.file, ("method", "code"), mapping.method.code, METHODS, vocabulary
        )
    found += check_area(mapping.file, mapping.area, vocabulary)
    found += _check_aspects(mapping.file, mapping.remarks, vocabulary)
    found += check_acknowledgements(mapping)
    dimensions = {dimension.name: dimension for dimension in cube.structure.dimensions}
    for remark in mapping.remarks:
        for name, code in remark.at.items():
            place = mapping.file.place(*remark.steps, "at", name)
            dimension = dimensions.get(name)
            if dimension is None:
                known = ", ".join(sorted(dimensions))
                found.append(fault("dimension-not-used", *place, name=name, known=known))
            elif wrong := dimension.code_fault(code, place):
                found.append(wrong)
    return found


def check_document_quality(
    document: Document, slugs: set[str], vocabulary: Vocabulary
) -> list[Fault]:
    """Return the faults of a document's area, remarks and missing figures."""
    if document.file is None:
        return []
    found = check_area(document.file, document.area, vocabulary)
    found += _check_aspects(document.file, document.remarks, vocabulary)
    for item in document.missing:
        for number, slug in enumerate(item.slugs):
            if slug not in slugs:
                place = document.file.place(*item.steps, "data-sets", number)
                hint = did_you_mean(slug, slugs)
                found.append(fault("no-such-data-set", *place, name=slug, hint=hint))
    return found


def check_remark_names(document: Document, mappings: Iterable[Mapping]) -> list[Fault]:
    """Return a fault for each remark of a document that a data set with its name has as well."""
    if document.file is None:
        return []
    taken = {
        remark.name
        for mapping in mappings
        if mapping.slug == document.key
        for remark in mapping.remarks
    }
    return [
        fault("remark-twice", *document.file.place(*remark.steps), name=remark.name,
              file=f"mappings/{document.key}.yaml")
        for remark in document.remarks
        if remark.name in taken
    ]  # fmt: skip


def check_area(file: YamlFile, area: str | None, vocabulary: Vocabulary) -> list[Fault]:
    """Return a fault when an area is no code of a list."""
    if area is None:
        return []
    scheme, _, code = area.partition("/")
    if scheme not in vocabulary.lists:
        hint = did_you_mean(scheme, vocabulary.lists)
        return [fault("no-such-list", *file.place("area"), name=scheme, hint=hint)]
    return _check_code(file, ("area",), code, scheme, vocabulary)


def _check_aspects(
    file: YamlFile, remarks: Iterable[Remark], vocabulary: Vocabulary
) -> list[Fault]:
    found = []
    for remark in remarks:
        steps = (*remark.steps, "about")
        found += _check_code(file, steps, remark.about, QUALITY_ASPECTS, vocabulary)
    return found


def _check_code(
    file: YamlFile, steps: tuple[str | int, ...], code: str, scheme: str, vocabulary: Vocabulary
) -> list[Fault]:
    codes = vocabulary.lists[scheme].codes if scheme in vocabulary.lists else ()
    if code in codes:
        return []
    return [no_such_code(file.place(*steps), code, scheme, codes)]


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
            # A period that is missing is listed once, with the first document of its tables.
            if min((use.document for use in mapping.uses), default=None) != document.key:
                continue
            entries += [
                MissingFigures(
                    name=f"{mapping.slug}-{item.code}",
                    question=None,
                    lines=None,
                    slugs=(mapping.slug,),
                    what={key: f"{title}: {item.code}" for key, title in mapping.title.items()},
                    why=item.reason,
                    steps=item.steps,
                )
                for item in mapping.missing
            ]
        found += [(document.key, item) for item in entries]
    return found
