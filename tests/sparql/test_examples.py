"""Example queries of a project: read and checked; those of the answer give its figures."""

from __future__ import annotations

import pytest
from built import REPOSITORY, Built, built
from small_project import SmallProject

from publish.faults.fault import Fault
from publish.sparql.examples import complete_query, read_example_queries

TITLE = "# nl: Alles\n# en: Everything\n"
TABLE = "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n"


def write(project: SmallProject, text: str | bytes, name: str = "alles.rq") -> None:
    folder = project.root / "ontology" / "queries"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_keep_queries_with_the_release(project: SmallProject) -> None:
    """A release holds the queries with their titles; another query is another release."""
    project.table("x,2022 - K1\njong,1\n")
    project.mapping(TABLE)
    write(project, TITLE + "SELECT * WHERE { ?s a qb:DataSet }\n")
    first = built(project.read())
    [entry] = first.manifest["queries"]
    assert (entry["name"], entry["title"]) == ("alles", {"nl": "Alles", "en": "Everything"})
    assert (first.folder / "queries" / "alles.rq").is_file()
    write(project, TITLE + "SELECT ?s WHERE { ?s a qb:DataSet }\n")
    assert built(project.read()).manifest["id"] != first.manifest["id"]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (TITLE + "SELECT * WHERE {\n  ?s qb:dataSet }\n", "a.rq", ("query-syntax", 4, 17)),
        (TITLE + "SELECT * WHERE { ?s ex:p ?o }\n", "a.rq", ("query-syntax", 3, 21)),
        (TITLE + "SELECT * WHERE { ?s a <id/x> \n", "a.rq", ("query-syntax", 3, 16)),
        (TITLE + 'ASK { ?s ?p "$language" . ?s ex:p ?o }\n', "a.rq", ("query-syntax", 3, 30)),
        (TITLE + "ASK { SERVICE <http://127.0.0.1:9/> {} }\n", "a.rq", ("query-refused", 0, 0)),
        (TITLE + f"ASK {'{' * 9999} {'}' * 9999}\n", "a.rq", ("query-refused", 0, 0)),
        ("SELECT * WHERE { ?s ?p ?o }\n", "a.rq", ("query-without-title", 1, 1)),
        ("# nl: Alles\nSELECT * WHERE { ?s ?p ?o }\n", "a.rq", ("query-without-title", 1, 1)),
        (TITLE.encode() + b"# \xff\n", "a.rq", ("wrong-encoding", 3, 3)),
        (TITLE + "ASK {}", "Een vraag.rq", ("wrong-file-name", 0, 0)),
    ],
)
def test_report_query_that_cannot_be_used(
    project: SmallProject, text: str | bytes, name: str, expected: tuple[str, int, int]
) -> None:
    """A query that is none, or says not what it answers, is a fault at its line."""
    write(project, text, name)
    faults: list[Fault] = []
    read_example_queries(project.read(), faults)
    assert [(item.code, item.line, item.column) for item in faults] == [expected]


@pytest.mark.parametrize(
    ("query", "place", "en", "nl"),
    [
        (
            "SELECT * WHERE { ?s ex:p ?o }\n",
            ("query-syntax", 3, 21),
            "this is not SPARQL: The prefix 'ex' is not declared: add a line PREFIX ex: <...>.",
            "dit is geen SPARQL: De prefix 'ex' is niet opgegeven: voeg een regel "
            "PREFIX ex: <...> toe.",
        ),
        (
            "ASK { SERVICE <http://127.0.0.1:9/> {} }\n",
            ("query-refused", 0, 0),
            "the query page of this release refuses the query: SERVICE is not available here: "
            "this endpoint answers from its own data only.",
            "de SPARQL-pagina van deze release weigert de vraag: SERVICE is hier niet "
            "beschikbaar: dit endpoint antwoordt alleen uit zijn eigen gegevens.",
        ),
    ],
)
def test_tell_in_dutch_why_a_query_cannot_be_used(
    project: SmallProject, query: str, place: tuple[str, int, int], en: str, nl: str
) -> None:
    """What is wrong with a query is told in both languages."""
    write(project, TITLE + query)
    faults: list[Fault] = []
    read_example_queries(project.read(), faults)
    [item] = faults
    assert (item.code, item.line, item.column) == place
    assert (str(item.finding), item.finding.nl) == (en, nl)


