"""Writes the SPARQL query that a view stands for: the same observations, with labels.

It has a row for each figure without value too, with the reason, and for each that a period would
have which the source does not give. It names the graphs that it needs, so that it gives the same
whatever a query without GRAPH sees. It gives all pages of a view at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from publish.exports.description import (
    CODE,
    MEASURE,
    PERIOD,
    DataSetDescription,
    DimensionDescription,
)
from publish.exports.view import (
    SHORTEST_RANGE,
    DataView,
    canonical_view,
    runs,
    totals_of,
    view_address,
)
from publish.project.iris import Uris

MOST_SORTED = 50_000
"""Observations of a data set whose query sorts, and tells of a period that is not given each figure
it would have: of a larger one answers come as they are found, and such a period is one row."""
PERIODS, CODES, TERMS = "bronnen", "codelijsten", "vocabularium"
"""The names of the graphs of periods, of codes and units, and of measures."""
FIXED_VARIABLES = (
    "value",
    "unit",
    "unit_label",
    "status",
    "reason",
    "code",
    "text",
    "reasons",
    "why",
    "slice",
    "other",
    "observation",
)
"""Variables that the query has of each data set, or has inside."""
_LOCAL = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
"""Local names that need no escapes."""
_WIDTH = 100
"""Characters of a line of listed codes."""


def sparql_of_view(description: DataSetDescription, view: DataView) -> str:
    """Return the query whose solutions are the observations of a view, one each.

    Its variables are called as the columns: a dimension has its value and its label. What has no
    figure has a status, ``reasons`` as codes and ``why`` in words. A figure of a period that the
    source does not give has no ``observation``: there is none, only ``why``.
    """
    return _Query(description=description, view=canonical_view(description, view)).text()


@dataclass(frozen=True, kw_only=True)
class _Query:
    """The query of a view."""

    description: DataSetDescription
    view: DataView

    @property
    def _uris(self) -> Uris:
        return Uris(base=self.description.base, vocabulary=self.description.vocabulary)

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        """Return the namespaces that may be used, by their prefixes: also those of code lists."""
        found = self._uris.prefixes() | {"graaf": self._uris.iri("graph", name="")}
        for item in self.description.dimensions:
            namespace = item.codes[0].iri.removesuffix(item.codes[0].code) if item.codes else ""
            if namespace and namespace not in found.values() and _LOCAL.fullmatch(item.column):
                found[item.column if item.column not in found else f"{item.column}-"] = namespace
        return found

    def text(self) -> str:
        """Return the query, with the prefixes that it uses."""
        body = "\n".join(self._lines()) + "\n"
        used = set(re.findall(r"(?<![\w<:/#?])([A-Za-z][\w-]*):(?=[\w])", body))
        prefixes = [
            f"PREFIX {name}: <{namespace}>"
            for name, namespace in self._prefixes.items()
            if name in used
        ]
        return "\n".join([*self._comments(), *prefixes, "", body])

    def _comments(self) -> list[str]:
        description, view = self.description, self.view
        lines = (description.title[view.language], view_address(description, view))
        return [f"# {' '.join(line.split())}" for line in lines]

    def _lines(self) -> Iterator[str]:
        """Yield the lines after the prefixes."""
        description, variables = self.description, self._variables
        names = [
            name
            for item in description.dimensions
            for name in (variables[item.column], f"{variables[item.column]}_label")
        ]
        names += ["value", "unit", "unit_label", "status"]
        names += ["reasons"] if description.reasons else []
        names += ["why"] if description.reasons or self._missing else []
        names += ["observation"]
        yield from _wrapped("SELECT ", (f"?{name}" for name in names), "", "")
        yield "WHERE {"
        if self._missing:
            yield "  {"
            yield from _indented(self._given())
            yield "  } UNION {"
            yield from _indented(self._not_given())
            yield "  }"
        else:
            yield from self._given()
        yield from self._labels()
        yield "}"
        if description.observations <= MOST_SORTED:
            order = " ".join(f"?{variables[item.column]}" for item in description.dimensions)
            yield f"ORDER BY {order}"

    def _given(self) -> Iterator[str]:
        """Yield what finds the observations of the view."""
        yield f"  GRAPH {self._graph(self.description.slug)} {{"
        yield from self._pattern("observation")
        yield "      sdmx-attribute:obsStatus ?status ."
        yield f"    OPTIONAL {{ ?observation ?{self._variables[self._measure.column]} ?value }}"
        yield "  }"
        yield from self._chosen(self.description.dimensions)
        if self.description.reasons:
            yield from self._reasons()

    @cached_property
    def _missing(self) -> list[tuple[DimensionDescription, list[str]]]:
        """Return the dimensions with periods of the view that the source does not give."""
        found = []
        for item in self.description.dimensions:
            chosen = self.view.codes.get(item.column)
            codes = [one for one in item.codes if one.missing]
            codes = [one for one in codes if chosen is None or one.code in chosen]
            if item.kind == PERIOD and codes:
                found.append((item, [self._short(one.iri) for one in codes]))
        return found

    def _not_given(self) -> Iterator[str]:
        """Yield what finds the figures that periods would have which the source does not give."""
        description, graph = self.description, self._graph(self.description.slug)
        for at, (period, iris) in enumerate(self._missing):
            variable = f"?{self._variables[period.column]}"
            if at:
                yield "  } UNION {"
            yield f"  GRAPH {graph} {{"
            yield f"    <{description.iri}> qb:slice ?slice ."
            yield f"    ?slice {self._short(period.iri)} {variable} ;"
            yield "      sdmx-attribute:obsStatus ?status ;"
            yield "      rdfs:comment ?why ."
            yield f'    FILTER (LANG(?why) = "{self.view.language}")'
            yield "  }"
            yield from _wrapped(f"  VALUES {variable} {{ ", iris, " }", "")
            if description.observations > MOST_SORTED:
                continue
            others = [item for item in description.dimensions if item is not period]
            names = [*(f"?{self._variables[item.column]}" for item in others), "?unit"]
            yield "  {"
            yield from _wrapped("    SELECT DISTINCT ", names, " WHERE {", "")
            yield f"      GRAPH {graph} {{"
            yield from _indented(self._pattern("other", leave=period), "    ")
            yield "      }"
            yield from _indented(self._chosen(others), "    ")
            yield "    }"
            yield "  }"

    @property
    def _measure(self) -> DimensionDescription:
        return self.description.dimensions[-1]

    @cached_property
    def _variables(self) -> dict[str, str]:
        """Return the variable of each dimension by its column, no two the same."""
        taken = set(FIXED_VARIABLES)
        found = {}
        for item in self.description.dimensions:
            name = re.sub(r"\W", "_", item.column, flags=re.ASCII)
            while {name, f"{name}_label"} & taken:
                name += "_"
            taken |= {name, f"{name}_label"}
            found[item.column] = name
        return found

    def _graph(self, name: str) -> str:
        return self._short(self._uris.iri("graph", name=name))

    def _pattern(self, name: str, leave: DimensionDescription | None = None) -> Iterator[str]:
        """Yield what every observation has: dimensions, but for one that is left out, and a unit.

        The last line goes on, unless a dimension is left out.
        """
        yield f"    ?{name} qb:dataSet <{self.description.iri}> ;"
        for item in self.description.dimensions:
            if item is not leave:
                yield f"      {self._short(item.iri)} ?{self._variables[item.column]} ;"
        yield f"      sdmx-attribute:unitMeasure ?unit {'.' if leave else ';'}"

    def _chosen(self, dimensions: Sequence[DimensionDescription]) -> Iterator[str]:
        """Yield what restricts dimensions."""
        for item in dimensions:
            variable = f"?{self._variables[item.column]}"
            if (codes := self.view.codes.get(item.column)) is not None:
                known = [code for code in codes if code in item.by_code]
                yield from self._restricted(item, variable, known)
            total = totals_of(self.description).get(item.column)
            if total is not None and not self.view.totals:
                yield f"  FILTER ({variable} != {self._short(item.by_code[total].iri)})"

    def _restricted(
        self, item: DimensionDescription, variable: str, codes: Sequence[str]
    ) -> Iterator[str]:
        """Yield that a variable is one of some codes, in as few words as that takes."""
        places = runs(item, codes)
        if item.kind == PERIOD and any(
            last - first + 1 >= SHORTEST_RANGE for first, last in places
        ):
            parts = [self._within(item, variable, *place) for place in places]
            yield f"  FILTER ({' || '.join(parts)})"
        elif len(codes) * 2 > len(item.codes):
            chosen = set(codes)
            others = [self._short(one.iri) for one in item.codes if one.code not in chosen]
            yield from _wrapped(f"  FILTER ({variable} NOT IN (", others, "))", ",")
        else:
            iris = (item.by_code[code].iri for code in codes)
            yield from _wrapped(f"  VALUES {variable} {{ ", map(self._short, iris), " }", "")

    def _within(self, item: DimensionDescription, variable: str, first: int, last: int) -> str:
        """Return that a period is one from a first to a last place, whose codes are in order."""
        begin, end = item.codes[first].iri, item.codes[last].iri
        if first == last:
            return f"{variable} = {self._short(begin)}"
        return f'STR({variable}) >= "{begin}" && STR({variable}) <= "{end}"'

    def _reasons(self) -> Iterator[str]:
        """Yield why there is no figure: as codes and in words, as there can be several reasons."""
        yield "  OPTIONAL {"
        yield '    SELECT ?observation (GROUP_CONCAT(?code; SEPARATOR="|") AS ?reasons)'
        yield '        (GROUP_CONCAT(?text; SEPARATOR="; ") AS ?why) WHERE {'
        yield (
            f"      GRAPH {self._graph(self.description.slug)} "
            "{ ?observation pub:afwezigheid ?reason }"
        )
        yield f"      GRAPH {self._graph(CODES)} {{ ?reason skos:notation ?code }}"
        yield (
            f"      OPTIONAL {{ GRAPH {self._graph(CODES)} {{ ?reason skos:prefLabel ?text }} "
            f'FILTER (LANG(?text) = "{self.view.language}") }}'
        )
        yield "    }"
        yield "    GROUP BY ?observation"
        yield "  }"

    def _labels(self) -> Iterator[str]:
        """Yield what periods, codes, measures and units are called."""
        graphs = {
            PERIOD: (PERIODS, "rdfs:label"),
            MEASURE: (TERMS, "rdfs:label"),
            CODE: (CODES, "skos:prefLabel"),
        }
        kinds = {self._variables[item.column]: item.kind for item in self.description.dimensions}
        for name, kind in {**kinds, "unit": CODE}.items():
            graph, predicate = graphs[kind]
            yield (
                f"  OPTIONAL {{ GRAPH {self._graph(graph)} {{ ?{name} {predicate} ?{name}_label }} "
                f'FILTER (LANG(?{name}_label) = "{self.view.language}") }}'
            )

    def _short(self, iri: str) -> str:
        """Return an IRI, short where a prefix allows it."""
        for name, namespace in self._prefixes.items():
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
                return f"{name}:{iri[len(namespace) :]}"
        return f"<{iri}>"


def _indented(lines: Iterable[str], by: str = "  ") -> Iterator[str]:
    """Yield lines with spaces before them."""
    return (by + line for line in lines)


def _wrapped(head: str, items: Iterable[str], tail: str, separator: str) -> Iterator[str]:
    """Yield items on lines of some length, a head before the first and a tail after the last."""
    line, between = head, ""
    for item in items:
        if len(line) + len(between) + len(item) > _WIDTH:
            yield line + between.rstrip()
            line, between = "    ", ""
        line += between + item
        between = f"{separator} "
    yield line + tail
