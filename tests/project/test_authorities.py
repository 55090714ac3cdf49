"""Public lists: what their terms are called, and that no code is written otherwise elsewhere."""

from __future__ import annotations

import pytest

from publish.project.authorities import authorities, label_of, listed

EU = "http://publications.europa.eu/resource/authority/"
FLEMISH = "https://data.vlaanderen.be/id/licentie/"


@pytest.mark.parametrize(
    ("iri", "nl", "en"),
    [
        (f"{EU}data-theme/SOCI", "Bevolking en samenleving", "Population and society"),
        ("http://vocab.belgif.be/auth/datatheme/ENER", "Energie", "Energy"),
        (f"{EU}frequency/IRREG", "onregelmatig", "irregular"),
        ("http://purl.org/adms/publishertype/Company", "Company", "Company"),
        (f"{FLEMISH}onvoorwaardelijk-hergebruik/v1.0", *["Onvoorwaardelijk hergebruik"] * 2),
        (f"{EU}data-theme/SOCIAL", None, None),
        ("https://example.org/", None, None),
    ],
)
def test_call_terms_by_their_label(iri: str, nl: str | None, en: str | None) -> None:
    """A term has the label of its list, in the other language where the list has no more."""
    assert (label_of(iri, "nl"), label_of(iri, "en")) == (nl, en)


def test_have_whole_entries() -> None:
    """Every list has a scheme and codes with labels; every licence is of a kind that is listed."""
    for authority in authorities().values():
        assert authority.schemes
        assert authority.codes
        assert all(labels for labels in authority.codes.values())
    for about in listed("licences").values():
        assert about["type"] in authorities()["licence-type"].codes
        assert about["title"]
