"""The minister's answer as it is published: every printed figure, read again by other code.

The expectations are made here, from the tables as printed, with the csv module and dictionaries
of this file; nothing of the program takes part in it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox
import pytest
from built import Built
from shared_material import shared_folder

from publish.rdf.input.files import RdfFile
from publish.release.stores.changed_literals import ChangedLiterals

DERIVED = "werknemers-leeftijd-vergelijkbaar"
"""The data set that is not printed but added up from two others."""
TABLES = "mappings/sv-2023-19"
TEXT = "source/000_e92fee34555ae2f1.txt"

AGES = {
    "18-19": "Y18T19",
    **{f"{age}-{age + 4}": f"Y{age}T{age + 4}" for age in range(20, 65, 5)},
    "65+": "Y_GE65",
}
LDE_AGES = AGES | {"Totaal": "_T"}
CMW_AGES = AGES | {"Totaal tewerkgesteld": "_T"}
AMA_AGES = {
    "<20": "Y_LT20",
    "20-30": "Y20T30",
    "30-40": "Y30T40",
    "40-50": "Y40T50",
    "50-60": "Y50T60",
    "boven 60": "Y_GT60",
    "Totaal": "_T",
}
LDE_SIZES = {
    "0 - 4 VTE": "FTE0T4",
    "5 - 10 VTE": "FTE5T10",
    "11 - 20 VTE": "FTE11T20",
    "21 - 50 VTE": "FTE21T50",
    "51 - 100 VTE": "FTE51T100",
    "100+ VTE": "FTE_GT100",
    "Totaal": "_T",
}
CMW_SIZES = {
    "0 - 49 VTE": "FTE0T49",
    "50 - 100 VTE": "FTE50T100",
    "101 - 200 VTE": "FTE101T200",
    "201 - 500 VTE": "FTE201T500",
    "501 - 1000 VTE": "FTE501T1000",
    "1000+ VTE": "FTE_GT1000",
    "Totaal": "_T",
}
STATUSES = {"Werknemers": "WERKNEMER", "Zelfstandigen": "ZELFSTANDIGE", "Totaal": "_T"}
ADVICES = {
    "CMW": "CMW",
    "LDE": "LDE",
    "AMA WSE": "AMA",
    "collectief maatwerk": "CMW",
    "arbeidsmatige activiteiten in de sociale economie": "AMA",
}
TICKETS = {
    "Collectief maatwerk": "CMW",
    "Individueel maatwerk": "IMW",
    "Arbeidsmatige activiteiten in de sociale economie": "AMA",
}
OUTFLOW = {
    "WZW": "werkzoekendenJaargemiddelde",
    "uitstroom uit werkloosheid": "uitstroomUitWerkloosheid",
    "%uitstroom uit werkloosheid": "uitstroomUitWerkloosheidPercentage",
    "uitstroom werk": "uitstroomNaarWerk",
    "%uitstroom werk": "uitstroomNaarWerkPercentage",
}
YES_NO = {"ja": "JA", "nee": "NEE", "Eindtotaal": "_T"}
OF_ADVICES = {
    "werkloosheidsduur": {
        "-1 jaar": "M_LT12",
        "1 jaar -2 jaar": "M12T23",
        "2 jaar en +": "M_GE24",
        "Eindtotaal": "_T",
    },
    "migratieachtergrond": YES_NO,
    "leeftijd": {
        "-25 jaar": "Y_LT25",
        "25 tot en met 59 jaar": "Y25T59",
        "60 jaar en +": "Y_GE60",
        "Eindtotaal": "_T",
    },
    "kennis-nederlands": YES_NO,
    "bemiddelingsstatus": {
        "In bemiddeling": "BEMIDDELING",
        "In opleiding of voortraject": "OPLEIDING",
        "Niet inzetbaar op lange termijn": "NIET_INZETBAAR",
        "Eindtotaal": "_T",
    },
    "opleidingsniveau": {
        "Kortgeschoold": "KORT",
        "Middengeschoold": "MIDDEN",
        "Hooggeschoold": "HOOG",
        "Eindtotaal": "_T",
    },
}
UNITS = {
    "werknemersVte": "FTE",
    "contingentVte": "FTE",
    "ondernemingen": "ENTERPRISE",
    "plaatsen": "PLACE_PER_YEAR",
    "aanvragen": "APPLICATION",
    "screeningsadviezen": "ADVICE",
    "uitstroomUitWerkloosheidNaAdvies": "ADVICE",
    "uitstroomNaarWerkNaAdvies": "ADVICE",
    "uitstroomUitWerkloosheidPercentage": "PC",
    "uitstroomNaarWerkPercentage": "PC",
    "uitstroomUitWerkloosheidNaAdviesPercentage": "PC",
    "uitstroomNaarWerkNaAdviesPercentage": "PC",
}
"""The unit of each measure; persons where nothing else stands here."""

Codes = dict[str, str] | None
Reading = Callable[[str, str], Codes]
"""From a row label and a column header to the codes of a figure; None when it is another's."""


