"""The example queries of the query page: those of the project, then the general ones.

The general examples are ``queries/examples/*.rq``, with the data set and the language left open;
those of a project come with its release. A release of RDF files has only examples for any RDF.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources

from publish.release.manifest import DataSet
from publish.release.opened import Served
from publish.site.pages.components import components_of
from publish.site.rendering import read_texts
from publish.sparql.examples import complete_query, prefix_lines

EXAMPLES = ("datasets", "table", "totals", "sources", "missing", "codes", "overview")
EXAMPLES_FOR_ANY_RDF = ("first", "classes", "properties", "graphs")
"""The general examples in the order of the page; those for any RDF need no data set."""


def table_query(served: Served, data_set: DataSet, language: str) -> str:
    """Return the query that gives the figures of a data set as rows, with their labels."""
    dimensions = [
        (component, re.sub(r"\W", "", component.iri.rpartition("#")[2]) or f"dim{number}")
        for number, component in enumerate(components_of(served, data_set.iri))
        if component.kind != "measure"
    ]
    lines = [
        f"SELECT {' '.join(f'?{name}' for _, name in dimensions)} ?measure ?value WHERE {{",
        f"  ?observation qb:dataSet <{data_set.iri}> ;",
        *(f"    {served.compact(item.iri)} ?{name}Code ;" for item, name in dimensions),
        "    qb:measureType ?measure .",
        "  OPTIONAL { ?observation ?measure ?value }",
    ]
    for component, name in dimensions:
        label = "rdfs:label" if component.kind == "period" else "skos:prefLabel"
        lines.append(f'  ?{name}Code {label} ?{name} . FILTER(LANG(?{name}) = "{language}")')
    order = " ".join(f"?{name}Code" for _, name in reversed(dimensions))
    body = "\n".join([*lines, "}", f"ORDER BY ?measure {order}\n"])
    return prefix_lines(served.prefixes, body) + "\n" + body


def example_query(served: Served, example: str | None, slug: str | None, language: str) -> str:
    """Return the text of an example query about a data set of this release."""
    text = next((item.text for item in served.examples if item.name == example), None)
    if text is None and served.data_sets:
        # The largest one, unless another is asked for.
        data_set = max(served.data_sets, key=lambda item: (item.slug == slug, item.observations))
        if example == "table":
            return table_query(served, data_set, language)
        text = _text(example if example in EXAMPLES else "datasets")
        text = text.replace("$dataSet", data_set.iri)
    elif text is None:
        text = _text(example if example in EXAMPLES_FOR_ANY_RDF else "first")
    return complete_query(text, served.base, served.prefixes, language)


def _text(name: str) -> str:
    path = resources.files("publish.site").joinpath("queries", "examples", f"{name}.rq")
    return path.read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Example:
    """An example as the page offers it: the question that it answers, and the whole query."""

    title: str
    query: str


def examples_of(served: Served, language: str, slug: str | None = None) -> list[Example]:
    """Return the examples, those of the project first; ``slug`` is what general ones are about."""
    titles = {item.name: item.title[language] for item in served.examples}
    names = EXAMPLES if served.data_sets else EXAMPLES_FOR_ANY_RDF
    texts = read_texts()[language]["examples"]
    titles |= {name: texts[name] for name in names if name not in titles}
    return [
        Example(title=title, query=example_query(served, name, slug, language))
        for name, title in titles.items()
    ]
