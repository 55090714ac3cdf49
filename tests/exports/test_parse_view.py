"""Parameters of an address become a view, or sentences that say all that is wrong with them."""

from __future__ import annotations

import time
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from built import Built
from exported import description_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_exports import SLUGS, VREEMD
from random_views import views

from publish.exports.answer import FORMS
from publish.exports.description import CodeDescription, DataSetDescription
from publish.exports.parameters.bad_parameters import MOST_TOLD, BadParameters
from publish.exports.parse_view import (
    LONGEST_VALUE,
    MOST_PARAMETERS,
    MOST_VALUES,
    PAGE,
    parse_view,
)
from publish.exports.view import (
    DataView,
    canonical_view,
    next_page,
    previous_page,
    view_address,
    view_parameters,
)


@pytest.fixture(scope="module")
def vreemd(odd_exports: Built) -> DataSetDescription:
    """The description of the data set with odd labels."""
    return description_of(odd_exports.folder, VREEMD)


@pytest.fixture(scope="module")
def all_odd(odd_exports: Built) -> dict[str, DataSetDescription]:
    """The descriptions of all data sets that are hard to export."""
    return {slug: description_of(odd_exports.folder, slug) for slug in SLUGS}


def asked(description: DataSetDescription, query: str) -> DataView:
    """Return the view that the query of an address asks for."""
    return parse_view(description, parse_qsl(query, keep_blank_values=True)).view


def sentences(description: DataSetDescription, query: str, language: str = "en") -> list[str]:
    """Return all that is wrong with the query of an address."""
    with pytest.raises(BadParameters) as raised:
        asked(description, query)
    return [fault.sentence.text_in(language) for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("groep=A_laag", {"groep": ("A_laag",)}),
        ("GROEP=a_LAAG", {"groep": ("A_laag",)}),
        ("groep=laag", {"groep": ("A_laag",)}),
        ("groep=low,%20HIGH", {"groep": ("Z_hoog", "A_laag")}),
        ("groep=A_laag&groep=hoog,A_laag", {"groep": ("Z_hoog", "A_laag")}),
        ("format_=klein,+groot", {"format_": ("komma",)}),
        ("format_=klein,++groot+en+%22anders%22", {"format_": ("komma",)}),
        ("format_=%2B1+%40+more,+much+more", {"format_": ("formule",)}),
        ("format_=%E9%9B%AA+/+%C3%A9", {"format_": ("schrift",)}),
        ("format_=A,B", {"format_": ("A", "B")}),
        ("measure=number", {"measure": ("aantal",)}),
        ("measure=percentage", {"measure": ("percentage",)}),
        ("kwartaal=2021-Q2", {"kwartaal": ("2021-Q2",)}),
        ("kwartaal=2021+-+K2", {"kwartaal": ("2021-Q2",)}),
        ("kwartaal=Q2+2021", {"kwartaal": ("2021-Q2",)}),
        ("kwartaal=2e+kwartaal+2021", {"kwartaal": ("2021-Q2",)}),
        ("kwartaal=2021-Q2..", {"kwartaal": ("2021-Q2", "2021-Q3", "2021-Q4")}),
        ("kwartaal=..2021+Q2", {"kwartaal": ("2021-Q1", "2021-Q2")}),
        ("kwartaal=2021-Q2..2021-Q3", {"kwartaal": ("2021-Q2", "2021-Q3")}),
        ("kwartaal=2020..2021+K1,2021-Q4", {"kwartaal": ("2021-Q1", "2021-Q4")}),
        ("kwartaal=2021-Q3", {"kwartaal": ("2021-Q3",)}),
        ("kwartaal=2021", {}),
        ("kwartaal=2019..2030", {}),
        ("groep=Z_hoog,M_midden,A_laag,totaal", {}),
    ],
)
def test_read_codes_labels_and_periods(
    vreemd: DataSetDescription, query: str, codes: dict[str, tuple[str, ...]]
) -> None:
    """Codes come in the order of their list, each once, however they are written."""
    assert asked(vreemd, query) == DataView(codes=codes)