def quarter(label: str) -> str:
    year, number = re.fullmatch(r"(\d{4}) ?-? ?K(\d)", label).groups()  # type: ignore[union-attr]
    return f"{year}-Q{number}"


def by_quarter(dimension: str, codes: dict[str, str], measure: str) -> Reading:
    """Read a table of classes by quarter."""
    return lambda row, column: (
        {"kwartaal": quarter(column), dimension: codes[row], "measure": measure}
        if row in codes
        else None
    )


def quota(support: str) -> Reading:
    """Read the quota at the bottom of a table."""
    return lambda row, column: (
        {"kwartaal": quarter(column), "maatregel": support, "measure": "contingentVte"}
        if row.endswith("ontingent")
        else None
    )


def of_advices(dimension: str, codes: dict[str, str]) -> Reading:
    """Read a table of jobseekers by advice and something else."""
    return lambda row, column: {
        "dag": "2023-06-30",
        "advies": ADVICES[column],
        dimension: codes[row],
        "measure": "werkzoekenden",
    }


def after_advice(row: str, _: str) -> Codes:
    """Read the outflow after an advice, whose labels name both follow-up and measure."""
    months = re.search(r"(\d+) maand", row)[1]  # type: ignore[index]
    measure = "screeningsadviezen"
    if "naar werk" in row:
        measure = "uitstroomNaarWerkNaAdvies"
    elif "uit de werkloosheid" in row:
        measure = "uitstroomUitWerkloosheidNaAdvies"
    return {
        "opvolgtermijn": f"M{months}",
        "measure": measure + ("Percentage" if row.startswith("%") else ""),
    }


def yearly(advice: str) -> Reading:
    """Read the yearly outflow of one advice."""
    return lambda row, column: {"jaar": row, "advies": advice, "measure": OUTFLOW[column]}


DIMENSION_OF = {"leeftijd": "leeftijdsklasse", "kennis-nederlands": "kennisNederlands"}

READINGS: list[tuple[str, str, Reading]] = [
    (
        "lde-werknemers-leeftijd",
        "lde-leeftijd",
        by_quarter("leeftijdsgroep", LDE_AGES, "werknemersVte"),
    ),
    (
        "lde-ondernemingen-grootteklasse",
        "lde-grootteklasse",
        by_quarter("grootteklasseLde", LDE_SIZES, "ondernemingen"),
    ),
    (
        "cmw-werknemers-leeftijd",
        "cmw-leeftijd",
        by_quarter("leeftijdsgroep", CMW_AGES, "werknemersVte"),
    ),
    (
        "cmw-ondernemingen-grootteklasse",
        "cmw-grootteklasse",
        by_quarter("grootteklasseCmw", CMW_SIZES, "ondernemingen"),
    ),
    ("contingent", "lde-leeftijd", quota("LDE")),
    ("contingent", "lde-grootteklasse", quota("LDE")),
    ("contingent", "cmw-leeftijd", quota("CMW")),
    ("contingent", "cmw-grootteklasse", quota("CMW")),
    (
        "ama-deelnemers-leeftijd",
        "ama-leeftijd",
        by_quarter("leeftijdsgroepAma", AMA_AGES, "deelnemers"),
    ),
    (
        "ama-contingent",
        "ama-contingent",
        lambda row, column: {
            "dag": "2023-07-01",
            "aard": {"contingent": "_T", "tijdelijke": "TIJDELIJK"}[row],
            "measure": "plaatsen",
        },
    ),
    (
        "vop-tewerkgestelden-statuut",
        "vop-statuut",
        by_quarter("statuut", STATUSES, "tewerkgestelden"),
    ),
    (
        "wzw-advies",
        "wzw-advies",
        lambda row, column: {
            "kwartaal": quarter(row),
            "advies": ADVICES[column],
            "measure": "werkzoekenden",
        },
    ),
    ("wzw-uitstroom", "uitstroom-cmw", yearly("CMW")),
    ("wzw-uitstroom", "uitstroom-lde", yearly("LDE")),
    ("ama-uitstroom", "uitstroom-ama", after_advice),
    *(
        (f"wzw-advies-{name}", f"wzw-{name}", of_advices(DIMENSION_OF.get(name, name), codes))
        for name, codes in OF_ADVICES.items()
    ),
    (
        "wzw-ticket",
        "wzw-ticket",
        lambda row, column: {
            "dag": "2023-09-30",
            "ticket": TICKETS[column],
            "measure": "werkzoekenden",
        },
    ),
    (
        "imw-aanvragen",
        "imw-aanvragen",
        lambda row, column: {
            "kwartaal": "2023-Q3",
            "beslissing": {"ingediend": "_T", "toegekend": "TOEGEKEND", "geweigerd": "GEWEIGERD"}[
                row
            ],
            "measure": "aanvragen",
        },
    ),
]

