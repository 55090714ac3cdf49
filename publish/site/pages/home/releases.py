"""The releases: a list of all, and of each what it changed, with what was said before.

The records of the history tell it. A preview build belongs to none, and says so.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, abort, current_app, request

from publish.exports.figure_text import written_number
from publish.release.differences.recorded import RecordedChanges, read_changes
from publish.release.history.records import ReleaseRecord, record_of
from publish.release.opened import Served
from publish.release.soundness import DamagedFile
from publish.site.data.figures import PageFigures
from publish.site.pages.home.changed_figures import changed_figures
from publish.site.rendering import current_reader, read_texts, render_page

PER_PAGE = 100
"""Changed observations on one page, and releases on one."""
MOST_THINGS = 100
"""Codes and terms that are named on the page of a release."""

log = logging.getLogger("publish")


def make_release_pages(served: Served) -> Blueprint:
    """Return the blueprint of the pages of releases."""
    blueprint = Blueprint("releases", __name__)

    def releases() -> Response:
        records = tuple(reversed(served.history.records))
        start, page, pages = _page_of(len(records))
        texts = read_texts()[current_reader().language]
        response = render_page(
            served,
            "releases.html",
            path="/releases",
            records=records[start : start + PER_PAGE],
            is_preview=record_of(served.folder)[0] is None,
            damaged=bool(served.history.problems),
            crumbs=[(texts["home"], "/"), (texts["releases"], None)],
            preview=texts["releases-lead"],
            **writers(current_reader().language),
            page=page,
            pages=pages,
        )
        response.vary.discard("accept")
        return response

    def release(number: int) -> Response:
        record = next((item for item in served.history.records if item.number == number), None)
        if record is None:
            abort(503 if served.history.problems else 404)
        response = _release_page(served, record, _changes_of(record))
        response.vary.discard("accept")
        return response

    blueprint.add_url_rule("/releases", "releases", releases)
    blueprint.add_url_rule("/releases/<int:number>", "release", release)
    return blueprint


def _changes_of(record: ReleaseRecord) -> RecordedChanges | None:
    """Return what a release changed. Raises DamagedFile, which is then in the log."""
    try:
        return read_changes(record)
    except DamagedFile as damage:
        log.error("The changes of release %s are damaged: %s", record.number, damage.problem)
        raise


def _release_page(
    served: Served, record: ReleaseRecord, changes: RecordedChanges | None
) -> Response:
    language, texts = current_reader().language, read_texts()[current_reader().language]
    data_sets = changes.data_sets if changes else ()
    # In a first release everything is new, and other pages show it better.
    compared = changes if changes and not changes.is_first else None
    listed, things = (compared.data_sets, compared.things) if compared else ((), ())
    start, page, pages = _page_of(sum(len(item.changes) for item in listed))
    figures: PageFigures = current_app.extensions["figures"]
    name = texts["release-name"].format(number=record.number)
    rows = changed_figures(served, figures, listed, language, start=start, size=PER_PAGE)
    history = served.history
    return render_page(
        served,
        "release.html",
        path=f"/releases/{record.number}",
        title=name,
        record=record,
        changes=changes,
        data_sets=data_sets,
        rows=rows,
        things=things[:MOST_THINGS],
        more_things=max(0, len(things) - MOST_THINGS),
        unlisted=sum(item.count - len(item.changes) for item in listed),
        before=history.before(record),
        after=next((item for item in history.records if item.number == record.number + 1), None),
        slugs={item.slug for item in served.data_sets},
        crumbs=[(texts["home"], "/"), (texts["releases"], "/releases"), (name, None)],
        preview=record.note.get(language)
        or texts["release-preview"].format(number=record.number, observations=record.observations),
        page=page,
        pages=pages,
        **writers(language),
    )


def writers(language: str) -> dict[str, Any]:
    """Return what writes numbers and texts of records in the language of a page."""

    def text_of(text: Mapping[str, str], otherwise: str) -> str:
        return text.get(language) or next(iter(text.values()), otherwise)

    def number(count: int) -> str:
        return written_number(Decimal(count), language)

    return {"text_of": text_of, "number": number}


def _page_of(count: int) -> tuple[int, int, int]:
    """Return where the page that is asked for starts, its number, and how many there are.

    Aborts with 404 for one that there is not.
    """
    pages = max(1, -(-count // PER_PAGE))
    page = request.args.get("page", default=1, type=int)
    if not 1 <= page <= pages:
        abort(404)
    return (page - 1) * PER_PAGE, page, pages