@pytest.mark.parametrize(
    ("query", "view"),
    [
        ("", DataView()),
        ("totals=no", DataView(totals=False)),
        ("totals=no&groep=totaal,laag", DataView(codes={"groep": ("A_laag",)})),
        ("totals=no&groep=hoog,midden,laag", DataView(totals=False)),
        ("totals=yes&lang=EN", DataView(language="en")),
        ("rows=groep,format", DataView(layout="table", rows=("groep", "format_"))),
        ("layout=table&columns=Kwartaal", DataView(layout="table", columns=("kwartaal",))),
        ("decimal=,", DataView(decimal=",")),
        ("decimal=comma", DataView(decimal=",")),
        ("decimal=Point", DataView()),
        ("start=20&size=10", DataView(start=20, size=10)),
    ],
)
def test_read_what_is_reserved(vreemd: DataSetDescription, query: str, view: DataView) -> None:
    """Other parameters say how the figures are laid out; what changes nothing leaves no trace."""
    assert asked(vreemd, query) == view


def test_keep_the_language_and_form_of_who_asks(vreemd: DataSetDescription) -> None:
    """They hold where the parameters name none."""
    found = parse_view(vreemd, [], language="en", form="json")
    assert found.view == DataView(language="en", size=PAGE)
    assert found.form is None
    assert parse_view(vreemd, [("lang", "nl"), ("format", "CSV")], language="en", form="json") == (
        replace(found, view=DataView(), form="csv")
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "leeftijd=1",
            '"leeftijd" is no parameter of this data set. Its parameters are kwartaal, format_, '
            "groep, measure, format, lang, rows, columns, totals, decimal, layout, start, size, "
            "cell.",
        ),
        (
            "groeep=1",
            '"groeep" is no parameter of this data set. Did you mean "groep"? Its parameters are '
            "kwartaal, format_, groep, measure, format, lang, rows, columns, totals, decimal, "
            "layout, start, size, cell.",
        ),
        (
            "groep=hoogg",
            '"hoogg" is no code or label of groep in this data set. Did you mean "hoog"? Its codes '
            "are Z_hoog, M_midden, A_laag, _T.",
        ),
        (
            "format_=gelijk+label",
            '"gelijk label" is the label of several codes of format_: A, B. Write the code that is '
            "meant.",
        ),
        (
            "kwartaal=2021-Q5",
            "kwartaal has a quarter as 2021-Q1, or a range as 2021-Q1..2021-Q4. "
            '"2021-Q5" is neither.',
        ),
        (
            "kwartaal=2019-Q1",
            'This data set has no figures for "2019-Q1" in kwartaal: it goes from 2021-Q1 up to '
            "2021-Q4.",
        ),
        (
            "kwartaal=2022..",
            'No period of this data set lies in the range "2022.." of kwartaal: it goes from '
            "2021-Q1 up to 2021-Q4.",
        ),
        (
            "kwartaal=2021-Q4..2021-Q1",
            'The range "2021-Q4..2021-Q1" of kwartaal ends before it begins. Write the first '
            "period first.",
        ),
        (
            "kwartaal=..",
            'The range ".." of kwartaal has neither a first nor a last period. Write one of the '
            "two, as 2022-Q1..",
        ),
        (
            "groep=",
            "groep has no value, or none between two commas. Give it one, or leave groep out.",
        ),
        (
            "groep=hoog,,laag",
            "groep has no value, or none between two commas. Give it one, or leave groep out.",
        ),
        ("lang=nl&lang=en", "lang is given more than once. Give it once."),
        ("lang=fr", 'lang cannot be "fr". It is one of nl, en.'),
        ("totals=maybe", 'totals cannot be "maybe". It is one of yes, no, ja, nee.'),
        ("start=-1", 'start is a whole number from 0 to 1000000000000, and "-1" is none.'),
        ("size=0", 'size is a whole number from 1 to 10000, and "0" is none.'),
        ("size=٣", 'size is a whole number from 1 to 10000, and "٣" is none.'),
        (
            "rows=groep&columns=groep",
            "groep cannot be among the rows and among the columns. Leave it out of one of them.",
        ),
        (
            "rows=leeftijd",
            'rows cannot be "leeftijd". It is one of kwartaal, format_, groep, measure.',
        ),
        (
            "rows=groep&layout=list",
            "rows is for a table, and layout is list. Leave out one of the two.",
        ),
        (
            "layout=table&size=5",
            "size is for a list of observations, and a table is given whole. Leave size out.",
        ),
        (
            "layout=printed&groep=laag",
            "The tables as printed are given whole. Leave groep out, or choose another layout.",
        ),
        (
            "totals=no&groep=totaal",
            "Only the total _T of groep is chosen, and totals=no leaves it out. Leave out one of "
            "the two.",
        ),
        ("format=json&layout=table", "The form json has no layout=table. It is for "),
        ("format=json&decimal=,", "The form json has no decimal=,. It is for csv."),
        ("format=csv&size=5", "The form csv has no size=5. It is for json, ttl."),
    ],
)
def test_say_what_is_wrong_and_what_is_valid(
    vreemd: DataSetDescription, query: str, expected: str
) -> None:
    """A fault names the parameter and the value, what is valid and what is nearest."""
    [found] = sentences(vreemd, query)
    assert found.startswith(expected)
    [dutch] = sentences(vreemd, query, "nl")
    assert dutch != found


