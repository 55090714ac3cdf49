"""The index of the documents that figures come from."""

from __future__ import annotations

from flask import Response

from publish.release.opened import Served
from publish.site.pages.source.account import sources_of
from publish.site.rendering import current_reader, read_texts, render_page
from publish.sparql.forms import USUAL_GRAPHS


def document_index(served: Served) -> Response | None:
    """Return the page with all documents; None where the manifest does not describe them."""
    sources = list(sources_of(served).values())
    if not sources:
        return None
    texts = read_texts()[current_reader().language]
    titles = {item.slug for item in served.data_sets}
    return render_page(
        served,
        "sources.html",
        title=texts["documents"],
        preview=texts["sources-lead"],
        sources=[
            (source, len({slug for one in source.tables for slug in one.slugs} & titles))
            for source in sources
        ],
        path="/doc/document",
        forms=USUAL_GRAPHS,
        crumbs=[(texts["home"], "/"), (texts["documents"], None)],
    )
