"""Serves assistants over stdin and stdout, from the current release of a project.

The figures are read in this process, which forks nothing: it may keep DuckDB open. It follows
``build/current``: when that points to another release, the next question is answered from it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import weakref
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mcp.server.stdio import stdio_server

from publish.exports.description import DataSetDescription
from publish.exports.facts.reader import FiguresUnreadable, open_reader
from publish.exports.forms.cited_figures import FiguresOfView
from publish.exports.view import DataView
from publish.faults.fault import phrase
from publish.release.releases import CURRENT, hold, sound_releases
from publish.site.assistants.answering import AskedRelease
from publish.site.assistants.arguments import ToolRefused
from publish.site.assistants.door import make_door
from publish.site.assistants.library import ReleaseLibrary

UNUSABLE = (OSError, LookupError, ValueError, TypeError)
"""What opening a release raises that is damaged."""

log = logging.getLogger("publish")


class OpenedRelease:
    """A release whose figures this process reads; its folder is kept until it is closed."""

    def __init__(self, folder: Path) -> None:
        """Open a release. Raises OSError, LookupError, TypeError or ValueError."""
        self.folder = folder.resolve()
        self.library = ReleaseLibrary(self.folder)
        with ExitStack() as opened:
            opened.callback(os.close, hold(self.folder))
            _ = self.library.release, self.library.descriptions
            self._reader = opened.enter_context(open_reader(self.folder / "dumps"))
            self.close = weakref.finalize(self, opened.pop_all().close)
            """Lets go of the release; done at the latest when nobody asks it any more."""
        self._turn = asyncio.Lock()

    @property
    def asked(self) -> AskedRelease:
        """The release as assistants ask it."""
        return AskedRelease(library=self.library, read=self._read)

    async def _read(self, description: DataSetDescription, view: DataView) -> FiguresOfView:
        async with self._turn:
            try:
                return await asyncio.to_thread(self._reader.read, description, view)
            except FiguresUnreadable:
                raise ToolRefused(phrase("figures-unreadable", slug=description.slug)) from None


class FollowedReleases:
    """The current release of a project, opened anew when it is another one."""

    def __init__(self, current: Path) -> None:
        """Open the current release, or the latest that is sound. Raises CannotRun."""
        self._current = current
        self._unusable: Path | None = None
        for folder, told in sound_releases(current):
            try:
                self._opened = OpenedRelease(folder)
            except UNUSABLE as error:
                log.error("The release %s cannot be read: %s", folder.name, error)
                continue
            if told is not None:
                log.error(told)
            return

    def asked(self, _: Any = None) -> AskedRelease:
        """Return the current release; while a new one cannot be opened, the one before it."""
        folder = self._current.resolve()
        if folder not in (self._opened.folder, self._unusable):
            try:
                opened = OpenedRelease(folder)
            except UNUSABLE as error:
                log.error("The release %s cannot be read: %s", folder.name, error)
                self._unusable = folder
            else:
                self._opened = opened  # questions under way keep the other one open
        return self._opened.asked

    @property
    def title(self) -> str:
        """What the publication is called."""
        title = self._opened.library.title
        return title.get("en") or next(iter(title.values()))

    def close(self) -> None:
        """Let go of the release that is open."""
        self._opened.close()


def serve_on_stdio(build: Path) -> None:
    """Answer assistants over stdin and stdout until stdin ends. Raises CannotRun."""
    logging.getLogger("mcp").setLevel(logging.ERROR)
    asyncio.run(_serve(FollowedReleases(build / CURRENT)))


async def _serve(releases: FollowedReleases) -> None:
    door = make_door(releases.title, releases.asked)
    try:
        async with stdio_server() as (requests, replies):
            await door.run(requests, replies, door.create_initialization_options())
    finally:
        releases.close()
