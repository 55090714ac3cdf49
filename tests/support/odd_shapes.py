"""Shapes that are no SHACL, or that ask for more than is judged, each with what is odd."""

from __future__ import annotations

PREFIXES = """@prefix : <http://x.example/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
"""
TARGET = ":s a sh:NodeShape ; sh:targetClass :C ; "
LOOP = "_:l . _:l rdf:first :p ; rdf:rest _:l ."

BAD = {
    "or that loops": f"sh:or {LOOP}",
    "in that loops": f"sh:in {LOOP}",
    "ignored properties that loop": f"sh:closed true ; sh:ignoredProperties {LOOP}",
    "languages that loop": f"sh:property _:q . _:q sh:path :p ; sh:languageIn {LOOP}",
    "alternatives that loop": f"sh:property [ sh:path _:a ] . _:a sh:alternativePath {LOOP}",
    "sequence that loops": f"sh:property _:q . _:q sh:path {LOOP}",
    "path in itself": "sh:property [ sh:path _:a ] . _:a sh:inversePath _:a .",
    "list that is cut": "sh:xone [ rdf:first :t ] .",
    "list in two directions": "sh:and _:l . _:l rdf:first :t ; rdf:rest (), ( :t ) .",
    "empty choice": "sh:or () .",
    "sequence of one step": "sh:property [ sh:path ( :p ) ; sh:minCount 1 ] .",
    "path that is text": 'sh:property [ sh:path "p" ; sh:minCount 1 ] .',
    "two paths": "sh:property [ sh:path :p, :q ; sh:minCount 1 ] .",
    "no path": "sh:property [ sh:minCount 1 ] .",
    "count that is text": 'sh:property [ sh:path :p ; sh:minCount "een" ] .',
    "negative count": "sh:property [ sh:path :p ; sh:maxCount -1 ] .",
    "decimal count": "sh:property [ sh:path :p ; sh:maxCount 1.5 ] .",
    "count of 5,000 digits": f"sh:property [ sh:path :p ; sh:minCount {'9' * 5000} ] .",
    "two counts": "sh:property [ sh:path :p ; sh:minCount 1, 2 ] .",
    "count of a node shape": "sh:minCount 1 .",
    "pattern": 'sh:property [ sh:path :p ; sh:pattern "(((" ] .',
    "pattern nested deeply": f'sh:property [ sh:path :p ; sh:pattern "{"(" * 5000}" ] .',
    "flags": 'sh:property [ sh:path :p ; sh:pattern "a" ; sh:flags "zz" ] .',
    "languages that are IRIs": "sh:property [ sh:path :p ; sh:languageIn ( :nl ) ] .",
    "datatype that is text": 'sh:property [ sh:path :p ; sh:datatype "x" ] .',
    "kind of node": "sh:nodeKind :IRI .",
    "shape that is text": 'sh:node "x" .',
    "ask": 'sh:sparql [ sh:select "ASK { ?x ?y ?z }" ] .',
    "ask after a prefix": 'sh:sparql [ sh:select "PREFIX a: <b> # x\\n ask{ ?x ?y ?z }" ] .',
    "no query": "sh:sparql [ ] .",
    "off or on": 'sh:deactivated "maybe" .',
    "path of a node shape": "sh:path :p .",
    "nested a thousand deep": "sh:not [ " * 1000 + "sh:nodeKind sh:IRI" + " ]" * 1000 + " .",
}
NOT_JUDGED = {
    "JavaScript": 'sh:js [ sh:jsFunctionName "f" ] .',
    "target in SPARQL": 'sh:target [ a sh:SPARQLTarget ; sh:select "SELECT ?this {}" ] .',
    "expression": "sh:expression false .",
    "rule": "sh:rule [ a sh:TripleRule ] .",
    "term of SHACL 1.2": "sh:property [ sh:path :p ; sh:singleLine true ] .",
    "list of shapes of SHACL 1.2": "sh:property [ sh:path :p ; sh:memberShape :t ] .",
    "list of classes of SHACL 1.2": "sh:class ( :A :B ) .",
    "closed by types": "sh:closed sh:ByTypes .",
    "categories of characters": 'sh:property [ sh:path :p ; sh:pattern "\\\\p{L}" ] .',
    "flags of XPath": 'sh:property [ sh:path :p ; sh:pattern "a" ; sh:flags "q" ] .',
    "shape of another file": "sh:node :elsewhere .",
    "itself": "sh:property [ sh:path :p ; sh:node :s ] .",
    "not itself": "sh:not :s .",
    "function": (
        'sh:sparql [ sh:select "SELECT $this { FILTER(:f($this)) }" ] . :f a sh:SPARQLFunction .'
    ),
    "component in JavaScript": (
        ":param 1 . :c a sh:ConstraintComponent ; sh:parameter [ sh:path :param ] ; "
        "sh:validator [ a sh:JSValidator ] ."
    ),
    "extension": "sh:property [ sh:path :p ; <http://datashapes.org/dash#singleLine> true ] .",
    "import": ". :doc owl:imports <http://elsewhere.example/> .",
    "entailment": ". :doc sh:entailment <http://www.w3.org/ns/entailment/RDFS> .",
}
