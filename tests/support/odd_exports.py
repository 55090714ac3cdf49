"""A project whose data sets have all that is hard to export: odd labels, marks, several measures.

``vreemd`` has a dimension called ``format`` without a total, labels with commas, quotes, signs of
formulas and other scripts, three measures of two datatypes and units, figures that are suppressed
with and without bounds, negative figures, notes, a remark and a quarter that the source cannot
give.
``jaren`` has years and nothing else, ``zonder-tijd`` has no period, and ``opgeteld`` the sums of
``een`` and ``twee``.
"""

from __future__ import annotations

from pathlib import Path

from big_project import export_everything
from derived_project import WIDE, prepare
from small_project import DIMENSION, HEAD, SmallProject, make_small_project

VREEMD, JAREN, ZONDER_TIJD, OPGETELD = "vreemd", "jaren", "zonder-tijd", "opgeteld"
"""The slugs of the data sets that are odd."""

SLUGS = ("een", JAREN, OPGETELD, "twee", VREEMD, ZONDER_TIJD)
"""The slugs of all data sets of the project, sorted."""

FORMATS = {
    "komma": (r"klein, groot en \"anders\"", r"small, large and \"other\""),
    "formule": ("-18 jaar = 'jong'; som", r"+1 @ more,\nmuch more"),
    "plus": ("+31 (0)2; @som", r"-2+3 \\ back"),
    "schrift": ("Ελλάδα & <b>Zürich</b>", "雪 / e\u0301"),
    "A": ("gelijk label", "same label"),
    "B": ("gelijk label", "another label"),
}
"""The codes of the dimension ``format`` and their labels in Dutch and English, as in Turtle."""
PRINTED = {"komma": "klein, groot", "formule": "+1+1", "plus": "-"}
"""Labels as the tables print them, of the codes that have one of their own."""
GROUPS = {
    "_T": ("totaal", "total", None),
    "Z_hoog": ("hoog", "high", None),
    "M_midden": ("midden", "middle", "Z_hoog"),
    "A_laag": ("laag", "low", None),
}
"""The codes of the dimension ``groep``, not in the order of their texts, and what is above them."""

_LIST = """@prefix code: <id/concept/{name}/> .
@prefix pub: <ns/publicatie#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<id/conceptscheme/{name}> a skos:ConceptScheme ; pub:optelbaar true ;
    skos:prefLabel "{name}"@nl, "{name} (en)"@en .
"""
_CODE = """
code:{code} a skos:Concept{kind} ; skos:prefLabel "{nl}"@nl, "{en}"@en ;
    skos:definition "Uitleg, {code}"@nl, "Definition, {code}"@en ; skos:notation "{code}" ;
    skos:inScheme <id/conceptscheme/{name}> ; pub:volgorde {order}{more} .
"""
_TABLE = """format,groep,2021 - K1,2021 - K1,2021 - K1,2021 - K2,2021 - K2,2021 - K2,\
2021 - K4,2021 - K4,2021 - K4,
,,aantal,bedrag,percentage,aantal,bedrag,percentage,aantal,bedrag,percentage,bronregel
"klein, groot",hoog,1.234,"-1,50","12,5",<5,"0,25","1,0",0,"0,00","0,0",10
"klein, groot",laag,6,"2,50","0,5",x,"-0,25","2,0",1,"1,00","0,1",11
"klein, groot",totaal,1.240,"1,00","13,0",<5,"0,00","3,0",1,"1,00","0,1",12
+1+1,hoog,(12),"-1.000,75",x,-,"3,10","4,4",5,"5,00","5,5",13
+1+1,laag,7,"7,00",x,7,"7,00","7,7",7,"7,00","7,7",14
-,hoog,1¹,"1,00","1,0",2,"2,00","2,0",3,"3,00","3,0",15
schrift,laag,1,"1,00","1,0",2,"2,00","2,0",3¹,"3,00","3,0",16
A,midden,4,"4,00","4,0",5,"5,00","5,0",6,"6,00","6,0",17
B,midden,4,"4,00","4,0",5,"5,00","5,0",6,"6,00","6,0",18
"""
_MAPPING = """tables: [bron/vreemd]
rows: [format, groep]
columns: [kwartaal, measure]
totals: {groep: incomplete}
marks:
  "<#": {reason: ONDERDRUKT, below: "#", at-least: 0}
  "-": {reason: ONDERDRUKT, at-least: 1, at-most: 3}
  x: {reason: NIET_BESCHIKBAAR}
  "(#)": {reason: ONBETROUWBAAR}
note-marks:
  "#¹": {nl: "voorlopig cijfer, =1+1", en: "provisional figure, =1+1"}
quality:
  grens:
    about: GRENZEN
    at: {groep: A_laag}
    nl: "Laag, dat is \\"minder dan 5\\"."
    en: "Low, that is \\"fewer than 5\\"."
missing:
  - kwartaal: 2021-Q3
    question: "1"
    reason: {nl: "Niet gemeten, zegt de bron.", en: "Not measured, says the source."}
notes:
  - {nl: "=Een noot, met komma\\nen een regel.", en: "=A note, with a comma\\nand a line."}
"""
_ODD_HEAD = """mapping: 1
title: {nl: '=Vreemd, "dus" <b>', en: '=Odd, "so" <b>'}
description: {nl: "@Alles wat lastig is, bij elkaar.", en: "@All that is hard, together."}
"""
_YEARS = "x,2018,2019,2020\nsaldo,-5,0,12.345.678\n"
_DAYLESS = 'x,aantal\nM,5\nV,"<10"\n'


def make_odd_exports(folder: Path) -> SmallProject:
    """Make the project in a folder."""
    project = make_small_project(folder)
    export_everything(folder)
    prepare(project)
    project.mapping(WIDE, OPGETELD)
    for name in ("format", "groep"):
        with (folder / "ontology/dimensions.ttl").open("a", encoding="utf-8") as file:
            file.write(DIMENSION.format(name=name))
    formats, groups = _LIST.format(name="format"), _LIST.format(name="groep")
    for order, (code, (nl, en)) in enumerate(FORMATS.items()):
        printed = PRINTED.get(code)
        more = f' ; pub:gedruktLabel "{printed}"' if printed else ""
        formats += _CODE.format(
            code=code, kind="", nl=nl, en=en, name="format", order=order, more=more
        )
    for order, (code, (nl, en, above)) in enumerate(GROUPS.items()):
        groups += _CODE.format(
            code=code,
            kind=", pub:Totaal" if code == "_T" else "",
            nl=nl,
            en=en,
            name="groep",
            order=order,
            more=f" ; skos:broader code:{above}" if above else "",
        )
    lists = folder / "ontology/codelists"
    (lists / "format.ttl").write_text(formats, encoding="utf-8")
    (lists / "groep.ttl").write_text(groups, encoding="utf-8")
    project.document("bron", "2023-03-01")
    project.table(_TABLE, "vreemd")
    project.mapping(_MAPPING, VREEMD, _ODD_HEAD)
    project.table(_YEARS, "jaren")
    project.mapping("tables: [bron/jaren]\nrows: []\ncolumns: jaar\nmeasure: aantal\n", JAREN, HEAD)
    project.table(_DAYLESS, "zonder-tijd")
    project.mapping(
        "tables: [bron/zonder-tijd]\nrows: geslacht\ncolumns: measure\n"
        'marks: {"<#": {reason: ONDERDRUKT, below: "#"}}\n',
        ZONDER_TIJD,
    )
    return project
