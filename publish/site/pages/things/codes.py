"""The pages of a code, of a period and of a code list.

A list is shown as a tree, its total last, and in pages where it is long; of a tree the codes of a
page stand with all above them. What a list has is read once per release.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox
from flask import Response, abort, current_app, request

from publish.release.opened import DESCRIPTIONS, Node, Served, once_per_release, term
from publish.site.pages.things.figures_of_code import data_sets_of_code
from publish.site.pages.things.naming import crumb_of_codes
from publish.site.pages.things.periods import is_period, neighbours_of
from publish.site.pages.things.pointing_here import pointing_here
from publish.site.presentation import Value, View
from publish.site.rendering import read_texts, render_page
from publish.site.select import order_in_list, select

CODES_ON_PAGE = 500
"""How many codes of a list a page shows."""
LONGEST_TREE = 20_000
"""From how many codes on a list is flat, which its query of codes has at most."""
MOST_NARROWER = 50
"""How many narrower codes the page of a code names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedCode:
    """A code in the order of its list."""

    iri: ox.NamedNode
    depth: int
    is_total: bool
    is_deprecated: bool


@dataclass(kw_only=True)
class CodeInTree:
    """A code of a list as a page shows it, with the narrower codes on the same page."""

    link: Value
    notation: str
    printed: tuple[str, ...]
    definition: ox.Literal | None
    is_total: bool
    is_deprecated: bool
    narrower: list[CodeInTree] = field(default_factory=list)


