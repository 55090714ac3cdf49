"""Tests of the parts of a large view."""

from __future__ import annotations

import itertools

import pytest

from publish.exports.description import (
    CODE,
    MEASURE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
)
from publish.exports.view import DataView
from publish.site.pages.data_set.parts import MOST_CODES, MOST_SHOWN, most_figures, part_of

BOTH = {"nl": "x", "en": "x"}


def described(*lengths: tuple[str, int]) -> DataSetDescription:
    """Return a description with so many codes of dimensions of some kinds, all combined."""
    dimensions, observations = [], 1
    for at, (kind, length) in enumerate(lengths):
        codes = tuple(
            CodeDescription(code=f"{number:06}", iri=f"https://x.example/{number}", label=BOTH)
            for number in range(length)
        )
        observations *= length
        dimensions.append(
            DimensionDescription(
                column=f"d{at}", name=f"d{at}", iri="x", kind=kind, label=BOTH, codes=codes
            )
        )
    return DataSetDescription(
        slug="x",
        iri="x",
        structure="x",
        base="x",
        public_url="x",
        vocabulary="x",
        title=BOTH,
        description=BOTH,
        notes=(),
        licence=None,
        publisher=None,
        area=(),
        derived_from=(),
        tables=(),
        dimensions=tuple(dimensions),
        measures=(),
        reasons=(),
        remarks=(),
        scale=0,
        observations=observations,
    )


def combinations(description: DataSetDescription, view: DataView) -> set[tuple[str, ...]]:
    lists = [
        view.codes.get(item.column, tuple(code.code for code in item.codes))
        for item in description.dimensions
    ]
    return set(itertools.product(*lists))


@pytest.mark.parametrize(
    "lengths",
    [
        [(PERIOD, 40), (CODE, 12), (MEASURE, 1)],
        [(PERIOD, 8), (CODE, 90), (CODE, 30), (MEASURE, 2)],
        [(PERIOD, 2), (CODE, 4000), (CODE, 3)],
        [(CODE, 7000), (MEASURE, 1)],
    ],
)
def test_parts_are_the_whole_view_once(lengths: list[tuple[str, int]]) -> None:
    """All parts together have each figure once, and none has many more than a page shows."""
    description = described(*lengths)
    whole, seen = DataView(), set()
    total = most_figures(description, whole)
    parts = part_of(description, whole, total, 1).count
    for number in range(1, parts + 1):
        part = part_of(description, whole, total, number)
        found = combinations(description, part.view)
        assert len(found) <= MOST_SHOWN
        assert not seen & found
        seen |= found
        assert all(len(codes) <= MOST_CODES for codes in part.view.codes.values())
    assert seen == combinations(description, whole)
    assert len(seen) == total


def test_first_part_has_the_newest_periods() -> None:
    """The first part has the last periods, in their order; a number too far gives the last part."""
    description = described((PERIOD, 90_909), (CODE, 11))
    first = part_of(description, DataView(), description.observations, 1)
    assert first.view.codes["d0"][-1] == "090908"
    assert list(first.view.codes["d0"]) == sorted(first.view.codes["d0"])
    last = part_of(description, DataView(), description.observations, 10**9)
    assert (last.number, last.view.codes["d0"][0]) == (last.count, "000000")


def test_small_view_is_one_part() -> None:
    """What fits is not narrowed."""
    description = described((PERIOD, 6), (CODE, 12), (MEASURE, 1))
    view = DataView(codes={"d1": ("000001",)})
    part = part_of(description, view, most_figures(description, view), 3)
    assert (part.view, part.number, part.count, part.narrowed) == (view, 1, 1, ())
