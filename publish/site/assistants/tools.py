"""The tools that assistants are offered: their names, arguments, and what they are told of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, NotRequired, TypedDict

from publish.exports.description import LANGUAGES
from publish.exports.facts.finding import MatchedPlace
from publish.exports.facts.outline import OutlinedDataSet
from publish.exports.facts.verifying import StatementVerified
from publish.exports.forms.cited_figures import PublishedFigure
from publish.site.assistants.arguments import (
    FILTERS,
    LANGUAGE,
    SWITCH,
    TEXT,
    WHOLE,
    ToolArgument,
)
from publish.site.assistants.schema import schema_of

MOST_DATA_SETS = 20
"""Data sets that are told at a time."""
FIGURES, MOST_FIGURES = 50, 200
"""Figures that are given at a time: where nobody says it, and at most."""


class ReleaseNamed(TypedDict):
    """The release that an answer comes from."""

    id: Annotated[str, "The id of the release."]
    number: NotRequired[Annotated[int, "Its number, if it is one for good."]]
    made: NotRequired[Annotated[str, "When it was made."]]


class OfferedDataSet(TypedDict):
    """A data set that was found."""

    data_set: Annotated[str, "Its name, as the other tools take it."]
    title: Annotated[str, "Its title."]
    about: Annotated[str, "What it is about."]
    measures: Annotated[list[str], "What is measured, with the unit."]
    dimensions: Annotated[list[str], "What its figures are divided by, as filters name it."]
    periods: NotRequired[Annotated[str, "The first and the last period, as a filter takes it."]]
    observations: Annotated[int, "How many figures it has."]
    matched: NotRequired[Annotated[list[MatchedPlace], "Where the words were found."]]
    page: Annotated[str, "The address that names it and leads to its page."]


class DataSetsFound(TypedDict):
    """What a search found."""

    release: Annotated[ReleaseNamed, "The release that was searched."]
    count: Annotated[int, "How many data sets were found."]
    data_sets: Annotated[list[OfferedDataSet], "Those found, the best first."]
    next_start: NotRequired[Annotated[int, "The start of the next ones."]]
    note: NotRequired[Annotated[str, "What to know of the search: tell it."]]


class DataSetDescribed(TypedDict):
    """A data set as it is described."""

    release: Annotated[ReleaseNamed, "The release that is described."]
    described: Annotated[OutlinedDataSet, "The data set."]


class FiguresGiven(TypedDict):
    """Figures of a data set."""

    release: Annotated[ReleaseNamed, "The release that the figures are of."]
    data_set: Annotated[str, "The name of the data set."]
    title: Annotated[str, "Its title."]
    count: Annotated[int, "How many figures match the filters; those given may be fewer."]
    start: Annotated[int, "The number of the first one that is given, counted from 0."]
    figures: Annotated[list[PublishedFigure], "The figures."]
    next_start: NotRequired[Annotated[int, "The start of the next ones."]]
    note: NotRequired[Annotated[str, "How to have fewer figures or the others, or why none."]]
    notes: NotRequired[Annotated[list[str], "What holds for all of these figures: tell it too."]]
    page: Annotated[str, "The address that names the data set and leads to its page."]
    address: Annotated[str, "The address that answers with all of these figures: cite it."]
    licence: NotRequired[Annotated[str, "The licence under which they may be used."]]


class FigureVerified(StatementVerified):
    """The verdict on a stated figure."""

    release: Annotated[ReleaseNamed, "The release that was compared with."]


@dataclass(frozen=True, kw_only=True)
class AssistantTool:
    """A tool: what it does, what it takes and what it answers."""

    name: str
    title: str
    meaning: str
    arguments: tuple[ToolArgument, ...]
    answer: Any
    """The typed dictionary of its answers."""

    def input_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of its arguments."""
        return {
            "type": "object",
            "properties": {item.name: item.schema() for item in self.arguments},
            "required": [item.name for item in self.arguments if item.is_required],
            "additionalProperties": False,
        }

    def output_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of its answers."""
        return schema_of(self.answer)


_LANGUAGE = ToolArgument(
    name="language",
    kind=LANGUAGE,
    default=LANGUAGES[0],
    meaning="The language of all texts in the answer, nl or en: that of the person you answer.",
)
_DATA_SET = ToolArgument(
    name="data_set",
    kind=TEXT,
    is_required=True,
    meaning="The name of a data set, as find_data_sets gives it.",
)
_FILTERS = ToolArgument(
    name="filters",
    kind=FILTERS,
    default=(),
    meaning="For each dimension the code or codes that are wanted, by its name: codes, labels in "
    'Dutch or English, or ranges of periods such as "2022-Q1..2022-Q4" or "2022-Q1..". A '
    "dimension without a filter keeps all its codes. The dimension `measure` chooses what is "
    "measured, where a data set has several measures.",
)
_START = ToolArgument(
    name="start",
    kind=WHOLE,
    default=0,
    most=10**9,
    meaning="How many to pass over, to have the next ones.",
)

FIND = AssistantTool(
    name="find_data_sets",
    title="Find data sets",
    meaning="Finds the data sets that words are about, in Dutch or English: it looks in titles, "
    "measures, dimensions, the labels of codes, descriptions and notes. Without words it lists "
    "all. Begin here: it gives the names that the other tools take, and codes that the words name.",
    arguments=(
        ToolArgument(
            name="words",
            kind=TEXT,
            default="",
            meaning="What the figures are about, in a few words; empty for all data sets.",
        ),
        _LANGUAGE,
        _START,
    ),
    answer=DataSetsFound,
)
DESCRIBE = AssistantTool(
    name="describe_data_set",
    title="Describe a data set",
    meaning="Tells what is in a data set: its dimensions with their codes and labels, measures "
    "with units, periods, notes and remarks, what is missing and why, its sources, licence and "
    "addresses. Use it before get_figures, to know which filters there are.",
    arguments=(
        _DATA_SET,
        ToolArgument(
            name="dimension",
            kind=TEXT,
            default="",
            meaning="The name of one dimension, to have more of its codes than are told otherwise.",
        ),
        ToolArgument(
            name="words",
            kind=TEXT,
            default="",
            meaning="Only codes whose label or code has one of these words.",
        ),
        _LANGUAGE,
    ),
    answer=DataSetDescribed,
)
GET = AssistantTool(
    name="get_figures",
    title="Get figures",
    meaning="Gives published figures of a data set: each with its exact value, unit, codes with "
    "labels, status, the reason where there is no value, remarks, the line of the document that "
    "prints it, the IRI of the observation and the address that answers with it. A value of null "
    "is not zero: tell the reason. Totals stand beside their parts: do not add them up together. "
    "Cite the addresses.",
    arguments=(
        _DATA_SET,
        _FILTERS,
        ToolArgument(
            name="totals",
            kind=SWITCH,
            default=True,
            meaning="Whether totals are given too.",
        ),
        _START,
        ToolArgument(
            name="size",
            kind=WHOLE,
            default=FIGURES,
            least=1,
            most=MOST_FIGURES,
            meaning="How many figures are given at most.",
        ),
        _LANGUAGE,
    ),
    answer=FiguresGiven,
)
VERIFY = AssistantTool(
    name="verify_figure",
    title="Verify a stated figure",
    meaning="Says whether a figure that somebody states is the one that is published: equal, equal "
    "when rounded to the decimals that are stated, different (with the published figure), not "
    "published (and why: missing, suppressed with what is known of it, no such period or code), or "
    "ambiguous (which dimensions need a filter). Give filters that leave one figure.",
    arguments=(
        _DATA_SET,
        ToolArgument(
            name="value",
            kind=TEXT,
            is_required=True,
            meaning="The figure as text, exactly as it was written, such as "
            '"10,09", "1.234,5", "12 %" or "1,2 miljoen". A comma or a point is read as the '
            "language has it, and otherwise where only that makes it the published figure.",
        ),
        _FILTERS,
        _LANGUAGE,
    ),
    answer=FigureVerified,
)
TOOLS = {tool.name: tool for tool in (FIND, DESCRIBE, GET, VERIFY)}
"""The tools by their names."""
