"""Answers the tools from a release: what words, filters and stated figures come to.

Nothing here knows the protocol. Figures come from whoever reads them, in this process or another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from publish.exports.description import MEASURE, DataSetDescription
from publish.exports.facts.finding import FoundDataSet
from publish.exports.facts.outline import outline
from publish.exports.facts.stated import read_stated
from publish.exports.facts.verifying import not_published, verify
from publish.exports.forms.cited_figures import FiguresOfView, period_of
from publish.exports.parameters.bad_parameters import BadParameters
from publish.exports.parse_view import parse_view
from publish.exports.view import DataView, view_address
from publish.faults.fault import did_you_mean, phrase, shortened, some_of
from publish.site.assistants.arguments import Filters, ToolRefused, read_arguments
from publish.site.assistants.library import ReleaseLibrary, by_columns, dimension_named
from publish.site.assistants.tools import (
    MOST_DATA_SETS,
    TOOLS,
    DataSetDescribed,
    DataSetsFound,
    FiguresGiven,
    FigureVerified,
    OfferedDataSet,
)

ReadFigures = Callable[[DataSetDescription, DataView], Awaitable[FiguresOfView]]
"""Reads the figures of one page of a view, and how many there are. Raises ToolRefused."""
MOST_COMPARED = 200
"""Figures that a stated one is compared with where several are meant."""


@dataclass(frozen=True, kw_only=True)
class AskedRelease:
    """A release that assistants ask, and who reads its figures."""

    library: ReleaseLibrary
    read: ReadFigures

    async def answer(self, name: str, arguments: Mapping[str, object] | None) -> Mapping[str, Any]:
        """Return the answer of a tool, as its typed dictionary says. Raises ToolRefused."""
        if name not in TOOLS:
            raise unknown_tool(name)
        given = read_arguments(TOOLS[name].arguments, arguments)
        match name:
            case "find_data_sets":
                return await asyncio.to_thread(self._find, **given)
            case "describe_data_set":
                return await asyncio.to_thread(self._describe, **given)
            case "get_figures":
                return await self._figures(**given)
            case _:
                return await self._verify(**given)

    def _find(self, words: str, language: str, start: int) -> DataSetsFound:
        library = self.library
        note = None
        if words:
            result = library.index.find(words)
            found = result.found
            if not found:
                note = phrase("found-nothing", count=len(library.descriptions))
            elif result.instead:
                note = phrase("found-instead", words=", ".join(result.instead))
        else:
            found = tuple(
                FoundDataSet(description=item, score=0, words=0, places=())
                for item in library.descriptions.values()
            )
        page = found[start : start + MOST_DATA_SETS]
        answer = DataSetsFound(
            release=library.release,
            count=len(found),
            data_sets=[_offered(item, language) for item in page],
        )
        if start + len(page) < len(found):
            answer["next_start"] = start + len(page)
        if note is not None:
            answer["note"] = note.text_in(language)
        return answer

    def _describe(
        self, data_set: str, dimension: str, words: str, language: str
    ) -> DataSetDescribed:
        description = self.library.data_set(data_set)
        chosen = dimension_named(description, dimension) if dimension else None
        return DataSetDescribed(
            release=self.library.release,
            described=outline(description, language, dimension=chosen, words=words),
        )

    async def _figures(
        self, data_set: str, filters: Filters, totals: bool, start: int, size: int, language: str
    ) -> FiguresGiven:
        description = await asyncio.to_thread(self.library.data_set, data_set)
        view = _view(description, filters, language, totals=totals)
        page = replace(view, start=start, size=size)
        found = await self.read(description, page)
        count, shown = found["count"], len(found["figures"])
        answer = FiguresGiven(
            release=self.library.release,
            data_set=description.slug,
            title=description.title[language],
            count=count,
            start=start,
            figures=found["figures"],
            page=description.page,
            address=view_address(description, view),
        )
        if start + shown < count and shown:
            answer["next_start"] = start + shown
            names = ", ".join(
                item.column
                for item in description.dimensions
                if len(view.codes.get(item.column, item.codes)) > 1
            )
            answer["note"] = phrase(
                "figures-narrow", count=count, shown=shown, names=names, next=start + shown
            ).text_in(language)
        elif not count:
            answer["note"] = verify(description, view, (), found, "")["sentence"]
        if description.notes:
            answer["notes"] = [note[language] for note in description.notes]
        if description.licence:
            answer["licence"] = description.licence
        return answer

    async def _verify(
        self, data_set: str, value: str, filters: Filters, language: str
    ) -> FigureVerified:
        description = await asyncio.to_thread(self.library.data_set, data_set)
        release = self.library.release
        readings = read_stated(value, language)
        if not readings:
            raise ToolRefused(phrase("stated-no-number", value=shortened(value)))
        try:
            view = _view(description, filters, language)
        except ToolRefused as error:
            sentence = error.sentence.text_in(language)
            verdict = not_published(sentence, "unknown-filter", description.address)
            return FigureVerified(release=release, **verdict)
        found = await self.read(description, replace(view, size=MOST_COMPARED))
        address = view_address(description, view)
        return FigureVerified(
            release=release, **verify(description, view, readings, found, address)
        )


def unknown_tool(name: str) -> ToolRefused:
    """Return that there is no such tool."""
    hint = did_you_mean(name[:60], TOOLS)
    return ToolRefused(
        phrase("unknown-tool", name=shortened(name), hint=hint, known=some_of(TOOLS))
    )


def _view(
    description: DataSetDescription, filters: Filters, language: str, *, totals: bool = True
) -> DataView:
    """Return the view that filters stand for. Raises ToolRefused with all that is wrong."""
    pairs = by_columns(description, filters)
    if not totals:
        pairs.append(("totals", "no"))
    try:
        return parse_view(description, pairs, language=language).view
    except BadParameters as error:
        raise ToolRefused(error.sentence) from None


def _offered(found: FoundDataSet, language: str) -> OfferedDataSet:
    description = found.description
    offered = OfferedDataSet(
        data_set=description.slug,
        title=description.title[language],
        about=description.description[language],
        measures=[
            f"{measure.label[language]}, in {measure.unit_label[language]}"
            for measure in description.measures
        ],
        dimensions=[item.column for item in description.dimensions if item.kind != MEASURE],
        observations=description.observations,
        page=description.page,
    )
    period = period_of(description)
    if period is not None and period.codes:
        first, last = period.codes[0].code, period.codes[-1].code
        offered["periods"] = first if first == last else f"{first}..{last}"
    if found.places:
        offered["matched"] = [place.place(language) for place in found.places]
    return offered