def test_complete_a_query() -> None:
    """A query gets the prefixes it uses, a base if it needs one, and the reader's language."""
    text = 'SELECT ?x { ?x a qb:Slice ; ?p <id/a> FILTER(LANG(?x) = "$language") }'
    prefixes = {"qb": "http://qb.example/", "skos": "http://skos.example/"}
    assert complete_query(text, "https://b.example", prefixes, "nl") == (
        "BASE <https://b.example/>\nPREFIX qb: <http://qb.example/>\n\n"
        'SELECT ?x { ?x a qb:Slice ; ?p <id/a> FILTER(LANG(?x) = "nl") }'
    )
    assert "BASE" not in complete_query("ASK {}", "https://b.example", prefixes, "nl")


def rows(answer: Built, name: str, language: str = "en") -> list[dict[str, str]]:
    """Return what a documented query gives."""
    text = (REPOSITORY / "ontology" / "queries" / f"{name}.rq").read_text(encoding="utf-8")
    return answer.ask(complete_query(text, answer.base, answer.project.uris.prefixes(), language))


def test_query_a_series_by_age_without_totals(answer: Built) -> None:
    """The series has the eleven printed groups of six quarters, and they add up to the total."""
    found = rows(answer, "leeftijden-zonder-totalen", "nl")
    assert len(found) == 66
    assert found[0] == {"quarter": "2022-Q1", "age": "18 tot en met 19 jaar", "fte": "60"}
    sums: dict[str, int] = {}
    for row in found:
        sums[row["quarter"]] = sums.get(row["quarter"], 0) + int(row["fte"])
    assert list(sums.values()) == [18139, 18166, 18563, 18729, 18460, 18548]


def test_query_comparable_ages_beside_advised_jobseekers(answer: Built) -> None:
    """Both are joined through class and period, with both units: CMW in 2023-Q2 today."""
    found = rows(answer, "leeftijden-naast-advies")
    assert [(row["age"], row["workers"], row["jobseekers"]) for row in found] == [
        ("under 25 years", "1415", "690"),
        ("25 to 59 years", "15860", "6182"),
        ("60 years and over", "1273", "648"),
    ]
    assert {row["quarter"] for row in found} == {"2023-Q2"}
    assert {(row["workersUnit"], row["jobseekersUnit"]) for row in found} == {
        ("full-time equivalents (FTE)", "persons")
    }


def test_query_the_source_line_of_a_figure(answer: Built) -> None:
    """Each quota leads to what is printed and on which line, twice where it is printed twice."""
    found = rows(answer, "bronregel")
    assert len(found) == 23
    lines = {
        (row["printed"], row["line"])
        for row in found
        if (row["measure"], row["quarter"]) == ("LDE", "2022-Q1")
    }
    assert lines == {("2.152,54", "83"), ("2.152,54", "105-106")}


def test_query_the_share_of_the_quota_in_use(answer: Built) -> None:
    """The share is that of the printed totals in the printed quotas; LDE lacks 2023-Q2."""
    found = rows(answer, "benutting-contingent")
    shares = {(row["measure"], row["quarter"]): float(row["percent"]) for row in found}
    assert len(shares) == 11
    assert shares["CMW", "2022-Q1"] == round(100 * 18139 / 19740, 1)
    assert shares["CMW", "2023-Q2"] == round(100 * 18548 / 20082, 1)
    assert shares["LDE", "2022-Q4"] == round(100 * 1702.65 / 2152.14, 1)


def test_query_everything_that_links_to_a_term_of_vdab(answer: Built) -> None:
    """Every link to a term of VDAB has its kind and its reason."""
    found = rows(answer, "vdab")
    assert len(found) >= 15
    pairs = {
        (row["code"].partition("/concept/")[2], row["relation"].rpartition("#")[2]) for row in found
    }
    assert ("maatregel/CMW", "closeMatch") in pairs
    for code in ("BEMIDDELING", "OPLEIDING", "NIET_INZETBAAR"):
        assert (f"bemiddelingsstatus/{code}", "exactMatch") in pairs
    assert all(row["reason"] for row in found)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_run_every_query_of_the_project(answer: Built, language: str) -> None:
    """Every documented query finds something, in both languages."""
    names = [path.stem for path in sorted((REPOSITORY / "ontology" / "queries").glob("*.rq"))]
    assert len(names) >= 5
    for name in names:
        assert rows(answer, name, language), name
