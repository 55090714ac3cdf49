"""Reports of faults: text, JSON, SARIF and SHACL, each whole and right for whoever reads it."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, SH
from small_project import SmallProject, run

from publish.faults.fault import KINDS, Fault, Words
from publish.faults.report import FORMATS, as_text, count_of, report, where_to_read_more
from publish.faults.sarif import ROOT

BASE = "https://data.example.org"
FOLDER = "https://elders.example/project/"
"""Where somebody has the project folder, for reading relative references."""

MAPPING = "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n"
EMPTY = {
    "text": "",
    "json": "[]\n",
}


def made_up(**changed: object) -> Fault:
    """Return a fault for tests; its place is in a table."""
    given: dict[str, object] = {
        "path": "mappings/bron/tabel.csv",
        "line": 2,
        "column": 6,
        "code": "not-a-number",
        "finding": Words('"één" is not a number.', '"één" is geen getal.'),
        "fix": Words("Correct it.", "Verbeter ze."),
        "text": "één",
    }
    return Fault(**(given | changed))  # type: ignore[arg-type]


ODD = [
    made_up(),
    made_up(line=3, column=1, code="unknown-code", text='a"b\\', severity="warning"),
    made_up(line=3, column=1, code="unknown-code", text="ook", severity="info"),
    made_up(path="a b/é#?.yaml", line=4, column=2, text=""),
    made_up(path="/map/iemand/antwoord.txt", line=1, column=1, text=""),
    made_up(path="ontology", line=0, column=0, text="", code="cannot-read"),
    made_up(path="--base", line=0, column=0, text="", code="wrong-type"),
    made_up(path=f"{BASE}/id/dataset/x", line=0, column=0, text="", code="shape-violation"),
]
"""A fault of each kind of place and severity, and texts that have to be escaped."""


def test_print_fault_as_block() -> None:
    """A fault is its place, code and finding, then what to do; a quoted cell is not repeated."""
    assert as_text([made_up()]) == (
        'mappings/bron/tabel.csv:2:6: not-a-number: "één" is not a number.\n    Correct it.\n'
    )
    assert as_text([made_up()], "nl") == (
        'mappings/bron/tabel.csv:2:6: not-a-number: "één" is geen getal.\n    Verbeter ze.\n'
    )


def test_print_cell_that_finding_does_not_quote() -> None:
    """The cell's text is told where neither finding nor fix quotes it."""
    item = made_up(finding=Words("this is odd.", "dit is vreemd."), severity="warning")
    assert as_text([item]) == (
        "mappings/bron/tabel.csv:2:6: warning: not-a-number: this is odd.\n"
        '    The cell says "één".\n'
        "    Correct it.\n"
    )
    assert as_text([item], "nl") == (
        "mappings/bron/tabel.csv:2:6: waarschuwing: not-a-number: dit is vreemd.\n"
        '    In de cel staat "één".\n'
        "    Verbeter ze.\n"
    )


def test_print_every_one_of_many_faults() -> None:
    """However many there are, each is told; above ten a summary per code follows, most first."""
    few = [made_up(line=line) for line in range(1, 11)]
    assert as_text(few).count("\n") == 20
    many = [made_up(line=line) for line in range(1, 51)]
    many += [made_up(line=60, code="unknown-code"), made_up(line=61, code="empty-cell")]
    text = as_text(many)
    assert len(re.findall(r"^mappings/", text, re.MULTILINE)) == 52
    assert text.splitlines()[-4:] == [
        "",
        f"50 × not-a-number: {KINDS['not-a-number'].title}",
        f" 1 × empty-cell: {KINDS['empty-cell'].title}",
        f" 1 × unknown-code: {KINDS['unknown-code'].title}",
    ]


def test_colour_only_when_asked() -> None:
    """With colour the text is the same but for what colours it."""
    coloured = report(ODD, "text", colour=True)
    assert "\x1b[31mnot-a-number\x1b[0m" in coloured
    assert "\x1b[33munknown-code\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == report(ODD, "text")


