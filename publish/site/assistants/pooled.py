"""A release whose figures assistants are given by the workers that also answer views."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass

from publish.exports.answer import INNER_FORMS
from publish.exports.answering.view_job import ViewJob
from publish.exports.description import DataSetDescription
from publish.exports.forms.cited_figures import FiguresOfView
from publish.exports.view import DataView
from publish.faults.fault import phrase
from publish.release.opened import Served
from publish.release.soundness import DamagedFile
from publish.site.assistants.answering import AskedRelease
from publish.site.assistants.arguments import ToolRefused
from publish.site.assistants.library import ReleaseLibrary
from publish.site.data.data_sets import ViewedDataSets
from publish.sparql.query.errors import QueryFailed
from publish.sparql.workers.answers import ViewQuestion
from publish.sparql.workers.pool import QueryPool

FORM = INNER_FORMS["figures"]


class PooledRelease:
    """A release as one process serves it to assistants."""

    def __init__(self, served: Served, pool: QueryPool) -> None:
        self._pool = pool
        self._data_sets = ViewedDataSets(served)
        self._library = ReleaseLibrary(served.folder)

    def asked_by(self, client: str) -> AskedRelease:
        """Return the release as a client asks it, for whom answers are held until they are sent."""
        return AskedRelease(
            library=self._library, read=_Reader(self._data_sets, self._pool, client).read
        )


@dataclass(frozen=True)
class _Reader:
    """Reads figures for one client."""

    data_sets: ViewedDataSets
    pool: QueryPool
    client: str

    async def read(self, description: DataSetDescription, view: DataView) -> FiguresOfView:
        """Read the figures of a page of a view in a worker. Raises ToolRefused."""
        slug = description.slug
        try:
            stamp = await asyncio.to_thread(self.data_sets.stamp_of_columns, slug)
            job = ViewJob(
                slug=slug,
                form=FORM.name,
                view=view,
                description=self.data_sets.checksum(slug),
                columns=stamp,
            )
            question = ViewQuestion(job=asdict(job), media_type=FORM.media_type)
            answer = await self.pool.ask_view(question, self.client)
        except DamagedFile:
            raise ToolRefused(phrase("figures-unreadable", slug=slug)) from None
        except QueryFailed as error:
            raise ToolRefused(error.sentence) from None
        try:
            text = b"".join(answer.spool.chunks())
        finally:
            answer.spool.close()
        found: FiguresOfView = json.loads(text)
        return found
