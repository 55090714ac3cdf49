"""The downloads over HTTP: a page that lists them, and the files that the manifest names."""

from __future__ import annotations

from flask import Blueprint, Response, request

from publish.project.iris import EVERYTHING
from publish.release.catalogue.exported import EXPORTED
from publish.release.catalogue.void import title_of
from publish.release.manifest import PARQUET, File
from publish.release.opened import Served, read_names
from publish.server.negotiation import Form
from publish.site.discovery.links import WebLink, collection_link, set_links
from publish.site.files import file_response
from publish.site.not_found import not_found
from publish.site.pages.downloads import ORDER, exports_of
from publish.site.rendering import render_page, view_of
from publish.sparql.forms import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TURTLE

ON_PAGE_ONLY = ("links",)
"""The kinds of exports that only the page of a data set lists: few data sets have them."""
Entry = tuple[str | None, str, list[tuple[Form, list[File]]]]
"""A row of the page: what it is called, the path of its page, and its files by form."""
COLUMNS_FILE = Form(name="Parquet", media_type=PARQUET, extension="parquet")
COLUMNS = (TURTLE, N_TRIPLES, N_QUADS, JSON_LD, RDF_XML, COLUMNS_FILE)
"""The forms as the page lists them; what is compressed stands with what it compresses."""


def make_dump_pages(served: Served) -> Blueprint:
    """Return the blueprint of the downloads."""
    blueprint = Blueprint("dump_pages", __name__)

    def index() -> Response:
        view = view_of(served)
        titles = {graph.name: title_of(served, graph, view.language) for graph in served.graphs}
        found: dict[str, list[File]] = {}
        for file in served.files.values():
            if not file.export:
                found.setdefault(file.stem, []).append(file)
        exports = [
            (item, {row.kind: row for row in exports_of(served, item, view.language)})
            for item in served.data_sets
        ]
        kinds = [kind for kind in ORDER if any(kind in rows for _, rows in exports)]
        kinds = [kind for kind in kinds if kind not in ON_PAGE_ONLY]

        def entry(name: str, title: str | None, address: str) -> Entry:
            files = [
                (form, [file for file in found[name] if _is_in(file, form)]) for form in COLUMNS
            ]
            return title, address, files

        graphs = [
            entry(name, titles[name], f"/doc/graaf/{name}") for name in found if name in titles
        ]
        whole = [entry(EVERYTHING, None, "/doc/graaf/")] if EVERYTHING in found else []
        lists = [
            entry(name, view.label(about), served.local_path(about) or "")
            for name, files in found.items()
            if name not in titles and (about := files[0].about) and files[0].graph
        ]
        response = render_page(
            served,
            "dumps.html",
            title=None,
            tables=[("by-graph", whole + graphs), ("lists-by-themselves", lists)],
            exports=[(item, rows) for item, rows in exports if rows],
            kinds=[(kind, _name_of(kind, view.language)) for kind in kinds],
            listed=request.args.get("files") == "all",
            files=served.files.values(),
            columns=COLUMNS,
            sums=served.files.get("SHA256SUMS"),
        )
        response.vary.discard("accept")
        return response

    def file(path: str) -> Response:
        entry = served.files.get(path)
        if entry is None:
            return not_found(served, request.path, list(served.files), "/dumps/")
        response = file_response(served, entry, name=entry.name.rpartition("/")[2])
        about = request.script_root + _described_at(served, entry)
        links = [WebLink(href=about, rel="describedby")]
        metadata = f"{entry.name}-metadata.json"
        if metadata in served.files:
            # CSV on the Web, "Locating Metadata".
            href = f"{request.script_root}/dumps/{metadata}"
            links.append(WebLink(href=href, rel="describedby", type="application/csvm+json"))
        if entry.about and served.data_set_of(entry.about):
            links.append(collection_link(served, entry.about))
        set_links(response, served, links)
        return response

    blueprint.add_url_rule("/dumps/", "index", index, strict_slashes=False)
    blueprint.add_url_rule("/dumps/<path:path>", "file", file)
    return blueprint


def _name_of(kind: str, language: str) -> str:
    """Return what a kind of exports is called."""
    names: dict[str, str] = read_names()[language]["distributions"]["forms"]
    name = names.get(kind, EXPORTED[kind].name)
    return name[:1].upper() + name[1:]


def _described_at(served: Served, file: File) -> str:
    """Return the path of the page about a file: about its graph, or the list that it holds."""
    if "/" in file.stem and file.about:
        return served.local_path(file.about) or "/dumps/"
    if file.export:
        return f"/doc/dataset/{file.stem}"
    return f"/doc/graaf/{file.stem if file.graph else ''}"


def _is_in(file: File, form: Form) -> bool:
    """Return whether a file is in a form, compressed or not."""
    return form.media_type in (file.media_type, file.compresses)
