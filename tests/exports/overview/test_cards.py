"""``overview.json``: what a release says first of each data set."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from built import Built
from exported import ANSWER, chosen, description_of

from publish.exports.overview.cards import card_of, read_cards
from publish.exports.overview.figures import overview_of


def test_write_a_card_of_each_data_set(answer: Built) -> None:
    """A release has a card of each data set, and its checksum among what makes its id."""
    text = (answer.folder / "overview.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == answer.manifest["overview"]
    cards = read_cards(text)
    assert sorted(cards) == ANSWER
    card = cards["lde-werknemers-leeftijd"]
    assert card.figure == {"nl": "1.710,41\xa0VTE", "en": "1,710.41\xa0FTE"}
    assert card.when["nl"] == "1e kwartaal 2023"
    assert card.span["nl"] == "1e kwartaal 2022 – 2e kwartaal 2023"
    assert card.topic == {"nl": "Werknemers en deelnemers", "en": "Workers and participants"}
    assert [str(value) for value in card.values][::4] == ["1676.15", "1710.41"]
    assert cards["contingent"].figure["nl"] == "2.152,14–20.082\xa0VTE"
    assert cards["werknemers-leeftijd-vergelijkbaar"].of["en"] == "collective customised work (CMW)"


def test_read_views_of_a_large_data_set_alike(answer: Built, odd_exports: Built) -> None:
    """What is read view by view gives the same card as what was read whole."""
    for built in (answer, odd_exports):
        for slug, card in read_cards((built.folder / "overview.json").read_bytes()).items():
            description = description_of(built.folder, slug)
            with chosen(built.folder, slug) as whole:
                found = overview_of(description, lambda view, of=whole: replace(of, view=view))
            assert card_of(found, description, card.topic) == card
