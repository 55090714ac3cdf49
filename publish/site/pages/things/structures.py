"""The page of the structure of a data set: its components as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from flask import Response

from publish.release.opened import DESCRIPTIONS, Served, term
from publish.site.pages.things.pointing_here import pointing_here
from publish.site.presentation import Value, View
from publish.site.rendering import render_page

ROLES = ("dimension", "measure", "attribute")
"""The roles of components in the order of the table."""


@dataclass(frozen=True, kw_only=True)
class StructurePart:
    """A component of a structure as the table shows it."""

    role: str
    order: int | None
    property: Value
    definition: ox.Literal | None
    values: Value | None
    """Its code list, its unit, or the kind of its values."""
    attached_to: Value | None
    """Where it stands when not at each observation: at the data set or a slice of it."""
    is_required: bool


def structure_page(view: View, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    """Return the page of a structure."""
    served = view.served
    parts = [
        part
        for node in served.objects(iri, term("qb:component"))
        if isinstance(node, ox.NamedNode) and (part := _part(view, node)) is not None
    ]
    parts.sort(key=lambda part: (ROLES.index(part.role), part.order or 0, part.property.text))
    keys = [
        value
        for key in served.objects(iri, term("qb:sliceKey"))
        if isinstance(key, ox.NamedNode)
        for value in _values(view, key, "qb:componentProperty")
    ]
    data_sets = [
        view.value(triple.subject)
        for triple in served.triples(None, term("qb:structure"), iri)
        if isinstance(triple.subject, ox.NamedNode)
    ]
    return render_page(
        served,
        "structure.html",
        parts=parts,
        data_sets=data_sets,
        keys=keys,
        incoming=pointing_here(view, iri),
        **content,
    )


def role_of(served: Served, component: ox.NamedNode) -> tuple[str, ox.NamedNode] | None:
    """Return the role of a component and the property that has it."""
    for role in ROLES:
        found = served.object(component, term(f"qb:{role}"))
        if isinstance(found, ox.NamedNode):
            return role, found
    return None


def _part(view: View, component: ox.NamedNode) -> StructurePart | None:
    served, found = view.served, role_of(view.served, component)
    if found is None:
        return None
    role, property_ = found
    order = served.object(component, term("qb:order"))
    required = served.object(component, term("qb:componentRequired"))
    lists = _values(view, property_, "qb:codeList")
    lists += [
        view.value(node)
        for node in served.objects(property_, served.generic("eenheid"))
        if isinstance(node, ox.NamedNode)
    ]
    lists += _values(view, property_, "rdfs:range")
    attached = _values(view, component, "qb:componentAttachment")
    return StructurePart(
        role=role,
        order=int(order.value) if isinstance(order, ox.Literal) else None,
        property=view.value(property_),
        definition=view.text(property_, *DESCRIPTIONS),
        values=lists[0] if lists else None,
        attached_to=attached[0] if attached else None,
        is_required=role != "attribute"
        or (isinstance(required, ox.Literal) and required.value == "true"),
    )


def _values(view: View, subject: ox.NamedNode, predicate: str) -> list[Value]:
    found = view.served.objects(subject, term(predicate))
    return [view.value(node) for node in found if isinstance(node, ox.NamedNode)]