PERIODS = ("kwartaal", "jaar", "dag")

DIMENSIONS = {
    "lde-werknemers-leeftijd": {"kwartaal", "leeftijdsgroep"},
    "lde-ondernemingen-grootteklasse": {"kwartaal", "grootteklasseLde"},
    "cmw-werknemers-leeftijd": {"kwartaal", "leeftijdsgroep"},
    "cmw-ondernemingen-grootteklasse": {"kwartaal", "grootteklasseCmw"},
    "contingent": {"kwartaal", "maatregel"},
    "ama-deelnemers-leeftijd": {"kwartaal", "leeftijdsgroepAma"},
    "ama-contingent": {"dag", "aard"},
    "vop-tewerkgestelden-statuut": {"kwartaal", "statuut"},
    "wzw-advies": {"kwartaal", "advies"},
    "wzw-uitstroom": {"jaar", "advies"},
    "ama-uitstroom": {"opvolgtermijn"},
    "wzw-advies-werkloosheidsduur": {"dag", "advies", "werkloosheidsduur"},
    "wzw-advies-migratieachtergrond": {"dag", "advies", "migratieachtergrond"},
    "wzw-advies-leeftijd": {"dag", "advies", "leeftijdsklasse"},
    "wzw-advies-kennis-nederlands": {"dag", "advies", "kennisNederlands"},
    "wzw-advies-bemiddelingsstatus": {"dag", "advies", "bemiddelingsstatus"},
    "wzw-advies-opleidingsniveau": {"dag", "advies", "opleidingsniveau"},
    "wzw-ticket": {"dag", "ticket"},
    "imw-aanvragen": {"kwartaal", "beslissing"},
}
"""The data sets and their dimensions besides the measure."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A printed figure as this file reads it."""

    slug: str
    codes: tuple[tuple[str, str], ...]
    """Dimension and code in the order of the IRI, the measure last."""
    text: str
    table: str
    row: int
    column: int
    line: str

    @property
    def path(self) -> str:
        """The end of the observation's IRI."""
        return "/".join([self.slug, *(code for _, code in self.codes)])

    @property
    def value(self) -> Decimal:
        """The number that is printed."""
        return Decimal(self.text.rstrip("%").replace(".", "").replace(",", "."))

    @property
    def cell(self) -> str:
        """The end of the cell's IRI."""
        return f"{self.table}.csv#cell={self.row},{self.column}"


def figures(answer: Built) -> Iterator[Figure]:
    """Yield every figure of the printed tables."""
    for slug, table, reading in READINGS:
        path = answer.project.root / TABLES / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as lines:
            header, *rows = csv.reader(lines)
        for row_number, (label, *texts, line) in enumerate(rows, start=2):
            for column_number, text in enumerate(texts, start=2):
                codes = reading(label, header[column_number - 1])
                if codes is None:
                    continue
                ordered = sorted(
                    codes.items(),
                    key=lambda item: (item[0] not in PERIODS, item[0] == "measure", item[0]),
                )
                yield Figure(
                    slug=slug,
                    codes=tuple(ordered),
                    text=text,
                    table=table,
                    row=row_number,
                    column=column_number,
                    line=line,
                )


@pytest.fixture(scope="module")
def printed(answer: Built) -> list[Figure]:
    return list(figures(answer))


def local(iri: str) -> str:
    return iri.rpartition("/")[2].rpartition("#")[2]


@pytest.fixture(scope="module")
def observations(answer: Built) -> dict[str, dict[str, str]]:
    """What the store says of each observation, by the end of its IRI."""
    found = answer.ask(
        """SELECT ?o ?set ?measure ?unit ?status ?decimals (STR(?v) AS ?value)
                  (STR(DATATYPE(?v)) AS ?type) ?total WHERE {
             ?o a qb:Observation ; qb:dataSet ?set ; qb:measureType ?measure ; ?measure ?v ;
                attribute:unitMeasure ?unit ; attribute:obsStatus ?status ;
                attribute:decimals ?decimals .
             OPTIONAL { ?o pub:totaalOver ?total } }"""
    )
    head = f"{answer.base}/id/observatie/"
    assert all(row["o"].startswith(head) for row in found)
    by_path = {row["o"].removeprefix(head): row for row in found}
    return {path: row for path, row in by_path.items() if not path.startswith(DERIVED)}


