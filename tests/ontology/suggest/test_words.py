"""The words of labels: typos, synonyms, inflections, compounds, abbreviations, opposites."""

from __future__ import annotations

import pytest

from publish.ontology.suggest.words import Thesaurus, stem, tokens_of

LABELS = [
    "collectief maatwerk",
    "lokale diensteneconomie",
    "sociale economie",
    "kortgeschoold",
    "werknemers",
    "zonder migratieachtergrond",
]


@pytest.fixture(scope="module")
def thesaurus() -> Thesaurus:
    """A thesaurus that knows a few labels."""
    return Thesaurus(LABELS)


def test_spell_without_accents_and_elisions() -> None:
    """Case, accents, marks and elided articles make no difference."""
    assert tokens_of("L’Économie d'Études, (CMW) 5 %") == ["economie", "etudes", "cmw", "5", "%"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lokale", "lokaal"),
        ("bedrijven", "bedrijf"),
        ("diensten", "dienst"),
        ("zelfstandigen", "zelfstandig"),
        ("activities", "activity"),
        ("qualifiées", "qualifie"),
    ],
)
def test_take_off_inflections(one: str, other: str) -> None:
    """Inflections of a word have one stem."""
    assert stem(tokens_of(one)[0]) == stem(tokens_of(other)[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("maatwerk collectief", "maatwerkcollectief"),
        ("diensten economie lokale", "lokaal diensteneconomie"),
        ("kolectief maatwrek", "collectief maatwerk"),
        ("collective maatwerk", "collectief maatwerk"),
        ("salariés", "werknemer"),
        ("full-time equivalents", "VTE"),
        ("kort opgeleid", "kortgeschoolden"),
        ("niet toegekend", "geweigerd"),
        ("drie maanden", "3 months"),
    ],
)
def test_read_same_words(thesaurus: Thesaurus, one: str, other: str) -> None:
    """Typos, synonyms, compounds, abbreviations and order leave the meanings as they are."""
    assert sorted(thesaurus.read(one).meanings) == sorted(thesaurus.read(other).meanings)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("werkgevers", "werknemers"),
        ("employer", "employee"),
        ("maatwerk", "maatpak"),
        ("hooggeschoold", "kortgeschoold"),
        ("diensteneconomie", "dienstencheques"),
        ("migratieachterstand", "migratieachtergrond"),
    ],
)
def test_tell_words_apart(thesaurus: Thesaurus, one: str, other: str) -> None:
    """A word that looks like another is no misspelling of it."""
    assert set(thesaurus.read(one).meanings) != set(thesaurus.read(other).meanings)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zonder migratieachtergrond", "met migratieachtergrond"),
        ("meer dan weinig kennis", "weinig kennis"),
        ("met en zonder migratieachtergrond", "zonder migratieachtergrond"),
        ("niet inzetbaar", "inzetbaar"),
        ("3 maanden", "6 maanden"),
    ],
)
def test_mark_opposites(thesaurus: Thesaurus, one: str, other: str) -> None:
    """A label is never equal to its opposite, nor to one with another number."""
    assert not thesaurus.read(one).may_equal(thesaurus.read(other))


def test_read_abbreviation(thesaurus: Thesaurus) -> None:
    """An abbreviation may mean any word that begins so."""
    [word] = thesaurus.read("coll.").words
    assert "=collectief" in word.meanings
    assert not word.known
