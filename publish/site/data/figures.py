"""The figures that pages show: views of data sets, read by a worker for a thread of Flask.

It is what the data address does, but for the form: a page lays the observations out itself.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, replace
from io import BytesIO
from threading import Lock

from publish import __version__
from publish.exports.answer import INNER_FORMS, ExportForm
from publish.exports.answering.read_observations import ReadObservations, read_observations
from publish.exports.answering.view_job import ViewJob
from publish.exports.description import DataSetDescription
from publish.exports.view import DataView, view_parameters
from publish.release.opened import Served
from publish.server.cache import AnswerCache, CachedAnswer, key_of
from publish.site.data.data_sets import ViewedDataSets
from publish.sparql.query.errors import ViewFileChanged
from publish.sparql.workers.answers import ViewQuestion
from publish.sparql.workers.frames import VIEW
from publish.sparql.workers.pool import QueryPool

FORM, LINES = INNER_FORMS["observations"], INNER_FORMS["lines"]
MOST_READ = 10_000
"""Observations that are read for one page at most."""
MEMORY = 256 << 20
"""Bytes that the engine may take where there are no workers."""


class PageFigures:
    """Reads the figures of one release for its pages; any thread may use it."""

    def __init__(
        self, *, served: Served, pool: QueryPool, cache: AnswerCache, release: str
    ) -> None:
        """``release`` names it in keys of the cache."""
        self._served, self._pool, self._cache, self._release = served, pool, cache, release
        self._data_sets = ViewedDataSets(served)
        self._lock = Lock()

    @property
    def slugs(self) -> tuple[str, ...]:
        """The data sets that have figures to show; those of an older release may have none."""
        return self._data_sets.slugs

    def description(self, slug: str) -> DataSetDescription:
        """Return the description of a data set. Raises DamagedFile."""
        return self._data_sets.description(slug)

    def read(
        self, slug: str, view: DataView, client: str = "", *, pointing: str = ""
    ) -> ReadObservations:
        """Return the observations of a page of a view: those of its size, at most MOST_READ.

        Those that point to a thing, if its IRI is given: see ViewJob.
        Raises DamagedFile, or QueryFailed when a worker cannot give them.
        """
        description = self.description(slug)
        view = replace(view, size=min(view.size or MOST_READ, MOST_READ))
        body = self._body(FORM, slug, view, client, pointing)
        return read_observations(body, description, view)

    def lines(self, slug: str, view: DataView, client: str = "") -> bytes:
        """Return all that is said of the observations of a page of a view, as N-Triples.

        Raises DamagedFile, or QueryFailed when a worker cannot give them.
        """
        view = replace(view, size=min(view.size or MOST_READ, MOST_READ))
        return self._body(LINES, slug, view, client)

    def _body(
        self, form: ExportForm, slug: str, view: DataView, client: str, pointing: str = ""
    ) -> bytes:
        description = self.description(slug)
        query = repr(view_parameters(description, view))
        key = key_of(self._release, __version__, VIEW, slug, form.name, query, pointing)
        found = self._cache.get(key)
        if found is not None:
            return found.body
        try:
            body = self._ask(form, slug, view, client, pointing)
        except ViewFileChanged:  # it may have been touched only, or was replaced by its like
            body = self._ask(form, slug, view, client, pointing)
        self._cache.put(key, CachedAnswer(form=VIEW, body=body))
        return body

    def _ask(
        self, form: ExportForm, slug: str, view: DataView, client: str, pointing: str
    ) -> bytes:
        job = ViewJob(
            slug=slug,
            form=form.name,
            view=view,
            description=self._data_sets.checksum(slug),
            columns=self._data_sets.stamp_of_columns(slug),
            pointing=pointing,
        )
        if not self._pool.is_running:
            return self._read_here(job)
        question = ViewQuestion(job=asdict(job), media_type=form.media_type)
        answer = self._pool.from_thread(self._pool.ask_view(question, client))
        with closing(answer.spool) as spool:
            return b"".join(spool.chunks())

    def _read_here(self, job: ViewJob) -> bytes:
        """Return what a worker would write, where a WSGI server runs the pages without any.

        The engine is closed at once: nothing may fork while it is open.
        """
        from publish.cube.columns_file.release_columns import ReleaseColumns
        from publish.exports.answering.view_reader import ViewReader

        target, folder = BytesIO(), self._served.folder
        with self._lock:
            reader = ViewReader(folder, ReleaseColumns(folder, memory=MEMORY))
            try:
                reader.write(job, target)
            finally:
                reader.close()
        return target.getvalue()
