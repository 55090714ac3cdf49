"""Links of codes: what follows from them, how they are counted, and what is wrong with them."""

from __future__ import annotations

import json

import pytest
from built import Built, built
from link_files import HEAD, link, write
from rdflib import URIRef
from rdflib.namespace import SKOS
from small_project import SmallProject

from publish.faults.fault import Fault
from publish.ontology.links import CodeLinks, read_links, report_links
from publish.ontology.vocabulary import read_vocabulary

TABLE = "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n"


def report(project: SmallProject) -> tuple[dict[str, list[CodeLinks]], list[Fault]]:
    """Return the report of links per list, and the faults."""
    read = project.read()
    faults: list[Fault] = []
    vocabulary = read_vocabulary(read, faults)
    links = read_links(vocabulary, faults)
    return report_links(vocabulary, links), faults


def places(faults: list[Fault]) -> list[tuple[str, str, int, int]]:
    return [(item.code, item.path.rpartition("/")[2], item.line, item.column) for item in faults]


def test_report_links_by_code_and_kind(project: SmallProject) -> None:
    """Each code has its links with their kind; one between two lists is read from both sides."""
    write(
        project,
        link("leeftijd/jong", "skos:closeMatch", "https://elders.example/young", "a")
        + link("leeftijd/jong", "skos:broadMatch", "id/concept/geslacht/M", "b")
        + link("leeftijd/oud", "rdfs:seeAlso", "https://elders.example/page", "c")
        + '<id/conceptscheme/statuut> pub:geenTegenhanger "Nergens."@nl , "Nowhere."@en .\n'
        + '<id/concept/statuut/W> pub:geenTegenhanger "Zelf."@nl , "Itself."@en .\n',
    )
    found, faults = report(project)
    assert not faults
    by_code = {f"{name}/{item.code}": item for name, codes in found.items() for item in codes}
    assert by_code["leeftijd/jong"].links == (
        ("skos:broadMatch", "geslacht/M"),
        ("skos:closeMatch", "https://elders.example/young"),
    )
    assert by_code["leeftijd/jong"].status == "GEKOPPELD"
    # A code of ours, here of another list, is nothing elsewhere.
    assert by_code["geslacht/M"].links == (("skos:narrowMatch", "leeftijd/jong"),)
    assert by_code["geslacht/M"].status == "NIET_GEZOCHT"
    # A page to read is no counterpart.
    assert (by_code["leeftijd/oud"].status, by_code["leeftijd/oud"].reason) == ("NIET_GEZOCHT", {})
    assert by_code["statuut/Z"].status == "GEEN_TEGENHANGER"
    assert by_code["statuut/Z"].reason == {"nl": "Nergens.", "en": "Nowhere."}
    assert by_code["statuut/W"].reason == {"nl": "Zelf.", "en": "Itself."}


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (link("leeftijd/jnog", "skos:closeMatch", "https://e.example/"), "no-such-concept", "jong"),
        (
            link("leeftijd/jong", "skos:closeMatch", "id/concept/geslacht/X"),
            "no-such-concept",
            "geslacht/X",
        ),
        (
            link("leeftijd/jong", "skos:broader", "https://e.example/"),
            "unknown-relation",
            "skos:broader",
        ),
        (
            link("leeftijd/jong", "skos:closeMatch", "https://e.example/").replace(
                ' , "Because."@en', ""
            ),
            "link-without-reason",
            "koppeling/elders/x",
        ),
        (
            link("leeftijd/jong", "skos:closeMatch , skos:exactMatch", "https://e.example/"),
            "incomplete-link",
            "core#exactMatch> under pub:relatie",
        ),
        ("<id/koppeling/elders/x> a pub:Koppeling .", "incomplete-link", "nothing under pub:van"),
        (
            link("leeftijd/jong", "skos:closeMatch", "x").replace("<x>", '"https://e.example/"'),
            "incomplete-link",
            'has "https://e.example/" under pub:naar',
        ),
    ],
)
def test_report_faulty_link(project: SmallProject, text: str, code: str, words: str) -> None:
    """A link that lacks an end or a reason, or whose ends do not exist, is a fault at its place."""
    write(project, text)
    _, faults = report(project)
    line = HEAD.count("\n") + (2 if text.startswith("\n") else 1)
    assert (code, "elders.ttl", line, 1) in places(faults)
    assert any(words in f"{item.finding} {item.fix}" for item in faults if item.code == code)


def test_report_file_of_links_without_head(project: SmallProject) -> None:
    """A file of links says first what they lead to."""
    write(project, link("leeftijd/jong", "skos:closeMatch", "https://e.example/"), "andere")
    _, faults = report(project)
    assert places(faults) == [("linkset-not-described", "andere.ttl", 11, 1)]
    assert "id/linkset/andere" in faults[0].finding


