"""What must be known of figures: method, area, remarks at what they concern, what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from big_project import make_big_project
from built import Built, built
from small_project import SmallProject, run

from publish.project.project import read_project
from publish.release.opened import Served
from publish.site.presentation import View

TABLE = "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n"
CSV = "x,2022 - K1,2022 - K2\njong,1,2\noud,3,4\n"
REMARK = "quality:\n  naam:\n    about: {about}\n{at}    nl: Let op.\n    en: Mind this.\n"
DOCUMENT = """document: 1
title: {nl: Bron, en: Source}
date: 2024-01-01
"""
BASE = "https://data.example.org"
DQV = "PREFIX dqv: <http://www.w3.org/ns/dqv#> PREFIX oa: <http://www.w3.org/ns/oa#> "
DCT = "PREFIX dct: <http://purl.org/dc/terms/> "


def remark(about: str = "AFRONDING", at: str = "") -> str:
    return REMARK.format(about=about, at=f"    at: {at}\n" if at else "")


def document(project: SmallProject, text: str) -> None:
    folder = project.root / "mappings" / "bron"
    folder.mkdir(exist_ok=True)
    (folder / "document.yaml").write_text(DOCUMENT + text, encoding="utf-8")


def targets(release: Built, name: str = "naam", about: str = "proef") -> set[str]:
    """Return what a remark concerns; the way back must be there as well."""
    rows = release.ask(
        DQV
        + f"""SELECT ?target ?text WHERE {{
            <{BASE}/id/kwaliteit/{about}/{name}> a dqv:QualityAnnotation ; oa:hasTarget ?target ;
                oa:motivatedBy dqv:qualityAssessment ; rdfs:comment ?text .
            ?target dqv:hasQualityAnnotation <{BASE}/id/kwaliteit/{about}/{name}> .
            FILTER(LANG(?text) = "en") }}"""
    )
    assert {row["text"] for row in rows} <= {"Mind this."}
    return {row["target"].removeprefix(f"{BASE}/id/") for row in rows}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("", {"dataset/proef"}),
        ("{kwartaal: 2022 - K1}", {"slice/proef/2022-Q1"}),
        ("{kwartaal: 2022-Q1}", {"slice/proef/2022-Q1"}),
        ("{leeftijd: jong, kwartaal: 2022-Q2}", {"observatie/proef/2022-Q2/jong/aantal"}),
        (
            "{leeftijd: oud}",
            {"observatie/proef/2022-Q1/oud/aantal", "observatie/proef/2022-Q2/oud/aantal"},
        ),
        ("{measure: aantal, leeftijd: oud, kwartaal: 2022-Q1}",
         {"observatie/proef/2022-Q1/oud/aantal"}),
    ],
)  # fmt: skip
def test_put_a_remark_where_it_belongs(project: SmallProject, at: str, expected: set[str]) -> None:
    """A remark is at the data set, the slice of a period, or the figures with certain codes."""
    project.table(CSV)
    project.mapping(TABLE + remark(at=at))
    assert targets(built(project.read())) == expected


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        (remark("AFRONDINGG"), "no-such-code", 10, 5),
        (remark(at="{leeftijdd: jong}"), "dimension-not-used", 11, 10),
        (remark(at="{leeftijd: jonk}"), "no-such-code", 11, 10),
        (remark(at="{kwartaal: lente}"), "unknown-period", 11, 10),
        (remark(at="{leeftijd: _T}"), "remark-on-nothing", 11, 5),
        (remark(at="{kwartaal: 2031-Q1}"), "remark-on-nothing", 11, 5),
        ("method: {code: STANT, nl: a, en: b}\n", "no-such-code", 8, 10),
        ("method: {code: STAND, nl: a}\n", "missing-key", 8, 1),
        ("area: gebied/VLG\n", "no-such-list", 8, 1),
        ("cells: veel\n", "wrong-type", 8, 1),
    ],
)
def test_report_names_that_do_not_exist(
    project: SmallProject, text: str, code: str, line: int, column: int
) -> None:
    """A misspelt aspect, code, period, method or area is a fault at its place."""
    project.table(CSV)
    project.mapping(TABLE + text)
    assert project.places() == [(code, "proef.yaml", line, column)]


def test_state_method_and_area(project: SmallProject) -> None:
    """A data set states how it was measured, as a code and in words, and the area."""
    project.table(CSV)
    project.mapping(
        TABLE + "area: geslacht/M\nmethod: {code: STAND, nl: Op 1 mei., en: On 1 May.}\n"
    )
    [row] = built(project.read()).ask(
        DCT
        + f"""SELECT ?way ?text ?area ?where WHERE {{
            <{BASE}/id/dataset/proef> pub:meetwijze/skos:notation ?way ; pub:methode ?text ;
                dct:spatial/skos:notation ?area ;
                qb:structure/qb:component ?part .
            ?part qb:attribute pub:meetwijze ; qb:componentAttachment ?where .
            FILTER(LANG(?text) = "en") }}"""
    )
    where = "http://purl.org/linked-data/cube#DataSet"
    assert row == {"way": "STAND", "text": "On 1 May.", "area": "M", "where": where}


def test_describe_a_document_and_what_it_lacks(project: SmallProject) -> None:
    """A document has its makers and its record; what it lacks is data, at its data sets."""
    document(
        project,
        "record: https://p.example/r\npublisher: https://p.example/p\n"
        "author: https://p.example/a\nlicence: https://p.example/l\n"
        "language: https://p.example/nl\nsubjects: [https://p.example/s]\narea: geslacht/V\n"
        "quality:\n  gebied: {about: AANNAME, nl: Let op., en: Mind this.}\n"
        "missing:\n  iets:\n    question: 3a\n    lines: 4-5\n    data-sets: [proef]\n"
        "    what: {nl: Iets, en: Something}\n    why: {nl: Niet klaar., en: Not ready.}\n",
    )
    project.table(CSV)
    project.mapping(TABLE)
    release = built(project.read())
    [row] = release.ask(
        DCT
        + f"""PREFIX foaf: <http://xmlns.com/foaf/0.1/>
        SELECT ?record ?publisher ?author ?licence ?language ?subject ?area WHERE {{
            <{BASE}/id/document/bron> foaf:isPrimaryTopicOf ?record ; dct:publisher ?publisher ;
                dct:creator ?author ; dct:license ?licence ; dct:language ?language ;
                dct:subject ?subject .
            <{BASE}/id/dataset/proef> dct:spatial/skos:notation ?area }}"""
    )
    assert [value.removeprefix("https://p.example/") for value in row.values()] == [
        *("r", "p", "a", "l", "nl", "s"),
        "V",
    ]
    assert targets(release, "gebied", "bron") == {"dataset/proef", "document/bron"}
    [row] = release.ask(
        DQV
        + f"""SELECT ?question ?line ?what ?why (COUNT(?target) AS ?targets) WHERE {{
            <{BASE}/id/ontbrekend/bron/iets> a pub:Ontbrekend , dqv:QualityAnnotation ;
                pub:deelvraag ?question ; pub:bronregel ?line ; rdfs:label ?what ;
                rdfs:comment ?why ; oa:hasTarget ?target .
            FILTER(LANG(?what) = "nl" && LANG(?why) = "nl") }}
        GROUP BY ?question ?line ?what ?why"""
    )
    assert list(row.values()) == ["3a", "4-5", "Iets", "Niet klaar.", "2"]


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("record: nergens\n", "wrong-type", 4, 1),
        ("record: 'https://p.example:0/'\n", "wrong-type", 4, 1),
        ("subjects: ['https://a.example', 'https://p.example:0/']\n", "wrong-type", 4, 33),
        ("area: geslacht/X\n", "no-such-code", 4, 1),
        ("area: geslagt/M\n", "no-such-list", 4, 1),
        ("quality:\n  a: {about: X, nl: a, en: b}\n", "no-such-code", 5, 7),
        (
            "missing:\n  a:\n    data-sets: [prof]\n    what: {nl: a, en: b}\n"
            "    why: {nl: a, en: b}\n",
            "no-such-data-set",
            6,
            17,
        ),
    ],
)
def test_report_faults_of_a_document(
    project: SmallProject, text: str, code: str, line: int, column: int
) -> None:
    """What a document says of itself is checked at its place."""
    document(project, text)
    project.table(CSV)
    project.mapping(TABLE)
    assert (code, "document.yaml", line, column) in project.places()


def test_report_remarks_with_one_address(project: SmallProject) -> None:
    """A document and a data set of one name never share a remark."""
    project.table(CSV, document="proef")
    text = DOCUMENT + remark("AANNAME")
    (project.root / "mappings/proef/document.yaml").write_text(text, encoding="utf-8")
    project.mapping(TABLE.replace("bron/", "proef/") + remark())
    assert project.places() == [("remark-twice", "document.yaml", 5, 3)]


def test_point_what_is_missing_to_data_sets_of_other_documents(project: SmallProject) -> None:
    """What a document lacks may be looked for in a data set made from another document."""
    lack = "missing:\n  iets: {what: {nl: a, en: b}, why: {nl: a, en: b}, data-sets: [proef]}\n"
    document(project, lack)
    project.table(CSV, document="ander")
    project.mapping(TABLE.replace("bron/", "ander/"))
    rows = built(project.read()).ask(
        DQV + f"SELECT ?target {{ <{BASE}/id/ontbrekend/bron/iets> oa:hasTarget ?target }}"
    )
    assert {row["target"] for row in rows} == {
        f"{BASE}/id/document/bron",
        f"{BASE}/id/dataset/proef",
    }


def test_list_what_is_missing(project: SmallProject) -> None:
    """`publish missing` lists missing figures and periods, in either language and as JSON."""
    document(
        project,
        'missing:\n  iets:\n    question: 3a\n    lines: "5"\n    data-sets: [proef]\n'
        "    what: {nl: Iets, en: Something}\n    why: {nl: Niet klaar., en: Not ready.}\n",
    )
    project.table(CSV)
    project.mapping(TABLE + "missing: [{kwartaal: 2022-Q3, reason: {nl: Later., en: Later on.}}]\n")
    result = project.run("missing")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "bron, question 3a: Something (line 5)",
        "    Not ready.",
        "    Data sets: proef",
        "bron: Trial: 2022-Q3",
        "    Later on.",
        "    Data sets: proef",
    ]
    assert "Niet klaar." in project.run("missing", "--language", "nl").stdout
    records = json.loads(project.run("--format", "json", "missing").stdout)
    assert [record["data-sets"] for record in records] == [["proef"], ["proef"]]
    assert records[0]["why"] == {"nl": "Niet klaar.", "en": "Not ready."}


@pytest.mark.parametrize(
    ("cells", "published"),
    [
        ("4", True),
        ("3", False),
        pytest.param("true", True, marks=pytest.mark.slow),
        pytest.param("false", False, marks=pytest.mark.slow),
    ],
)
def test_publish_cells_up_to_a_size(project: SmallProject, cells: str, published: bool) -> None:
    """Source cells are published, or not, or only of a data set that is not too large."""
    project.table(CSV)
    project.mapping(TABLE + f"cells: {cells}\n")
    release = built(project.read())
    names = {Path(item["path"]).name for item in release.manifest["files"]}
    assert ("proef-cellen.nt" in names) == published
    assert (release.folder / "dumps" / "proef-cellen.nt").exists() == published
    assert bool(release.ask("SELECT ?cell WHERE { ?cell a pub:Cel }")) == published
    assert len(release.ask("SELECT ?o WHERE { ?o prov:wasDerivedFrom ?cell }")) == 4


def test_state_method_of_every_data_set_of_the_answer(answer: Built) -> None:
    """Every data set says whether it is stock, flow or average, or that this is not stated."""
    rows = answer.ask(
        """SELECT ?set (COUNT(DISTINCT ?way) AS ?ways) (COUNT(DISTINCT ?text) AS ?texts) WHERE {
            ?set a qb:DataSet
            OPTIONAL { ?set pub:meetwijze/skos:notation ?way ; pub:methode ?text } }
        GROUP BY ?set"""
    )
    assert len(rows) == 20
    assert {(row["ways"], row["texts"]) for row in rows} == {("1", "2")}


@pytest.mark.parametrize(
    ("about", "aspect", "target"),
    [
        (
            "wzw-uitstroom/uitstroom-werkloosheid-2020",
            "AFRONDING",
            "observatie/wzw-uitstroom/2020/LDE/uitstroomUitWerkloosheidPercentage",
        ),
        (
            "wzw-uitstroom/uitstroom-werk-2021",
            "AFRONDING",
            "observatie/wzw-uitstroom/2021/LDE/uitstroomNaarWerkPercentage",
        ),
        ("sv-2023-19/gebied", "AANNAME", "dataset/vop-tewerkgestelden-statuut"),
        ("imw-aanvragen/afgeleid-kwartaal", "AANNAME", "slice/imw-aanvragen/2023-Q3"),
        ("ama-uitstroom/andere-methode", "VERGELIJKBAARHEID", "dataset/ama-uitstroom"),
        ("ama-uitstroom/geen-periode", "VOLLEDIGHEID", "dataset/ama-uitstroom"),
        (
            "werknemers-leeftijd-vergelijkbaar/jongste-klasse",
            "VERGELIJKBAARHEID",
            "observatie/werknemers-leeftijd-vergelijkbaar/2022-Q1/Y_LT25/CMW/werknemersVte",
        ),
        (
            "ama-deelnemers-leeftijd/geen-vergelijkbare-leeftijden",
            "VERGELIJKBAARHEID",
            "dataset/ama-deelnemers-leeftijd",
        ),
    ],
)
def test_tell_what_is_odd_in_the_answer(
    answer: Built, about: str, aspect: str, target: str
) -> None:
    """Every oddity of the answer is data at what it concerns."""
    [row] = answer.ask(
        DQV
        + f"""SELECT ?aspect WHERE {{
            <{answer.base}/id/kwaliteit/{about}> dqv:inDimension/skos:notation ?aspect ;
                oa:hasTarget <{answer.base}/id/{target}> }}"""
    )
    assert row == {"aspect": aspect}


@pytest.mark.parametrize("scheme", ["leeftijdsgroep-ama", "grootteklasse-lde", "advies"])
def test_tell_what_is_odd_about_codes_of_the_answer(answer: Built, scheme: str) -> None:
    """Overlapping classes are remarked upon at their codes, which lead to the remark."""
    rows = answer.ask(
        DQV
        + f"""SELECT DISTINCT ?remark WHERE {{
            ?code skos:inScheme <{answer.base}/id/conceptscheme/{scheme}> ;
                dqv:hasQualityAnnotation ?remark .
            ?remark dqv:inDimension/skos:notation "OVERLAP" ; oa:hasTarget ?code }}"""
    )
    assert rows


def test_tell_what_the_answer_does_not_give(answer: Built) -> None:
    """Whatever the question asked for and the answer lacks is data, by sub-question."""
    rows = answer.ask(
        """SELECT ?question (COUNT(DISTINCT ?missing) AS ?count) WHERE {
            ?missing a pub:Ontbrekend ; pub:deelvraag ?question } GROUP BY ?question
        ORDER BY ?question"""
    )
    found = {row["question"]: int(row["count"]) for row in rows}
    assert found == {"1": 3, "2": 2, "3": 1, "3a": 1, "6": 3, "7": 1, "9": 1, "9a": 1, "9b": 1,
                     "9c": 1}  # fmt: skip


def test_count_alike_what_is_missing_in_data_and_in_words(answer: Built) -> None:
    """`publish missing` and the data name the same missing figures, an empty slice among them."""
    told = run("--project", str(answer.project.root), "--format", "json", "missing")
    found = json.loads(told.stdout)
    listed = {(item["question"], item["lines"], item["what"]["nl"]) for item in found}
    rows = answer.ask(
        """SELECT ?missing ?question ?lines ?what WHERE {
            ?missing a pub:Ontbrekend ; pub:deelvraag ?question ; pub:bronregel ?lines ;
                rdfs:label ?what . FILTER(LANG(?what) = "nl") }"""
    )
    assert {(row["question"], row["lines"], row["what"]) for row in rows} == listed
    assert len(rows) == len(listed) == 15
    [row] = answer.ask(
        DQV
        + f"""SELECT ?missing WHERE {{ ?missing a pub:Ontbrekend ; pub:bronregel "68-69" ;
            oa:hasTarget <{answer.base}/id/slice/lde-werknemers-leeftijd/2023-Q2> ,
                <{answer.base}/id/dataset/lde-werknemers-leeftijd> .
            <{answer.base}/id/slice/lde-werknemers-leeftijd/2023-Q2>
                dqv:hasQualityAnnotation ?missing ; attribute:obsStatus code:obsStatus-M }}"""
    )
    assert row["missing"].endswith("/id/ontbrekend/sv-2023-19/lde-werknemers-leeftijd-2023-Q2")


@pytest.mark.slow
def test_remark_on_every_figure_of_a_large_data_set(tmp_path: Path) -> None:
    """A remark may concern all figures of a large data set, and hides no other on its page."""
    folder = make_big_project(tmp_path / "groot", 20_000)
    with (folder / "mappings" / "groot.yaml").open("a", encoding="utf-8") as file:
        file.write(remark(at="{measure: percentage}"))
        file.write("  zelf: {about: AANNAME, nl: Alles., en: All.}\n")
    release = built(read_project(folder))
    head = f"<{BASE}/id/kwaliteit/groot/naam> <http://www.w3.org/ns/oa#hasTarget>"
    assert sum(line.startswith(head) for line in release.lines("groot")) == 20_000
    turtle = release.dump("groot.ttl")
    assert set(release.lines("groot")) == {
        f"{triple} ." for triple in ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    }
    del release
    [path] = {item.resolve() for item in (folder / "build").glob("current")}
    found = View(Served(path), "en").remarks(ox.NamedNode(f"{BASE}/id/dataset/groot"))
    about = [(item.text.value if item.text else "", len(item.targets), item.more) for item in found]
    assert sorted(about) == [("All.", 0, False), ("Mind this.", 5, True)]
