"""The columns of tidy CSV: an observation a row, with codes and what they are called.

A data set has the same columns in every view and both languages, so that a program reads all of
them alike; which it has follows from its structure alone. docs/exports.md lists them for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.exports.description import (
    LANGUAGES,
    MEASURE,
    DataSetDescription,
    DimensionDescription,
)
from publish.exports.words import words
from publish.project.project import Text

CODE_OF, LABEL_OF, TOTAL_OF = "code", "label", "total"
"""What columns of a dimension hold."""
VALUE, DECIMALS, PRINTED = "value", "decimals", "printed"
UNIT, UNIT_LABEL = "unit", "unit_label"
STATUS, STATUS_LABEL = "status", "status_label"
REASONS, REASONS_LABEL = "reasons", "reasons_label"
NOTES = "notes"
SOURCE, SOURCE_TABLE, SOURCE_LINE = "source", "source_table", "source_line"
SOURCE_CELLS = "source_cells"
OBSERVATION = "observation"
"""What the other columns hold; each of these is also the name of its column."""
VALUE_OF_TYPE = "value_of_type"
"""The figures of measures of one datatype."""

CODE_SEPARATOR, TEXT_SEPARATOR, ADDRESS_SEPARATOR = "|", " | ", " "
"""What stands between several codes, texts or addresses in a cell."""

HEADS_OF_LINKS = ("subject", "property", "object")
"""The columns of what observations are linked to, which has a file of its own."""


@dataclass(frozen=True, kw_only=True)
class ListColumn:
    """A column of tidy CSV."""

    name: str
    """Its head."""
    holds: str
    dimension: DimensionDescription | None = None
    """The dimension that it is about."""
    datatype: str | None = None
    """Of VALUE_OF_TYPE the name of the datatype: integer or decimal."""

    @property
    def title(self) -> Text:
        """What it is called, in each language."""
        return {language: self._words(language, "titles") for language in LANGUAGES}

    @property
    def meaning(self) -> Text:
        """What it is, as a sentence in each language."""
        found = {language: self._words(language, "meanings") for language in LANGUAGES}
        if self.holds == CODE_OF and self.dimension and (about := self.dimension.definition):
            return {
                language: f"{about[language].rstrip('.')}. {text}"
                for language, text in found.items()
            }
        return found

    def _words(self, language: str, kind: str) -> str:
        list_words = words(language)["list"]
        text: str = list_words[kind][self.holds]
        if self.datatype is not None:
            return text.format(about=list_words["datatypes"][self.datatype])
        if self.dimension is None:
            return text
        is_measure = self.dimension.kind == MEASURE
        about = list_words["measure"] if is_measure else self.dimension.label[language]
        return text.format(about=about)


def list_columns(description: DataSetDescription) -> tuple[ListColumn, ...]:
    """Return the columns of a data set in their order."""
    taken = {item.column.lower() for item in description.dimensions}

    def free(name: str) -> str:
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        return name

    *dimensions, measure = description.dimensions
    found = []
    for item in (*dimensions, measure):
        found.append(ListColumn(name=item.column, holds=CODE_OF, dimension=item))
        label = free(f"{item.column}_label")
        found.append(ListColumn(name=label, holds=LABEL_OF, dimension=item))
    for name in (VALUE, UNIT, UNIT_LABEL, STATUS, STATUS_LABEL, REASONS, REASONS_LABEL):
        found.append(ListColumn(name=free(name), holds=name))
    for name in (*BOUND_COLUMNS.values(), PRINTED, DECIMALS):
        found.append(ListColumn(name=free(name), holds=name))
    for item in dimensions:
        if item.total is not None:
            total = free(f"{item.column}_total")
            found.append(ListColumn(name=total, holds=TOTAL_OF, dimension=item))
    for name in (NOTES, SOURCE, SOURCE_TABLE, SOURCE_LINE, SOURCE_CELLS, OBSERVATION):
        found.append(ListColumn(name=free(name), holds=name))
    for datatype in datatypes_apart(description):
        name = free(f"{VALUE}_{datatype}")
        found.append(ListColumn(name=name, holds=VALUE_OF_TYPE, datatype=datatype))
    return tuple(found)


def datatypes_apart(description: DataSetDescription) -> tuple[str, ...]:
    """Return the names of the datatypes that need a column of figures each.

    There are none where all measures have one datatype and their figures are printed as it asks:
    an integer has no decimals.
    """
    found = {datatype_name(item.datatype) for item in description.measures}
    printed = any(item.decimals for item in description.measures)
    if found == {"decimal"} or (found == {"integer"} and not printed):
        return ()
    return tuple(name for name in ("integer", "decimal") if name in found)


def datatype_name(datatype: str) -> str:
    """Return the name of a datatype of XML Schema, as integer."""
    return datatype.rpartition("#")[2]


def missing_periods(description: DataSetDescription) -> Iterator[Text]:
    """Yield a note for each period that the source does not give, and why."""
    for code in description.dimensions[0].codes:
        if code.missing:
            yield {
                language: f"{code.label[language]}: {text}"
                for language, text in code.missing.items()
            }