@pytest.fixture(scope="module")
def sources(answer: Built) -> dict[str, list[dict[str, str]]]:
    """The source cells of each observation, by the end of its IRI."""
    found = defaultdict(list)
    for row in answer.ask(
        """SELECT ?o ?cell ?text ?line ?row ?column ?table ?document WHERE {
             ?o prov:wasDerivedFrom ?cell .
             ?cell a pub:Cel ; pub:tekst ?text ; pub:bronregel ?line ; pub:rij ?row ;
                pub:kolom ?column ; pub:inTabel ?table .
             ?table a pub:Tabel ; pub:inDocument ?document }"""
    ):
        found[row["o"].partition("/id/observatie/")[2]].append(row)
    return {path: cells for path, cells in found.items() if not path.startswith(DERIVED)}


def test_count_figures_of_the_answer(
    printed: list[Figure],
    observations: dict[str, dict[str, str]],
    sources: dict[str, list[dict[str, str]]],
) -> None:
    """425 observations come from 436 cells, each cell the source of exactly one of them."""
    assert len(printed) == 436
    assert len(observations) == 425
    assert set(sources) == set(observations)
    cells = Counter(cell["cell"] for found in sources.values() for cell in found)
    assert len(cells) == 436
    assert set(cells.values()) == {1}


def test_name_observations_by_their_codes(
    printed: list[Figure], observations: dict[str, dict[str, str]]
) -> None:
    """An observation's IRI is its codes: the period first, then by name, last the measure."""
    assert {figure.path for figure in printed} == set(observations)


def test_publish_every_figure_with_its_value(
    printed: list[Figure], observations: dict[str, dict[str, str]]
) -> None:
    """Value, datatype, unit, decimals, status and data set of every figure are as printed."""
    for figure in printed:
        found, measure = observations[figure.path], dict(figure.codes)["measure"]
        assert Decimal(found["value"]) == figure.value, figure
        unit = UNITS.get(measure, "PERSON")
        assert local(found["unit"]) == unit, figure
        decimal = unit in ("FTE", "PC")
        assert local(found["type"]) == ("decimal" if decimal else "integer"), figure
        places = len(figure.text.rstrip("%").partition(",")[2])
        assert local(found["decimals"]) == f"decimals-{places}", figure
        assert local(found["status"]) == "obsStatus-A"
        assert local(found["measure"]) == measure
        assert found["set"].endswith(f"/id/dataset/{figure.slug}")


def test_lead_every_figure_to_its_cell(
    printed: list[Figure], sources: dict[str, list[dict[str, str]]]
) -> None:
    """Each observation leads to its cells: their text, row, column and line of the source."""
    expected = defaultdict(set)
    for figure in printed:
        expected[figure.path].add(
            (figure.cell, figure.text, figure.line, str(figure.row), str(figure.column))
        )
    for path, cells in expected.items():
        found = {
            (c["cell"].rpartition("/")[2], c["text"], c["line"], c["row"], c["column"])
            for c in sources[path]
        }
        assert found == cells
        for cell in sources[path]:
            assert cell["cell"].startswith(cell["table"] + "#")
            assert cell["document"].endswith("/id/document/sv-2023-19")


def test_find_every_figure_on_its_line(printed: list[Figure]) -> None:
    """What a cell says stands on the line of the answer that it names."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("needs the shared material: the text of the answer")
    lines = (folder / TEXT).read_text(encoding="utf-8").split("\n")
    for figure in printed:
        first, _, last = figure.line.partition("-")
        text = " ".join(lines[int(first) - 1 : int(last or first)])
        assert re.search(rf"(?<![\d.,]){re.escape(figure.text)}(?![\d,]|\.\d)", text), figure


def test_give_every_observation_its_codes(
    answer: Built, printed: list[Figure], observations: dict[str, dict[str, str]]
) -> None:
    """Every dimension of every observation has the code or the period that its labels mean."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in answer.ask(
        """SELECT ?o ?dimension ?value WHERE {
             ?o a qb:Observation ; ?dimension ?value . ?dimension a qb:DimensionProperty }"""
    ):
        path = row["o"].partition("/id/observatie/")[2]
        found[path][local(row["dimension"])] = row["value"]
    for figure in printed:
        codes = {local(name): local(iri) for name, iri in found[figure.path].items()}
        assert codes == {n: c for n, c in figure.codes if n != "measure"}
        for name in set(PERIODS) & set(codes):
            assert found[figure.path][name] == f"{answer.base}/id/{name}/{codes[name]}"