def test_read_links_in_folders_of_their_own(project: SmallProject) -> None:
    """Files of links may stand in folders below `ontology/links/`."""
    write(project, link("leeftijd/jong", "skos:closeMatch", "https://e.example/"))
    folder = project.root / "ontology" / "links"
    (folder / "ver").mkdir()
    (folder / "elders.ttl").rename(folder / "ver" / "elders.ttl")
    found, faults = report(project)
    assert not faults
    assert found["leeftijd"][0].links == (("skos:closeMatch", "https://e.example/"),)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("links/elders", "[] a pub:Koppeling .\n", ("blank-node", "elders.ttl", 0, 0)),
        ("links/elders", "<x> a eu:Iets .\n", ("turtle-syntax", "elders.ttl", 13, 7)),
        ("codelists/geslacht", "blub\n", ("turtle-syntax", "geslacht.ttl", 21, 1)),
    ],
)
def test_blame_no_link_for_a_file_that_cannot_be_read(
    project: SmallProject, name: str, text: str, expected: tuple[str, str, int, int]
) -> None:
    """Of a file that cannot be read, or a link without address, only that is reported."""
    project.table("x,2022 - K1\njong,1\n")
    project.mapping(TABLE)
    write(project, link("leeftijd/jong", "skos:closeMatch", "id/concept/geslacht/V"))
    with (project.root / "ontology" / f"{name}.ttl").open("a", encoding="utf-8") as file:
        file.write(text)
    assert project.places() == [expected]


def test_refuse_to_build_with_faulty_links(project: SmallProject) -> None:
    """Faults of links stop the build like all others."""
    project.table("x,2022 - K1\njong,1\n")
    project.mapping(TABLE)
    write(project, link("leeftijd/jnog", "skos:closeMatch", "https://e.example/"))
    assert project.places() == [("no-such-concept", "elders.ttl", 11, 1)]


def test_count_linksets(project: SmallProject) -> None:
    """A linkset is counted per kind of link and as a whole; the counts are those of the store."""
    project.table("x,2022 - K1\njong,1\n")
    project.mapping(TABLE)
    write(
        project,
        link("leeftijd/jong", "skos:closeMatch", "https://elders.example/young", "a")
        + link("leeftijd/oud", "skos:closeMatch", "https://elders.example/old", "b")
        + link("leeftijd/oud", "skos:broadMatch", "id/concept/geslacht/V", "c"),
    )
    release = built(project.read())
    rows = release.ask(
        """PREFIX void: <http://rdfs.org/ns/void#>
        SELECT ?predicate ?count WHERE {
            <https://data.example.org/id/linkset/elders> void:subset ?part .
            ?part a void:Linkset ; void:linkPredicate ?predicate ; void:triples ?count ;
                void:objectsTarget <https://elders.example/> } ORDER BY ?predicate"""
    )
    assert [(row["predicate"].rpartition("#")[2], row["count"]) for row in rows] == [
        ("broadMatch", "1"),
        ("closeMatch", "2"),
        ("narrowMatch", "1"),
    ]
    [row] = release.ask(
        """PREFIX void: <http://rdfs.org/ns/void#>
        SELECT ?all WHERE { <https://data.example.org/id/linkset/elders> void:triples ?all }"""
    )
    assert row == {"all": "4"}


def test_derive_the_plain_triple(project: SmallProject) -> None:
    """A link gives the SKOS triple, once; whoever knows only SKOS finds it."""
    read = project.read()
    write(project, link("leeftijd/jong", "skos:closeMatch", "https://elders.example/young"))
    faults: list[Fault] = []
    vocabulary = read_vocabulary(read, faults)
    [found] = read_links(vocabulary, faults)
    assert list(found.triples(vocabulary.concepts)) == [
        (
            URIRef("https://data.example.org/id/concept/leeftijd/jong"),
            SKOS.closeMatch,
            URIRef("https://elders.example/young"),
        )
    ]


def test_give_every_code_of_the_answer_a_status(answer: Built) -> None:
    """Each code is linked or says why not; none was left without looking."""
    rows = answer.ask(
        """SELECT ?code (COUNT(DISTINCT ?status) AS ?count) (SAMPLE(?notation) AS ?known) WHERE {
            ?code skos:inScheme ?list
            OPTIONAL { ?code pub:koppelstatus ?status . ?status skos:notation ?notation } }
        GROUP BY ?code"""
    )
    assert len(rows) > 120
    assert {row["count"] for row in rows} == {"1"}
    assert {row["known"] for row in rows} == {"GEKOPPELD", "GEEN_TEGENHANGER"}


def test_describe_every_code_of_the_answer_whole(answer: Built) -> None:
    """No code lacks a label or definition in either language, its notation, place or status."""
    for part in (
        'skos:prefLabel ?x . FILTER(LANG(?x) = "nl")',
        'skos:prefLabel ?x . FILTER(LANG(?x) = "en")',
        'skos:definition ?x . FILTER(LANG(?x) = "nl")',
        'skos:definition ?x . FILTER(LANG(?x) = "en")',
        "skos:notation ?x . FILTER(DATATYPE(?x) = xsd:string)",
        "pub:volgorde ?x",
        "pub:koppelstatus ?x",
    ):
        rows = answer.ask(
            f"""PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
            SELECT ?code WHERE {{ ?code skos:inScheme ?list
                FILTER NOT EXISTS {{ ?code {part} }} }}"""
        )
        assert not rows, part


