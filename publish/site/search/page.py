"""The search page, ``/search?q=``: figures first, then what else is found, by kind.

Whatever is searched for is never an error. ``kind`` shows all that is found of one kind, and
``format=json`` gives the same to programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort, jsonify, request

from publish.exports.description import CODE as CODE_KIND
from publish.exports.description import PERIOD
from publish.exports.searching.entry import (
    CODE,
    DATA_SET,
    KINDS,
    LINE,
    MISSING,
    PERIOD_KIND,
    PRINTED_TABLE,
    TERM,
)
from publish.exports.searching.figures_meant import find_figures
from publish.exports.searching.finding_entries import (
    LONGEST_QUERY,
    FoundEntries,
    find_entries,
    read_query,
)
from publish.exports.searching.opened_index import FoundEntry
from publish.release.opened import LANGUAGES, Served
from publish.site.data.figures import PageFigures
from publish.site.data.overviews import overviews_of
from publish.site.pages.data_set.heads import short_period
from publish.site.pages.figure.naming import data_set_abbreviation
from publish.site.rendering import current_reader, read_texts, render_page
from publish.site.search.answers import AnsweredDataSet, answer_figures
from publish.site.search.index_of import index_of
from publish.site.search.marking import TextPart, marked

SHOWN = {DATA_SET: 6, MISSING: 4, CODE: 6, PERIOD_KIND: 4, TERM: 4, PRINTED_TABLE: 4, LINE: 5}
"""How many of each kind are shown beside the others."""
NEARLY = 0.65
"""Which part of the score of the best an entry has that is shown beside it."""
MOST_EXAMPLES = 4
MOST_LOOKED_AT = 20
"""Data sets of which examples are made."""
OPENSEARCH = "application/opensearchdescription+xml"
JSON = "json"


@dataclass(frozen=True, kw_only=True)
class FoundThing:
    """Something that was found, as it is shown."""

    path: str
    title: tuple[TextPart, ...]
    text: tuple[TextPart, ...]
    about: str
    name: str
    """Another name by which it was found, where neither title nor text has the words."""


@dataclass(frozen=True, kw_only=True)
class FoundKind:
    """The things of one kind that were found."""

    kind: str
    count: int
    things: tuple[FoundThing, ...]


def make_search_page(served: Served, figures: PageFigures) -> Blueprint:
    """Return the blueprint of the search page and of its description for browsers."""
    blueprint = Blueprint("search", __name__)

    def search() -> Response:
        query, kind = request.args.get("q", ""), request.args.get("kind", "")
        if kind and kind not in KINDS:
            abort(400)
        content = _search(served, figures, query, kind)
        if request.args.get("format") == JSON:
            response = _as_json(content)
        else:
            texts = read_texts()[current_reader().language]
            asked = content["query"]
            response = render_page(
                served,
                "search.html",
                head_title=f"{asked} – {texts['search-title']}" if asked else texts["search-title"],
                **content,
            )
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def opensearch() -> Response:
        text = _description(served)
        response = Response(text, content_type=f"{OPENSEARCH}; charset=utf-8")
        response.cache_control.max_age = 3600
        return response

    blueprint.add_url_rule("/search", "search", search)
    blueprint.add_url_rule("/opensearch.xml", "opensearch", opensearch)
    return blueprint


def _search(served: Served, figures: PageFigures, query: str, kind: str) -> dict[str, Any]:
    """Return what is found by a query, of one kind or of each a few."""
    asked = read_query(query)
    content: dict[str, Any] = {
        "query": asked.text,
        "kind": kind,
        "is_cut": len(query) > LONGEST_QUERY,
        "has_index": True,
        "answers": [],
        "kinds": [],
        "meant": None,
        "instead": None,
        "is_whole": True,
    }
    index = index_of(served)
    if index is None:
        return content | {"has_index": False}
    if not asked.words and not asked.periods:
        return content | {"examples": _examples(figures)}
    with index:
        found = find_entries(index, asked)
        if found.meant and not found.by_kind:  # show what was meant at once
            content["instead"] = found.meant
            asked = read_query(found.meant)
            found = find_entries(index, asked)
        meant = [] if kind else find_figures(index, asked, figures.description)
    slugs = set(figures.slugs)
    answers = answer_figures(served, figures, [item for item in meant if item.slug in slugs])
    return content | {
        "answers": answers,
        "kinds": _by_kind(served, found, kind),
        "meant": found.meant,
        "is_whole": found.is_whole,
    }


def _examples(figures: PageFigures) -> list[str]:
    """Return searches that find a figure: a code and the newest period of the first data sets."""
    language, found = current_reader().language, list[str]()
    for slug in figures.slugs[:MOST_LOOKED_AT]:
        description = figures.description(slug)
        subject = data_set_abbreviation(description, language)
        given = [
            code
            for dimension in description.dimensions
            if dimension.kind == PERIOD
            for code in dimension.codes
            if not code.missing
        ]
        for dimension in description.dimensions:
            if dimension.kind == CODE_KIND and subject and given and len(found) < MOST_EXAMPLES:
                code = next((one for one in reversed(dimension.codes) if not one.is_total), None)
                if code is not None:
                    printed = (one for one in code.printed if any(map(str.isdigit, one)))
                    name = next(printed, code.label[language])
                    found.append(f"{name} {subject} {short_period(given[-1], language)}")
    return list(dict.fromkeys(found))


def _by_kind(served: Served, found: FoundEntries, only: str) -> list[FoundKind]:
    return [
        FoundKind(
            kind=kind,
            count=len(entries),
            things=tuple(
                _thing(served, entry, found.asked.words)
                for entry in (entries if only else _best(entries, SHOWN[kind]))
            ),
        )
        for kind in KINDS
        if (entries := found.by_kind.get(kind, ())) and only in ("", kind)
    ]


def _best(entries: Sequence[FoundEntry], most: int) -> list[FoundEntry]:
    """Return the best of some entries: not those that only mention what others are called."""
    least = NEARLY * entries[0].score
    return [entry for entry in entries if entry.score >= least][:most]


def _thing(served: Served, entry: FoundEntry, words: Sequence[str]) -> FoundThing:
    language = current_reader().language
    path = served.local_path(entry.iri) or "/"
    if entry.anchor:
        path = f"{path.partition('#')[0]}#{entry.anchor}"
    title = marked(entry.title.get(language, ""), words)
    text = marked(entry.text.get(language, ""), words)
    name = ""
    if not any(part.is_marked for part in (*title, *text)):
        names = (item for item in entry.names if any(p.is_marked for p in marked(item, words)))
        name = next(names, "")
    if entry.kind == DATA_SET and (card := overviews_of(served).get(entry.slugs[0])):
        text = [TextPart(card.sentence[language].text, False)]
    return FoundThing(
        path=path,
        title=tuple(title),
        text=tuple(text),
        about=entry.about.get(language, ""),
        name=name,
    )


def _as_json(content: dict[str, Any]) -> Response:
    """Return what was found for programs: addresses on this server, and texts without marks."""
    answers: list[AnsweredDataSet] = content["answers"]
    kinds: list[FoundKind] = content["kinds"]
    reader = current_reader()
    response = jsonify(
        query=content["query"],
        did_you_mean=content["meant"],
        figures=[asdict(answer) for answer in answers],
        found={
            item.kind: {
                "count": item.count,
                "things": [
                    {
                        "title": "".join(part.text for part in thing.title),
                        "text": "".join(part.text for part in thing.text),
                        "about": thing.about,
                        "address": reader.link(thing.path),
                    }
                    for thing in item.things
                ],
            }
            for item in kinds
        },
    )
    response.headers["Content-Language"] = reader.language
    return response


def _description(served: Served) -> str:
    """Return the description of the search for browsers (OpenSearch 1.1)."""
    language = LANGUAGES[0]
    name = escape(served.title[language][:16].strip())
    title = escape(served.title[language][:48].strip())
    template = escape(f"{served.public_url}/search?q={{searchTerms}}", {'"': "&quot;"})
    languages = "".join(f"  <Language>{one}</Language>\n" for one in LANGUAGES)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        f"  <ShortName>{name}</ShortName>\n"
        f"  <Description>{title}</Description>\n"
        f'  <Url type="text/html" template="{template}"/>\n'
        f'  <Url type="application/json" template="{template}&amp;format=json"/>\n'
        f"{languages}"
        "  <InputEncoding>UTF-8</InputEncoding>\n"
        "</OpenSearchDescription>\n"
    )