def code_page(view: View, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    """Return the page of a code or a period: its meaning, its figures, its links and its place."""
    served = view.served
    scheme = served.object(iri, term("skos:inScheme"))
    narrower = _nodes(served, iri, "skos:narrower")
    period = is_period(served, iri)
    content["title"] = title = view.label(iri.value)
    texts = read_texts()[view.language]
    crumbs = [crumb_of_codes(view.language)]
    if isinstance(scheme, ox.NamedNode):
        crumbs.append((view.label(scheme.value), served.local_path(scheme.value)))
    return render_page(
        served,
        "code.html",
        crumbs=[*crumbs, (title, None)],
        kind=texts["things-period" if period else "code"],
        notation=view.string(iri, term("skos:notation")),
        scheme=scheme,
        printed=view.texts(iri, served.generic("gedruktLabel")),
        broader=_nodes(served, iri, "skos:broader"),
        narrower=[view.value(node) for node in narrower[:MOST_NARROWER]],
        more_narrower=len(narrower) > MOST_NARROWER,
        neighbours=neighbours_of(view, iri) if period else None,
        deprecated=served.object(iri, term("owl:deprecated")) is not None,
        replaced_by=list(served.objects(iri, term("dct:isReplacedBy"))),
        scope=view.texts(iri, term("skos:scopeNote")),
        data_sets=data_sets_of_code(view, current_app.extensions["figures"], iri),
        links=view.links(iri),
        remarks=view.remarks(iri),
        incoming=pointing_here(view, iri),
        **{key: value for key, value in content.items() if key != "crumbs"},
    )


def code_list_page(view: View, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    """Return the page of a code list: its codes as a tree, the total last.

    Aborts with 404 for a page after the last.
    """
    served, codes = view.served, codes_of_list(view.served, iri.value)
    page = max(request.args.get("page", default=1, type=int), 1)
    last = max(1, -(-len(codes) // CODES_ON_PAGE))
    if page > last:
        abort(404)
    return render_page(
        served,
        "code_list.html",
        crumbs=[crumb_of_codes(view.language), (content["title"], None)],
        branches=_branches(view, codes, (page - 1) * CODES_ON_PAGE),
        count=len(codes),
        is_tree=any(code.depth for code in codes),
        page=page,
        last=last,
        users=_data_sets_of_list(view, iri),
        dumps=[file for file in served.files.values() if file.about == iri.value],
        remarks=view.remarks(iri),
        **content,
    )


@once_per_release
def codes_of_list(served: Served, scheme: str) -> tuple[ListedCode, ...]:
    """Return the codes of a list in order, each after the one that is broader.

    What is broader than all, the total, is not counted as such: it comes last, but for deprecated
    codes.
    """
    node = ox.NamedNode(scheme)
    rows = {row["code"]: row for row in select(served, "select_codes", list=node)}
    if len(rows) >= LONGEST_TREE:
        return _long_list(served, node)
    ordered = sorted(
        rows.values(),
        key=lambda row: ("deprecated" in row, order_in_list(row), row["code"].value),
    )
    below: dict[Node | None, list[dict[str, Any]]] = {}
    for row in ordered:
        broader = [
            node
            for node in served.objects(row["code"], term("skos:broader"))
            if node in rows and "total" not in rows[node]
        ]
        below.setdefault(broader[0] if broader else None, []).append(row)
    found: list[ListedCode] = []
    waiting = [(row, 0) for row in reversed(below.pop(None, []))]
    while waiting or below:
        if not waiting:  # codes that are each other's broader ones
            waiting = [(row, 0) for row in reversed(below.pop(next(iter(below))))]
        row, depth = waiting.pop()
        found.append(
            ListedCode(
                iri=row["code"],
                depth=depth,
                is_total="total" in row,
                is_deprecated="deprecated" in row,
            )
        )
        waiting += [(item, depth + 1) for item in reversed(below.pop(row["code"], []))]
    return tuple(found)


def _long_list(served: Served, scheme: ox.NamedNode) -> tuple[ListedCode, ...]:
    """Return the codes of a list too long for a tree in the order of their IRIs."""
    found = {row["code"].value for row in select(served, "select_all_codes", list=scheme)}
    return tuple(
        ListedCode(iri=ox.NamedNode(iri), depth=0, is_total=False, is_deprecated=False)
        for iri in sorted(found)
    )


def _branches(view: View, codes: tuple[ListedCode, ...], start: int) -> list[CodeInTree]:
    """Return the codes of a page as a tree, with all codes above the first."""
    stop = min(start + CODES_ON_PAGE, len(codes))
    above: list[ListedCode] = []
    depth = codes[start].depth if codes else 0
    for place in range(start - 1, -1, -1):
        if not depth:
            break
        if codes[place].depth < depth:
            above.insert(0, codes[place])
            depth = codes[place].depth
    roots: list[CodeInTree] = []
    path: list[CodeInTree] = []
    for code in (*above, *codes[start:stop]):
        branch = _branch(view, code)
        del path[code.depth :]
        (path[-1].narrower if path else roots).append(branch)
        path.append(branch)
    return roots


def _branch(view: View, code: ListedCode) -> CodeInTree:
    served, iri = view.served, code.iri
    return CodeInTree(
        link=view.value(iri),
        notation=view.string(iri, term("skos:notation")) or served.compact(iri.value),
        printed=tuple(item.value for item in view.texts(iri, served.generic("gedruktLabel"))),
        definition=view.text(iri, *DESCRIPTIONS),
        is_total=code.is_total,
        is_deprecated=code.is_deprecated,
    )


def _data_sets_of_list(view: View, scheme: ox.NamedNode) -> list[tuple[Value, list[Value]]]:
    """Return the dimensions that take their codes from a list, each with its data sets."""
    served = view.served
    dimensions = sorted(
        triple.subject.value
        for triple in served.triples(None, term("qb:codeList"), scheme)
        if isinstance(triple.subject, ox.NamedNode)
    )
    return [
        (
            view.value(ox.NamedNode(iri)),
            [
                view.value(row["dataSet"])
                for row in select(served, "select_users", term=ox.NamedNode(iri))
            ],
        )
        for iri in dimensions
    ]


def _nodes(served: Served, iri: ox.NamedNode, predicate: str) -> list[ox.NamedNode]:
    found = served.objects(iri, term(predicate))
    return [node for node in found if isinstance(node, ox.NamedNode)]
