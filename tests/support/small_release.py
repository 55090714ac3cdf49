"""A small release folder, made without the build: two data sets and one printed table each."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph

from publish.cube.rdf.syntax import turtle
from publish.project.iris import Uris
from publish.release.dump_formats import write_forms
from publish.release.dumps import PRIMARY_FORMATS, write_code_lists
from publish.release.graph_files import GraphFiles
from publish.release.manifest import Dump, describe_counts
from publish.release.stores.local import load_store

BASE = "https://cijfers.example"

PREFIXES = """
@base <{base}/> .
@prefix se: <{base}/ns/proef#> .
@prefix pub: <{base}/ns/publicatie#> .
@prefix id: <{base}/id/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix interval: <http://reference.data.gov.uk/def/intervals/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sa: <http://purl.org/linked-data/sdmx/2009/attribute#> .
@prefix sc: <http://purl.org/linked-data/sdmx/2009/code#> .
@prefix sd: <http://purl.org/linked-data/sdmx/2009/dimension#> .
@prefix sm: <http://purl.org/linked-data/sdmx/2009/measure#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

VOCABULARY = """
<ns/proef> a owl:Ontology ; dct:title "Proefvocabularium"@nl , "Test vocabulary"@en .
<ns/publicatie> a owl:Ontology ; dct:title "Vocabularium publicatie"@nl .
se:kwartaal a rdf:Property , qb:DimensionProperty ; rdfs:label "kwartaal"@nl , "quarter"@en ;
  rdfs:subPropertyOf sd:refPeriod ; rdfs:range interval:CalendarQuarter ;
  rdfs:isDefinedBy <ns/proef> .
se:leeftijd a rdf:Property , qb:DimensionProperty , qb:CodedProperty ;
  rdfs:label "leeftijd"@nl , "age"@en ; rdfs:range skos:Concept ;
  qb:codeList <id/conceptscheme/leeftijd> ; rdfs:isDefinedBy <ns/proef> .
se:termijn a rdf:Property , qb:DimensionProperty , qb:CodedProperty ;
  rdfs:label "termijn"@nl , "term"@en ; rdfs:range skos:Concept ;
  qb:codeList <id/conceptscheme/termijn> ; rdfs:isDefinedBy <ns/proef> .
se:werknemers a rdf:Property , qb:MeasureProperty ;
  rdfs:label "werknemers"@nl , "workers"@en ; rdfs:subPropertyOf sm:obsValue ;
  rdfs:range xsd:decimal ; pub:eenheid <id/concept/eenheid/FTE> ; rdfs:isDefinedBy <ns/proef> .
se:gestart a rdf:Property , qb:MeasureProperty ; rdfs:label "gestart"@nl , "started"@en ;
  rdfs:range xsd:integer ; pub:eenheid <id/concept/eenheid/PERSON> ;
  rdfs:isDefinedBy <ns/proef> .
se:uitgestroomd a rdf:Property , qb:MeasureProperty ; rdfs:label "uitgestroomd"@nl , "left"@en ;
  rdfs:range xsd:integer ; pub:eenheid <id/concept/eenheid/PERSON> ;
  rdfs:isDefinedBy <ns/proef> .
pub:Totaal a owl:Class ; rdfs:label "totaal"@nl , "total"@en ;
  rdfs:isDefinedBy <ns/publicatie> .
pub:bronregel a rdf:Property ; rdfs:label "bronregel"@nl , "source line"@en ;
  rdfs:isDefinedBy <ns/publicatie> .
"""

LISTS = {
    "leeftijd": [
        ("Y_LT20", "jonger dan 20", "younger than 20"),
        ("Y20T64", "20 tot 64", "20 to 64"),
        ("_T", "totaal", "total"),
    ],
    "termijn": [("M6", "na zes maanden", "after six months"), ("M12", "na een jaar", "in a year")],
    "eenheid": [
        ("FTE", "voltijdsequivalent", "full-time equivalent"),
        ("PERSON", "persoon", "person"),
    ],
}
QUARTERS = {"2022-Q3": "3e", "2022-Q4": "4e", "2023-Q1": "1e"}
WORKERS = {
    "2022-Q3": [("2,05", "5"), ("1.674,10", "6"), ("1.676,15", "7")],
    "2023-Q1": [("3,50", "5"), ("1.700,00", "6"), ("1.703,50", "7")],
}
FLOW = {"M6": [("12", "31"), ("3", "32")], "M12": [("20", "31"), ("9", "32")]}
HOSTILE = "<script>alert(1)</script>"


def _list(name: str, codes: list[tuple[str, str, str]]) -> str:
    lines = [f'id:conceptscheme\\/{name} a skos:ConceptScheme ; rdfs:label "{name}"@nl .']
    for order, (code, dutch, english) in enumerate(codes, start=1):
        kind = "skos:Concept , pub:Totaal" if code == "_T" else "skos:Concept"
        lines.append(
            f"<id/concept/{name}/{code}> a {kind} ; skos:inScheme <id/conceptscheme/{name}> ;"
            f' skos:notation "{code}" ; skos:prefLabel "{dutch}"@nl , "{english}"@en ;'
            f' pub:volgorde {order} ; pub:gedruktLabel "{dutch.upper()}" .'
        )
    return "\n".join(lines)