def test_link_every_kind_that_was_asked_for(answer: Built) -> None:
    """There is a linkset for each target, and none is empty."""
    rows = answer.ask(
        """PREFIX void: <http://rdfs.org/ns/void#>
        SELECT ?set ?count WHERE { ?set a void:Linkset ; void:triples ?count ; void:subset ?part }
        """
    )
    sets = {row["set"].rpartition("/")[2] for row in rows}
    assert sets >= {"vdab", "eurostat", "eu", "eurovoc", "qudt", "refnis", "ovo", "themis"}
    assert all(int(row["count"]) > 0 for row in rows)


def test_lead_every_link_into_the_target_of_its_linkset(answer: Built) -> None:
    """Each link is part of one linkset, and leads into the one data set that the set names."""
    rows = answer.ask(
        """PREFIX void: <http://rdfs.org/ns/void#> PREFIX dct: <http://purl.org/dc/terms/>
        SELECT ?link ?to (COUNT(DISTINCT ?set) AS ?sets) (COUNT(DISTINCT ?target) AS ?targets)
            (COUNT(DISTINCT ?fitting) AS ?spaces) WHERE {
            ?link a pub:Koppeling ; pub:naar ?to ; dct:isPartOf ?set .
            ?set void:objectsTarget ?target . ?target a void:Dataset ; void:uriSpace ?space .
            BIND(IF(STRSTARTS(STR(?to), ?space), ?space, ?unbound) AS ?fitting)
        } GROUP BY ?link ?to"""
    )
    assert len(rows) > 190
    assert {(row["sets"], row["targets"], row["spaces"]) for row in rows} == {("1", "1", "1")}


def test_link_periods_with_their_reason(answer: Built) -> None:
    """Periods are matched by links with a reason, in a linkset of their own that counts them."""
    [row] = answer.ask(
        """PREFIX void: <http://rdfs.org/ns/void#> PREFIX dct: <http://purl.org/dc/terms/>
        PREFIX time: <http://www.w3.org/2006/time#>
        SELECT ?set ?count (COUNT(DISTINCT ?link) AS ?links) WHERE {
            ?set a void:Linkset ; void:triples ?count ; void:subset/void:linkPredicate ?relation ;
                void:objectsTarget <http://reference.data.gov.uk/id/> .
            ?link dct:isPartOf ?set ; pub:van ?period ; pub:naar ?same ; pub:relatie ?relation ;
                rdfs:comment ?nl , ?en . ?period a time:ProperInterval ; ?relation ?same .
            FILTER(?relation = skos:exactMatch && LANG(?nl) = "nl" && LANG(?en) = "en")
        } GROUP BY ?set ?count"""
    )
    assert row["set"].endswith("/id/linkset/perioden")
    assert row["count"] == row["links"]
    periods = answer.ask(
        """PREFIX time: <http://www.w3.org/2006/time#>
        SELECT ?period WHERE { ?period a time:ProperInterval }"""
    )
    assert len(periods) == int(row["count"]) > 10


def test_say_that_eurostat_has_no_counterpart_of_two_ages(answer: Built) -> None:
    """A code that is linked within our lists only says why it has no counterpart elsewhere."""
    [row] = answer.ask(
        """SELECT ?status ?reason WHERE { ?code skos:notation "Y18T19" ; skos:broadMatch ?own ;
            pub:koppelstatus/skos:notation ?status ; pub:geenTegenhanger ?reason .
            FILTER(LANG(?reason) = "en") }"""
    )
    assert row["status"] == "GEEN_TEGENHANGER"
    assert "Y18-19" in row["reason"]
    rows = answer.ask('SELECT ?c WHERE { ?c pub:koppelstatus/skos:notation "NIET_GEZOCHT" }')
    assert not rows


def test_print_links_for_people_and_programs(project: SmallProject) -> None:
    """`publish links` says of every code how it is linked, or why it is not."""
    write(
        project,
        link("leeftijd/jong", "skos:closeMatch", "https://elders.example/young")
        + '<id/concept/leeftijd/oud> pub:geenTegenhanger "Nergens."@nl , "Nowhere."@en .\n',
    )
    result = project.run("links", "--list", "leeftijd")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "leeftijd: 1 of 3 codes linked elsewhere",
        "    jong  skos:closeMatch https://elders.example/young",
        "    oud   no counterpart: Nowhere.",
        "    _T    not looked for",
    ]
    assert "1 codes linked elsewhere, 1 without counterpart, 1 not looked for" in result.stderr
    assert "Nergens." in project.run("links", "--language", "nl").stdout
    records = json.loads(project.run("--format", "json", "links", "--list", "leeftijd").stdout)
    assert records[0] == {
        "list": "leeftijd",
        "code": "jong",
        "status": "GEKOPPELD",
        "links": [{"relation": "skos:closeMatch", "target": "https://elders.example/young"}],
        "reason": {},
    }


def test_refuse_to_print_links_of_a_list_that_does_not_exist(project: SmallProject) -> None:
    """A misspelt list is named with the nearest that exists."""
    result = project.run("links", "--list", "leeftijdd")
    assert result.exit_code == 2
    assert 'Did you mean "leeftijd"?' in result.stderr
