"""The columns of tidy CSV, and their heads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from built import Built
from exported import ANSWER, description_of
from odd_exports import JAREN, SLUGS, VREEMD

from publish.exports.description import DataSetDescription
from publish.exports.forms.tidy.csvw import variable
from publish.exports.forms.tidy.list_columns import list_columns


def heads(about: DataSetDescription) -> list[str]:
    """Return the heads of the columns of a data set."""
    return [column.name for column in list_columns(about)]


def test_name_columns_in_a_fixed_order(odd_exports: Built) -> None:
    """Codes and labels come first, then the figure and what qualifies it, then its source."""
    assert heads(description_of(odd_exports.folder, JAREN)) == [
        *("jaar", "jaar_label", "measure", "measure_label"),
        *("value", "unit", "unit_label", "status", "status_label", "reasons", "reasons_label"),
        *("at_least", "more_than", "at_most", "below", "printed", "decimals"),
        *("notes", "source", "source_table", "source_line", "source_cells", "observation"),
    ]


def test_give_figures_of_several_datatypes_columns_of_their_own(odd_exports: Built) -> None:
    """Programs that read one type a column find one; people find all figures in one column."""
    found = heads(description_of(odd_exports.folder, VREEMD))
    assert found[-2:] == ["value_integer", "value_decimal"]
    assert "value" in found


def test_mark_totals_of_each_dimension_that_has_one(odd_exports: Built) -> None:
    """Who adds up can leave the totals out."""
    found = heads(description_of(odd_exports.folder, VREEMD))
    assert [name for name in found if name.endswith("_total")] == ["groep_total"]


def test_tell_apart_heads_that_would_clash(odd_exports: Built) -> None:
    """A dimension keeps its name, which is a parameter too; a column of ours gives way."""
    about = description_of(odd_exports.folder, VREEMD)
    first, *others = about.dimensions
    clashing = replace(first, column="Status_Label")
    found = heads(replace(about, dimensions=(clashing, *others)))
    assert found[0] == "Status_Label"
    assert "status_label_" in found and "status_label" not in found


def test_say_what_each_column_is(odd_exports: Built) -> None:
    """Each has a title and a sentence in both languages, and no two titles are alike."""
    for slug in SLUGS:
        columns = list_columns(description_of(odd_exports.folder, slug))
        for language in ("nl", "en"):
            titles = [column.title[language] for column in columns]
            assert len(set(titles)) == len(titles)
            assert all(column.meaning[language].endswith(".") for column in columns)


@pytest.mark.parametrize("slug", ANSWER)
def test_need_no_quotes_in_r(answer: Built, slug: str) -> None:
    """The heads of the answer are names in R and Python as they are."""
    assert all(name.isidentifier() for name in heads(description_of(answer.folder, slug)))


def test_name_variables_as_templates_need_them() -> None:
    """What a variable of a template cannot hold is percent-encoded."""
    assert variable("groep_total") == "groep_total"
    assert variable("a-b~c") == "a%2Db%7Ec"
