"""Tools for assistants asked of a release in this process, without the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from publish.exports.description import DataSetDescription
from publish.exports.facts.reader import FiguresReader, open_reader
from publish.exports.forms.cited_figures import FiguresOfView
from publish.exports.view import DataView
from publish.site.assistants.answering import AskedRelease
from publish.site.assistants.arguments import ToolRefused
from publish.site.assistants.library import ReleaseLibrary

Ask = Callable[..., Any]
"""Calls a tool with arguments; returns its answer or raises ToolRefused."""


@contextmanager
def asking(release: Path) -> Iterator[Ask]:
    """Let the tools be asked of a release, its figures read in this process."""
    with open_reader(release / "dumps") as reader:
        asked = AskedRelease(library=ReleaseLibrary(release), read=_reading(reader))

        def ask(name: str, **arguments: object) -> Any:
            return asyncio.run(asked.answer(name, arguments))

        yield ask


def _reading(reader: FiguresReader) -> Any:
    async def read(description: DataSetDescription, view: DataView) -> FiguresOfView:
        return reader.read(description, view)

    return read


def refusal_of(ask: Ask, name: str, language: str = "en", **arguments: object) -> str:
    """Return the sentence with which a tool refuses."""
    try:
        answer = ask(name, **arguments)
    except ToolRefused as error:
        return error.sentence.text_in(language)
    raise AssertionError(f"{name} answered {answer}")
