"""Makes the description of a data set from its cube, the vocabulary and its columns."""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from publish.cube.columns_file.content import ColumnsContent
from publish.cube.columns_file.layout import (
    ColumnOfDimension,
    ColumnOfMeasure,
    ColumnsAbout,
    name_of_table,
)
from publish.cube.derive import AnyCube, DerivedCube
from publish.cube.rdf.describe import areas_of
from publish.cube.structure import CubeDimension
from publish.exports.description import (
    CODE,
    LANGUAGES,
    MEASURE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
    FiguresNotGiven,
    MeasureDescription,
    SourceTable,
    TermDescription,
)
from publish.mappings.document import Document
from publish.ontology.periods import period
from publish.ontology.vocabulary import Vocabulary
from publish.project.authorities import listed
from publish.project.iris import PREFIXES
from publish.project.project import Project, Text
from publish.rdf.namespaces import RDFS, SKOS

ABSENCE = "afwezigheid"
"""The code list of reasons for which there is no figure."""


def describe_data_set(
    project: Project,
    texts: VocabularyTexts,
    cube: AnyCube,
    about: ColumnsAbout,
    content: ColumnsContent,
) -> DataSetDescription:
    """Return the description of a data set from what its columns say of themselves and hold.

    ``texts`` are shared by all data sets of a project.
    """
    mapping = cube.mapping
    documents = [cube.documents[key] for key in cube.structure.sources() if key in cube.documents]
    publication = project.publication
    notes = [*mapping.notes]
    if mapping.method:
        notes.append(mapping.method.text)
    licence = listed("licences").get(project.licence or "", {}).get("title")
    return DataSetDescription(
        slug=about.slug,
        iri=about.data_set,
        structure=about.structure,
        base=about.base,
        public_url=project.public_url,
        vocabulary=about.vocabulary,
        title=_both(mapping.title),
        description=_both(mapping.description),
        notes=tuple(map(_both, notes)),
        licence=project.licence,
        licence_label=_both(licence) if licence else None,
        publisher=_both(publication.publisher_name) if publication else None,
        area=tuple(
            texts.label(texts.vocabulary.concept(scheme, code), code)
            for scheme, code in areas_of(cube)
        ),
        derived_from=tuple(
            sorted({item.cube.structure.slug for item in cube.inputs})
            if isinstance(cube, DerivedCube)
            else ()
        ),
        tables=tuple(_tables(cube, project, content)),
        dimensions=tuple(
            _dimension(texts, item, used, cube)
            for item, used in zip(about.dimensions, content.codes, strict=True)
        ),
        measures=tuple(
            _measure(texts, item, content.decimals.get(item.name, 0)) for item in about.measures
        ),
        reasons=tuple(_reason(texts, code) for code in sorted(content.reasons)),
        remarks=tuple(_remarks(cube, documents, content.remarks, project)),
        not_given=tuple(_not_given(documents, about.slug, project)),
        scale=about.scale,
        observations=content.count,
        several=tuple(sorted(content.several)),
    )


def _measure(texts: VocabularyTexts, item: ColumnOfMeasure, decimals: int) -> MeasureDescription:
    unit_code = item.unit.rstrip("/").rpartition("/")[2]
    return MeasureDescription(
        name=item.name,
        iri=item.iri,
        label=texts.label(item.iri, item.name),
        definition=texts.definition(item.iri),
        datatype=item.datatype,
        unit=item.unit,
        unit_code=unit_code,
        unit_label=texts.label(item.unit, unit_code),
        decimals=decimals,
    )


def _reason(texts: VocabularyTexts, code: str) -> TermDescription:
    iri = texts.vocabulary.concept(ABSENCE, code)
    return TermDescription(
        code=code, iri=str(iri), label=texts.label(iri, code), definition=texts.definition(iri)
    )


def _remarks(
    cube: AnyCube, documents: list[Document], remarked: set[str], project: Project
) -> Iterable[TermDescription]:
    """Yield the remarks on figures of a data set, and those on all of it or of its documents."""
    given = [(cube.structure.slug, cube.mapping.remarks)]
    given += [(item.key, item.remarks) for item in documents]
    for key, remarks in given:
        for remark in remarks:
            if remark.name in remarked or not (remark.at or remark.cell):
                iri = project.uris.iri("quality", about=key, name=remark.name)
                yield TermDescription(code=remark.name, iri=iri, label=_both(remark.text))


def _not_given(documents: list[Document], slug: str, project: Project) -> Iterable[FiguresNotGiven]:
    """Yield the figures that were asked for, and that the documents of a data set do not give."""
    for document in documents:
        for item in document.missing:
            if slug in item.slugs:
                yield FiguresNotGiven(
                    what=_both(item.what),
                    why=_both(item.why),
                    question=item.question,
                    lines=item.lines,
                    document=project.uris.iri("document", document=document.key),
                )


