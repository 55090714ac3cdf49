"""The data sets of a release as assistants ask for them: by name, title, address or words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from publish.exports.description import DataSetDescription, DimensionDescription, read_description
from publish.exports.facts.finding import SearchIndex
from publish.faults.fault import did_you_mean, phrase, shortened, some_of
from publish.release.history.records import record_of
from publish.release.manifest import read_manifest
from publish.release.soundness import MADE
from publish.site.assistants.arguments import Filters, ToolRefused
from publish.site.assistants.tools import ReleaseNamed


@dataclass(frozen=True)
class ReleaseLibrary:
    """The descriptions of the data sets of a release, read when they are first needed."""

    folder: Path
    """The folder of the release."""

    @cached_property
    def release(self) -> ReleaseNamed:
        """Which release it is. Raises OSError, LookupError or ValueError."""
        named = ReleaseNamed(id=read_manifest(self.folder)["id"])
        made = self.folder / MADE
        if made.is_file():
            named["made"] = json.loads(made.read_text(encoding="utf-8"))["made"]
        number, _ = record_of(self.folder)
        if number is not None:
            named["number"] = number
        return named

    @cached_property
    def title(self) -> dict[str, str]:
        """What the publication is called, by language."""
        title: dict[str, str] = read_manifest(self.folder)["title"]
        return title

    @cached_property
    def descriptions(self) -> dict[str, DataSetDescription]:
        """The data sets by slug. Raises OSError, or KeyError, TypeError or ValueError."""
        paths = sorted((self.folder / "descriptions").glob("*.json"))
        found = (read_description(path.read_bytes()) for path in paths)
        return {item.slug: item for item in found}

    @cached_property
    def index(self) -> SearchIndex:
        """The index by which data sets are found."""
        return SearchIndex(tuple(self.descriptions.values()))

    def data_set(self, name: str) -> DataSetDescription:
        """Return the data set of a slug, a title or an address. Raises ToolRefused."""
        slug = name.partition("?")[0].rstrip("/").rpartition("/")[2] if "://" in name else name
        if slug in self.descriptions:
            return self.descriptions[slug]
        for description in self.descriptions.values():
            titles = (description.slug, *description.title.values())
            if name.casefold() in map(str.casefold, titles):
                return description
        hint = did_you_mean(slug, self.descriptions)
        found = self.index.find(name)
        if not hint and found.found and not found.instead:
            hint = phrase("did-you-mean", word=found.found[0].description.slug)
        raise ToolRefused(phrase("unknown-data-set", name=shortened(name), hint=hint))


def dimension_named(description: DataSetDescription, name: str) -> DimensionDescription:
    """Return the dimension of a name or a label. Raises ToolRefused."""
    folded = name.strip().casefold()
    for dimension in description.dimensions:
        names = (dimension.column, dimension.name, *dimension.label.values())
        if folded in map(str.casefold, names):
            return dimension
    known = list(description.dimension_by_column)
    hint = did_you_mean(name, known)
    raise ToolRefused(
        phrase(
            "unknown-dimension",
            name=shortened(name),
            slug=description.slug,
            hint=hint,
            known=some_of(known),
        )
    )


def by_columns(description: DataSetDescription, filters: Filters) -> list[tuple[str, str]]:
    """Return filters by the columns of their dimensions. Raises ToolRefused."""
    return [(dimension_named(description, name).column, value) for name, value in filters]
