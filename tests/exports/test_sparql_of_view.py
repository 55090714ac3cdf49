"""The query of a view gives its observations, and the figures that periods not given would have."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest
from built import Built
from exported import ANSWER, chosen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odd_exports import SLUGS
from random_views import views

from publish.exports.description import DataSetDescription
from publish.exports.layouts.pivot import cross_table
from publish.exports.observations import SelectedObservations
from publish.exports.sparql_of_view import sparql_of_view
from publish.exports.view import DataView
from publish.sparql.query.guard import examine

Row = tuple[Any, ...]


def solved(release: Built, query: str) -> list[dict[str, Any]]:
    """Return the solutions of a query, values as text."""
    solutions = release.store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [{name: row[name].value for name in names if row[name] is not None} for row in solutions]


def expected(chosen_ones: SelectedObservations) -> list[Row]:
    """Return what the query of a view has to give, in the order of their addresses."""
    description = chosen_ones.description
    head = f"{description.base}/id/observatie/{description.slug}/"
    return sorted(
        (
            head + "/".join(one.codes),
            one.status,
            one.value,
            description.measure_by_name[one.codes[-1]].unit,
            tuple(sorted(one.reasons)),
            *(
                item.by_code[code].label[chosen_ones.view.language]
                for item, code in zip(description.dimensions, one.codes, strict=True)
            ),
        )
        for one in chosen_ones
    )


def expected_missing(chosen_ones: SelectedObservations) -> list[Row]:
    """Return the figures that the periods would have which the source does not give.

    Each has the codes of observations of another period, and the reason.
    """
    description, view = chosen_ones.description, chosen_ones.view
    found = []
    for place, dimension in enumerate(description.dimensions):
        chosen_codes = view.codes.get(dimension.column, tuple(dimension.by_code))
        periods = [item for item in dimension.codes if item.missing and item.code in chosen_codes]
        if not periods:
            continue
        free = {column: codes for column, codes in view.codes.items() if column != dimension.column}
        others = SelectedObservations(
            description=description,
            view=replace(view, codes=free),
            path=chosen_ones.path,
            connection=chosen_ones.connection,
        )
        places = {(*one.codes[:place], *one.codes[place + 1 :]) for one in others}
        for period in periods:
            for codes in places:
                labels = [*codes[:place], period.code, *codes[place:]]
                found.append(
                    (
                        "M",
                        str((period.missing or {})[view.language]),
                        description.measure_by_name[labels[-1]].unit,
                        *(
                            item.by_code[code].label[view.language]
                            for item, code in zip(description.dimensions, labels, strict=True)
                        ),
                    )
                )
    return sorted(found)


def missing_in(description: DataSetDescription, rows: list[dict[str, Any]]) -> list[Row]:
    """Return the solutions that are no observation in the same form; none has a value."""
    assert not any("value" in row or "reasons" in row for row in rows)
    return sorted(
        (
            row["status"].rpartition("-")[2],
            row["why"],
            row["unit"],
            *(row[f"{item.column}_label"] for item in description.dimensions),
        )
        for row in rows
    )


def given_by(description: DataSetDescription, rows: list[dict[str, Any]]) -> list[Row]:
    """Return the solutions of a query in the same form."""
    return sorted(
        (
            row["observation"],
            row["status"].rpartition("-")[2],
            Decimal(row["value"]) if "value" in row else None,
            row["unit"],
            tuple(sorted(row["reasons"].split("|"))) if row.get("reasons") else (),
            *(row[f"{item.column}_label"] for item in description.dimensions),
        )
        for row in rows
    )


def assert_same(release: Built, slug: str, data: st.DataObject, *, count: int) -> None:
    """Assert for some views of a data set that their queries give their observations."""
    with chosen(release.folder, slug) as whole:
        description = whole.description
        drawn = [DataView(language="en")]
        drawn += [data.draw(views(description, pages=False)) for _ in range(count)]
        for view in drawn:
            found = SelectedObservations(
                description=description, view=view, path=whole.path, connection=whole.connection
            )
            query = sparql_of_view(description, view)
            examine(query)
            rows = solved(release, query)
            observed = [row for row in rows if "observation" in row]
            assert given_by(description, observed) == expected(found)
            missing = [row for row in rows if "observation" not in row]
            assert missing_in(description, missing) == expected_missing(found)
            for row in observed:
                assert ("why" in row) == bool(row.get("reasons"))


SOME = settings(
    max_examples=1,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""One example, which is several views."""


@pytest.mark.parametrize("slug", SLUGS)
@SOME
@given(data=st.data())
def test_give_the_observations_of_odd_views(
    odd_exports: Built, slug: str, data: st.DataObject
) -> None:
    """Missing ones come with their reasons, and each once."""
    assert_same(odd_exports, slug, data, count=3)


@pytest.mark.sampled(7)
@pytest.mark.parametrize("slug", ANSWER)
@SOME
@given(data=st.data())
def test_give_the_observations_of_the_answer(answer: Built, slug: str, data: st.DataObject) -> None:
    """So it is with every data set of the answer."""
    assert_same(answer, slug, data, count=3)


def test_give_the_cells_of_the_table(answer: Built) -> None:
    """The solutions are the cells of the view as a table, those of a period not given too."""
    with chosen(answer.folder, "lde-werknemers-leeftijd") as whole:
        view = DataView(codes={"leeftijdsgroep": ("Y18T19", "Y_GE65")}, totals=False)
        found = SelectedObservations(
            description=whole.description, view=view, path=whole.path, connection=whole.connection
        )
        table = cross_table(found)
        cells = {
            (row[0], column[0]): table.cells.get((row, column))
            for row in table.rows
            for column in table.columns
        }
        rows = solved(answer, sparql_of_view(whole.description, view))
        last = {name: row.rpartition("/")[2] for name, row in rows[-1].items()}
    assert len(rows) == len(cells) == 12
    assert {
        (row["leeftijdsgroep"].rpartition("/")[2], row["kwartaal"].rpartition("/")[2]): (
            Decimal(row["value"]) if "value" in row else None
        )
        for row in rows
    } == {place: cell and cell.value for place, cell in cells.items()}
    assert (last["kwartaal"], last["leeftijdsgroep"]) == ("2023-Q2", "Y_GE65")
    assert last["why"].startswith("De afrekening van het tweede kwartaal")
