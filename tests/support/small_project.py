"""A project of a few lines in a folder of its own, for tests that need tables of their own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from big_project import CONCEPT, start_without_bounds
from click.testing import CliRunner, Result

from publish.cli.main import main
from publish.cube.assemble import assemble_cube
from publish.faults.fault import Fault, FaultyInput
from publish.mappings.document import read_documents
from publish.mappings.mapping import read_mappings
from publish.ontology.vocabulary import read_vocabulary
from publish.project.project import Project, read_project
from publish.release.build import validate

LISTS = {
    "leeftijd": ("jong", "oud", "_T"),
    "geslacht": ("M", "V"),
    "statuut": ("W", "Z", "_T"),
}
"""The code lists and their codes; of those with a total it comes last."""

SCHEME = """@prefix code: <id/concept/{name}/> .
@prefix pub: <ns/publicatie#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<id/conceptscheme/{name}> a skos:ConceptScheme ; pub:optelbaar true ;
    skos:prefLabel "{name}"@nl, "{name}"@en .
"""

DIMENSION = """
ns:{name}
    a rdf:Property, qb:DimensionProperty, qb:CodedProperty ;
    rdfs:label "{name}"@nl, "{name}"@en ;
    skos:definition "{name}"@nl, "{name}"@en ;
    rdfs:isDefinedBy <ns/proef> ;
    rdfs:range skos:Concept ; qb:concept <http://purl.org/linked-data/sdmx/2009/concept#age> ;
    qb:codeList <id/conceptscheme/{name}> .
"""

MEASURE = """
ns:{name}
    a rdf:Property, qb:MeasureProperty ;
    rdfs:label "{name}"@nl, "{name}"@en ;
    skos:definition "{name}"@nl, "{name}"@en ;
    rdfs:isDefinedBy <ns/proef> ;
    rdfs:range xsd:{datatype} ;
    rdfs:subPropertyOf sdmx-measure:obsValue ; qb:concept sdmx-concept:obsValue ;
    pub:eenheid unit:{unit} .
"""

HEAD = """mapping: 1
title: {nl: Proef, en: Trial}
description: {nl: Een proef., en: A trial.}
"""
"""The three lines with which every mapping of a test begins."""


PLAIN_TABLE = "x,2022 - K1,2022 - K2\njong,1,2\noud,3,4\n"
PLAIN = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: aantal
"""
"""A table without faults, and the lines of its mapping below the head."""


@dataclass(frozen=True, kw_only=True)
class SmallProject:
    """A project folder to which tests add tables and mappings."""

    root: Path

    def table(self, text: str | bytes, name: str = "tabel", document: str = "bron") -> Path:
        """Write a printed table and return its path."""
        path = self.root / "mappings" / document / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def mapping(self, text: str, slug: str = "proef", head: str = HEAD) -> Path:
        """Write a mapping whose own lines begin at line 4, and return its path."""
        path = self.root / "mappings" / f"{slug}.yaml"
        path.write_text(head + text, encoding="utf-8")
        return path

    def document(self, name: str, date: str) -> None:
        """Declare a document with its date."""
        path = self.root / "mappings" / name / "document.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"document: 1\ntitle: {{nl: D, en: D}}\ndate: {date}\n", encoding="utf-8")

    def read(self) -> Project:
        """Return the project as the program reads it."""
        return read_project(self.root)

    def faults(self) -> list[Fault]:
        """Return everything that is wrong, in order of place."""
        try:
            _, warnings = validate(self.read())
        except FaultyInput as error:
            return error.faults
        return warnings

    def places(self) -> list[tuple[str, str, int, int]]:
        """Return code, file, line and column of every fault, in order of place."""
        return [(item.code, Path(item.path).name, item.line, item.column) for item in self.faults()]

    def observations(self, slug: str = "proef") -> dict[str, tuple[Decimal, list[str]]]:
        """Return value and cells of each observation by its codes; nothing may be wrong.

        A cell is its table, row and column, and a cross where a later document says otherwise.
        """
        project, faults, found = self.read(), [], {}
        vocabulary = read_vocabulary(project, faults)
        documents = read_documents(project, faults)
        [mapping] = read_mappings(project, faults, [slug])
        cube = assemble_cube(project, mapping, vocabulary, documents, faults)
        assert cube, faults
        for batch in cube.batches(faults):
            cells = batch.cells
            for at in range(len(batch)):
                value = Decimal(int(batch.mantissa[at])).scaleb(-int(batch.decimals[at]))
                sources = [
                    f"{cube.structure.tables[cells.table[cell]].name} "
                    f"{cells.row[cell]},{cells.column[cell]}{' x' * bool(cells.superseded[cell])}"
                    for cell in range(len(cells.text))
                    if cells.observation[cell] == at
                ]
                codes = cube.structure.codes_at(batch.keys, at).replace(", ", "/")
                assert codes not in found
                found[codes] = (value, sources)
        assert not faults, faults
        return found

    def values(self, slug: str = "proef") -> dict[str, str]:
        """Return the value of each observation by its codes, in the order they come in."""
        return {codes: str(value) for codes, (value, _) in self.observations(slug).items()}

    def run(self, *arguments: str) -> Result:
        """Run the command line on the project."""
        return run("--project", str(self.root), *arguments)


def run(*arguments: str) -> Result:
    """Run the command line; an error that it does not expect is raised."""
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def make_small_project(folder: Path) -> SmallProject:
    """Make a project with three small code lists and three measures."""
    start_without_bounds(folder)
    dimensions = folder / "ontology" / "dimensions.ttl"
    text = dimensions.read_text(encoding="utf-8")
    for name, codes in LISTS.items():
        text += DIMENSION.format(name=name)
        scheme = SCHEME.format(name=name)
        for order, code in enumerate(codes):
            concept = CONCEPT.format(code=code, name=name, order=order)
            if code == "_T":
                concept = concept.replace("skos:Concept ;", "skos:Concept, pub:Totaal ;")
            scheme += concept
        path = folder / "ontology" / "codelists" / f"{name}.ttl"
        path.write_text(scheme, encoding="utf-8")
    dimensions.write_text(text, encoding="utf-8")
    measures = folder / "ontology" / "measures.ttl"
    text = measures.read_text(encoding="utf-8")
    text += MEASURE.format(name="bedrag", datatype="decimal", unit="NR")
    measures.write_text(text, encoding="utf-8")
    return SmallProject(root=folder)