def test_refuse_printed_tables_of_sums(all_odd: dict[str, DataSetDescription]) -> None:
    """No source prints them."""
    [found] = sentences(all_odd["opgeteld"], "layout=printed")
    assert found.startswith("The figures of this data set are sums that no source prints")


def test_report_all_faults_at_once(vreemd: DataSetDescription) -> None:
    """Each fault is told with its parameter; of very many the rest is counted."""
    with pytest.raises(BadParameters) as raised:
        asked(vreemd, "groep=x&lang=fr&kwartaal=x&foo=1")
    places = [(fault.parameter, fault.value) for fault in raised.value.faults]
    assert places == [("foo", "1"), ("groep", "x"), ("kwartaal", "x"), ("lang", "fr")]
    with pytest.raises(BadParameters) as raised:
        asked(vreemd, "groep=" + ",".join(f"x{number}" for number in range(MOST_TOLD + 5)))
    assert len(raised.value.faults) == MOST_TOLD
    assert str(raised.value.sentence).endswith("There are 5 faults more.")
    assert raised.value.sentence.nl.endswith("Er zijn nog 5 fouten.")


def test_answer_with_nothing_for_a_period_that_the_source_does_not_give(
    vreemd: DataSetDescription,
) -> None:
    """It is a period of the data set, so it can be asked for."""
    assert asked(vreemd, "kwartaal=2021-Q3").codes == {"kwartaal": ("2021-Q3",)}


def test_give_one_address_to_equal_requests(vreemd: DataSetDescription) -> None:
    """Order, case, labels and repetition make no difference; periods in a row are a range."""
    queries = (
        "kwartaal=2021-Q2,2021-Q3,2021-Q4&groep=laag,hoog&totals=no&format_=A",
        "Groep=HIGH&groep=A_laag&kwartaal=2021+K2..&format_=a",
        "format_=A,A,A&kwartaal=2021-Q4&kwartaal=2021-Q2..2021-Q3&groep=A_laag,Z_hoog&totals=yes",
    )
    addresses = {view_address(vreemd, asked(vreemd, query), "csv") for query in queries}
    assert addresses == {
        "https://data.example.org/data/vreemd?format_=A&groep=Z_hoog,A_laag"
        "&kwartaal=2021-Q2..2021-Q4&lang=nl&format=csv"
    }


@pytest.mark.parametrize("slug", SLUGS)
@settings(
    max_examples=8,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_read_back_the_address_of_any_view(
    all_odd: dict[str, DataSetDescription], slug: str, data: st.DataObject
) -> None:
    """From a view to its address and back again is the same view."""
    description = all_odd[slug]
    view = data.draw(views(description))
    address = view_address(description, view)
    assert asked(description, address.partition("?")[2]) == view
    assert canonical_view(description, view) == view


TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "\0",
            "\ud800",
            "%00",
            "%zz",
            "..",
            ",",
            "2021..2020",
            "2021-Q1..",
            "_T",
            "' OR 1=1 --",
            "komma",
            "=1+1",
            "json",
            "no",
            "9" * 30,
            "nl",
            "\u202e",
            "2021\u00a0-\u00a0K1",
            "İ",
        ]
    ),
)
NAMES = st.one_of(
    st.sampled_from(["kwartaal", "format_", "format", "groep", "measure", "lang", "rows", "columns",
                     "totals", "decimal", "layout", "start", "size"]),
    TEXTS,
)  # fmt: skip


