"""Public lists of terms that a catalogue names: themes, frequencies, kinds of file, licences.

The tables in ``authorities.toml`` hold their codes and labels, with where these were taken from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

OTHERS = ("licences", "profiles", "standards")
"""The tables whose keys are whole IRIs."""


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A public list: its codes with their labels by language."""

    name: str
    beginning: str
    """What stands before a code in its IRI."""
    schemes: tuple[str, ...]
    title: Mapping[str, str]
    types: tuple[str, ...]
    """What its terms are besides concepts, in short forms."""
    titled: bool
    """Whether a label is a title too."""
    codes: Mapping[str, Mapping[str, str]]

    def iri(self, code: str) -> str:
        """Return the IRI of a code."""
        return self.beginning + code


@cache
def _tables() -> dict[str, Any]:
    text = resources.files("publish.project").joinpath("authorities.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def authorities() -> dict[str, Authority]:
    """Return the lists by their names."""
    tables = _tables()
    return {
        name: Authority(
            name=name,
            beginning=table["beginning"],
            schemes=tuple(table["schemes"]),
            title=table["title"],
            types=tuple(table.get("types", ())),
            titled=table.get("titled", False),
            codes=tables[table.get("codes-of", name)]["codes"],
        )
        for name, table in tables.items()
        if name not in OTHERS
    }


def listed(name: str) -> dict[str, dict[str, Any]]:
    """Return what is known of the licences, profiles or standards, by their IRIs."""
    found: dict[str, dict[str, Any]] = _tables()[name]
    return found


def label_of(iri: str, language: str) -> str | None:
    """Return what a term of a public list is called, in another language if need be."""
    known = next((item for item in authorities().values() if iri.startswith(item.beginning)), None)
    code = iri.removeprefix(known.beginning) if known else ""
    labels = known.codes.get(code, {}) if known else {}
    for name in () if labels else OTHERS:
        labels = labels or listed(name).get(iri, {}).get("title", {})
    return labels.get(language) or next(iter(labels.values()), None)
