"""The feed as the history has it: what each recorded release added, and its pages."""

from __future__ import annotations

import re

from publish.faults.fault import phrase, reason_of
from publish.release.feed.pages import (
    CATALOGUE_PAGE,
    FOLDER,
    SUMMARY,
    FeedSummary,
    page_name,
    read_page,
    read_summary,
)
from publish.release.feed.tree import FeedOfRelease
from publish.release.history.records import History, ReleaseRecord
from publish.release.soundness import DamagedFile, compare, open_regular

_PAGE = re.compile(rf"{FOLDER}/[1-9][0-9]*\.ttl\.gz")


def feed_of(history: History) -> tuple[FeedOfRelease, ...]:
    """Return what each release added to the feed, in their order."""
    return tuple(
        FeedOfRelease(
            release=record.number,
            time=record.released,
            pages=sum(_PAGE.fullmatch(name) is not None for name in record.files),
        )
        for record in history.records
    )


def catalogue_feed_of(history: History) -> tuple[FeedOfRelease, ...]:
    """Return what each release added to the stream of the catalogue, in their order."""
    return tuple(
        FeedOfRelease(
            release=record.number,
            time=record.released,
            pages=int(f"{FOLDER}/{CATALOGUE_PAGE}" in record.files),
        )
        for record in history.records
    )


def summary_of(record: ReleaseRecord) -> FeedSummary | None:
    """Return the summary of what a record added; None for one without a feed.

    Raises DamagedFile when it is not what was written; ValueError, LookupError or TypeError when
    it is of another form.
    """
    has_feed = any(name.startswith(f"{FOLDER}/") for name in record.files)
    return read_summary(_read(record, SUMMARY)) if has_feed else None


def page_sum(record: ReleaseRecord, file: str) -> str:
    """Return the checksum of the file of a page. Raises DamagedFile for one that is not listed."""
    listed = record.files.get(f"{FOLDER}/{file}")
    if listed is None:
        raise DamagedFile(phrase("file-missing"))
    return listed.sha256


def read_recorded_page(record: ReleaseRecord, number: int) -> bytes:
    """Return the Turtle of a page, which is what was written. Raises DamagedFile."""
    return read_recorded_file(record, page_name(number))


def read_recorded_file(record: ReleaseRecord, file: str) -> bytes:
    """Return the content of the file of a page, which is what was written. Raises DamagedFile."""
    return read_page(_read(record, file))


def _read(record: ReleaseRecord, file: str) -> bytes:
    """Return the bytes of a file of the feed, which are what was written. Raises DamagedFile."""
    page_sum(record, file)
    name = f"{FOLDER}/{file}"
    try:
        with open_regular(record.folder / name) as opened:
            compare(opened, record.files[name], full=True)
            return opened.read()
    except FileNotFoundError:
        raise DamagedFile(phrase("file-missing")) from None
    except OSError as error:
        raise DamagedFile(phrase("file-not-read", reason=reason_of(error))) from None