@pytest.mark.parametrize(
    ("errors", "warnings", "en", "nl"),
    [
        (1, 0, "1 fault", "1 fout"),
        (2, 0, "2 faults", "2 fouten"),
        (0, 1, "1 warning", "1 waarschuwing"),
        (1, 1, "1 fault and 1 warning", "1 fout en 1 waarschuwing"),
        (3, 2, "3 faults and 2 warnings", "3 fouten en 2 waarschuwingen"),
    ],
)
def test_count_faults(errors: int, warnings: int, en: str, nl: str) -> None:
    """Faults and warnings are counted apart, in the language."""
    faults = [made_up()] * errors + [made_up(severity="warning")] * warnings
    assert (count_of(faults).text_in("en"), count_of(faults).text_in("nl")) == (en, nl)


def test_lead_to_page_of_most_frequent_fault() -> None:
    """The example of where to read more is the fault that occurs most."""
    faults = [made_up(), made_up(code="empty-cell"), made_up(code="empty-cell")]
    assert where_to_read_more(faults).endswith("as publish explain empty-cell.")


def test_report_as_json() -> None:
    """Records have what they had, with the title, and the IRI of what has no line."""
    records = json.loads(report(ODD, "json", "nl"))
    assert [item["path"] for item in records] == [item.path for item in ODD]
    assert records[0] == ODD[0].record("nl") | {"title": KINDS["not-a-number"].title.nl}
    assert [item.get("iri") for item in records] == [None] * 7 + [f"{BASE}/id/dataset/x"]


TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
SARIF = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "maxItems": 1, "items": {"$ref": "#/$defs/run"}},
    },
    "$defs": {
        "run": {
            "required": ["tool", "results"],
            "additionalProperties": False,
            "properties": {
                "tool": {
                    "required": ["driver"],
                    "additionalProperties": False,
                    "properties": {"driver": {"$ref": "#/$defs/driver"}},
                },
                "language": {"pattern": "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"},
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "originalUriBaseIds": {
                    "additionalProperties": {
                        "additionalProperties": False,
                        "properties": {"description": TEXT},
                    }
                },
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
            },
        },
        "driver": {
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"const": "publish"},
                "version": {"type": "string"},
                "semanticVersion": {"pattern": r"^\d+\.\d+\.\d+"},
                "language": {"pattern": "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"},
                "rules": {
                    "type": "array",
                    "uniqueItems": True,
                    "items": {
                        "required": ["id"],
                        "additionalProperties": False,
                        "properties": {
                            "id": {"type": "string"},
                            "name": {"pattern": "^[A-Z][A-Za-z0-9]*$"},
                            "shortDescription": TEXT,
                            "fullDescription": TEXT,
                            "help": TEXT,
                            "defaultConfiguration": {"properties": {"level": LEVEL}},
                            "properties": {
                                "properties": {"tags": {"type": "array", "uniqueItems": True}}
                            },
                        },
                    },
                },
            },
        },
        "result": {
            "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
            "additionalProperties": False,
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": 0},
                "level": LEVEL,
                "message": TEXT,
                "partialFingerprints": {"additionalProperties": {"type": "string"}},
                "locations": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "additionalProperties": False,
                        "properties": {
                            "physicalLocation": {"$ref": "#/$defs/physicalLocation"},
                            "logicalLocations": {
                                "items": {
                                    "additionalProperties": False,
                                    "properties": {
                                        "fullyQualifiedName": {"type": "string"},
                                        "kind": {"enum": ["resource", "parameter"]},
                                    },
                                }
                            },
                        },
                    },
                },
            },
        },
        "physicalLocation": {
            "required": ["artifactLocation"],
            "additionalProperties": False,
            "properties": {
                "artifactLocation": {
                    "additionalProperties": False,
                    "properties": {
                        "uri": {"pattern": "^(?!/)[A-Za-z0-9/._~%-]+$"},
                        "uriBaseId": {"const": ROOT},
                    },
                },
                "region": {
                    "additionalProperties": False,
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "startColumn": {"type": "integer", "minimum": 1},
                        "snippet": TEXT,
                    },
                },
            },
        },
    },
}
"""What the schema of SARIF 2.1.0 says of the properties that are written, and of no others."""


