"""The words of exported files, by language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def _all_words() -> dict[str, Any]:
    text = resources.files("publish.exports").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def words(language: str) -> dict[str, Any]:
    """Return the words of a language; those of one form are in a table of its name."""
    found: dict[str, Any] = _all_words()[language]
    return found
