"""The dimensions and measures of a data set, as its structure in the store has them."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from publish.release.opened import Served, term
from publish.site.pages.figure_text import MEASURE_TYPE
from publish.site.select import order_in_list, select

PERIODS = term("interval:Calendar").value
KINDS = ("period", "code", "measure")
"""What a component can be, in the order in which pages name them."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """A dimension or a measure of a data set."""

    iri: str
    kind: str
    """One of KINDS."""
    code_list: str
    """The IRI of its code list, or nothing."""


def components_of(served: Served, data_set: str) -> list[Component]:
    """Return dimensions, the period first, then measures, each in the order of the structure."""
    found: dict[str, tuple[int, tuple[bool, int], str, str]] = {}
    for row in select(served, "select_components", dataSet=ox.NamedNode(data_set)):
        iri, kind = row["property"].value, "code"
        if row["kind"].value == "measure":
            kind = "measure"
        elif "range" in row and row["range"].value.startswith(PERIODS):
            kind = "period"
        if iri != MEASURE_TYPE and (iri not in found or KINDS[found[iri][0]] != "period"):
            code_list = row["list"].value if "list" in row else ""
            found[iri] = (KINDS.index(kind), order_in_list(row), iri, code_list)
    return [
        Component(iri=iri, kind=KINDS[kind], code_list=code_list)
        for kind, _, iri, code_list in sorted(found.values())
    ]
