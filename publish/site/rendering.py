"""Pages in the reader's language, and plain sentences for programs.

A page links to paths on this server, whatever the base of the identifiers is, and keeps the
language when the reader has chosen one by ``?lang=``.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from http import HTTPStatus
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, render_template, request
from jinja2.bccache import Bucket, BytecodeCache

from publish.exports.charts.sheet import chart_rules
from publish.faults import fault as faults
from publish.faults.fault import in_language
from publish.release.opened import LANGUAGES, Served
from publish.server.negotiation import HTML, choose_language
from publish.site.discovery.links import SAFE, WebLink, language_links, set_links
from publish.site.presentation import View
from publish.sparql.protocol import prefers_page

PLAIN = "text/plain; charset=utf-8"
DOORS = (
    ("/", "home"),
    ("/missing", "door-missing"),
    ("/doc/document/", "documents"),
    ("/doc/conceptscheme/", "door-codes"),
    ("/dumps/", "downloads"),
    ("/sparql", "sparql"),
)
"""Where the head of each page leads, each with the key of its text."""
WAY_OF_FILES = (("/sparql", "sparql"),)
"""The same where RDF files are served, which have no other pages."""


class _CompiledTemplates(BytecodeCache):
    """Templates as they were compiled once in this process, for the pages of any release."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (code := self._compiled.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


COMPILED = _CompiledTemplates()


def compile_templates(app: Flask) -> None:
    """Compile all templates, so that the first page of each kind takes no longer than others."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


@cache
def read_texts() -> dict[str, Any]:
    """Return the texts of pages by language; those of each page are in a file of their own."""
    texts: dict[str, Any] = {}
    for text in _parts("texts", ".toml"):
        for language, own in tomllib.loads(text).items():
            texts.setdefault(language, {}).update(own)
    return texts


@cache
def read_style() -> tuple[str, str]:
    """Return the one style sheet of all pages, and a checksum of it and the script.

    The addresses of both have the checksum, so that browsers may keep them.
    """
    style = "\n".join([*_parts("styles", ".css"), chart_rules()])
    assets = "\n".join([style, *_parts("static", ".js")])
    return style, hashlib.sha256(assets.encode()).hexdigest()[:12]


def _parts(folder: str, extension: str) -> list[str]:
    """Return the texts of the files of a folder of templates, in the order of their names."""
    found = resources.files("publish.site").joinpath("templates", folder).iterdir()
    files = sorted((item for item in found if item.name.endswith(extension)), key=_name_of)
    return [item.read_text(encoding="utf-8") for item in files]


def _name_of(item: Traversable) -> str:
    return item.name


@dataclass(frozen=True, kw_only=True)
class Reader:
    """The language of a page, and whether it was chosen in the address."""

    language: str
    chosen: bool

    def link(self, path: str, **query: object) -> str:
        """Return the address on this server of a path, which may have a fragment."""
        path, hash_, fragment = path.partition("#")
        if self.chosen:
            query["lang"] = self.language
        root = request.script_root.rstrip("/")
        text = root + quote(path, safe=SAFE)
        if query:
            text += "?" + urlencode(query)
        return text + hash_ + quote(fragment, safe=SAFE)


def current_reader() -> Reader:
    """Return the language of the request: what the address says, else what the browser says."""
    wanted = request.args.get("lang", "")
    if wanted in LANGUAGES:
        return Reader(language=wanted, chosen=True)
    header = request.headers.get("Accept-Language")
    return Reader(language=choose_language(header, LANGUAGES), chosen=False)


def page_path(path: str) -> str:
    """Return where the page of a document stands: at its own path, but for that of a table."""
    return f"{path}.html" if path.startswith("/doc/tabel/") else path


def view_of(served: Served) -> View:
    """Return a release as the request wants to see it."""
    return View(served, current_reader().language)


def wants_page() -> bool:
    """Return whether the request prefers HTML over anything else, as browsers do."""
    return prefers_page(request.headers.get("Accept"))


def render_page(
    served: Served,
    template: str,
    status: int = 200,
    /,
    related: Sequence[WebLink] = (),
    **content: Any,
) -> Response:
    """Return a page made from a template of ``templates/``.

    ``related`` leads to what belongs to it; a page that is found is linked to its languages too.
    """
    reader = current_reader()
    if status == HTTPStatus.OK and request.method != "POST" and not served.is_of_files:
        path = page_path(content.get("path", request.path))
        related = [*language_links(served, path, reader.language), *related]
    view = View(served, reader.language)
    asked = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    body = render_template(
        template,
        t=read_texts()[reader.language],
        lang=reader.language,
        chosen_language=reader.chosen,
        all_languages=[(code, texts["language"]) for code, texts in read_texts().items()],
        languages=_other_languages(reader.language),
        doors=WAY_OF_FILES if served.is_of_files else DOORS,
        here=request.path,
        public_address=served.public_url + quote(request.path, safe=SAFE) + asked,
        date=partial(written_date, language=reader.language),
        link=reader.link,
        term=view.value,
        label=view.label,
        local=served.local_path,
        served=served,
        style=f"{request.script_root}/static/style.css?v={read_style()[1]}",
        script=f"{request.script_root}/static/site.js?v={read_style()[1]}",
        related=related,
        **content,
    )
    response = Response(body, status, content_type=HTML.content_type)
    if related:
        set_links(response, served, related)
    response.headers["Content-Language"] = reader.language
    response.vary.add("Accept")
    if not reader.chosen:
        response.vary.add("Accept-Language")
    return response


def _other_languages(language: str) -> list[tuple[str, str, str]]:
    """Return the other languages of a page: code, name, and its address in it."""
    path = request.script_root + quote(request.path, safe=SAFE)
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
    return [
        (code, texts["language"], f"{path}?{urlencode([*kept, ('lang', code)])}")
        for code, texts in read_texts().items()
        if code != language
    ]


def written_date(text: str, language: str) -> str:
    """Return a date of ISO 8601 as people write it, as 12 October 2023; a time is left out."""
    day = date.fromisoformat(text[:10])
    return f"{day.day} {read_texts()[language]['months'][day.month - 1]} {day.year}"


def plain_response(sentence: str, status: int) -> Response:
    """Return a sentence as plain text; in English when no language is asked for."""
    language = choose_language(request.headers.get("Accept-Language"), faults.LANGUAGES)
    text = in_language(sentence, language).rstrip("\n")
    response = Response(text + "\n", status, content_type=PLAIN)
    response.headers["Content-Language"] = language
    response.vary.update(("Accept", "Accept-Language"))
    return response
