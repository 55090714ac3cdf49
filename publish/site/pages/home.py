"""The first page: every data set with its periods."""

from __future__ import annotations

import pyoxigraph as ox
from flask import Response, request

from publish.release.manifest import DataSet
from publish.release.once_per_release import once_per_release
from publish.release.opened import Served
from publish.site.rendering import reader_of, show


def home_page(served: Served) -> Response:
    """Return the page of the root of the site."""
    language = reader_of(request).language
    entries = []
    for data_set in served.data_sets:
        found = periods_of_data_set(served, data_set)
        ends = [found[0], found[-1]] if len(found) > 1 else found
        entries.append((data_set, [served.label(iri, language) for iri in ends]))
    return show(served, "home.html", entries=entries)


@once_per_release
def periods_of_data_set(served: Served, data_set: DataSet) -> list[str]:
    """Return the periods of which a data set has a slice, in order."""
    return [
        row["period"].value
        for dimension in served.select("select_period_dimensions")
        for row in served.select(
            "select_slices", dataSet=ox.NamedNode(data_set.iri), property=dimension["property"]
        )
    ]