def _number(text: str) -> tuple[str, int]:
    whole, _, fraction = text.replace(".", "").partition(",")
    value = f"{whole}.{fraction}".rstrip("0").rstrip(".") if fraction else whole
    return value, len(fraction)


def _observation(
    slug: str, codes: list[str], dimensions: str, measure: str, unit: str, text: str, cell: str
) -> str:
    value, decimals = _number(text)
    total = "; pub:totaalOver se:leeftijd" if "_T" in codes else ""
    kind = "integer" if decimals == 0 else "decimal"
    return (
        f"<id/observatie/{slug}/{'/'.join(codes)}/{measure}> a qb:Observation ;"
        f" qb:dataSet <id/dataset/{slug}> ; {dimensions} ; qb:measureType se:{measure} ;"
        f' se:{measure} "{value}"^^xsd:{kind} ; sa:unitMeasure <id/concept/eenheid/{unit}> ;'
        f" sa:obsStatus sc:obsStatus-A ; sa:decimals sc:decimals-{decimals} {total} ;"
        f" prov:wasDerivedFrom <{cell}> .\n"
    )


def _data_set(slug: str, dutch: str, english: str, components: list[tuple[str, str]]) -> str:
    text = (
        f"<id/dataset/{slug}> a qb:DataSet ; qb:structure <id/structuur/{slug}> ;"
        f' rdfs:label "{dutch}"@nl , "{english}"@en ; dct:title "{dutch}"@nl , "{english}"@en ;'
        f' dct:description "Beschrijving van {dutch}."@nl , "Description of {english}."@en ;'
        f' skos:note "Let op {HOSTILE}"@nl ; dct:identifier "{slug}" ;'
        " dct:license <https://data.vlaanderen.be/id/licentie/modellicentie> ;"
        " dct:source <id/document/antwoord> .\n"
        f"<id/structuur/{slug}> a qb:DataStructureDefinition .\n"
    )
    for order, (kind, name) in enumerate(components, start=1):
        text += (
            f"<id/structuur/{slug}> qb:component <id/component/{slug}/{name}> ."
            f"<id/component/{slug}/{name}> a qb:ComponentSpecification ; qb:{kind} se:{name} ;"
            f" qb:order {order} .\n"
        )
    return text


def _table(name: str, rows: list[list[str]]) -> tuple[str, str, str]:
    """Return the path of a printed table below id/, its content and its triples."""
    content = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    path = f"tabel/antwoord/{digest}/{name}.csv"
    triples = (
        f"<id/{path}> a pub:Tabel ; pub:inDocument <id/document/antwoord> ;"
        f' rdfs:label "{name}"@nl .\n'
    )
    for row, cells in enumerate(rows[1:], start=2):
        for column, text in enumerate(cells[1:-1], start=2):
            triples += (
                f"<id/{path}#cell={row},{column}> a pub:Cel ; pub:tekst {json.dumps(text)} ;"
                f' pub:bronregel "{cells[-1]}" ; pub:rij {row} ; pub:kolom {column} ;'
                f" pub:inTabel <id/{path}> .\n"
            )
    return path, content, triples


