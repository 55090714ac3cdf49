"""The page of what is not in the data: everything that was asked for and is not given, and why."""

from __future__ import annotations

from flask import Blueprint, Response

from publish.release.opened import Served
from publish.site.pages.source.account import data_sets_named, sources_of
from publish.site.pages.source.document import line_path, question_heading
from publish.site.rendering import current_reader, read_texts, render_page


def make_missing_page(served: Served) -> Blueprint:
    """Return the page of what is missing."""
    pages = Blueprint("missing", __name__)

    @pages.get("/missing")
    def missing() -> Response:
        language = current_reader().language
        texts = read_texts()[language]
        sources = [source for source in sources_of(served).values() if source.missing]
        count = sum(len(source.missing) for source in sources)
        return render_page(
            served,
            "missing.html",
            title=texts["door-missing"],
            preview=texts["missing-preview"].format(count=count),
            sources=[
                (source, [one for one in source.questions if one.missing]) for source in sources
            ],
            count=count,
            heading=question_heading,
            data_sets=lambda slugs: data_sets_named(served, slugs, language),
            line_link=line_path,
            crumbs=[(texts["home"], "/"), (texts["door-missing"], None)],
        )

    return pages