@settings(max_examples=50, deadline=None, database=None)
@given(parameters=st.lists(st.tuples(NAMES, st.lists(TEXTS, max_size=4).map(",".join)), max_size=8))
def test_answer_anything_with_a_view_or_with_sentences(
    vreemd: DataSetDescription, parameters: list[tuple[str, str]]
) -> None:
    """Whatever is asked, there is no other error, and every sentence can be encoded."""
    try:
        found = parse_view(vreemd, parameters)
    except BadParameters as error:
        assert 0 < len(error.faults) <= MOST_TOLD
        for fault in error.faults:
            assert fault.sentence.encode() and fault.sentence.nl.encode()
            assert len(fault.sentence) < 1000
            assert "\n" not in fault.sentence
    else:
        assert found.form is None or found.form in FORMS
        assert canonical_view(vreemd, found.view) == found.view
        assert asked(vreemd, view_address(vreemd, found.view).partition("?")[2]) == found.view


@pytest.fixture(scope="module")
def large(vreemd: DataSetDescription) -> DataSetDescription:
    """A description whose second dimension has very many codes, looked at once already."""
    period, long, *others = vreemd.dimensions
    count = 20_000
    codes = tuple(
        CodeDescription(
            code=f"C{number * 7919 % count:06d}",
            iri=f"{vreemd.base}/id/concept/lang/C{number}",
            label={"nl": f"Plaats {number}, hier", "en": f"Place {number}, here"},
        )
        for number in range(count)
    )
    found = replace(vreemd, dimensions=(period, replace(long, codes=codes), *others))
    assert len(found.dimensions[1].codes_by_text) == 3 * len(found.dimensions[1].positions)
    return found


@pytest.mark.parametrize(
    "parameters",
    [
        [("groep", ",".join(["x"] * 100_000))],
        [("groep", "x")] * 100_000,
        [("x" * 1_000_000, "y" * 1_000_000)],
        [("kwartaal", "," * 1_000_000)],
        [("kwartaal", "2021" + " " * 900 + "x")],
        [("rows", ",".join(["groep"] * 9_000))],
        [("format_", f"C{number:06d}") for number in range(900)],
        [("format_", ",".join(f"Plats {number}" for number in range(5_000)))],
        [(f"x{number}", "groep") for number in range(900)],
    ],
)
def test_bound_the_time_of_hostile_parameters(
    large: DataSetDescription, parameters: list[tuple[str, str]]
) -> None:
    """However many there are and however long, it takes little time to say no."""
    start = time.process_time()
    try:
        parse_view(large, parameters)
    except BadParameters as error:
        assert len(str(error.sentence)) < 20_000
    assert time.process_time() - start < 1


def test_bound_number_and_length(vreemd: DataSetDescription) -> None:
    """Parameters, values and characters have a limit each, which the sentence names."""
    with pytest.raises(BadParameters, match=f"at most {MOST_PARAMETERS} parameters"):
        parse_view(vreemd, [("groep", "laag")] * (MOST_PARAMETERS + 1))
    with pytest.raises(BadParameters, match=f"at most {MOST_VALUES} values"):
        parse_view(vreemd, [("groep", "," * MOST_VALUES)])
    with pytest.raises(BadParameters, match=f"longer than {LONGEST_VALUE} characters"):
        parse_view(vreemd, [("groep", "x" * (LONGEST_VALUE + 1))])
    parse_view(vreemd, [("groep", "laag")] * MOST_PARAMETERS)


def test_find_the_pages_around_a_page() -> None:
    """The last page has none after it, the first none before it."""
    page = DataView(start=20, size=10)
    assert next_page(page, 31) == DataView(start=30, size=10)
    assert next_page(page, 30) is None
    assert previous_page(page) == DataView(start=10, size=10)
    assert previous_page(DataView(start=5, size=10)) == DataView(size=10)
    assert previous_page(DataView(size=10)) is None
    assert next_page(DataView(), 10) is None


def test_leave_defaults_out_of_parameters(vreemd: DataSetDescription) -> None:
    """Language and form are always named, as they may depend on who asks."""
    assert view_parameters(vreemd, DataView(), "csv") == [("lang", "nl"), ("format", "csv")]
