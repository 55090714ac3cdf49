"""Charts of views: what is drawn, where, and what is said instead of a chart."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from built import Built
from exported import ANSWER, chosen, description_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_exports import JAREN, VREEMD

from publish.exports.charts.draw import Chart, chart_of, chart_of_series, why_no_chart
from publish.exports.charts.numbers import readable_absence
from publish.exports.charts.series import Point, Series
from publish.exports.description import LANGUAGES, CodeDescription, DataSetDescription
from publish.exports.figure_text import written_number
from publish.exports.layouts.pivot import CrossTable, cross_table
from publish.exports.observation import Observation
from publish.exports.view import DataView
from publish.faults.fault import in_language

LDE = "lde-werknemers-leeftijd"


def table_of(built: Built, slug: str, view: DataView | None = None) -> CrossTable:
    """Return the table of a view of a data set."""
    with chosen(built.folder, slug, view) as found:
        return cross_table(found)


def chart(table: CrossTable, **more: object) -> Chart:
    """Return the chart of a table that has one."""
    found = chart_of(table, **more)  # type: ignore[arg-type]  # a chosen cell, an address
    assert found is not None, why_no_chart(table)
    return found


def drawings(svg: str) -> list[ET.Element]:
    """Return the drawings for a page: the wide one and the narrow one."""
    root = ET.fromstring(svg)
    assert [part.get("class") for part in root] == ["chart-wide", "chart-narrow"]
    return [part[0] for part in root]


def figures(drawing: ET.Element) -> Counter[str]:
    """Return the figures that a drawing has marks for, as their names tell them."""
    titles = [
        item.findtext("title", "")
        for item in drawing.iter()
        if item.tag in ("g", "a") and item.find("title") is not None
    ]
    return Counter(title.rpartition(": ")[2].split(" ")[0] for title in titles)


@pytest.mark.parametrize("slug", ANSWER)
def test_draw_each_figure_of_the_answer_once(answer: Built, slug: str) -> None:
    """Every figure of a table has one mark, in both drawings and languages, and no label is over
    another."""
    for language in LANGUAGES:
        table = table_of(answer, slug, DataView(language=language))
        wanted = Counter(
            written_number(item.value, language)
            if item.value is not None
            else readable_absence(item, language).split(" ")[0]
            for item in table.cells.values()
        )
        for drawing in drawings(chart(table).svg(standalone=False)):
            assert figures(drawing) == wanted
            assert drawing.findtext("title") == table.description.title[language]
            assert_labels_apart(drawing)


def assert_labels_apart(drawing: ET.Element) -> None:
    """Check that the labels at the ends of lines of one panel do not lie over each other."""
    for panel in drawing.iter("g"):
        places = [
            float(text.get("y", ""))
            for text in panel.findall("text")
            if "label" in text.get("class", "").split()
        ]
        assert all(two - one > 15.5 for one, two in pairwise(sorted(places)))


def test_draw_bars_as_long_as_their_figures(answer: Built) -> None:
    """Bars begin at zero, in all panels of a unit."""
    table = table_of(answer, "wzw-advies-leeftijd")
    wide, _ = drawings(chart(table).svg(standalone=False))
    found = [
        (int(title.rpartition(": ")[2].split(" ")[0].replace(".", "")), float(bar.get("width", "")))
        for group in wide.iter("g")
        if (bar := group.find("rect")) is not None and (title := group.findtext("title"))
    ]
    assert len(found) == 12
    most = max(found)
    for figure, width in found:
        assert width == pytest.approx(figure * most[1] / most[0], abs=0.5)


def test_draw_points_where_time_and_figure_say(odd_exports: Built) -> None:
    """Periods are as far apart as in time, and figures as high as they are."""
    year = [("2020", "2020-01-01", 10), ("2021", "2021-01-01", 20), ("2023", "2023-01-01", 40)]
    points = tuple(
        Point(label=label, start=start, value=Decimal(value), text=str(value))
        for label, start, value in year
    )
    series = [Series(label=name, unit="VTE", points=points) for name in ("een", "twee")]
    found = chart_of_series(series, title="Jaren", language="nl")
    wide, _ = drawings(found.svg(standalone=False))
    dots = [item for item in wide.iter("circle") if item.get("class") == "dot"][:3]
    x, y = ([float(dot.get(name, "")) for dot in dots] for name in ("cx", "cy"))
    assert (x[2] - x[1]) / (x[1] - x[0]) == pytest.approx(730 / 366, abs=0.01)
    assert (y[0] - y[1]) * 2 == pytest.approx(y[1] - y[2], abs=0.3)
    saldo, _ = drawings(chart(table_of(odd_exports, JAREN)).svg(standalone=False))
    assert figures(saldo) == Counter(["−5", "0", "12.345.678"])


def test_draw_no_line_over_a_figure_that_is_missing(odd_exports: Built) -> None:
    """A line breaks at a period that is not given and at a figure that is not shown; what is not
    shown has a mark below the axis, and no dot."""
    table = table_of(odd_exports, VREEMD)
    found = chart(table)
    assert [place.label for place in found.places if place.is_missing] == ["K3 2021"]
    wide, _ = drawings(found.svg(standalone=False))
    lines = [item.get("d", "") for item in wide.iter("path") if item.get("class") == "line"]
    assert lines
    assert all(line.count("L") == 1 for line in lines)  # K1 and K2; K4 stands alone
    absent = [item for item in table.cells.values() if item.value is None]
    assert absent
    marks = [item for item in wide.iter("path") if item.get("class") == "absent"]
    assert len(marks) == len(absent)
    dots = [item for item in wide.iter("circle") if item.get("class") == "dot"]
    assert len(dots) == len(table.cells) - len(absent)
    assert "geen cijfer getoond" in "".join(wide.itertext())
    assert "<b>" not in found.svg(standalone=True)


def test_draw_the_chosen_series_in_colour(answer: Built) -> None:
    """With a figure chosen its line stands out among grey ones in one panel, and else many lines
    get a panel each."""
    table = table_of(answer, LDE)
    plain, _ = drawings(chart(table).svg(standalone=False))
    titles = [item.text for item in plain.iter("text") if item.get("class") == "panel"]
    assert "65 jaar en ouder" in titles
    cell = ("2023-Q1", "Y_GE65", "werknemersVte")

    def address(item: Observation) -> str:
        return f'/doc?a="{item.codes[0]}"&b={item.codes[1]}'

    found = chart(table, chosen=cell, cell_address=address)
    for drawing in drawings(found.svg(standalone=False)):
        assert drawing.get("role") == "graphics-document"
        groups = Counter(item.get("class") for item in drawing.iter("g"))
        assert groups["chosen"] == 1
        assert groups["other"] == 10
        values = [item.text for item in drawing.iter("text") if "value" in item.get("class", "")]
        assert values == ["10,09"]
        hrefs = [item.get("href") for item in drawing.iter("a")]
        assert '/doc?a="2023-Q1"&b=Y_GE65' in hrefs
        assert len(set(hrefs)) == 60


def test_write_a_sheet_that_says_where_figures_are_from(answer: Built) -> None:
    """A file of its own has title, source, licence and address, and one style."""
    table = table_of(answer, LDE, DataView(language="en"))
    root = ET.fromstring(chart(table).svg(standalone=True))
    space = "{http://www.w3.org/2000/svg}"
    texts = " ".join(item.text or "" for item in root.iter(f"{space}text"))
    for wanted in ("Source: Answer", "lines 71-82", "Licence:", table.description.page, "n.a."):
        assert wanted in texts
    assert len(root.findall(f"{space}style")) == 1
    width, height = (float(root.get(name, "")) for name in ("width", "height"))
    for item in root.iter(f"{space}text"):
        assert 0 <= float(item.get("y", "")) <= height
        assert 0 <= float(item.get("x", "")) <= width


def test_say_why_there_is_no_chart(answer: Built) -> None:
    """One figure makes no chart, and more lines than can be read are refused with what to do."""
    single = table_of(answer, "imw-aanvragen", DataView(codes={"beslissing": ("_T",)}))
    assert chart_of(single) is None
    assert "geen twee cijfers" in in_language(why_no_chart(single), "nl")
    many = with_many_codes(table_of(answer, LDE), 60)
    assert chart_of(many) is None
    told = in_language(why_no_chart(many), "nl")
    assert re.search(r"60 lijnen.*48.*leeftijdsgroep=", told)
    one = with_many_codes(table_of(answer, LDE, DataView(codes={"kwartaal": ("2022-Q1",)})), 97)
    assert "97 bars" in in_language(why_no_chart(one), "en")


def with_many_codes(table: CrossTable, count: int) -> CrossTable:
    """Return a table whose second dimension has so many codes."""
    codes = [f"C{number}" for number in range(count)]
    description = table.description
    period, groups, measure = description.dimensions
    many = replace(
        groups,
        codes=tuple(
            CodeDescription(code=code, iri=f"http://x.test/{code}", label={"nl": code, "en": code})
            for code in codes
        ),
    )
    wide: DataSetDescription = replace(description, dimensions=(period, many, measure))
    samples = {item.codes[0]: item for item in table.cells.values()}
    found = [
        item._replace(codes=(at, code, item.codes[2]))
        for at, item in samples.items()
        for code in codes
    ]
    return cross_table(_Found(wide, table.view, found))


class _Found:
    """The observations of a view that a test makes."""

    remarked: frozenset[str] = frozenset()

    def __init__(
        self, description: DataSetDescription, view: DataView, found: list[Observation]
    ) -> None:
        self.description, self.view, self.found = description, view, found

    def count(self) -> int:
        return len(self.found)

    def __iter__(self):  # type: ignore[no-untyped-def]  # of observations
        return iter(self.found)


ANY_POINT = st.builds(
    Point,
    label=st.text(max_size=12),
    start=st.sampled_from([None, "2023-01-01", "2024-01-01", "2023-13-45", "0000-01-01", "x"]),
    value=st.none() | st.decimals(),
    text=st.text(max_size=8),
)
ANY_SERIES = st.builds(
    Series,
    label=st.text(max_size=30),
    unit=st.sampled_from(["", "VTE"]),
    panel=st.sampled_from(["", "<a>"]),
    points=st.lists(ANY_POINT, min_size=1, max_size=3).map(tuple),
)


@given(st.lists(ANY_SERIES, min_size=1, max_size=5))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_draw_whatever_a_query_gives(series: list[Series]) -> None:
    """Any labels, dates and numbers make a drawing, or bars of what is no date."""
    found = chart_of_series(series, title="\x00<x>", language="en")
    drawings(found.svg(standalone=False))
    ET.fromstring(found.svg(standalone=True))


def test_colour_the_lines_of_several_data_sets_apart() -> None:
    """Lines of one unit have a colour each; another unit has another panel."""
    points = tuple(
        Point(label=day[:4], start=day, value=Decimal(1), text="1")
        for day in ("2022-01-01", "2023-01-01")
    )
    series = [
        Series(label=name, unit=unit, points=points)
        for name, unit in (("a", "VTE"), ("b", "VTE"), ("c", "%"))
    ]
    wide, _ = drawings(chart_of_series(series, title="x", language="nl").svg(standalone=False))
    assert {"s1", "s2", "s3"} <= {item.get("class") for item in wide.iter("g")}
    units = [item.text or "" for item in wide.iter("text") if item.get("class") == "unit"]
    assert [unit.partition(" ")[0] for unit in units] == ["VTE", "%"]


def test_describe_what_is_drawn(answer: Built) -> None:
    """Who does not see the chart reads what it shows."""
    found = chart(table_of(answer, "contingent"))
    assert description_of(answer.folder, "contingent").title["nl"] == found.title
    assert "Lijnen over 6 periodes, van K1 2022 tot en met K2 2023" in found.description
    assert "collectief maatwerk (CMW)" in found.description
