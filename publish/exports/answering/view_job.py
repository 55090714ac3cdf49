"""A view that a server wants written, as the process that writes it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from publish.exports.view import DataView


@dataclass(frozen=True, kw_only=True)
class ViewJob:
    """A view of a data set that is to be written in a form."""

    slug: str
    form: str
    """The name of the form, a key of FORMS or INNER_FORMS."""
    view: DataView
    description: str
    """The checksum of the description (SHA-256)."""
    columns: tuple[int, ...]
    """What tells whether the file of columns was touched: see ``stamp_of_path``."""
    pointing: str = ""
    """The IRI of a sum's part, a remark or a printed cell, if only observations are wanted that
    point to it."""


def job_from_json(content: Mapping[str, Any]) -> ViewJob:
    """Return a job from what ``dataclasses.asdict`` made of it, after a way through JSON."""
    view = content["view"]
    lists = {name: tuple(view[name]) for name in ("rows", "columns", "cell")}
    codes = {column: tuple(codes) for column, codes in view["codes"].items()}
    return ViewJob(
        slug=content["slug"],
        form=content["form"],
        view=DataView(**{**view, **lists, "codes": codes}),
        description=content["description"],
        columns=tuple(content["columns"]),
        pointing=content["pointing"],
    )