def test_describe_every_data_set_by_its_dimensions(answer: Built) -> None:
    """There are nineteen printed data sets and a derived one, with the dimensions agreed."""
    found = defaultdict(set)
    for row in answer.ask(
        """SELECT ?set ?dimension WHERE {
             ?set a qb:DataSet ; qb:structure/qb:component/qb:dimension ?dimension }"""
    ):
        found[local(row["set"])].add(local(row["dimension"]))
    expected = DIMENSIONS | {DERIVED: {"kwartaal", "leeftijdsklasse", "maatregel"}}
    assert found == {slug: names | {"measureType"} for slug, names in expected.items()}
    assert {entry["slug"] for entry in answer.manifest["data-sets"]} == set(expected)


def test_count_observations_in_manifest(answer: Built, printed: list[Figure]) -> None:
    """The manifest counts the observations of every data set."""
    expected = Counter(path.partition("/")[0] for path in {figure.path for figure in printed})
    counts = {entry["slug"]: entry["observations"] for entry in answer.manifest["data-sets"]}
    assert counts.pop(DERIVED) == 11 * 4
    assert counts == expected


def test_add_up_ages_to_the_classes_of_jobseekers(answer: Built, printed: list[Figure]) -> None:
    """Every derived figure is the sum of the printed ones its class covers, totals as printed."""
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for figure in printed:
        codes = dict(figure.codes)
        if codes.get("measure") != "werknemersVte":
            continue
        age = codes["leeftijdsgroep"]
        youngest = int(age[1:3]) if age[1:3].isdigit() else 65
        wide = "Y_LT25" if youngest < 25 else "Y25T59" if youngest < 60 else "Y_GE60"
        wide = "_T" if age == "_T" else wide
        measure = figure.slug.partition("-")[0].upper()
        path = f"{codes['kwartaal']}/{wide}/{measure}/werknemersVte"
        expected[f"{DERIVED}/{path}"] += figure.value
    found = answer.ask(
        f"""SELECT ?o ?value WHERE {{ ?o se:werknemersVte ?value ;
            qb:dataSet <{answer.base}/id/dataset/{DERIVED}> }}"""
    )
    head = f"{answer.base}/id/observatie/"
    values = {row["o"].removeprefix(head): Decimal(row["value"]) for row in found}
    assert len(values) == 44
    assert values == expected


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("lde-werknemers-leeftijd/2022-Q1/Y18T19/werknemersVte", "2.05"),
        ("lde-werknemers-leeftijd/2022-Q1/Y20T24/werknemersVte", "77.4"),
        ("lde-werknemers-leeftijd/2022-Q1/Y30T34/werknemersVte", "175"),
        ("lde-werknemers-leeftijd/2023-Q1/_T/werknemersVte", "1710.41"),
        ("cmw-werknemers-leeftijd/2022-Q4/_T/werknemersVte", "18729"),
        ("cmw-ondernemingen-grootteklasse/2023-Q2/FTE_GT1000/ondernemingen", "3"),
        ("contingent/2023-Q2/LDE/contingentVte", "2152.14"),
        ("contingent/2022-Q4/CMW/contingentVte", "20014"),
        ("ama-deelnemers-leeftijd/2023-Q2/Y_GT60/deelnemers", "98"),
        ("ama-contingent/2023-07-01/_T/plaatsen", "1924"),
        ("ama-contingent/2023-07-01/TIJDELIJK/plaatsen", "251"),
        ("vop-tewerkgestelden-statuut/2023-Q2/ZELFSTANDIGE/tewerkgestelden", "541"),
        ("wzw-advies/2023-Q1/LDE/werkzoekenden", "951"),
        ("wzw-uitstroom/2022/LDE/uitstroomUitWerkloosheidPercentage", "9"),
        ("wzw-uitstroom/2020/CMW/uitstroomNaarWerk", "314"),
        ("ama-uitstroom/M12/uitstroomNaarWerkNaAdviesPercentage", "14.6"),
        ("ama-uitstroom/M3/screeningsadviezen", "6194"),
        ("wzw-advies-werkloosheidsduur/2023-06-30/AMA/M_GE24/werkzoekenden", "2345"),
        ("wzw-advies-leeftijd/2023-06-30/LDE/Y_GE60/werkzoekenden", "77"),
        ("wzw-ticket/2023-09-30/IMW/werkzoekenden", "10379"),
        ("imw-aanvragen/2023-Q3/_T/aanvragen", "1718"),
        ("imw-aanvragen/2023-Q3/GEWEIGERD/aanvragen", "26"),
    ],
)
def test_read_figure_by_hand(
    observations: dict[str, dict[str, str]], path: str, value: str
) -> None:
    """Figures read from the answer by eye have this value, in this lexical form."""
    assert observations[path]["value"] == value


