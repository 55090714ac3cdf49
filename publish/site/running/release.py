"""A release while a process serves it: opened with its workers and pages, looked after, closed."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from publish.faults.fault import Words, phrase, reason_of
from publish.release.opened import Served
from publish.release.releases import check_quickly
from publish.release.soundness import check_release
from publish.server.bounds.room import Room
from publish.server.cache import AnswerCache
from publish.server.negotiation import HTML
from publish.server.settings.table import Settings
from publish.site.assistants.pooled import PooledRelease
from publish.site.data.service import DataService
from publish.site.flask_app import (
    create_app,
    open_data_service,
    open_endpoint,
    open_page_figures,
)
from publish.site.pages.source.linked_lines import prepare_lines
from publish.site.rendering import compile_templates
from publish.sparql.cubes.asked import AskedColumns
from publish.sparql.query.errors import QueryFailed
from publish.sparql.query.limits import Limits
from publish.sparql.service import Endpoint
from publish.sparql.workers.pool import QueryPool

UNUSABLE = (OSError, LookupError, ValueError, TypeError, AttributeError, RuntimeError, QueryFailed)
"""What opening a release raises that is damaged: files, a manifest of another form, the store."""


@dataclass(kw_only=True)
class RunningRelease:
    """A release while this process serves it, and how many requests use it now."""

    served: Served
    pool: QueryPool
    endpoint: Endpoint
    data: DataService | None
    """What answers views; None of a release that has no data sets with columns."""
    asked: PooledRelease | None
    """What answers assistants, likewise."""
    pages: Flask
    mounts: tuple[str, ...]
    """The paths under which it is served besides the root."""
    users: int = 0
    preparing: asyncio.Task[None] | None = None
    """What makes its first pages as fast as later ones."""


PREPARED_AFTER = 2
"""Seconds after which the templates of a release are compiled that no page needed yet."""


MADE_FIRST = ("/", "/dumps/", "/search?q=a")
"""The pages that are made then: they read overviews, names of files, and the index of searches."""


def limits_of(settings: Settings) -> Limits:
    """Return the limits of queries that the settings give."""
    return Limits(**{item.name: getattr(settings, item.name) for item in fields(Limits)})


def columns_of(served: Served, settings: Settings) -> AskedColumns:
    """Return which queries the columns of a release are asked, as the settings say."""
    fewest = settings.query_columns_from
    return AskedColumns(
        release=served.folder,
        fewest=None if isinstance(fewest, str) else fewest,
        left_out={
            graph.iri: graph.name for graph in served.graphs if graph.name in served.left_out
        },
    )


def why_unusable(error: Exception) -> Words:
    """Return why a release cannot be served, as a part of a sentence."""
    if isinstance(error, QueryFailed):
        return Words(str(error.reason).rstrip("."), error.reason.nl.rstrip("."))
    if isinstance(error, OSError):
        of_file = f"{Path(error.filename).name}: " if error.filename else ""
        return Words(of_file) + reason_of(error)
    return phrase("release-of-other-form", problem=f"{type(error).__name__}: {error}")


async def open_release(
    folder: Path, settings: Settings, cache: AnswerCache, room: Room
) -> RunningRelease:
    """Open a release and start its workers.

    Raises OSError, KeyError or ValueError when it is none, QueryFailed when its store is not sound.
    """
    served = await asyncio.to_thread(Served, folder)
    pool = QueryPool(
        served.folder / "store",
        limits=limits_of(settings),
        prefixes=served.prefixes,
        base=f"{served.public_url}/sparql",
        in_memory=settings.in_memory,
        room=room,
        is_sound=partial(is_store_sound, served.folder),
        views=served.folder if served.descriptions else None,
        columns=columns_of(served, settings),
    )
    endpoint = open_endpoint(served, pool, cache, settings.per_client)
    figures = open_page_figures(served, pool, cache)
    mount = urlsplit(served.base).path.rstrip("/")
    release = RunningRelease(
        served=served,
        pool=pool,
        endpoint=endpoint,
        data=open_data_service(served, pool, cache) if served.descriptions else None,
        asked=PooledRelease(served, pool) if served.descriptions else None,
        pages=await asyncio.to_thread(create_app, served, endpoint, figures),
        mounts=(mount,) if mount else (),
    )
    await pool.start()  # last: what fails before it leaves no workers behind
    release.preparing = asyncio.create_task(_prepare_pages(release))
    return release


async def _prepare_pages(release: RunningRelease) -> None:
    """Do once the server answers what the first page of each kind would wait for.

    Templates are compiled, which takes a second of a processor, the links of documents are found,
    and pages are made that read what all others need; none of these asks a worker.
    """
    await asyncio.sleep(PREPARED_AFTER)
    await asyncio.to_thread(compile_templates, release.pages)
    await asyncio.to_thread(prepare_lines, release.served)
    for path in () if release.served.is_of_files else MADE_FIRST:
        await asyncio.to_thread(_make_page, release.pages, path)


def _make_page(app: Flask, path: str) -> None:
    """Make a page for nobody; what goes wrong is said to whoever asks for it."""
    with app.test_client() as client:
        client.get(path, headers={"Accept": HTML.media_type}).close()


def is_store_sound(folder: Path) -> bool:
    """Return whether the store of a release is what was written, as far as that is soon known."""
    return not any(f"{folder.name}/store" in item.path for item in check_quickly(folder))


def is_whole(served: Served) -> bool:
    """Return whether the files of a release are still there, with their sizes.

    Of those that were asked for it is known whether their content is right too.
    """
    found = check_release(served.folder, full=False, shown=served.folder.name)
    if [item for item in found if item.code != "release-without-list"]:
        return False
    try:  # one of an older version lists its dumps only
        pieces = [piece for file in served.files.values() for piece in file.pieces]
        sizes = [(served.folder / piece.path).stat().st_size for piece in pieces]
    except OSError:
        return False
    is_whole = sizes == [piece.size for piece in pieces]
    return is_whole and not served.is_damaged()


async def close_when_unused(release: RunningRelease) -> None:
    """Wait until no request uses a release any more, then end its workers and free its memory."""
    while release.users:
        await asyncio.sleep(0.05)
    if release.preparing is not None:
        release.preparing.cancel()
    await release.pool.close()
    release.served.close()
    del release
    gc.unfreeze()  # it may be frozen: it was there when the process started
    gc.collect()
    gc.freeze()
