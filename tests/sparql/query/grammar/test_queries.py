"""What is wrong with a query, and where: the terminal that does not fit, in words."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from publish.sparql.query.grammar.queries import first_mistake
from publish.sparql.query.syntax import LONGEST_READ, explain_syntax

XSD = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
WRONG = [
    # Words and their order
    ("SELCT ?s WHERE {?s ?p ?o}", 1, 1, "mean SELECT"),
    ("SELECT ?s { ?s ?p ?o FILTER NOT EXIST { ?s a ?x } }", 1, 33, "mean EXISTS"),
    ("SELECT ?s { ?s ?p ?o }\nLIMIT 99999999999999999999", 2, 7, "too large"),
    ("selct ?s WHERE {?s ?p ?o}", 1, 1, "mean SELECT"),
    ("SELECT * WHER { ?s ?p ?o }", 1, 10, "mean WHERE"),
    ("ASK { ?s ?p ?o OPTIONNAL { ?s ?q ?r } }", 1, 16, "mean OPTIONAL"),
    ("ASK { ?s ?p ?o . FILTR(?o = 1) }", 1, 18, "mean FILTER"),
    ("SELECT ?s { ?s ?p ?o } GRUOP BY ?s", 1, 24, "mean GROUP BY"),
    ("SELECT * { ?s ?p ?o } LIMIT 5 ORDER BY ?s", 1, 31, "ORDER stands before LIMIT"),
    ("SELECT ?s { ?s ?p ?o } ORDER BY ?s GROUP BY ?s", 1, 36, "GROUP stands before ORDER"),
    ("SELECT * { ?s ?p ?o } LIMIT 1 LIMIT 2", 1, 31, "LIMIT already"),
    ("SELECT * { ?s ?p ?o } ORDER ?s", 1, 29, "BY is missing"),
    ("SELECT * { ?s ?p ?o } LIMIT -1", 1, 29, "whole number"),
    ("SELECT * { ?s ?p ?o } LIMIT 1.5", 1, 29, "whole number"),
    ("SELECT TOP 10 * { ?s ?p ?o }", 1, 8, "LIMIT"),
    ("SELECT * FROM figures { ?s ?p ?o }", 1, 15, "IRI of a graph"),
    ("SELECT ?s FROM <urn:g>, <urn:h> { ?s ?p ?o }", 1, 23, "FROM of its own"),
    ("CONSTRUCT { ?s ?p ?o }", 1, 23, "WHERE"),
    ("SELECT *", 1, 9, "does not end"),
    ("SELECT * { ?s ?p ?o } ;", 1, 23, "ends before"),
    ("hello world", 1, 1, "SELECT"),
    # What SELECT names
    ("SELECT ?s, ?p WHERE {?s ?p ?o}", 1, 10, "No comma"),
    ("SELECT ?s ?p , ?o WHERE {?s ?p ?o}", 1, 14, "No comma"),
    ("SELECT (COUNT(?s) ?n) WHERE {?s ?p ?o}", 1, 19, "AS is missing"),
    ("SELECT (COUNT(?s)) WHERE {?s ?p ?o}", 1, 18, "AS is missing"),
    ("SELECT COUNT(?s) WHERE {?s ?p ?o}", 1, 8, "has brackets and a name"),
    ("SELECT ?a AS ?b { ?s ?a ?b }", 1, 11, "stands in brackets"),
    ("SELECT (?a AS b) { ?s ?a ?b }", 1, 15, "variable follows AS"),
    ("SELECT name { ?s ?p ?o }", 1, 8, "question mark"),
    ("SELECT ? { ?s ?p ?o }", 1, 8, "has a name"),
    ("ASK { ?s ?p ? }", 1, 13, "has a name"),
    ("SELECT { ?s ?p ?o }", 1, 8, "names variables"),
    ("SELECT * ?s { ?s ?p ?o }", 1, 10, "not both"),
    # Variables
    ("SELECT * WHERE { BIND(1 AS ?x) BIND(2 AS ?x) }", 1, 42, "'\\?x' has a value already"),
    ("SELECT * { ?x ?p ?o .\n BIND(2 AS ?x) }", 2, 12, "'\\?x' has a value already"),
    ("SELECT * { OPTIONAL { ?s ?p ?x } BIND(2 AS ?x) }", 1, 44, "has a value already"),
    ("SELECT (1 AS ?x) (2 AS ?x) {}", 1, 24, "has a value already"),
    ("SELECT ?s ?p ?s { ?s ?p ?o }", 1, 14, "selected twice"),
    ("SELECT (1 AS ?s) { ?s ?p ?o }", 1, 14, "has a value already"),
    ("SELECT ?s ?o (COUNT(?p) AS ?n) { ?s ?p ?o } GROUP BY ?s", 1, 11, "'\\?o' is not grouped"),
    ("SELECT ?s (COUNT(?p) AS ?n) { ?s ?p ?o }", 1, 8, "'\\?s' is not grouped"),
    ("SELECT (?o + SUM(?p) AS ?n) { ?s ?p ?o } GROUP BY ?s", 1, 9, "'\\?o' is not grouped"),
    ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 8, "star"),
    ("ASK { ?s ?p ?o FILTER(COUNT(?s) > 1) }", 1, 23, "'COUNT' cannot stand here"),
    ("ASK { _:a ?p ?o OPTIONAL { _:a ?q ?r } }", 1, 28, "another group"),
    ("ASK { VALUES (?x ?y) { (1) } }", 1, 24, "1 values for 2"),
    ("ASK { VALUES ?x { 1, 2 } }", 1, 20, "No comma"),
    # Brackets
    ("ASK { ?s ?p ?o FILTER ?o > 1 }", 1, 23, "in brackets"),
    ("SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING COUNT(?p) > 1", 1, 53, "in brackets"),
    ("SELECT * { ?s ?p ?o } ORDER BY ASC ?s", 1, 36, "ASC and DESC"),
    ("SELECT * { ?s ?p ?o } ORDER BY ?s DESC", 1, 35, "ASC and DESC"),
    ("SELECT * WHERE { ?s ?p ?o }}", 1, 28, "Nothing was opened"),
    ("SELECT * WHERE {{ ?s ?p ?o }", 1, 16, "'{' is not closed"),
    ("SELECT * WHERE { ?s ?p ?o # }", 1, 16, "'{' is not closed"),
    ("ASK { ?s ?p ?o FILTER(?o = 1 }", 1, 30, "'\\)' is missing"),
    ("SELECT * WHERE ?s ?p ?o", 1, 16, "{"),
    ("ASK { OPTIONAL ?s ?q ?r }", 1, 16, "{"),
    ("ASK { BIND ?o AS ?x }", 1, 12, "BIND has brackets"),
    ("ASK { FILTER(?o IN 1, 2) }", 1, 20, "IN stands in brackets"),
    # Triples
    ("ASK { ?s ?p ?o ?a ?b ?c }", 1, 16, "full stop is missing"),
    ("ASK { ?s ?p ?o\n ?a ?b ?c . }", 2, 2, "full stop is missing"),
    ("ASK { ?s ?p }", 1, 13, "object is missing"),
    ("ASK { ?s }", 1, 10, "predicate and the object are missing"),
    ("ASK { ?s ?p ?o, }", 1, 17, "object is missing"),
    ("ASK { ?s ?p ?o . . ?a ?b ?c }", 1, 18, "Unexpected"),
    ("ASK { ?s 'p' ?o }", 1, 10, "cannot be a predicate"),
    ("ASK {\n ?s a ex:Foo }", 2, 7, "'ex' is not declared"),
    ("PREFIX ex: <urn:x> . ASK {}", 1, 20, "leave '.' out"),
    ("PREFIX ex <urn:x> ASK {}", 1, 8, "colon"),
    ("@prefix ex: <urn:x> . ASK {}", 1, 1, "write PREFIX"),
    # IRIs and literals
    ("ASK {?s <http://a b> ?o}", 1, 18, "space stands in the IRI"),
    ("ASK {?s <http://a{b}> ?o}", 1, 18, "%7B"),
    ("ASK {?s <http://[a/> ?o}", 1, 9, "no IRI"),
    ("ASK { ?s ?p <http://a.example/x . ?o ?q 1 }", 1, 13, "IRI is not closed"),
    ("ASK { ?s http://a.example/p ?o }", 1, 10, "between < and >"),
    ('ASK { ?s ?p "abc }', 1, 13, "quotation mark is not closed"),
    ('ASK { ?s ?p "a\nb" }', 1, 13, "quotation mark is not closed"),
    ('ASK { ?s ?p "a\\qb" }', 1, 13, "backslash twice"),
    ('ASK { ?s ?p "x"@ }', 1, 16, "language follows"),
    (f'{XSD}ASK {{ ?s ?p "x"^xsd:int }}', 2, 16, r"\^\^"),
    ("ASK { ?s ?p TRUE }", 1, 13, "write true"),
    ("ASK { FILTER(?o = False) }", 1, 19, "write false"),
    # Characters that look like others
    ("ASK \ufeff{}", 1, 5, "byte order mark"),
    ("ASK\u00a0{}", 1, 4, r"U\+00A0 \(no-break space\)"),
    ("ASK {\u2003?s ?p ?o }", 1, 6, r"U\+2003"),
    ("ASK {\u200b?s ?p ?o }", 1, 6, r"U\+200B"),
    ("ASK { ?s ?p “x” }", 1, 13, 'write "'),
    ("ASK { ?s ?p ‘x’ }", 1, 13, "write '"),
    ("ASK { FILTER(?o – 1 = 2) }", 1, 17, "write -"),
    ("ASK { FILTER(?o ≥ 1) }", 1, 17, "write >="),
    # Other languages
    ("ASK { FILTER(?o <> 1) }", 1, 17, "write !="),
    ("ASK { FILTER(?o == 1) }", 1, 17, "write ="),
    ("ASK { FILTER(?o => 1) }", 1, 17, "write >="),
    ("ASK { FILTER(?o > 1 AND ?o < 3) }", 1, 21, "write &&"),
    ("ASK { FILTER(?o > 1 or ?o < 3) }", 1, 21, "write \\|\\|"),
    ("ASK { FILTER(NOT ?o) }", 1, 14, "write !"),
    ("ASK { FILTER(?o & ?p) }", 1, 17, "write &&"),
    ('ASK { FILTER(?o LIKE "x%") }', 1, 17, "REGEX"),
    ("ASK { FILTER(?o IS NULL) }", 1, 17, "BOUND"),
    ("ASK { FILTER(?a < ?b < ?c) }", 1, 22, "&&"),
    ("ASK { FILTER(STRLE(?o) = 1) }", 1, 14, "mean STRLEN"),
    ("ASK { FILTER(REGEX(?o)) }", 1, 14, "arguments of REGEX is 2-3, and not 1"),
    ("SELECT (SUM(*) AS ?n) {}", 1, 13, "Only COUNT"),
]
RIGHT = """\
BASE <http://a.example/> PREFIX : <#> PREFIX e.x-1: <urn:x>
# a comment
SELECT DISTINCT ?s (COUNT(DISTINCT *) AS ?n) (GROUP_CONCAT(?o; SEPARATOR=", ") AS ?all)
FROM <g> FROM NAMED :h
WHERE {
  { ?s :a/(^e.x-1:b|!(:c|^a))*/:d? [ :e 1 , -2.5 , 1e3 ; :f (1 2 ()) ; ] . } UNION { [] :p [] }
  OPTIONAL { ?s a ?type FILTER(?type IN (:A, :B) && NOT EXISTS { ?type ?q -1 }) }
  GRAPH ?g { ?s :text "a\\"b"@nl-BE, 'c'^^:d, \"\"\"x "y" \"\"\", true ; }
  MINUS { ?s ?p ?o } VALUES (?x ?y) { (1 UNDEF) (:a "b"@en) } VALUES ?z { 1 2 }
  { SELECT (MAX(?v) AS ?o) { ?w :v ?v } HAVING (MAX(?v) > 1) }
  BIND(IF(BOUND(?x), ?x + 1 - -1 * 2 / 3, e.x-1:f(?y, 1)) AS ?result)
  FILTER REGEX(STR(?s), "^a", "i") FILTER(!BOUND(?y) || ?z NOT IN () || ?z < 3)
}
GROUP BY ?s (STRLEN(?all2) AS ?l) HAVING (COUNT(*) > 1) (SUM(?n) > 2)
ORDER BY DESC(?n) ?s STR(?s) LIMIT 10 OFFSET 5 VALUES ?s { :a }
"""


@pytest.mark.parametrize(("text", "line", "column", "words"), WRONG)
def test_explain_a_mistake_at_its_place(text: str, line: int, column: int, words: str) -> None:
    """The place is that of the first terminal that does not fit, and the words say why."""
    with pytest.raises(SyntaxError) as refused:
        ox.Store().query(text)
    found = explain_syntax(str(refused.value.msg), text)
    assert (*found.place, found.reason) == (line, column, found.reason)
    assert re.search(words, found.reason), found.reason
    assert found.reason.nl != found.reason


@pytest.mark.parametrize(
    "text",
    [
        RIGHT.replace("?all2", "?s"),
        "PREFIX a: <urn:x> CONSTRUCT { _:b a:p ?o . } WHERE { _:b a:p ?o }",
        "CONSTRUCT WHERE { ?s ?p ?o . }",
        "DESCRIBE <urn:x> ?s { ?s ?p ?o } LIMIT 1",
        "DESCRIBE *\nFROM <urn:g> { ?s ?p ?o }",
        "ask{?s?p?o.filter(?o<3&&?o>=2)}",
    ],
)
def test_find_no_mistake_in_what_is_right(text: str) -> None:
    """Everything that the grammar of SPARQL 1.1 has is read; the engine agrees."""
    mistake = first_mistake(text)
    assert mistake is None, (text[mistake.at :][:40], mistake.reason)
    ox.Store().query(text, base_iri="http://a.example/")


def test_leave_the_rest_to_the_parser() -> None:
    """A query of a newer SPARQL, or one that is very long, has the place that the parser says."""
    message = "error at 1:5: expected something"
    for text in ("ASK { << ?s ?p ?o >> ?q ?r ?t ? }", "ASK { ?s ?p ? }" + " " * LONGEST_READ):
        assert explain_syntax(message, text).place == (1, 5)