def test_join_quotas_printed_twice(
    printed: list[Figure], sources: dict[str, list[dict[str, str]]]
) -> None:
    """Eleven of the twelve quotas are printed twice: one observation from both cells."""
    cells = {path: found for path, found in sources.items() if path.startswith("contingent/")}
    assert len(cells) == 12
    assert sorted(len(found) for found in cells.values()) == [1] + [2] * 11
    [lonely] = [path for path, found in cells.items() if len(found) == 1]
    assert lonely == "contingent/2023-Q2/LDE/contingentVte"
    assert all(len(found) == 1 for path, found in sources.items() if path not in cells)


def test_leave_quarter_empty_that_the_answer_does_not_give(answer: Built) -> None:
    """LDE workers by age in 2023-Q2: an empty slice with status M and the reason, no zero."""
    slice_ = f"<{answer.base}/id/slice/lde-werknemers-leeftijd/2023-Q2>"
    assert not answer.ask(f"SELECT ?o WHERE {{ {slice_} qb:observation ?o }}")
    [status] = answer.ask(f"SELECT ?s WHERE {{ {slice_} attribute:obsStatus ?s }}")
    assert status["s"] == "http://purl.org/linked-data/sdmx/2009/code#obsStatus-M"
    reasons = answer.ask(
        f"SELECT (LANG(?r) AS ?l) ?r WHERE {{ {slice_} rdfs:comment ?r }} ORDER BY ?l"
    )
    assert [row["l"] for row in reasons] == ["en", "nl"]
    assert "not final" in reasons[0]["r"]
    assert "niet definitief" in reasons[1]["r"]
    others = answer.ask("SELECT ?s WHERE { ?s a qb:Slice ; attribute:obsStatus ?x }")
    assert len(others) == 1


def test_slice_every_period(answer: Built) -> None:
    """Every observation with a period stands in the slice of that period, and in no other."""
    misplaced = answer.ask(
        """SELECT ?o WHERE {
             ?o a qb:Observation ; ?dimension ?period .
             ?dimension rdfs:subPropertyOf
                 <http://purl.org/linked-data/sdmx/2009/dimension#refPeriod> .
             FILTER NOT EXISTS { ?slice qb:observation ?o ; ?dimension ?period } }"""
    )
    assert misplaced == []
    twice = answer.ask(
        "SELECT ?o WHERE { ?s qb:observation ?o } GROUP BY ?o HAVING (COUNT(?s) > 1)"
    )
    assert twice == []


def test_slice_nothing_without_period(answer: Built) -> None:
    """Outflow after an advice names no period, so it has no slices and no slice key."""
    assert not answer.ask(
        "SELECT ?s WHERE { <id/dataset/ama-uitstroom> qb:slice ?s }".replace(
            "<id/", f"<{answer.base}/id/"
        )
    )
    structure = f"<{answer.base}/id/structuur/ama-uitstroom>"
    assert not answer.ask(f"SELECT ?k WHERE {{ {structure} qb:sliceKey ?k }}")


def test_mark_totals_and_nothing_else(observations: dict[str, dict[str, str]]) -> None:
    """An observation says over which dimension it is a total exactly when its code is _T."""
    for path, found in observations.items():
        assert ("total" in found) == ("_T" in path.split("/")), path


def test_add_up_parts_to_their_totals(printed: list[Figure]) -> None:
    """Totals that are declared complete equal the sums of their parts, as printed."""
    parts: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    totals = {}
    for figure in printed:
        if figure.slug in ("ama-contingent", "imw-aanvragen", "contingent"):
            continue
        names = dict(figure.codes)
        last = next((n for n, c in figure.codes if c == "_T"), None)
        named = last or next(
            (n for n in names if n not in (*PERIODS, "measure", "advies", "ticket")), None
        )
        key = (figure.slug, *((n, c) for n, c in figure.codes if n != named))
        if last:
            totals[key] = figure.value
        else:
            parts[key] += figure.value
    assert len(totals) == 5 + 6 * 5 + 3 * 6
    assert {key: parts[key] for key in totals} == totals


def test_agree_with_totals_of_other_questions(printed: list[Figure]) -> None:
    """The totals of question 7 are the figures of question 5 at the end of the same quarter."""
    by_path = {figure.path: figure.value for figure in printed}
    for advice in ("CMW", "LDE", "AMA"):
        expected = by_path[f"wzw-advies/2023-Q2/{advice}/werkzoekenden"]
        for name in OF_ADVICES:
            path = f"wzw-advies-{name}/2023-06-30/{advice}/_T/werkzoekenden"
            assert by_path[path] == expected


