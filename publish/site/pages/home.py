"""The home page: every data set with its first and last period."""

from __future__ import annotations

import pyoxigraph as ox
from flask import Blueprint, Response

from publish.release.catalogue.facts import catalogue_facts
from publish.release.manifest import DataSet
from publish.release.opened import Served, once_per_release
from publish.site.discovery.links import links_of_catalogue
from publish.site.discovery.schema_org import catalogue_node
from publish.site.rendering import render_page, view_of
from publish.site.select import select


def make_home_page(served: Served) -> Blueprint:
    """Return the blueprint of the root of the site."""
    blueprint = Blueprint("home", __name__)

    def home() -> Response:
        view = view_of(served)
        entries = []
        for data_set in served.data_sets:
            found = periods_of_data_set(served, data_set)
            ends = [found[0], found[-1]] if len(found) > 1 else found
            entries.append((data_set, list(map(view.label, ends))))
        facts = catalogue_facts(served)
        response = render_page(
            served,
            "home.html",
            entries=entries,
            related=list(links_of_catalogue(served)),
            structured=facts and catalogue_node(facts, view.language),
        )
        response.vary.discard("accept")
        return response

    blueprint.add_url_rule("/", "home", home)
    return blueprint


@once_per_release
def periods_of_data_set(served: Served, data_set: DataSet) -> list[str]:
    """Return the periods of which a data set has a slice, in order."""
    about = ox.NamedNode(data_set.iri)
    return [
        row["period"].value
        for dimension in select(served, "select_period_dimensions")
        for row in select(served, "select_slices", dataSet=about, property=dimension["property"])
    ]