def sarif(faults: list[Fault], language: str = "en") -> dict[str, Any]:
    """Return the one run of a SARIF log, which its schema accepts."""
    log = json.loads(report(faults, "sarif", language))
    jsonschema.Draft202012Validator(SARIF).validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_report_as_sarif() -> None:
    """A log is valid, tells each fault once and in order, and has the rules it uses only."""
    found = sarif(ODD)
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert rules == sorted({item.code for item in ODD})
    assert [item["ruleId"] for item in found["results"]] == [item.code for item in ODD]
    assert all(rules[item["ruleIndex"]] == item["ruleId"] for item in found["results"])
    assert [item["level"] for item in found["results"][:4]] == ["error", "warning", "note", "error"]
    assert found["columnKind"] == "unicodeCodePoints"


def test_name_places_in_sarif() -> None:
    """Files are relative references; what is no file is named by its IRI or option."""
    places = [item["locations"][0] for item in sarif(ODD)["results"]]
    files = [item.get("physicalLocation") for item in places]
    assert [item and item["artifactLocation"]["uri"] for item in files] == [
        *["mappings/bron/tabel.csv"] * 3,
        "a%20b/%C3%A9%23%3F.yaml",
        "antwoord.txt",
        "ontology",
        None,
        None,
    ]
    assert files[0]["region"] == {
        "startLine": 2,
        "startColumn": 6,
        "snippet": {"text": "één"},
    }
    assert "region" not in files[5]
    assert [item["logicalLocations"][0] for item in places[6:]] == [
        {"fullyQualifiedName": "--base", "kind": "parameter"},
        {"fullyQualifiedName": f"{BASE}/id/dataset/x", "kind": "resource"},
    ]
    assert "iemand" not in report(ODD, "sarif")


def test_tell_sarif_in_dutch() -> None:
    """Messages and rules are in the language, and the log says which."""
    found = sarif([made_up()], "nl")
    assert found["language"] == "nl"
    assert found["results"][0]["message"]["text"] == '"één" is geen getal.\nVerbeter ze.'
    [rule] = found["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == KINDS["not-a-number"].title.nl


def test_keep_fingerprint_of_moved_fault() -> None:
    """A fault is known again when lines come before it; two alike in one file are two."""

    def prints(*lines: int, language: str = "en") -> list[str]:
        results = sarif([made_up(line=line) for line in lines], language)["results"]
        return [item["partialFingerprints"]["publishFault/v1"] for item in results]

    assert prints(2, 5) == prints(12, 15) == prints(2, 5, language="nl")
    assert len(set(prints(2, 5))) == 2


REPORT_SHAPES = """
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<#Report> a sh:NodeShape ; sh:targetClass sh:ValidationReport ;
    sh:property [ sh:path sh:conforms ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:boolean ] ;
    sh:property [ sh:path sh:result ; sh:class sh:ValidationResult ] .

<#Result> a sh:NodeShape ; sh:targetClass sh:ValidationResult ;
    sh:property [ sh:path [ sh:inversePath sh:result ] ; sh:minCount 1 ; sh:maxCount 1 ] ;
    sh:property [ sh:path sh:focusNode ; sh:minCount 1 ; sh:maxCount 1 ] ;
    sh:property [ sh:path sh:resultSeverity ; sh:minCount 1 ; sh:maxCount 1 ;
        sh:in ( sh:Violation sh:Warning sh:Info ) ] ;
    sh:property [ sh:path sh:sourceConstraintComponent ; sh:minCount 1 ; sh:maxCount 1 ;
        sh:nodeKind sh:IRI ] ;
    sh:property [ sh:path sh:value ; sh:maxCount 1 ] ;
    sh:property [ sh:path sh:resultPath ; sh:maxCount 1 ] ;
    sh:property [ sh:path sh:sourceShape ; sh:maxCount 1 ] ;
    sh:property [ sh:path sh:resultMessage ; sh:minCount 2 ; sh:uniqueLang true ;
        sh:or ( [ sh:datatype xsd:string ] [ sh:datatype rdf:langString ] ) ] .
"""
"""What section 3.6 of SHACL says of a validation report."""


def shacl(faults: list[Fault], base: str | None = BASE) -> Graph:
    """Return a report as a graph: it parses strictly, is one report, and is as SHACL says."""
    text = report(faults, "shacl", base=base)
    strictly = list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=FOLDER))
    graph = Graph().parse(data=text, format="turtle", publicID=FOLDER)
    assert len(strictly) == len(graph)
    assert len(list(graph.subjects(RDF.type, SH.ValidationReport))) == 1
    shapes = Graph().parse(data=REPORT_SHAPES, format="turtle", publicID=FOLDER)
    conforms, _, told = pyshacl.validate(graph, shacl_graph=shapes)
    assert conforms, told
    return graph


