"""404 and 406 that help: they name what may have been meant, with addresses."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pyoxigraph as ox
from flask import Response, request
from rapidfuzz import fuzz, process

from publish.faults.fault import Words, phrase
from publish.project.iris import SHARED_GRAPHS
from publish.release.opened import TYPE, Served, once_per_release
from publish.server.negotiation import Form, Offer, form_of_extension, rank_forms
from publish.site.rendering import plain_response, render_page, wants_page

MOST_SUGGESTED = 3
LEAST_SIMILAR = 80
"""From which similarity in percent a name is suggested."""
MOST_KNOWN = 20_000
"""How many things of a graph have their names compared."""
LONGEST = 300
"""The longest name, in characters, that is compared with others."""


def not_found(
    served: Served, path: str, known: Sequence[str], head: str, forms: Sequence[Form] = ()
) -> Response:
    """Return a 404 that suggests the known names most similar to the one that was asked for.

    ``known`` are names without the ``head`` of their path. Who asks for one of ``forms`` by its
    extension gets plain text, as programs expect.
    """
    name, form = form_of_extension(path.removeprefix(head), forms)
    near = [head + item for item in similar_names(name, known)]
    if wants_page() and (form is None or form.extension == "html"):
        response = render_page(served, "message.html", 404, code=404, near=near)
    else:
        addresses = [request.script_root + item for item in near]
        either = Words(" or ".join(addresses), " of ".join(addresses))
        key = "nothing-known-but-near" if near else "nothing-known"
        response = plain_response(phrase(key, path=path, near=either), 404)
    response.headers["Cache-Control"] = "no-cache"
    return response


def similar_names(name: str, known: Sequence[str]) -> list[str]:
    """Return the known names that are most similar to a name, the best first; few or none."""
    if len(name) > LONGEST:
        return []
    found = process.extract(
        name, known, scorer=fuzz.ratio, limit=MOST_SUGGESTED, score_cutoff=LEAST_SIMILAR
    )
    return [item[0] for item in found]


def accepted_offers(extension: Form | None, forms: Sequence[Form]) -> list[Offer]:
    """Return the form that an extension chooses, or those that Accept does, the best first."""
    if extension is not None:
        return [Offer(form=extension, media_type=extension.media_type, is_chosen=True)]
    return rank_forms(request.headers.get("Accept"), forms)


def not_acceptable(
    forms: Sequence[Form], address: str, key: str = "not-acceptable-here"
) -> Response:
    """Return a 406 with the addresses of all forms, after the phrase that says why."""
    lines = [f"{form.media_type}  {address}.{form.extension}" for form in forms]
    response = plain_response(phrase(key) + "\n" + "\n".join(lines), 406)
    response.headers["Link"] = ", ".join(links_to_forms(forms, address))
    return response


def links_to_forms(forms: Sequence[Form], address: str, rel: str = "alternate") -> list[str]:
    """Return the links to each form of what is found at an address."""
    return [
        f'<{address}.{form.extension}>; rel="{rel}"; type="{form.media_type}"' for form in forms
    ]


@once_per_release
def known_names(served: Served, kind: str) -> tuple[str, ...]:
    """Return the names after ``/id/`` or ``/ns/`` in IRIs, but for those of observations."""
    head = served.base + kind
    found = [item.iri for item in served.data_sets] + [item.iri for item in served.graphs]
    for name in SHARED_GRAPHS:
        graph = ox.NamedNode(f"{served.base}/id/graaf/{name}")
        quads = served.store.quads_for_pattern(None, TYPE, None, graph)
        subjects = (quad.subject for quad in itertools.islice(quads, MOST_KNOWN))
        found += [node.value for node in subjects if isinstance(node, ox.NamedNode)]
    names = [iri.removeprefix(head) for iri in found if iri.startswith(head)]
    if kind == "/ns/":  # a term has a page below that of its vocabulary
        return tuple(dict.fromkeys(name.replace("#", "/", 1) for name in names))
    return tuple(dict.fromkeys(name.partition("#")[0] for name in names))
