"""Example queries that run on this release as they stand, prefixes included.

In comes the name of an example and of a data set; out comes SPARQL for a person to start from.
The general ones are ``publish/sparql/examples/*.rq``, with the data set and language left open;
those of a project come with its release. What was made of somebody's RDF files has only the
examples that hold for any RDF.
"""

from __future__ import annotations

import re
from importlib import resources

from publish.release.manifest import DataSet
from publish.release.opened import Served
from publish.site.pages.pivot import components_of
from publish.site.rendering import read_texts
from publish.sparql.examples import complete_query, prefix_lines

EXAMPLES = ("datasets", "table", "totals", "sources", "missing", "codes", "overview")
OF_ANY_RDF = ("first", "classes", "properties", "graphs")


def table_query(served: Served, data_set: DataSet, language: str) -> str:
    """Return the query that gives the figures of a data set as rows, with their labels."""
    used: list[str] = []
    lines: list[str] = []
    names: list[str] = []
    for component in components_of(served, data_set.iri):
        if component.kind == "measure":
            continue
        name = re.sub(r"\W", "", component.iri.rpartition("#")[2]) or f"dim{len(names)}"
        label = "rdfs:label" if component.kind == "period" else "skos:prefLabel"
        names.append(f"?{name}")
        used.append(f"    {served.compact(component.iri)} ?{name}Code ;")
        lines.append(f'  ?{name}Code {label} ?{name} . FILTER(LANG(?{name}) = "{language}")')
    body = "\n".join(
        [
            f"SELECT {' '.join(names)} ?measure ?value WHERE {{",
            f"  ?observation qb:dataSet <{data_set.iri}> ;",
            *used,
            "    qb:measureType ?measure .",
            "  OPTIONAL { ?observation ?measure ?value }",
            *lines,
            "}",
            f"ORDER BY ?measure {' '.join(f'{name}Code' for name in reversed(names))}",
        ]
    )
    return prefix_lines(served.prefixes, body) + "\n" + body + "\n"


def example_query(served: Served, example: str | None, slug: str | None, language: str) -> str:
    """Return the text of an example query about a data set of this release."""
    sample = next((item for item in served.samples if item.name == example), None)
    if sample is not None:
        return complete_query(sample.text, served.base, served.prefixes, language)
    if not served.data_sets:
        name = example if example in OF_ANY_RDF else "first"
        return complete_query(_text(name), served.base, served.prefixes, language)
    name = example if example in EXAMPLES else "datasets"
    chosen = [item for item in served.data_sets if item.slug == slug]
    largest = max(served.data_sets, key=lambda item: item.observations)
    data_set = chosen[0] if chosen else largest
    if name == "table":
        return table_query(served, data_set, language)
    body = _text(name).replace("$dataSet", data_set.iri)
    return complete_query(body, served.base, served.prefixes, language)


def _text(name: str) -> str:
    path = resources.files("publish.site").joinpath("query_examples", f"{name}.rq")
    return path.read_text(encoding="utf-8")


def examples_of(served: Served, language: str) -> list[tuple[str, str]]:
    """Return the examples by name with what each answers: the project's own, then the general."""
    own = [(sample.name, sample.title[language]) for sample in served.samples]
    names = EXAMPLES if served.data_sets else OF_ANY_RDF
    return own + [(name, read_texts()[language]["examples"][name]) for name in names]