def test_report_as_shacl() -> None:
    """A report does not conform, and has a result for every fault, with its code and severity."""
    graph = shacl(ODD)
    assert [bool(value) for value in graph.objects(None, SH.conforms)] == [False]
    found = {
        (str(graph.value(item, DCTERMS.identifier)), graph.value(item, SH.resultSeverity))
        for item in graph.objects(None, SH.result)
    }
    assert found == {
        ("not-a-number", SH.Violation),
        ("unknown-code", SH.Warning),
        ("unknown-code", SH.Info),
        ("cannot-read", SH.Violation),
        ("wrong-type", SH.Violation),
        ("shape-violation", SH.Violation),
    }
    assert len(list(graph.objects(None, SH.result))) == len(ODD)


def test_name_what_a_result_is_about() -> None:
    """The focus is a line of a file relative to the project folder, or the IRI of a thing."""
    found = {str(node) for node in shacl(ODD).objects(None, SH.focusNode)}
    assert found == {
        f"{FOLDER}mappings/bron/tabel.csv#line=1,2",
        f"{FOLDER}mappings/bron/tabel.csv#line=2,3",
        f"{FOLDER}a%20b/%C3%A9%23%3F.yaml#line=3,4",
        f"{FOLDER}antwoord.txt#line=0,1",
        f"{FOLDER}ontology",
        f"{FOLDER}--base",
        f"{BASE}/id/dataset/x",
    }


def test_tell_shacl_in_both_languages() -> None:
    """A result has its message in Dutch and in English, and the text of the cell."""
    graph = shacl([made_up(text='a"b\\\n')])
    assert set(graph.objects(None, SH.resultMessage)) == {
        Literal('"één" is not a number. Correct it.', lang="en"),
        Literal('"één" is geen getal. Verbeter ze.', lang="nl"),
    }
    assert list(graph.objects(None, SH.value)) == [Literal('a"b\\\n')]


def test_name_constraint_by_a_term_that_exists(project: SmallProject) -> None:
    """What found a fault is a term of the program's vocabulary, relative where no base is known."""
    from publish.ontology.vocabulary import read_vocabulary

    [component] = set(shacl(ODD).objects(None, SH.sourceConstraintComponent))
    assert component == Namespace(f"{BASE}/ns/publicatie#").controle
    faults: list[Fault] = []
    terms = read_vocabulary(project.read(), faults).terms
    assert not faults
    assert (URIRef(project.read().uris.generic("controle")), RDF.type, None) in terms
    [relative] = set(shacl(ODD, None).objects(None, SH.sourceConstraintComponent))
    assert relative == URIRef(f"{FOLDER}ns/publicatie#controle")


