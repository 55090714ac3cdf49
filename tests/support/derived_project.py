"""A small project with two printed data sets and one that is derived from them."""

from __future__ import annotations

from link_files import link, write
from small_project import DIMENSION, SmallProject

LIST = """@prefix code: <id/concept/klasse/> .
@prefix pub: <ns/publicatie#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<id/conceptscheme/klasse> a skos:ConceptScheme ; pub:optelbaar {additive} ;
    skos:prefLabel "klasse"@nl, "class"@en .
"""
CODE = """
code:{code} a skos:Concept{total} ; skos:prefLabel "{code}"@nl, "{code}"@en ;
    skos:definition "{code}"@nl, "{code}"@en ; skos:notation "{code}" ;
    skos:inScheme <id/conceptscheme/klasse> ; pub:volgorde {order} .
"""
FINE = "tables: [bron/{table}]\nrows: {rows}\ncolumns: kwartaal\nmeasure: {measure}\n"
WIDE = """derived:
  from:
    - {data-set: een, fixed: {geslacht: M}}
    - {data-set: twee, fixed: {geslacht: V}}
  classes: {leeftijd: klasse}
totals: {klasse: complete}
"""


def prepare(
    project: SmallProject,
    *,
    additive: bool = True,
    links: str | None = None,
    measure: str = "bedrag",
) -> None:
    """Add a list of wider classes, two printed data sets and the one derived from them."""
    text = LIST.format(additive=str(additive).lower())
    for order, code in enumerate(("_T", "ALLE"), start=1):
        total = ", pub:Totaal" if code == "_T" else ""
        text += CODE.format(code=code, total=total, order=order)
    (project.root / "ontology/codelists/klasse.ttl").write_text(text, encoding="utf-8")
    with (project.root / "ontology/dimensions.ttl").open("a", encoding="utf-8") as file:
        file.write(DIMENSION.format(name="klasse"))
    write(
        project,
        link("leeftijd/jong", "skos:broadMatch", "id/concept/klasse/ALLE", "a")
        + link("leeftijd/oud", "skos:broadMatch", "id/concept/klasse/ALLE", "b")
        if links is None
        else links,
    )
    project.table('x,2022 - K1,2022 - K2\njong,"1,5",2\noud,"2,25",3\n_T,"3,75",5\n', "een")
    project.table("x,2022 - K2\njong,10\noud,20\n_T,30\n", "twee")
    for slug in ("een", "twee"):
        totals = "totals: {leeftijd: complete}\n"
        project.mapping(FINE.format(table=slug, rows="leeftijd", measure=measure) + totals, slug)
