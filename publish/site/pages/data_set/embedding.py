"""The line of HTML that frames a view of a data set in the page of somebody else."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from markupsafe import escape

from publish.exports.description import DataSetDescription
from publish.release.opened import Served
from publish.site.discovery.links import SAFE
from publish.site.pages.data_set.address import page_view_parameters
from publish.site.pages.data_set.asked import AskedPage

PATH = "/embed"
"""Below which views stand that may be framed."""
HEIGHT = 520
"""The height of the frame in pixels; its width is that of the page around it."""


def embed_address(
    served: Served, description: DataSetDescription, asked: AskedPage, language: str
) -> str:
    """Return the public address of a view that may be framed."""
    pairs = page_view_parameters(description, asked.view, show=asked.show)
    query = urlencode([*pairs, ("lang", language)], safe=",")
    return f"{served.public_url}{PATH}/{quote(description.slug, safe=SAFE)}?{query}"


def embed_code(
    served: Served, description: DataSetDescription, asked: AskedPage, language: str
) -> str:
    """Return the HTML that frames a view."""
    address = escape(embed_address(served, description, asked, language))
    title = escape(description.title[language])
    return (
        f'<iframe src="{address}" title="{title}" width="100%" height="{HEIGHT}" '
        'loading="lazy" style="border:0"></iframe>'
    )
