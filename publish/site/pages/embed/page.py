"""``/embed/SLUG``: a view of a data set that the pages of others may frame, and nothing else.

It takes the parameters of the page of the data set, and follows the width of its frame. What it
links to opens outside the frame.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, request

from publish.exports.layouts.caption import source_text
from publish.exports.layouts.pivot import TooManyCells
from publish.faults.fault import in_language
from publish.release.opened import Served
from publish.site.data.figures import PageFigures
from publish.site.pages.data_set.address import page_view_address
from publish.site.pages.data_set.asked import read_asked
from publish.site.pages.data_set.embedding import PATH
from publish.site.pages.data_set.shown import shown_figures
from publish.site.rendering import current_reader, render_page

MOST_SOURCES = 3


def make_embed_page(served: Served, figures: PageFigures) -> Blueprint:
    """Return the blueprint of the views that may be framed."""
    blueprint = Blueprint("embed", __name__)

    def embed(slug: str) -> Response:
        if slug not in figures.slugs:
            abort(404)
        description = figures.description(slug)
        language = current_reader().language
        given = list(request.args.items(multi=True))
        asked = read_asked(description, given, language=language, others=())
        content: dict[str, Any] = {}
        faults = [in_language(fault, language) for fault in asked.faults]
        if not faults:
            try:
                content["shown"] = shown_figures(
                    served,
                    figures,
                    description,
                    asked,
                    lambda codes: page_view_address(description, asked.view, cell=codes),
                )
            except TooManyCells as found:
                faults = [in_language(found.finding, language)]
        return render_page(
            served,
            "embed.html",
            400 if faults else 200,
            title=description.title[language],
            asked=asked,
            faults=faults,
            said=partial(in_language, language=language),
            whole=page_view_address(description, asked.view, show=asked.show),
            sources=[source_text(item, language) for item in description.tables[:MOST_SOURCES]],
            **content,
        )

    blueprint.add_url_rule(f"{PATH}/<slug>", "embed", embed)
    return blueprint