def test_describe_periods_by_their_days(answer: Built) -> None:
    """Every period has a notation, labels, and begins and ends at the midnight it should."""
    found = {
        local(row["p"]): (row["from"], row["to"], row["label"])
        for row in answer.ask(
            """SELECT ?p ?from ?to ?label WHERE {
                 ?p skos:notation ?code ; rdfs:label ?label ;
                    time:hasBeginning/time:inXSDDate ?from ; time:hasEnd/time:inXSDDate ?to .
                 FILTER (LANG(?label) = "en") }"""
        )
    }
    assert found["2022-Q4"] == ("2022-10-01", "2023-01-01", "Q4 2022")
    assert found["2021"] == ("2021-01-01", "2022-01-01", "2021")
    assert found["2023-06-30"] == ("2023-06-30", "2023-07-01", "30 June 2023")
    used = answer.ask(
        """SELECT DISTINCT ?p WHERE {
             ?o a qb:Observation ; ?dimension ?p .
             ?dimension rdfs:subPropertyOf
                 <http://purl.org/linked-data/sdmx/2009/dimension#refPeriod> }"""
    )
    assert {local(row["p"]) for row in used} <= set(found)
    assert set(found) == {
        *(f"2022-Q{number}" for number in range(1, 5)),
        *(f"2023-Q{number}" for number in range(1, 4)),
        *("2020", "2021", "2022"),
        *("2023-06-30", "2023-07-01", "2023-09-30"),
    }


def test_label_everything_in_both_languages(answer: Built) -> None:
    """Data sets, structures, slices, dimensions, measures, codes and periods speak nl and en."""
    for kind, label in (
        ("qb:DataSet", "rdfs:label"),
        ("qb:DataStructureDefinition", "rdfs:label"),
        ("qb:Slice", "rdfs:label"),
        ("qb:SliceKey", "rdfs:label"),
        ("qb:DimensionProperty", "rdfs:label"),
        ("qb:MeasureProperty", "rdfs:label"),
        ("skos:Concept", "skos:prefLabel"),
        ("skos:Concept", "skos:definition"),
        ("skos:ConceptScheme", "skos:prefLabel"),
        ("time:ProperInterval", "rdfs:label"),
        ("pub:Document", "rdfs:label"),
        ("pub:Tabel", "rdfs:label"),
    ):
        for language in ("nl", "en"):
            lacking = answer.ask(
                f"""SELECT ?x WHERE {{ ?x a {kind} . FILTER NOT EXISTS {{
                      ?x {label} ?text . FILTER (LANG(?text) = "{language}") }} }}"""
            )
            assert lacking == [], (kind, label, language)


def test_define_every_term_that_is_used(answer: Built) -> None:
    """Every own property, class and concept that the data use is defined in the data."""
    base = answer.base
    undefined = answer.ask(
        f"""SELECT DISTINCT ?p WHERE {{ ?s ?p ?o .
              FILTER (STRSTARTS(STR(?p), "{base}/")) FILTER NOT EXISTS {{ ?p a ?class }} }}"""
    )
    assert undefined == []
    dangling = answer.ask(
        f"""SELECT DISTINCT ?o WHERE {{ ?s ?p ?o .
              FILTER (ISIRI(?o) && STRSTARTS(STR(?o), "{base}/"))
              FILTER NOT EXISTS {{ ?o ?q ?r }} }}"""
    )
    assert dangling == []


def test_keep_each_data_set_in_graphs_of_its_own(answer: Built) -> None:
    """The store holds a graph per dump, and in its default graph each triple of them once."""
    graphs = {graph.value for graph in answer.store.named_graphs()}
    names = {f"{slug}{end}" for slug in DIMENSIONS for end in ("", "-cellen")} | {DERIVED}
    names |= {"vocabularium", "codelijsten", "koppelingen", "bronnen"}
    assert graphs == {f"{answer.base}/id/graaf/{name}" for name in names}
    assert {entry.get("graph") for entry in answer.manifest["files"]} == {*graphs, None}
    [union] = answer.ask("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    [apart] = answer.ask(
        "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } } }"
    )
    assert union == apart == {"n": str(answer.manifest["counts"]["triples"])}


