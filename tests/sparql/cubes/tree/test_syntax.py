"""Reading queries as trees: what the parser alone does not read."""

from __future__ import annotations

import pytest

from publish.sparql.cubes.tree.syntax import groups_of, read_group, read_query


@pytest.mark.parametrize("prefix", ["a", "filter", "true", "graph", "values", "optional", ""])
def test_read_prefixes_that_are_called_as_keywords(prefix: str) -> None:
    """``a:`` is a prefix as any other, though ``a`` is a keyword; so the IRIs are the same."""
    text = f"""PREFIX {prefix}: <http://x/> PREFIX ns: <http://y/>
    SELECT ?s {{ ?s {prefix}:p "{prefix}:p", ns:q; a {prefix}:c. }}"""
    query = read_query(text)
    [node] = groups_of(query, query.body)
    [element] = read_group(query, node).elements
    assert [(one.predicate, one.object) for one in element.triples] == [
        ("<http://x/p>", f'"{prefix}:p"'),
        ("<http://x/p>", "<http://y/q>"),
        ("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<http://x/c>"),
    ]
