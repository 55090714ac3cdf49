"""What surrounds the observations: data set, structure, slices, periods and sources."""

from __future__ import annotations

import pytest
from built import Built, built
from small_project import SmallProject


def test_describe_components_with_addresses(answer: Built) -> None:
    """A structure's components are resources of their own, in the order of the IRI."""
    found = answer.ask(
        """SELECT ?c ?p ?order WHERE {
             <BASE/id/structuur/wzw-advies-leeftijd> qb:component ?c .
             ?c qb:dimension ?p ; qb:order ?order } ORDER BY ?order""".replace("BASE", answer.base)
    )
    head = f"{answer.base}/id/component/wzw-advies-leeftijd/"
    assert [(row["c"].removeprefix(head), row["order"]) for row in found] == [
        ("dag", "1"),
        ("advies", "2"),
        ("leeftijdsklasse", "3"),
        ("measure", "4"),
    ]
    kinds = answer.ask(
        """SELECT ?kind (COUNT(?c) AS ?n) WHERE {
             ?s qb:component ?c . VALUES ?kind { qb:dimension qb:measure qb:attribute }
             ?c ?kind ?p ; qb:componentProperty ?p } GROUP BY ?kind"""
    )
    totals = {row["kind"].partition("#")[2]: int(row["n"]) for row in kinds}
    assert totals["measure"] == 18 + 2 * 5


def test_attach_status_to_slices_too(answer: Built) -> None:
    """The structure says that a slice may have a status, so that an empty one can tell why."""
    [found] = answer.ask(
        """SELECT ?c ?required WHERE {
             <BASE/id/structuur/lde-werknemers-leeftijd> qb:component ?c .
             ?c qb:attribute attribute:obsStatus ; qb:componentAttachment qb:Slice ;
                qb:componentRequired ?required }""".replace("BASE", answer.base)
    )
    assert found["c"].endswith("/component/lde-werknemers-leeftijd/obsStatus-slice")
    assert found["required"] == "false"


def test_describe_slices_by_their_period(answer: Built) -> None:
    """Every slice has its key, its period and a label that says which period it is."""
    found = answer.ask(
        """SELECT ?label ?structure ?period WHERE {
             <BASE/id/slice/imw-aanvragen/2023-Q3> a qb:Slice ; rdfs:label ?label ;
                qb:sliceStructure ?structure ; se:kwartaal ?period .
             FILTER (LANG(?label) = "nl") }""".replace("BASE", answer.base)
    )
    assert found == [
        {
            "label": "Aanvragen voor individueel maatwerk (IMW), 3e kwartaal 2023",
            "structure": f"{answer.base}/id/slicesleutel/imw-aanvragen",
            "period": f"{answer.base}/id/kwartaal/2023-Q3",
        }
    ]


def test_describe_source_document(answer: Built) -> None:
    """The answer itself has a title, a number, a date and addresses where it can be read."""
    [found] = answer.ask(
        """PREFIX dct: <http://purl.org/dc/terms/>
           SELECT ?number ?date ?page ?file WHERE {
             <BASE/id/document/sv-2023-19> a pub:Document ; dct:identifier ?number ;
                dct:date ?date ; rdfs:seeAlso ?page ; dct:hasFormat ?file }""".replace(
            "BASE", answer.base
        )
    )
    assert found == {
        "number": "19",
        "date": "2023-10-12",
        "page": "https://www.vlaamsparlement.be/parlementaire-documenten/schriftelijke-vragen/1770530",
        "file": "https://docs.vlaamsparlement.be/pfile?id=2006203",
    }


@pytest.mark.sampled(3)
@pytest.mark.parametrize("printed", ["2022-Q3", "2022 - K3", "3e kwartaal 2022"])
def test_declare_period_missing_as_printed(project: SmallProject, printed: str) -> None:
    """A missing period may be written as it is printed; its slice has the code all the same."""
    project.table("x,2022 - K1\njong,1\n")
    project.mapping(
        "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n"
        f"missing: [{{kwartaal: {printed}, reason: {{nl: Nog niet., en: Not yet.}}}}]\n"
    )
    answer = built(project.read())
    found = answer.ask("SELECT ?s WHERE { ?s a qb:Slice ; attribute:obsStatus code:obsStatus-M }")
    assert found == [{"s": f"{answer.base}/id/slice/proef/2022-Q3"}]
    assert answer.ask(f"SELECT ?d WHERE {{ <{answer.base}/id/kwartaal/2022-Q3> ?p ?d }}")


