"""Tells whether a query may need statements that are not in the store."""

from __future__ import annotations

from publish.sparql.cubes.catalogue import Catalogue
from publish.sparql.cubes.left_out.knowing import Slugs, anything, of_constants
from publish.sparql.cubes.left_out.walking import Judge, walk_groups
from publish.sparql.cubes.plan import GRAPHS, NeedsTriples
from publish.sparql.cubes.tree.any_spelling import read_any_query
from publish.sparql.cubes.tree.syntax import NotRead, Query, walk

NOT_READ = "not-read"
LONGEST = 200_000
"""Characters of a query that is judged."""
MOST_SOME = 10_000
"""Solutions that a query may ask for if any are as good."""
_NOT_ADDING = frozenset(
    {
        "optional_graph_pattern",
        "minus_graph_pattern",
        "exists_func",
        "not_exists_func",
        "sub_select",
        "aggregate",
        "group_clause",
        "order_clause",
    }
)


def needed_by(catalogue: Catalogue, text: str, base: str | None) -> Slugs:
    """Return the data sets of whose statements a query may need one that the store does not have.

    Raises NeedsTriples for one that cannot be read, and for one that names their graphs.
    """
    every = anything(catalogue.left_out).observation
    if len(text) > LONGEST:
        raise NeedsTriples(sorted(every), NOT_READ)
    try:
        query = read_any_query(text, base)
        if (longer := written_out(query)) is not None:
            query = read_any_query(longer, base)
        judge = Judge(query)
        walk_groups(query, catalogue, judge)
        slugs = judge.slugs | _described(query, catalogue)
        graphs = _graphs(query)
    except (NotRead, RecursionError):
        raise NeedsTriples(sorted(every), NOT_READ) from None
    if graphs:
        slugs &= frozenset(cube.slug for cube in catalogue.left_out if cube.graph in graphs)
        if slugs:
            raise NeedsTriples(sorted(slugs), GRAPHS)
    return slugs


def asks_for_nothing(text: str, base: str | None) -> bool:
    """Return whether a query has no triple patterns, so that it needs no statements."""
    try:
        query = read_any_query(text, base)
    except (NotRead, RecursionError):
        return False
    kinds = {node.type for node in walk(query.root)}
    return not kinds & {"describe_query", "triples_same_subject", "graph_graph_pattern"}


def _graphs(query: Query) -> frozenset[str]:
    """Return the graphs that FROM and FROM NAMED name."""
    clauses = [node for node in query.body.children if node.type == "dataset_clause"]
    iris = (query.iri(node) for clause in clauses for node in walk(clause))
    return frozenset(iri for iri in iris if iri is not None)


def _described(query: Query, catalogue: Catalogue) -> Slugs:
    """Return the data sets of which a DESCRIBE may describe an observation or a slice."""
    if query.body.type != "describe_query":
        return frozenset()
    found: Slugs = frozenset()
    for node in query.body.children:
        if node.type in ("var", "*"):
            return anything(catalogue.left_out).observation
        iri = query.iri(node)
        if iri is not None:
            known = of_constants(catalogue.left_out, [f"<{iri}>"])
            found |= known.observation | known.leads
    return found


def solutions_wanted(query: Query) -> int | None:
    """Return how many solutions are enough, of a query to which all solutions are as good.

    Further statements may only add to the solutions. None for any other query.
    """
    nodes = list(walk(query.body))
    if any(node.type in _NOT_ADDING for node in nodes):
        return None
    if query.form == "ask":
        return 1
    limits = [node for node in nodes if node.type == "limit_clause"]
    if query.form != "select" or len(limits) != 1:
        return None
    wanted = int(query.of(limits[0].named_children[-1]))
    return wanted if wanted <= MOST_SOME else None


def in_full(query: Query) -> str:
    """Return a query without a prologue, its IRIs in full, and variables for its blank nodes.

    A blank node is one within a basic graph pattern, so a variable of its own says the same; only
    ``SELECT *`` tells them apart. Those of a template stay.
    """
    stem = "node"
    while stem.encode() in query.text:
        stem += "s"
    templates = [node for node in query.body.children if node.type == "construct_template"]
    parts, at = [], query.body.start_byte
    for node in walk(query.root):
        new = None
        if node.start_byte >= at and node.type in ("iri_reference", "prefixed_name"):
            new = f"<{query.iri(node)}>"
        elif node.type == "blank_node_label" and not any(
            one.start_byte <= node.start_byte < one.end_byte for one in templates
        ):
            label = query.of(node).encode().hex()
            new = f"?{stem}{label}"
        if new is not None:
            parts += [query.text[at : node.start_byte].decode(), new]
            at = node.end_byte
    return "".join([*parts, query.text[at:].decode()])


def written_out(query: Query) -> str | None:
    """Return ``CONSTRUCT WHERE { … }`` with its pattern as its template too; None for others."""
    if query.body.type != "construct_query":
        return None
    parts = query.body.children
    at = [place for place, node in enumerate(parts) if node.type == "triples_template"]
    if not at:
        return None
    template, begin = query.of(parts[at[0]]), parts[0].end_byte
    before, after = query.text[:begin].decode(), query.text[begin:].decode()
    return f"{before} {{ {template} }} {after}"