@pytest.mark.parametrize("form", FORMATS)
def test_report_of_nothing_is_a_report(form: str) -> None:
    """Without faults a report in every format is valid and empty."""
    if form == "sarif":
        assert sarif([])["results"] == []
    elif form == "shacl":
        assert [bool(value) for value in shacl([]).objects(None, SH.conforms)] == [True]
    else:
        assert report([], form) == EMPTY[form]


@pytest.fixture
def sound(project: SmallProject) -> SmallProject:
    """A project without faults."""
    project.table("x,2022 - K1\njong,1\noud,2\n")
    project.mapping(MAPPING)
    return project


@pytest.mark.sampled(3)
@pytest.mark.parametrize("form", ["json", "sarif", "shacl"])
def test_print_report_of_sound_run(sound: SmallProject, form: str) -> None:
    """For programs a run without faults has a report on stdout; the counts go to stderr."""
    result = sound.run("-q", "--format", form, "validate")
    assert (result.exit_code, result.stderr) == (0, "proef: 2 observations, no faults\n")
    assert result.stdout == report([], form)
    built = sound.run("-q", "--format", form, "build")
    assert (built.exit_code, built.stdout) == (0, report([], form))
    assert built.stderr.startswith(str(sound.root / "build"))


def test_validate_in_dutch(sound: SmallProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment chooses the language, and the option wins over it."""
    monkeypatch.setenv("PUBLISH_LANGUAGE", "nl")
    assert sound.run("-q", "validate").stdout == "proef: 2 observaties, geen fouten\n"
    result = sound.run("-q", "--language", "en", "validate")
    assert result.stdout == "proef: 2 observations, no faults\n"
    monkeypatch.setenv("PUBLISH_LANGUAGE", "fr")
    assert sound.run("-q", "validate").exit_code == 2


@pytest.mark.sampled(4)
@pytest.mark.parametrize("form", FORMATS)
def test_print_fifty_faults_of_one_table(project: SmallProject, form: str) -> None:
    """A table of fifty broken cells gives fifty faults in one run, in every format."""
    rows = "".join(f"jong,x{number}\n" for number in range(50))
    project.table("x,2022 - K1\n" + rows)
    project.mapping(MAPPING)
    result = project.run("--format", form, "validate")
    assert result.exit_code == 1
    broken = [item for item in project.faults() if item.code == "not-a-number"]
    assert [(item.line, item.column) for item in broken] == [(line, 6) for line in range(2, 52)]
    assert result.stdout == report(project.faults(), form, base=project.read().base)
    assert "publish explain CODE" in result.stderr
    assert str(project.root) not in result.stdout


def test_say_less_when_quiet(project: SmallProject) -> None:
    """With -q only what is wrong is said: not where to read more."""
    project.table("x,2022 - K1\njong,x\n")
    project.mapping(MAPPING)
    result = project.run("-q", "--language", "nl", "validate")
    assert result.stderr == (
        "1 fout. Er is niets geschreven; wat op de server staat, is niet veranderd.\n"
    )


def test_report_without_project_that_can_be_read(sound: SmallProject) -> None:
    """Settings that cannot be read are reported all the same, by a relative term."""
    (sound.root / "publish.toml").write_text("x = \n", encoding="utf-8")
    result = sound.run("--format", "shacl", "validate")
    assert result.exit_code == 1
    assert "<ns/publicatie#controle>" in result.stdout
    assert "<publish.toml#line=0,1>" in result.stdout


def test_print_no_colour_into_a_file(sound: SmallProject) -> None:
    """Where stdout is no terminal there is no colour."""
    sound.table("x,2022 - K1\njong,x\n")
    assert "\x1b" not in run("--project", str(sound.root), "validate").stdout


def test_count_questions_apart() -> None:
    """What a person has yet to answer is a question and no fault."""
    still_open = made_up(code="still-open")
    assert count_of([still_open]).text_in("en") == "1 open question"
    assert count_of([still_open] * 2 + [made_up()]).text_in("nl") == "2 open vragen en 1 fout"