def test_define_every_term_of_the_answer_whole(answer: Built) -> None:
    """Each term has labels, definitions, vocabulary, range and concept; coded ones a list."""
    for part in (
        'rdfs:label ?x . FILTER(LANG(?x) = "nl")',
        'rdfs:label ?x . FILTER(LANG(?x) = "en")',
        'skos:definition ?x . FILTER(LANG(?x) = "nl")',
        'skos:definition ?x . FILTER(LANG(?x) = "en")',
        "rdfs:isDefinedBy ?x",
        "rdfs:range ?x",
        "qb:concept ?x",
    ):
        kinds = "qb:DimensionProperty qb:MeasureProperty"
        rows = answer.ask(
            f"""SELECT ?term WHERE {{ VALUES ?kind {{ {kinds} }} ?term a ?kind
                FILTER NOT EXISTS {{ ?term {part} }} }}"""
        )
        assert not rows, part
    assert not answer.ask(
        """SELECT ?term WHERE { ?term a qb:CodedProperty
            FILTER NOT EXISTS { ?term qb:codeList/a skos:ConceptScheme } }"""
    )
    measures = answer.ask("SELECT ?term WHERE { ?term a qb:MeasureProperty }")
    assert len(measures) >= 18
    for row in measures:
        assert answer.ask(
            f"""SELECT ?of WHERE {{ <{row["term"]}> rdfs:subPropertyOf ?of
                FILTER(STRSTARTS(STR(?of), "http://purl.org/linked-data/sdmx/2009/measure#")) }}"""
        )
    for name, parent in (
        ("kwartaal", "refPeriod"),
        ("jaar", "refPeriod"),
        ("dag", "refPeriod"),
        ("leeftijdsgroep", "age"),
        ("leeftijdsgroepAma", "age"),
        ("leeftijdsklasse", "age"),
        ("opleidingsniveau", "educationLev"),
    ):
        assert answer.ask(
            f"""SELECT ?x WHERE {{ se:{name} rdfs:subPropertyOf
                <http://purl.org/linked-data/sdmx/2009/dimension#{parent}> . BIND(1 AS ?x) }}"""
        ), name


@pytest.mark.parametrize(
    ("code", "low", "included", "high", "also", "unit"),
    [
        ("leeftijdsgroep/Y18T19", "18", "true", "19", "true", "YEAR"),
        ("leeftijdsgroep/Y_GE65", "65", "true", None, None, "YEAR"),
        ("leeftijdsklasse/Y_LT25", None, None, "25", "false", "YEAR"),
        ("leeftijdsgroep-ama/Y30T40", "30", None, "40", None, "YEAR"),
        ("leeftijdsgroep-ama/Y_GT60", "60", None, None, None, "YEAR"),
        ("grootteklasse-lde/FTE5T10", "5", "true", "10", "true", "FTE"),
        ("grootteklasse-cmw/FTE_GT1000", "1000", None, None, None, "FTE"),
        ("werkloosheidsduur/M12T23", "12", "true", "24", "false", "MONTH"),
        ("opvolgtermijn/M6", "6", "true", None, None, "MONTH"),
    ],
)
def test_bound_every_range_of_the_answer(
    answer: Built,
    code: str,
    low: str | None,
    included: str | None,
    high: str | None,
    also: str | None,
    unit: str,
) -> None:
    """A class that is a range has its bounds, in or out, or a note that the source is silent."""
    [row] = answer.ask(
        f"""SELECT ?low ?included ?high ?also ?unit ?note WHERE {{
            <{answer.base}/id/concept/{code}> pub:grensEenheid/skos:notation ?unit .
            OPTIONAL {{ <{answer.base}/id/concept/{code}> pub:vanaf ?low }}
            OPTIONAL {{ <{answer.base}/id/concept/{code}> pub:vanafInbegrepen ?included }}
            OPTIONAL {{ <{answer.base}/id/concept/{code}> pub:tot ?high }}
            OPTIONAL {{ <{answer.base}/id/concept/{code}> pub:totInbegrepen ?also }}
            OPTIONAL {{ <{answer.base}/id/concept/{code}> skos:scopeNote ?note
                FILTER(LANG(?note) = "en") }} }}"""
    )
    found = tuple(row.get(name) for name in ("low", "included", "high", "also", "unit"))
    assert found == (low, included, high, also, unit)
    is_open = (low and not included) or (high and not also)
    assert not is_open or row.get("note")


def test_acknowledge_faults_of_the_answer(answer: Built) -> None:
    """Two percentages of the answer are not their quotients; that is told, at the figures."""
    rows = answer.ask(
        """SELECT ?fault ?figure WHERE {
            ?note pub:erkendeFout ?fault ; <http://www.w3.org/ns/oa#hasTarget> ?figure .
            ?figure a qb:Observation
        } ORDER BY ?figure"""
    )
    head = f"{answer.base}/id/observatie/wzw-uitstroom"
    assert rows == [
        {
            "fault": "share-differs",
            "figure": f"{head}/2020/LDE/uitstroomUitWerkloosheidPercentage",
        },
        {"fault": "share-differs", "figure": f"{head}/2021/LDE/uitstroomNaarWerkPercentage"},
    ]


def test_keep_every_literal_of_the_answer(answer: Built) -> None:
    """No literal is held in another form by the store than the dumps have it."""
    file = RdfFile(
        path=answer.folder / "dumps" / "alles.nq", shown="alles.nq", syntax=ox.RdfFormat.N_QUADS
    )
    changed = ChangedLiterals()
    assert list(changed.passing(file, ox.parse(path=file.path, format=file.syntax)))
    assert changed.faults() == []