def test_describe_document_without_declaration(project: SmallProject) -> None:
    """A folder without document.yaml is a document of which only the name is known."""
    project.table("x,2022 - K1\njong,1\n")
    project.mapping("tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n")
    answer = built(project.read())
    found = answer.ask(
        """PREFIX dct: <http://purl.org/dc/terms/>
           SELECT ?id ?date WHERE { ?d a pub:Document ; dct:identifier ?id .
             OPTIONAL { ?d dct:date ?date } }"""
    )
    assert found == [{"id": "bron"}]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "kwartaal/2023-Q2",
            {
                "first": "2023-04-01",
                "last": "2023-06-30",
                "begin": "2023-04-01",
                "end": "2023-07-01",
                "same": "http://reference.data.gov.uk/id/quarter/2023-Q2",
            },
        ),
        (
            "dag/2023-06-30",
            {
                "first": "2023-06-30",
                "last": "2023-06-30",
                "begin": "2023-06-30",
                "end": "2023-07-01",
                "same": "http://reference.data.gov.uk/id/day/2023-06-30",
                "finishes": "kwartaal/2023-Q2",
            },
        ),
        (
            "jaar/2020",
            {
                "first": "2020-01-01",
                "last": "2020-12-31",
                "begin": "2020-01-01",
                "end": "2021-01-01",
                "same": "http://reference.data.gov.uk/id/year/2020",
            },
        ),
    ],
)
def test_describe_periods_as_intervals(answer: Built, path: str, expected: dict[str, str]) -> None:
    """A period begins and ends at instants, the end exclusive; its last day is inclusive."""
    [found] = answer.ask(
        f"""PREFIX dcat: <http://www.w3.org/ns/dcat#>
        SELECT ?first ?last ?begin ?end ?same ?finishes WHERE {{
            <{answer.base}/id/{path}> a time:ProperInterval ; dcat:startDate ?first ;
                dcat:endDate ?last ; time:hasBeginning/time:inXSDDate ?begin ;
                time:hasEnd/time:inXSDDate ?end ; skos:exactMatch ?same .
            OPTIONAL {{ <{answer.base}/id/{path}> time:intervalFinishes ?finishes }} }}"""
    )
    if "finishes" in found:
        found["finishes"] = found["finishes"].removeprefix(f"{answer.base}/id/")
    assert found == expected


def test_describe_the_longer_period_a_day_finishes(project: SmallProject) -> None:
    """A quarter that only a day leads to is described all the same; old periods match nothing."""
    project.table("x,1700-12-31\njong,1\n")
    dimensions = project.root / "ontology" / "dimensions.ttl"
    text = dimensions.read_text(encoding="utf-8")
    dimensions.write_text(text.replace("CalendarYear", "CalendarDay"), encoding="utf-8")
    project.mapping("tables: [bron/tabel]\nrows: leeftijd\ncolumns: jaar\nmeasure: aantal\n")
    release = built(project.read())
    rows = release.ask("SELECT ?p WHERE { ?p a time:ProperInterval } ORDER BY ?p")
    assert [row["p"].partition("/id/")[2] for row in rows] == [
        "dag/1700-12-31",
        "jaar/1700",
        "kwartaal/1700-Q4",
    ]
    assert not release.ask("SELECT ?p ?q WHERE { ?p a time:ProperInterval ; skos:exactMatch ?q }")


def test_describe_the_making_of_a_data_set(answer: Built) -> None:
    """Every data set was made by an activity that used its tables, without a clock time."""
    rows = answer.ask(
        """SELECT ?set (COUNT(?used) AS ?count) WHERE { ?set a qb:DataSet ;
            prov:wasGeneratedBy ?made . ?made a prov:Activity ; prov:used ?used } GROUP BY ?set"""
    )
    assert len(rows) == 20
    counts = {row["set"].rpartition("/")[2]: row["count"] for row in rows}
    assert counts["contingent"] == "4"
    assert counts["werknemers-leeftijd-vergelijkbaar"] == "2"
    assert not answer.ask("SELECT ?a ?t WHERE { ?a prov:startedAtTime|prov:endedAtTime ?t }")
