"""Axes of charts, and labels that do not lie over each other."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from publish.exports.charts.scale import scale_of_bars, scale_of_lines, spread

FIGURES = st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=8)


@given(FIGURES)
@settings(max_examples=50)
def test_scale_holds_every_figure_between_round_ticks(values: list[Decimal]) -> None:
    """An axis of lines goes from one of its ticks to another, with all figures between."""
    scale = scale_of_lines(values)
    assert all(-1e-9 <= scale.share(value) <= 1 + 1e-9 for value in values)
    assert 2 <= len(scale.ticks) <= 9
    assert scale.share(scale.ticks[0]) == 0
    assert len({two - one for one, two in pairwise(scale.ticks)}) == 1
    assert scale_of_bars(values).has_zero


def test_scale_leaves_small_changes_small() -> None:
    """Figures far from zero have an axis without it, but a change of 3 % does not fill it."""
    scale = scale_of_lines([Decimal(126), Decimal(122)])
    assert not scale.has_zero
    assert scale.share(Decimal(126)) - scale.share(Decimal(122)) < 0.2
    assert scale_of_lines([Decimal(10), Decimal(100)]).ticks[0] == 0


@given(st.lists(st.tuples(st.floats(0, 200), st.sampled_from([16.0, 32.0])), max_size=12))
@settings(max_examples=50)
def test_spread_keeps_labels_apart_and_in_order(labels: list[tuple[float, float]]) -> None:
    """Labels keep their order, do not overlap, and stay inside where they have room."""
    wanted, heights = [at for at, _ in labels], [height for _, height in labels]
    bottom = max(200.0, sum(heights))
    found = spread(wanted, heights, 0, bottom)
    order = sorted(range(len(found)), key=lambda at: (wanted[at], at))
    for one, two in pairwise(order):
        assert found[two] - found[one] >= (heights[one] + heights[two]) / 2 - 1e-6
    for middle, height in zip(found, heights, strict=True):
        assert -1e-6 <= middle - height / 2 <= middle + height / 2 <= bottom + 1e-6
    if len(found) == 1:
        assert abs(found[0] - wanted[0]) <= heights[0]
