"""The home page: a search, ways in, every data set with its newest figure, and what is lacking.

It reads no figures: the build has written what it shows of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response

from publish.exports.charts.sparkline import sparkline
from publish.exports.overview.cards import OverviewCard
from publish.project.project import Text
from publish.release.catalogue.facts import catalogue_facts
from publish.release.history.records import record_of
from publish.release.manifest import DataSet
from publish.release.opened import Served, once_per_release
from publish.site.data.overviews import overviews_of
from publish.site.discovery.links import links_of_catalogue
from publish.site.discovery.schema_org import catalogue_node
from publish.site.pages.home.releases import writers
from publish.site.pages.source.account import sources_of
from publish.site.presentation import View
from publish.site.rendering import read_texts, render_page, view_of
from publish.site.select import select

MOST_LACKING = 6
"""How many figures that are not given the page names; another page has all."""


@dataclass(frozen=True, kw_only=True)
class ListedDataSet:
    """A data set as the home page lists it, in one language."""

    data_set: DataSet
    figure: str
    """Its newest figure with the unit, or nothing."""
    of: int
    """How many figures that stands for: more than one where there is no total."""
    about: str
    """The period of the figure and, where it is no total, what it is of; or nothing."""
    line: str
    """SVG of the total over the periods, or nothing."""
    span: str
    """Its first and last period, or nothing."""
    changed: str | None
    """When its figures last changed; None where no release is recorded."""


def make_home_page(served: Served) -> Blueprint:
    """Return the blueprint of the root of the site."""
    blueprint = Blueprint("home", __name__)

    def home() -> Response:
        view = view_of(served)
        lacking = [
            (source, item)
            for source in sources_of(served).values()
            for question in source.questions
            for item in question.missing
        ]
        facts = catalogue_facts(served)
        response = render_page(
            served,
            "home.html",
            topics=_topics(served, view.language),
            lacking=lacking[:MOST_LACKING],
            latest=served.history.last,
            is_preview=record_of(served.folder)[0] is None,
            **writers(view.language),
            dated=bool(served.history.records),
            preview=served.description[view.language],
            related=list(links_of_catalogue(served)),
            structured=facts and catalogue_node(facts, view.language),
        )
        response.vary.discard("accept")
        return response

    blueprint.add_url_rule("/", "home", home)
    return blueprint


@once_per_release
def _topics(served: Served, language: str) -> list[tuple[str | None, list[ListedDataSet]]]:
    """Return the data sets by topic, in the order of their source; those without one last."""
    cards = overviews_of(served)
    groups: dict[str | None, list[ListedDataSet]] = {}
    for data_set in sorted(served.data_sets, key=lambda item: _order(cards.get(item.slug))):
        card = cards.get(data_set.slug)
        topic: Text | None = card.topic if card else None
        groups.setdefault(topic[language] if topic else None, []).append(
            _listed(served, data_set, card, language)
        )
    others = {None: groups.pop(None)} if None in groups else {}
    return [*groups.items(), *others.items()]


def _order(card: OverviewCard | None) -> tuple[bool, tuple[str, int]]:
    """Return where a data set stands in its source; after all others where that is not known."""
    source = card.source if card else None
    return source is None, source or ("", 0)


def _listed(
    served: Served, data_set: DataSet, card: OverviewCard | None, language: str
) -> ListedDataSet:
    dates = served.history.dates(data_set.slug)
    changed = dates[1] if dates else None
    if card is None:  # a release of an older version says only which periods there are
        view = View(served, language)
        found = periods_of_data_set(served, data_set)
        span = " – ".join(map(view.label, [found[0], found[-1]] if len(found) > 1 else found))
        return ListedDataSet(
            data_set=data_set, figure="", of=0, about="", line="", span=span, changed=changed
        )
    label = read_texts()[language]["home-line"].format(
        title=data_set.title[language], span=card.span[language]
    )
    overview = card.overview
    return ListedDataSet(
        data_set=data_set,
        figure=card.figure[language],
        of=0 if overview.has_total else overview.count - overview.hidden,
        about=", ".join(filter(None, (card.when[language], card.of[language]))),
        line=sparkline(card.values, label=label),
        span=card.span[language],
        changed=changed,
    )


@once_per_release
def periods_of_data_set(served: Served, data_set: DataSet) -> list[str]:
    """Return the periods of which a data set has a slice, in order."""
    about = ox.NamedNode(data_set.iri)
    return [
        row["period"].value
        for dimension in select(served, "select_period_dimensions")
        for row in select(served, "select_slices", dataSet=about, property=dimension["property"])
    ]
