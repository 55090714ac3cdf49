"""Views of a data set as anybody may ask for them, for tests by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from publish.exports.description import LANGUAGES, DataSetDescription
from publish.exports.view import LIST, TABLE, DataView, canonical_view, totals_of


@st.composite
def views(draw: st.DrawFn, description: DataSetDescription, *, pages: bool = True) -> DataView:
    """Return a view that an address can ask for: canonical, and with something chosen."""
    totals = draw(st.booleans())
    without = {} if totals else totals_of(description)
    codes = {}
    for dimension in description.dimensions:
        known = [
            item.code for item in dimension.codes if item.code != without.get(dimension.column)
        ]
        if draw(st.booleans()):
            chosen = draw(st.lists(st.sampled_from(known), min_size=1, max_size=8))
            if draw(st.booleans()):
                first = draw(st.integers(0, len(known) - 1))
                chosen += known[first : draw(st.integers(first, len(known)))]
            codes[dimension.column] = tuple(chosen)
    columns = draw(st.permutations([item.column for item in description.dimensions]))
    split = draw(st.integers(0, len(columns)))
    is_table = draw(st.booleans())
    is_paged = pages and not is_table and draw(st.booleans())
    view = DataView(
        codes=codes,
        totals=totals,
        layout=TABLE if is_table else LIST,
        rows=tuple(columns[:split]) if is_table else (),
        columns=tuple(columns[split:]) if is_table else (),
        language=draw(st.sampled_from(LANGUAGES)),
        decimal=draw(st.sampled_from(".,")),
        start=draw(st.integers(0, 10**6)) if is_paged else 0,
        size=draw(st.integers(1, 10_000)) if is_paged else None,
    )
    return canonical_view(description, view)