def _graphs() -> tuple[dict[str, str], dict[str, str]]:
    """Return the Turtle of every named graph, and the printed tables by their path."""
    ages = LISTS["leeftijd"]
    header = ["leeftijd", *WORKERS, "bronregel"]
    rows = [
        [label, *(WORKERS[quarter][at][0] for quarter in WORKERS), WORKERS["2022-Q3"][at][1]]
        for at, (_, label, _) in enumerate(ages)
    ]
    workers_path, workers_csv, workers_cells = _table("leeftijd", [header, *rows])
    flow_rows = [
        ["wat", *FLOW, "bronregel"],
        *(
            [name, *(FLOW[code][at][0] for code in FLOW), FLOW["M6"][at][1]]
            for at, name in enumerate(("gestart", "uitgestroomd"))
        ),
    ]
    flow_path, flow_csv, flow_cells = _table("uitstroom", flow_rows)
    workers = _data_set(
        "werknemers",
        "Werknemers naar leeftijd",
        "Workers by age",
        [("dimension", "kwartaal"), ("dimension", "leeftijd"), ("measure", "werknemers")],
    )
    for column, (quarter, values) in enumerate(WORKERS.items(), start=2):
        for row, ((code, _, _), (text, _)) in enumerate(zip(ages, values, strict=True), start=2):
            dimensions = (
                f"se:kwartaal <id/kwartaal/{quarter}> ; se:leeftijd <id/concept/leeftijd/{code}>"
            )
            cell = f"id/{workers_path}#cell={row},{column}"
            codes = [quarter, code]
            workers += _observation(
                "werknemers", codes, dimensions, "werknemers", "FTE", text, cell
            )
            workers += (
                f"<id/slice/werknemers/{quarter}> qb:observation"
                f" <id/observatie/werknemers/{quarter}/{code}/werknemers> .\n"
            )
    for quarter in QUARTERS:
        workers += (
            f"<id/dataset/werknemers> qb:slice <id/slice/werknemers/{quarter}> ."
            f"<id/slice/werknemers/{quarter}> a qb:Slice ; se:kwartaal <id/kwartaal/{quarter}> ;"
            f' rdfs:label "Werknemers, {quarter}"@nl .\n'
        )
    workers += (
        "<id/slice/werknemers/2022-Q4> sa:obsStatus sc:obsStatus-M ;"
        ' rdfs:comment "Niet in het antwoord."@nl , "Not in the answer."@en .\n'
    )
    flow = _data_set(
        "uitstroom",
        "Uitstroom",
        "Outflow",
        [("dimension", "termijn"), ("measure", "gestart"), ("measure", "uitgestroomd")],
    )
    for column, (code, values) in enumerate(FLOW.items(), start=2):
        for row, (measure, (text, _)) in enumerate(
            zip(("gestart", "uitgestroomd"), values, strict=True), start=2
        ):
            dimension = f"se:termijn <id/concept/termijn/{code}>"
            cell = f"id/{flow_path}#cell={row},{column}"
            flow += _observation("uitstroom", [code], dimension, measure, "PERSON", text, cell)
    sources = (
        '<id/document/antwoord> a pub:Document ; rdfs:label "Antwoord nr. 19"@nl ;'
        " rdfs:seeAlso <https://parlement.example/19> , <javascript:alert(1)> .\n"
    )
    for quarter, words in QUARTERS.items():
        sources += (
            f"<id/kwartaal/{quarter}> a time:ProperInterval , interval:CalendarQuarter ;"
            f' skos:notation "{quarter}" ; rdfs:label "{words} kwartaal {quarter[:4]}"@nl ,'
            f' "Q{words[0]} {quarter[:4]}"@en .\n'
        )
    graphs = {
        "vocabularium": VOCABULARY,
        "codelijsten": "\n".join(_list(name, codes) for name, codes in LISTS.items()),
        "bronnen": sources,
        "werknemers": workers,
        "werknemers-cellen": workers_cells,
        "uitstroom": flow,
        "uitstroom-cellen": flow_cells,
    }
    return graphs, {workers_path: workers_csv, flow_path: flow_csv}


def make_release(
    folder: Path, base: str = BASE, *, default_graph: str = "union", extra: str = ""
) -> Path:
    """Write a release into a folder, as the build would, and return it.

    ``extra`` is Turtle that is put in the graph of sources too.
    """
    graphs, tables = _graphs()
    graphs["bronnen"] += extra
    (folder / "dumps").mkdir(parents=True)
    for path, content in tables.items():
        target = folder / "tables" / path.removeprefix("tabel/")
        target.parent.mkdir(parents=True)
        target.write_text(content, encoding="utf-8")
    prefixes = Uris(base=base, vocabulary="proef").prefixes()
    dumps = []
    for name, body in graphs.items():
        body_ = (PREFIXES.format(base=base) + body).encode()
        found = ox.parse(body_, format=ox.RdfFormat.TURTLE)
        triples = list(dict.fromkeys(quad.triple for quad in found))
        graph = f"{base}/id/graaf/{name}"
        files = GraphFiles(folder=folder / "dumps", name=name, graph=graph, endings=PRIMARY_FORMATS)
        text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
        for ending in PRIMARY_FORMATS:
            files.write(ending, text)
        files.finish(turtle(prefixes).header())
        about = f"{base}/id/dataset/{name.removesuffix('-cellen')}"
        dumps.append(Dump(name=name, graph=graph, about=about))
    uris = Uris(base=base, vocabulary="proef")
    lists = Graph().parse(folder / "dumps" / "codelijsten.nt")
    parts = write_code_lists(uris, folder / "dumps", lists)
    made = write_forms(folder / "dumps", dumps, parts, prefixes, f"{base}/id/graaf/")
    load_store(folder, dumps, default_graph)
    manifest = {
        "manifest": 2,
        "id": "0123456789abcdef",
        "software": "0.1.0",
        "base": base,
        "public-url": base,
        "vocabulary": "proef",
        "title": {"nl": "Proefcijfers", "en": "Test figures"},
        "description": {"nl": "Een proef.", "en": "A test."},
        "data-sets": [
            {
                "slug": "werknemers",
                "title": {"nl": "Werknemers naar leeftijd", "en": "Workers by age"},
                "observations": 6,
            },
            {"slug": "uitstroom", "title": {"nl": "Uitstroom", "en": "Outflow"}, "observations": 4},
        ],
        "default-graph": default_graph,
        **describe_counts(dumps, made.counts),
        "files": made.files,
    }
    (folder / "made.json").write_text('{"made": "2026-03-04T05:06:07Z"}', encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
