"""Marks that are put into RDF to see which blank node stands where, when it is read once more.

A parser labels blank nodes that have no label at random, but it meets them in the same order each
time. A mark is the label of a node, or the value of a property of it that nobody else uses.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

import pyoxigraph as ox

from publish.rdf.reader import Labels

MARKS, MARK = "urn:x-place:", "mark"
_PREDICATE = ox.NamedNode(MARKS + MARK)


def marked_label(number: int) -> str:
    """Return the label that is the so-many-eth mark, from 0."""
    return f"place-mark-{number}"


_PREFIX = marked_label(0).removesuffix("0")
Place = tuple[int, int]


def places_of_unnamed(labels: Labels, text: bytes, places: list[Place]) -> Mapping[int, Place]:
    """Return line and column of blank nodes without label, by their number in the order of reading.

    ``places`` are those of the marks in the text. Of a list each node stands where it is used.
    """
    order = dict[ox.BlankNode, int]()
    mark_of = dict[ox.BlankNode, str]()
    holder = dict[ox.BlankNode, ox.BlankNode]()
    try:
        for quad in ox.parse(
            io.BytesIO(text), format=labels.file.syntax, base_iri=labels.file.base
        ):
            subject, value = quad.subject, quad.object
            if quad.predicate == _PREDICATE and isinstance(value, ox.Literal):
                mark_of[subject] = value.value
                continue
            for node in (subject, value):
                if isinstance(node, ox.BlankNode) and node not in order:
                    if node.value.startswith(_PREFIX):
                        mark_of[node] = node.value
                    elif not labels.is_unnamed(node):
                        continue
                    order[node] = len(order)
            if isinstance(subject, ox.BlankNode) and isinstance(value, ox.BlankNode):
                holder.setdefault(value, subject)
    except SyntaxError:
        return {}  # a mark stands where none can be
    found = {}
    for node, number in order.items():
        seen = {node}
        while node not in mark_of and node in holder and holder[node] not in seen:
            node = holder[node]
            seen.add(node)
        if mark := mark_of.get(node):
            found[number] = places[int(mark.removeprefix(_PREFIX))]
    return found
