"""Views of data sets over HTTP: answers from the cache, from a file, or from a worker.

An answer of a worker is whole before anything of it is sent, so it has a length, and passing a
limit or a damaged file is a reply of its own.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from http import HTTPStatus

from publish import __version__
from publish.exports.answering.view_job import ViewJob
from publish.exports.parameters.bad_parameters import BadParameters
from publish.faults.fault import phrase
from publish.release.opened import Served
from publish.release.soundness import DamagedFile, Stamp
from publish.server.bounds.spool import Spool
from publish.server.cache import AnswerCache, CachedAnswer, key_of
from publish.server.conditions import evaluate_preconditions
from publish.server.negotiation import choose_coding
from publish.server.replies import COMMON_HEADERS, Headers, Reply, header
from publish.site.data.about import package_of, query_of_view, query_page
from publish.site.data.data_sets import ViewedDataSets
from publish.site.data.fields import (
    SPARQL_QUERY,
    document_headers,
    view_headers,
    view_query,
    without_body,
)
from publish.site.data.listing import data_set_list
from publish.site.data.refusals import (
    UnusableParameters,
    failed_reply,
    too_large,
    unknown_data_set,
)
from publish.site.data.request import AskedView, DataRequest, read_view
from publish.site.data.whole_files import WholeFile, files_of_whole, packed, whole_file
from publish.sparql.query.errors import BadRequest, QueryFailed, TooManyOfView, ViewFileChanged
from publish.sparql.workers.answers import Answer, ViewQuestion
from publish.sparql.workers.frames import VIEW
from publish.sparql.workers.pool import QueryPool

JSON = "application/json"


class DataService:
    """Answers the data addresses of one release."""

    def __init__(
        self, *, served: Served, pool: QueryPool, cache: AnswerCache, release: str
    ) -> None:
        """``release`` names it in keys of the cache and entity tags."""
        self._served, self._pool, self._cache, self._release = served, pool, cache, release
        self._data_sets = ViewedDataSets(served)

    async def answer(self, request: DataRequest) -> Reply:
        """Return the reply to a request below ``/data``."""
        try:
            try:
                return await self._answer(request)
            except DamagedFile as damage:
                raise ViewFileChanged from damage
            except BadParameters as error:
                raise UnusableParameters(error) from error
        except QueryFailed as error:
            return failed_reply(request, error)

    async def _answer(self, request: DataRequest) -> Reply:
        """Return a reply. Raises QueryFailed, DamagedFile or BadParameters."""
        coding = choose_coding(request.accept_encoding)
        if coding is None:
            raise BadRequest(406, phrase("no-coding"))
        if not request.parts:
            return await self._list(request)
        slug, *below = request.parts
        if slug not in self._data_sets.slugs:
            raise unknown_data_set(slug, self._data_sets.slugs, request.root)
        if not below:
            return await self._view(request, slug, coding)
        if below == ["query"]:
            return await asyncio.to_thread(self._query, request, slug)
        if below == ["datapackage.json"]:
            return await asyncio.to_thread(self._package, request, slug)
        raise BadRequest(404, phrase("view-nothing-below", slug=slug, root=request.root))

    async def _list(self, request: DataRequest) -> Reply:
        """Return the list of data sets."""
        etag = self._tag("list")
        headers = document_headers(JSON, etag, "")
        if (reply := self._by_conditions(request, etag, headers)) is not None:
            return reply
        body = await asyncio.to_thread(data_set_list, self._served, self._data_sets)
        return _whole_reply(headers, body)

    def _query(self, request: DataRequest, slug: str) -> Reply:
        """Return the query of a view, or lead a browser to its page."""
        asked = read_view(request, self._data_sets.description(slug), any_form=True)
        etag = self._tag("query", slug, view_query(asked, None))
        varies = ", ".join(("Accept", *asked.varies))
        headers = document_headers(SPARQL_QUERY, etag, varies)
        query = query_of_view(asked.description, asked.view)
        page = query_page(query, request.accept, request.root)
        if page is not None:
            led = [header("location", page), header("vary", varies), *COMMON_HEADERS]
            return Reply(status=303, headers=[*led, header("content-length", "0")])
        return self._by_conditions(request, etag, headers) or _whole_reply(headers, query)

    def _package(self, request: DataRequest, slug: str) -> Reply:
        """Return the data package of a data set in the language of the reader."""
        asked = read_view(request, self._data_sets.description(slug), any_form=True)
        language = asked.view.language
        etag = self._tag("package", slug, language, str(self._served.made))
        varies = "Accept-Language" if "Accept-Language" in asked.varies else ""
        headers = document_headers(JSON, etag, varies)
        if (reply := self._by_conditions(request, etag, headers)) is not None:
            return reply
        return _whole_reply(headers, package_of(self._served, asked.description, language))

    # -- Views ----------------------------------------------------------------------------------

    async def _view(self, request: DataRequest, slug: str, coding: str) -> Reply:
        """Return a view of a data set."""
        asked = await asyncio.to_thread(self._read, request, slug)
        whole = whole_file(self._served, asked, coding)
        if whole is not None:
            return await self._file(request, asked, whole)
        form = asked.form
        query = view_query(asked, form.name)
        key = key_of(self._release, __version__, VIEW, slug, query, coding)
        etag = f'"{key.hex()}"'
        headers = view_headers(self._served, asked, request.root, etag=etag, coding=coding)
        if (reply := self._by_conditions(request, etag, headers)) is not None:
            return reply
        answer = await self._ask(request, asked, key, coding)
        if form.is_paged:
            headers = view_headers(
                self._served, asked, request.root, etag=etag, coding=coding, count=answer.rows
            )
        return _answer_reply(headers, answer)

    def _read(self, request: DataRequest, slug: str) -> AskedView:
        return read_view(request, self._data_sets.description(slug))

    async def _ask(self, request: DataRequest, asked: AskedView, key: bytes, coding: str) -> Answer:
        """Return the answer of the cache or of a worker. Raises QueryFailed or DamagedFile."""
        found = self._cache.get(key)
        if found is not None:
            return Answer(form=found.form, rows=found.rows, spool=Spool(found.body))
        slug, form, most = asked.description.slug, asked.form, asked.form.most
        try:
            count = asked.description.observations
            if asked.view.is_whole and most is not None and count > most and not form.is_paged:
                raise TooManyOfView(count)
            stamp = await asyncio.to_thread(self._data_sets.stamp_of_columns, slug)
            try:
                answer = await self._ask_worker(request, asked, stamp, coding)
            except ViewFileChanged:
                # It may have been touched only, or was replaced by its like.
                again = await asyncio.to_thread(self._data_sets.stamp_of_columns, slug)
                if again == stamp:
                    raise
                answer = await self._ask_worker(request, asked, again, coding)
        except TooManyOfView as error:
            files = files_of_whole(self._served, slug)
            url = self._served.public_url
            raise too_large(asked, error.observations, most or 0, files, url) from error
        body = answer.spool.body
        if body is not None:
            self._cache.put(key, CachedAnswer(form=VIEW, body=body, rows=answer.rows))
        return answer

    async def _ask_worker(
        self, request: DataRequest, asked: AskedView, stamp: Stamp, coding: str
    ) -> Answer:
        job = ViewJob(
            slug=asked.description.slug,
            form=asked.form.name,
            view=asked.view,
            description=self._data_sets.checksum(asked.description.slug),
            columns=stamp,
        )
        question = ViewQuestion(job=asdict(job), media_type=asked.form.media_type, coding=coding)
        return await self._pool.ask_view(question, request.client)

    async def _file(self, request: DataRequest, asked: AskedView, whole: WholeFile) -> Reply:
        """Return a file of the release that holds the view."""
        coding = whole.coding
        etag = self._tag("file", whole.file.sha256, view_query(asked, asked.form.name), coding)
        headers = view_headers(self._served, asked, request.root, etag=etag, coding=coding)
        if (reply := self._by_conditions(request, etag, headers)) is not None:
            return reply
        body = await asyncio.to_thread(whole.open, self._served)
        if whole.length is None or whole.is_small:
            try:
                content = await asyncio.to_thread(body.read)
            except OSError as error:
                raise ViewFileChanged from error
            return _whole_reply(headers, packed(content) if whole.length is None else content)
        headers = [*headers, header("content-length", str(whole.length))]
        return Reply(status=200, headers=headers, stream=body)

    # -- Conditions -----------------------------------------------------------------------------

    def _tag(self, *parts: str) -> str:
        """Return the entity tag of what depends on the release and these parts."""
        return f'"{key_of(self._release, __version__, *parts).hex()}"'

    def _by_conditions(self, request: DataRequest, etag: str, headers: Headers) -> Reply | None:
        """Return 304 when the client has it; None when it is to be sent. Raises BadRequest."""
        status = evaluate_preconditions(request.method, request.conditions, etag=etag)
        if status == HTTPStatus.NOT_MODIFIED:
            return Reply(status=304, headers=without_body(headers), outcome="cached")
        if status == HTTPStatus.PRECONDITION_FAILED:
            raise BadRequest(412, phrase("view-not-as-wanted"))
        return None


def _answer_reply(headers: Headers, answer: Answer) -> Reply:
    """Return a reply with an answer, as a stream if it is in a file."""
    body = answer.spool.body
    reply = Reply(
        status=200,
        headers=[*headers, header("content-length", str(answer.spool.length))],
        outcome=answer.outcome,
        seconds=answer.seconds,
    )
    if body is None:
        return replace(reply, stream=answer.spool)
    answer.spool.close()
    return replace(reply, body=body)


def _whole_reply(headers: Headers, body: bytes) -> Reply:
    length = header("content-length", str(len(body)))
    return Reply(status=200, headers=[*headers, length], body=body)
