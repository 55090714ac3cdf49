"""What a draft decides is right, or it is asked: tables written from a known truth."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from small_project import SmallProject, make_small_project

from publish.faults.fault import Fault
from publish.mappings.drafting.decisions import decisions_of
from publish.mappings.drafting.draft import Draft, draft_mapping, draft_table
from publish.mappings.drafting.new_table import make_draft
from publish.mappings.drafting.outline import find_table
from publish.mappings.drafting.quarters import join_quarters
from publish.mappings.mapping import OPEN
from publish.ontology.vocabulary import Vocabulary, read_vocabulary
from publish.tables.foreign.delimited import read_delimited
from publish.tables.numbers import FORMATS, read_numbers

POSTCODES = (1930, 1950, 1980, 2000, 2018, 2020, 2060, 2100)
"""Postcodes that by chance are all between 1800 and 2100."""


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """The vocabulary of a small project, with years, quarters and days."""
    project: SmallProject = make_small_project(tmp_path_factory.mktemp("doubt") / "project")
    faults: list[Fault] = []
    found = read_vocabulary(project.read(), faults)
    assert not faults
    return found


def draft_of(text: str, vocabulary: Vocabulary) -> Draft:
    """Return the draft of a table in CSV."""
    faults: list[Fault] = []
    grid = read_delimited(text.encode(), "bron.csv", faults)
    outline = find_table(grid, faults) if grid else None
    assert outline, faults
    return make_draft(join_quarters(outline), vocabulary, "nl", {}, "bron.csv")


def dimensions(draft: Draft, key: str) -> list[str | None]:
    """Return what rows or columns were taken for."""
    return [axis.dimension for axis in draft.axes[key]]


@pytest.mark.parametrize(
    ("head", "labels", "wanted"),
    [
        ("postcode", "9000 1000 2000 3500", OPEN),
        ("NACE", "0111 0112 0113", OPEN),
        ("isco08", "2011 2012 2013", OPEN),
        ("Postleitzahl", "2018 2019 2020", OPEN),
        ("BFS-Nr.", "1961 1962 1963", OPEN),
        ("gemeente", "2018 2019 2020", OPEN),
        ("Vak", "2018 2019 2020", OPEN),
        ("course", "2018 2019 2020", OPEN),
        ("jaar", "1000 1500 9992", OPEN),
        ("jaar / postcode", "2018 2019 2020", OPEN),
        ("", "1930 1950 1980 2000 2020 2060 2100", OPEN),
        ("", "2000 2018 2020 2030", OPEN),
        ("", "2030 2040 2050 2060", OPEN),
        ("", "9000K1 9000K2", OPEN),
        ("", "01/02/2022 01/03/2022", OPEN),
        ("", "01/02/2022 02/25/2022", OPEN),
        ("postcode", "2022K1 2022K2", OPEN),
        ("", "202301 202302", OPEN),
        ("jaar", "1930 1950 2020", "jaar"),
        ("Rapportjaar", "2019 2023", "jaar"),
        ("année", "1931", "jaar"),
        ("", "2019 2020 2021 2022 2023", "jaar"),
        ("", "2023 2022 2021", "jaar"),
        ("Vlaanderen", "2019 2020 2021", "jaar"),
        ("", "1961 1971 1981 1991 2001 2011", "jaar"),
        ("", "2010 2015 2018 2020 2023", "jaar"),
        ("", "2060 2061 2062", "jaar"),
        ("", "2022K1 2022K2", "kwartaal"),
        ("", "31/01/2022 01/02/2022", "dag"),
        ("", "2022-02-01 2022-03-01", "dag"),
    ],
)
def test_tell_periods_from_codes(
    vocabulary: Vocabulary, head: str, labels: str, wanted: str
) -> None:
    """Labels that can be periods are so with evidence, as row labels; else they are asked."""
    body = "".join(f"{label};{number + 3}\n" for number, label in enumerate(labels.split()))
    assert dimensions(draft_of(f"{head};aantal\n{body}", vocabulary), "rows") == [wanted]


@pytest.mark.parametrize(
    ("heads", "wanted"),
    [
        ("leeftijd;1930;1950;1980;2000", OPEN),
        ("leeftijd;1000;2000;9000;9992", OPEN),
        ("NACE;0111;0112;0113", OPEN),
        ("NACE;2011;2012;2013", OPEN),
        ("leeftijd;202301;202302", OPEN),
        ("leeftijd;2019;2020;2021;2022;2023", "jaar"),
        ("leeftijd;2010;2020", "jaar"),
        ("postcode / jaar;2010;2015;2019", "jaar"),
    ],
)
def test_tell_periods_from_codes_in_heads(vocabulary: Vocabulary, heads: str, wanted: str) -> None:
    """The same holds for labels above the columns, and a row of codes is no row of figures."""
    width = heads.count(";")
    draft = draft_of(f"{heads}\njong{';3' * width}\noud{';45' * width}\n", vocabulary)
    assert dimensions(draft, "columns") == [wanted]
    assert [line[0] for line in draft.outline.body] == ["jong", "oud"]


@pytest.mark.parametrize(
    ("table", "first", "asked"),
    [
        (",Mannen,Vrouwen\nAalst,2014,1998\nGent,3000,2500\n", "Aalst", False),
        (",Inwoners\nAalst,2014\nGent,1998\n", "Aalst", False),
        ("Gemeente,Mannen,Vrouwen\nAalst,2014,2015\nGent,2000,1999\n", "Aalst", False),
        (",Mannen,Vrouwen\n,2022,2022\njong,3,4\n", "jong", False),
        (",Mannen,Vrouwen\njaar,2022,2023\njong,3,4\n", "jong", False),
        (",M,M,V,V\nleeftijd,2022,2023,2022,2023\njong,1,2,3,4\n", "jong", False),
        (",M,,V,\n,A,B,A,B\n2019,2014,1998,2010,2001\n2020,1,2,3,4\n", "2019", False),
        (",2019-20,2020-21\njong,1,2\n", "jong", False),
        ("leeftijd,2019/2020,2020/2021\njong,1,2\n", "jong", False),
        ("Bevolking,,\nx,0-17,18-64\njong,1,2\n", "jong", False),
        ("x,2019,2020\njong,1-4,5-9\noud,10,12\n", "jong", False),
        ("ISCO,M,,V,\n,2111,2112,2111,2112\njong,1,2,3,4\n", "jong", True),
        (",Mannen,Vrouwen\nAalst,2014,2014\nGent,3000,2500\n", "Gent", True),
        ("Aalst,2014\nGent,1998\nBrugge,2001\n", "Gent", True),
        ("Aalst,1234,5678\nGent,2345,1998\n", "Gent", True),
    ],
)
def test_tell_figures_from_heads(
    vocabulary: Vocabulary, table: str, first: str, asked: bool
) -> None:
    """Figures near 2,000 below whole heads are figures; what can be either is asked, not lost."""
    draft = draft_of(table, vocabulary)
    assert draft.outline.body[0][0] == first
    assert (draft.outline.header_doubt is not None) == asked
    if asked:
        assert draft_table(draft).decode().count("\n") == table.count("\n")
        assert dimensions(draft, "columns")[-1] == OPEN


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (",,M,V\njong,2019,14,98\n,2020,11,99\noud,2019,1,2\n,2020,3,4\n", 2),
        (",,M,\njong,2019,14,98\noud,2020,11,99\n", 1),
        (",Inwoners,M\njong,2019,14\noud,2020,11\n", 1),
    ],
)
def test_tell_years_without_title_from_figures(
    vocabulary: Vocabulary, table: str, columns: int
) -> None:
    """Years beside labels need no title, where all columns of figures have one."""
    assert draft_of(table, vocabulary).outline.label_columns == columns


@pytest.mark.parametrize(
    ("table", "labels", "asked"),
    [
        ("Noord,M,1\nNoord,V,2\nZuid,M,3\nZuid,V,4\n,Totaal,10\n", "NNZZT", False),
        ("Noord,Mannen,1\n,Vrouwen,2\nZuid,Mannen,3\n,Vrouwen,4\n", "NNZZ", False),
        ("Noord,Mannen,1\n,Vrouwen,2\nZuid,Mannen,3\n,Vrouwen,4\n,Totaal,10\n", "NNZZT", False),
        ("Noord,Mannen,1\n,Totaal,1\nZuid,Mannen,3\n,Totaal,3\n,Totaal,4\n", "NNZZT", False),
        ("Noord,Mannen,1\n,Vrouwen,2\nZuid,Mannen,3\n,Vrouwen,4\n,Totaal,7\n", "NNZZZ", False),
        ("Noord,Mannen,1\n,Vrouwen,2\nZuid,Mannen,3\n,Vrouwen,4\n,Totaal,9\n", "NNZZ ", True),
        ("Noord,Mannen,1\n,Vrouwen,x\nZuid,Mannen,3\n,Vrouwen,4\n,Totaal,9\n", "NNZZ ", True),
        ("Noord,Mannen,1\nNoord,Vrouwen,2\nZuid,Mannen,3\n,Vrouwen,4\n", "NNZ ", True),
        ("Noord,Mannen,1\n,Vrouwen,2\nZuid,Mannen,3\n,Mannen,4\n", "NNZ ", True),
    ],
)
def test_give_rows_to_their_group(
    vocabulary: Vocabulary, table: str, labels: str, asked: bool
) -> None:
    """A row without the label of its group is the group's, or the total's, as the figures tell."""
    draft = draft_of(f"Streek,Geslacht,2019\n{table}", vocabulary)
    assert "".join(line[0][:1] or " " for line in draft.outline.body) == labels
    assert (0 in draft.outline.label_doubts) == asked
    if asked:
        assert dimensions(draft, "rows")[0] == OPEN


def test_leave_inner_label_empty_where_another_group_begins(vocabulary: Vocabulary) -> None:
    """The label of an inner column is not carried over into the next group."""
    text = "a,b,geslacht,2019\nNoord,Gent,Mannen,1\n,,Vrouwen,2\nTotaal,,Mannen,3\n"
    lines = draft_of(text, vocabulary).outline.body
    assert [line[:2] for line in lines] == [["Noord", "Gent"], ["Noord", "Gent"], ["Totaal", ""]]


def test_settle_marks_by_totals(vocabulary: Vocabulary) -> None:
    """Where the parts add up in one reading of the marks only, it is that one."""
    draft = draft_of("leeftijd;2022\njong;567\noud;1.234\n_T;1.801\n", vocabulary)
    assert (draft.figures.numbers, draft.figures.written.doubtful) == ("nl", False)


def test_never_make_a_total_fit(vocabulary: Vocabulary) -> None:
    """A total that is more than its parts is asked about: parts may lack, or labels be wrong."""
    draft = draft_of("leeftijd;2022\njong;1\noud;2\n_T;10\n", vocabulary)
    assert [total.kind for total in draft.totals] == [OPEN]
    assert "  # Candidates: complete, incomplete\n  leeftijd: OPEN\n" in draft_mapping(
        draft, "bron/nieuw", "nl"
    )


@dataclass(frozen=True, kw_only=True)
class Truth:
    """A table as its maker means it."""

    text: str
    rows: str
    """What the row labels are: jaar or code."""
    columns: str
    is_plain: bool
    """Whether a reader cannot doubt that the periods are periods."""
    values: list[Decimal]


def truths(seed: int, count: int) -> Iterator[Truth]:
    """Yield tables of years, codes and words, with figures in any convention."""
    chance = random.Random(seed)
    for _ in range(count):
        axes = {}
        for key in ("rows", "columns"):
            kind, size = chance.choice(("jaar", "code", "words")), chance.randint(3, 5)
            start = chance.randint(1950, 2018)
            axes[key] = (
                kind,
                {
                    "jaar": [str(start + step) for step in range(size)],
                    "code": [
                        str(code)
                        for code in chance.sample(
                            chance.choice((POSTCODES, range(1000, 9999), range(3000, 3100))), size
                        )
                    ],
                    "words": ["jong", "oud", "_T"] if key == "rows" else ["M", "V"],
                }[kind],
            )
        (rows, labels), (columns, heads) = axes["rows"], axes["columns"]
        corner = {"jaar": ("jaar", ""), "code": ("postcode", "NACE", "")}.get(rows, ("", "x"))
        decimal, thousands = chance.choice(((",", "."), (".", ","), (".", ""), (",", " ")))
        places, highest = chance.choice((0, 0, 1, 2, 3)), chance.choice((10, 3_000, 400_000))
        values, lines = [], [";".join([chance.choice(corner), *heads])]
        for label in labels:
            cells = []
            for _ in heads:
                value = Decimal(chance.randint(1, highest * 10**places)).scaleb(-places)
                values.append(value)
                marks = str.maketrans({",": thousands, ".": decimal})
                cells.append(f"{value:,}".translate(marks))
            lines.append(";".join([label, *cells]))
        yield Truth(
            text="\n".join(lines) + "\n",
            rows=rows,
            columns=columns,
            is_plain=columns != "code" and rows != "code",
            values=values,
        )


def judge(truth: Truth, draft: Draft) -> None:
    """Assert that a draft reads a table as it is meant, or asks."""
    for key, kind in (("rows", truth.rows), ("columns", truth.columns)):
        found = dimensions(draft, key)
        if kind == "code":
            assert found == [OPEN], truth.text
        elif kind == "jaar" and truth.is_plain:
            # The same dimension cannot be that of rows and columns.
            twice = key == "columns" and truth.rows == "jaar"
            assert found == [OPEN if twice else "jaar"], truth.text
        else:
            assert kind != "jaar" or set(found) <= {"jaar", OPEN}, truth.text
    figures = draft.figures
    if not figures.written.doubtful:
        outline = draft.outline
        texts = [line[at] for line in outline.body for at in outline.figure_columns]
        table = [line.split(";")[1:] for line in truth.text.splitlines()[1:]]
        assert len(texts) == sum(map(len, table)) == len(truth.values), truth.text
        cells = [cell.replace(" ", FORMATS[figures.numbers].thousands) for cell in texts]
        read = read_numbers(cells, FORMATS[figures.numbers])
        pairs = zip(read.mantissa.tolist(), read.decimals.tolist(), strict=True)
        values = [Decimal(number).scaleb(-places) for number, places in pairs]
        assert values == truth.values, truth.text
    doubts = {decision.what for decision in decisions_of(draft) if decision.sure == "doubtful"}
    mapping = draft_mapping(draft, "bron/nieuw", "nl")
    assert bool(doubts) <= (OPEN in mapping)
    for key in ("rows", "columns", "numbers"):
        asked = any(line.startswith(f"{key}: {OPEN}") for line in mapping.splitlines())
        assert not asked or any(what.startswith(key) for what in doubts), mapping


def test_read_tables_as_meant_or_ask(vocabulary: Vocabulary) -> None:
    """Codes never become years, thousands never decimals, and plain years are never asked."""
    for truth in truths(seed=13, count=150):
        judge(truth, draft_of(truth.text, vocabulary))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_read_very_many_tables_as_meant_or_ask(vocabulary: Vocabulary) -> None:
    """The same for five thousand tables."""
    for truth in truths(seed=2026, count=5_000):
        judge(truth, draft_of(truth.text, vocabulary))


def test_keep_amounts_whole(vocabulary: Vocabulary) -> None:
    """A comma in an amount with its currency is no separator."""
    draft = draft_of("x;2019;2020\njong;€ 5,50;3\noud;€ 6,25;4\n", vocabulary)
    assert draft.outline.body == [["jong", "€ 5,50", "3"], ["oud", "€ 6,25", "4"]]


def test_ask_about_lost_letters_in_their_own_words(vocabulary: Vocabulary) -> None:
    """No encoding brings back a letter that was lost, so none is asked for."""
    draft = draft_of("x,2019\njong\ufffd,5\noud,6\n", vocabulary)
    text = draft_mapping(draft, "bron/nieuw", "nl")
    assert "--encoding" not in text
    assert "U+FFFD" in text