def _dimension(
    texts: VocabularyTexts, item: ColumnOfDimension, used: set[str], cube: AnyCube
) -> DimensionDescription:
    vocabulary = texts.vocabulary
    structure = next(one for one in cube.structure.dimensions if one.name == item.name)
    if item.period:
        kind, missing = PERIOD, cube.missing
        codes = [_period(texts, structure, code, cube) for code in sorted(used | {*missing})]
    elif item.scheme:
        kind = CODE
        order = vocabulary.codes_of(item.scheme)
        codes = [_code(texts, item, code, used) for code in order if code in used]
        if item.total in used:  # last, as in most tables
            codes.sort(key=lambda code: code.is_total)
    else:
        kind = MEASURE
        codes = [
            CodeDescription(
                code=measure.name, iri=measure.iri, label=texts.label(measure.iri, measure.name)
            )
            for measure in cube.structure.measures
            if measure.name in used
        ]
    return DimensionDescription(
        column=item.column,
        name=item.name,
        iri=item.iri,
        kind=kind,
        label=texts.label(item.iri, item.name),
        definition=texts.definition(item.iri),
        scheme=texts.vocabulary.uris.iri("concept-scheme", scheme=item.scheme)
        if item.scheme
        else None,
        period=item.period,
        is_area=texts.is_area(item.iri),
        codes=tuple(codes),
    )


def _period(
    texts: VocabularyTexts, dimension: CubeDimension, code: str, cube: AnyCube
) -> CodeDescription:
    found, missing = period(str(dimension.period), code), cube.missing.get(code)
    return CodeDescription(
        code=code,
        iri=dimension.value(code, texts.vocabulary.uris),
        label={language: found.label(language) for language in LANGUAGES},
        start=found.start.isoformat(),
        last=found.last.isoformat(),
        missing=_both(missing.reason) if missing else None,
    )


def _code(
    texts: VocabularyTexts, item: ColumnOfDimension, code: str, used: set[str]
) -> CodeDescription:
    concept = texts.vocabulary.concept(str(item.scheme), code)
    head = str(concept).removesuffix(code)
    above = [str(node).removeprefix(head) for node in texts.values(concept, SKOS.broader)]
    return CodeDescription(
        code=code,
        iri=str(concept),
        label=texts.label(str(concept), code),
        definition=texts.definition(str(concept)),
        printed=tuple(texts.others(concept)),
        broader=next((one for one in above if one in used), None),
        is_total=code == item.total,
    )


def _tables(cube: AnyCube, project: Project, content: ColumnsContent) -> Iterable[SourceTable]:
    uris = project.uris
    tables = zip(cube.structure.tables, cube.structure.table_iris(uris), strict=True)
    for number, (table, iri) in enumerate(tables):
        document = cube.documents.get(table.document)
        declared = document.tables.get(table.name) if document else None
        addresses = document.addresses if document else {}
        is_known = document is not None and document.file is not None
        yield SourceTable(
            name=name_of_table(table),
            iri=iri,
            title=_both((declared.title if declared else None) or {"": table.name}),
            document=uris.iri("document", document=table.document),
            document_title=_both(document.title if document else {"": table.document}),
            address=addresses.get("landing-page") or addresses.get("download"),
            date=document.date.isoformat() if document and is_known else None,
            lines=_span(content.lines.get(number)),
            header_rows=len(table.headers),
        )


def _span(lines: tuple[int, int] | None) -> str | None:
    """Return the first and the last of some lines as a text."""
    return None if lines is None else "-".join(map(str, sorted({*lines})))


def _both(text: Text) -> Text:
    """Return a text in each language of exports; where one lacks, another stands in."""
    first = next(iter(text.values()), "")
    return {language: text.get(language, first) for language in LANGUAGES}


class VocabularyTexts:
    """What a vocabulary calls things, each property of all of them looked up once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._read: dict[Node, dict[Node, list[Node]]] = {}

    def values(self, node: Node, predicate: Node) -> list[Node]:
        """Return the values of a property of a thing, sorted."""
        if predicate not in self._read:
            known: dict[Node, list[Node]] = {}
            graphs: tuple[Graph, ...] = (self.vocabulary.concepts, self.vocabulary.terms)
            for graph in graphs:
                for subject, value in graph.subject_objects(predicate):
                    known.setdefault(subject, []).append(value)
            for values in known.values():
                if len(values) > 1:
                    values.sort(key=str)
            self._read[predicate] = known
        return self._read[predicate].get(node, [])

    def _by_language(self, node: Node, predicate: Node) -> Text:
        found: Text = {}
        for literal in self.values(node, predicate):
            if isinstance(literal, Literal):
                found.setdefault(literal.language or LANGUAGES[0], str(literal))
        return found

    def label(self, iri: str, otherwise: str) -> Text:
        """Return what a thing is called."""
        node = URIRef(iri)
        found = self._by_language(node, SKOS.prefLabel) or self._by_language(node, RDFS.label)
        return _both(found or {LANGUAGES[0]: otherwise})

    def definition(self, iri: str) -> Text | None:
        """Return what a thing is, if that is said."""
        found = self._by_language(URIRef(iri), SKOS.definition)
        return _both(found) if found else None

    def is_area(self, iri: str) -> bool:
        """Return whether a dimension is one of areas."""
        area = URIRef(PREFIXES["sdmx-dimension"] + "refArea")
        return (URIRef(iri), RDFS.subPropertyOf, area) in self.vocabulary.terms

    def others(self, concept: URIRef) -> list[str]:
        """Return the labels that tables print, and the other ones."""
        predicates = (self.vocabulary.generic("gedruktLabel"), SKOS.altLabel, SKOS.hiddenLabel)
        return [str(text) for one in predicates for text in self.values(concept, one)]
