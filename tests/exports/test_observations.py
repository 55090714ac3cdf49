"""The observations of a view: those that are chosen, in the order of the lists, in one scan."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from built import Built
from exported import ANSWER, chosen, description_of, observations
from odd_exports import SLUGS, VREEMD

from publish.exports import observations as module
from publish.exports.description import DataSetDescription
from publish.exports.observation import Observation
from publish.exports.view import DataView


def ordered(description: DataSetDescription, found: list[Observation]) -> list[Observation]:
    """Return observations sorted by the places of their codes, as Python sorts them."""
    places = [item.positions for item in description.dimensions]
    return sorted(
        found, key=lambda one: [at[code] for at, code in zip(places, one.codes, strict=True)]
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_give_all_observations_in_the_order_of_the_lists(odd_exports: Built, slug: str) -> None:
    """Without a choice all come, once, dimension by dimension in the order of their lists."""
    found = observations(odd_exports.folder, slug)
    description = description_of(odd_exports.folder, slug)
    assert len(found) == description.observations == len({one.codes for one in found})
    assert found == ordered(description, found)


def test_sort_where_the_file_has_another_order(odd_exports: Built) -> None:
    """The list of groups is not sorted by text, and of the years it is as the file has it."""
    vreemd, jaren = (description_of(odd_exports.folder, slug) for slug in (VREEMD, "jaren"))
    assert [item.is_sorted for item in vreemd.dimensions] == [True, False, False, True]
    assert all(item.is_sorted for item in jaren.dimensions)
    with chosen(odd_exports.folder, "jaren") as found:
        assert "ORDER BY" not in found.relation


def test_keep_what_is_known_of_a_figure_that_is_not_shown(odd_exports: Built) -> None:
    """Reasons, bounds and what is printed come with it, exactly."""
    [found] = observations(
        odd_exports.folder,
        VREEMD,
        DataView(
            codes={
                "kwartaal": ("2021-Q2",),
                "format_": ("komma",),
                "groep": ("Z_hoog",),
                "measure": ("aantal",),
            }
        ),
    )
    assert found.value is None
    assert found.status == "M"
    assert found.reasons == ("ONDERDRUKT",)
    assert found.bounds == (("at-least", Decimal(0)), ("below", Decimal(5)))
    assert found.printed == "<5"
    assert found.source_line == "10"


def test_give_exact_figures_with_the_decimals_that_are_printed(odd_exports: Built) -> None:
    """1,50 is not 1.5, and a negative figure stays one."""
    view = DataView(codes={"format_": ("komma", "formule"), "measure": ("bedrag",)})
    found = {one.codes: str(one.value) for one in observations(odd_exports.folder, VREEMD, view)}
    assert found["2021-Q1", "komma", "Z_hoog", "bedrag"] == "-1.50"
    assert found["2021-Q1", "formule", "Z_hoog", "bedrag"] == "-1000.75"


@pytest.mark.sampled(7)
@pytest.mark.parametrize("slug", ANSWER)
def test_choose_what_python_would_choose(answer: Built, slug: str) -> None:
    """For each data set: some codes of each dimension, and no totals."""
    with chosen(answer.folder, slug) as found:
        dimensions = found.description.dimensions
        codes = {item.column: tuple(one.code for one in item.codes[::2]) for item in dimensions}
        totals = [{item.total} if len(item.codes) > 1 else set() for item in dimensions]
        expected = [
            one
            for one in found
            if all(
                code in codes[item.column] and code not in total
                for item, code, total in zip(dimensions, one.codes, totals, strict=True)
            )
        ]
        assert list(replace(found, view=DataView(codes=codes, totals=False))) == expected


@pytest.mark.parametrize("slug", [VREEMD, "jaren"])
def test_page_through_everything(odd_exports: Built, slug: str) -> None:
    """Pages of any size are the whole, in its order; one behind the end is empty."""
    with chosen(odd_exports.folder, slug) as found:
        whole = list(found)
        for size in (1 if len(whole) < 10 else 7, 40, len(whole)):
            pages = [
                list(replace(found, view=DataView(start=start, size=size)))
                for start in range(0, len(whole) + size, size)
            ]
            assert pages[-1] == []
            assert [one for page in pages for one in page] == whole


@pytest.mark.slow
def test_read_in_parts_what_is_much_to_sort(
    odd_exports: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts come after one another in the same order, a dimension with one code passed over."""
    whole = observations(odd_exports.folder, VREEMD)
    quarter = DataView(codes={"kwartaal": ("2021-Q2",)})
    part = observations(odd_exports.folder, VREEMD, quarter)
    monkeypatch.setattr(module, "SORTED_AT_ONCE", 5)
    assert observations(odd_exports.folder, VREEMD) == whole
    assert observations(odd_exports.folder, VREEMD, quarter) == part
    with chosen(odd_exports.folder, VREEMD, quarter) as found:
        assert len(list(found.parts())) > 3


@pytest.mark.sampled(3)
@pytest.mark.parametrize("most", [5, 1, 30])
def test_page_far_down_without_sorting_what_is_before(
    odd_exports: Built, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Whatever is passed over by counting, each page is that of the whole."""
    whole = observations(odd_exports.folder, VREEMD)
    some = observations(odd_exports.folder, VREEMD, DataView(codes={"groep": ("A_laag", "_T")}))
    monkeypatch.setattr(module, "SORTED_AT_ONCE", most)
    with chosen(odd_exports.folder, VREEMD) as found:
        for start in range(0, len(whole) + 9, 8):
            page = replace(found, view=DataView(start=start, size=8))
            assert list(page) == whole[start : start + 8]
            view = DataView(codes={"groep": ("A_laag", "_T")}, start=start, size=8)
            assert list(replace(found, view=view)) == some[start : start + 8]


def test_order_by_a_table_what_is_a_long_list(
    odd_exports: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of a long list does not stand in the query, and is the same."""
    whole = observations(odd_exports.folder, VREEMD)
    monkeypatch.setattr(module, "MOST_IN_QUERY", 2)
    with chosen(odd_exports.folder, VREEMD) as found:
        assert list(found) == whole
        assert list(found) == whole
        assert "Z_hoog" not in found.relation


@pytest.mark.parametrize(
    "codes",
    [(), ("x') OR 1=1 --",), ("2021-Q1", "'; DROP TABLE x; --"), ("2021-Q3",), ("2021-Q1\0",)],
)
def test_choose_nothing_by_codes_that_are_not_there(
    odd_exports: Built, codes: tuple[str, ...]
) -> None:
    """A code that the description does not have never reaches the query, whatever it holds."""
    with chosen(odd_exports.folder, VREEMD, DataView(codes={"kwartaal": codes})) as found:
        known = [code for code in codes if code == "2021-Q1"]
        assert {one.codes[0] for one in found} == set(known)
        assert not any(code in found.relation for code in codes if code not in known) or codes == (
            "2021-Q3",
        )


def test_count_without_reading_what_is_known(odd_exports: Built) -> None:
    """The number of all is that of the description; of a choice it is counted on all pages."""
    with chosen(odd_exports.folder, VREEMD) as found:
        assert found.count() == len(list(found))
        some = replace(found, view=DataView(codes={"groep": ("A_laag",)}, size=2, start=1))
        assert some.count() > 2 == len(list(some))
        missing = replace(found, path=Path("nothing.parquet"))
        assert missing.count() == found.count()
