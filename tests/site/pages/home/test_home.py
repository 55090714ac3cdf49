"""The home page: every data set with its newest figure, the ways in, and what is lacking."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from built import Built
from flask_client import client_of, page
from small_release import make_release

from publish.site.data import figures


def test_show_the_newest_figure_of_each_data_set(
    answer: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has figure, line, periods and topic of each, in the order of the source, and asks no
    worker for them."""
    monkeypatch.delattr(figures.PageFigures, "read")
    client = client_of(answer.folder)
    text = page(client, "/", "nl")
    slugs = re.findall(r'href="/doc/dataset/([a-z-]+)">', text)
    assert sorted(slugs) == sorted(item["slug"] for item in answer.manifest["data-sets"])
    assert slugs[0] == "lde-werknemers-leeftijd"
    assert slugs[-2:] == ["wzw-uitstroom", "ama-uitstroom"]
    assert "<strong>1.710,41\xa0VTE</strong><br>" in text
    assert "2e kwartaal 2023, collectief maatwerk (CMW)" in text
    assert "laagste en hoogste van 3" in text
    topics = re.findall(r'<h3 id="topic-\d">([^<]+)</h3>', text)
    assert topics[:2] == ["Werknemers en deelnemers", "Contingent en aanvragen"]
    assert text.count('<svg class="sparkline"') == 6
    english = page(client, "/", "en")
    assert "<strong>1,710.41\xa0FTE</strong><br>" in english
    assert "Jobseekers with an advice" in english


def test_say_what_is_lacking_and_that_it_is_no_release(answer: Built) -> None:
    """What was asked and not given is named with its reason; a preview says that it is one."""
    text = page(client_of(answer.folder), "/", "nl")
    lacking = text.partition('<h2 id="missing">')[2]
    assert "De koppeling met de databank van VDAB" in lacking
    assert 'href="/missing">Alles wat ontbreekt, met de reden</a>' in lacking
    assert "voorlopige versie" in lacking


def test_show_a_release_of_an_older_version(tmp_path: Path) -> None:
    """Without an overview a data set has its title and its periods."""
    text = page(client_of(make_release(tmp_path)), "/", "nl")
    assert 'href="/doc/dataset/' in text
    assert "2022" in text
