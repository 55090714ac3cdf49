"""Files of links between codes, for small projects."""

from __future__ import annotations

from small_project import SmallProject

HEAD = """@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix pub: <ns/publicatie#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix void: <http://rdfs.org/ns/void#> .

<id/linkset/elders> a void:Linkset ; dct:title "Elders"@nl , "Elsewhere"@en ;
    void:objectsTarget <https://elders.example/> . <https://elders.example/> a void:Dataset .
"""
LINK = """
<id/koppeling/elders/{name}> a pub:Koppeling ; rdfs:comment "Omdat."@nl , "Because."@en ;
    pub:van <id/concept/{start}> ; pub:relatie {relation} ; pub:naar <{target}> .
"""


def write(project: SmallProject, text: str, name: str = "elders") -> None:
    """Write a file of links."""
    folder = project.root / "ontology" / "links"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.ttl").write_text(HEAD + text, encoding="utf-8")


def link(start: str, relation: str, target: str, name: str = "x") -> str:
    return LINK.format(start=start, relation=relation, target=target, name=name)
