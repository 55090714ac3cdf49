"""Reads a query of any form and spelling, to judge what it needs and not to replace parts of it."""

from __future__ import annotations

import re

from publish.sparql.cubes.tree.parsing import parsed
from publish.sparql.cubes.tree.syntax import QUERIES, NotRead, Query, absolute, walk

_DESCRIPTIONS = frozenset({"describe_query"})
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def read_any_query(text: str, base: str | None) -> Query:
    """Return a query of any form and spelling as a tree, to be judged. Raises NotRead.

    Labels of blank nodes are variables in it, and of lists only the items are seen.
    """
    coded, root = parsed(_ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text))
    bodies = [child for child in root.children if child.type in QUERIES | _DESCRIPTIONS]
    if root.has_error or len(bodies) != 1:
        raise NotRead("not-read")
    query = Query(text=coded, root=root, body=bodies[0], prefixes={}, base=base or "")
    for node in walk(root):
        if node.type == "base_declaration":
            [iri] = node.named_children
            query.base = absolute(query.of(iri)[1:-1], query.base or "")
        elif node.type == "prefix_declaration":
            name, iri = node.named_children
            query.prefixes[query.of(name).removesuffix(":")] = query.iri(iri) or ""
    return query
