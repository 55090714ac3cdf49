"""The exports of a release, for tests: descriptions, and views written in a form."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from built import REPOSITORY

from publish.cube.columns_file.engine import open_engine
from publish.exports.answer import FILE_FORMS, FORMS
from publish.exports.description import DataSetDescription, read_description
from publish.exports.observation import Observation
from publish.exports.observations import SelectedObservations
from publish.exports.view import DataView

ANSWER = sorted(path.stem for path in (REPOSITORY / "mappings").glob("*.yaml"))
"""The slugs of all data sets of the answer."""


def descriptions(release: Path) -> list[DataSetDescription]:
    """Return the descriptions of all data sets of a release."""
    return [
        read_description(path.read_bytes())
        for path in sorted((release / "descriptions").glob("*.json"))
    ]


def description_of(release: Path, slug: str) -> DataSetDescription:
    """Return the description of a data set."""
    return read_description((release / "descriptions" / f"{slug}.json").read_bytes())


@contextmanager
def chosen(
    release: Path, slug: str, view: DataView | None = None
) -> Iterator[SelectedObservations]:
    """Open the observations of a view of a data set; all in Dutch unless one is given."""
    with open_engine(release / "engine") as connection:
        yield SelectedObservations(
            description=description_of(release, slug),
            view=view or DataView(),
            path=release / "dumps" / f"{slug}.parquet",
            connection=connection,
        )


def observations(release: Path, slug: str, view: DataView | None = None) -> list[Observation]:
    """Return the observations of a view."""
    with chosen(release, slug, view) as found:
        return list(found)


def written(release: Path, slug: str, form: str, view: DataView | None = None) -> bytes:
    """Return a view in a form."""
    target = io.BytesIO()
    with chosen(release, slug, view) as found:
        {**FORMS, **FILE_FORMS}[form].write(found, target)
    return target.getvalue()
