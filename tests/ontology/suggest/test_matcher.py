"""Which codes are proposed for a label: by words, by bounds, and by the list as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publish.ontology.suggest.candidates import ForeignEntry, Label, OwnCode, OwnList
from publish.ontology.suggest.matcher import MOST_CANDIDATES, Matcher
from publish.ontology.suggest.ranges import AGE, DURATION, SIZE, read_range


def code(place: str, *labels: str, kind: str = "pref") -> OwnCode:
    """Return a code, with a range if its first label states one."""
    name, _, notation = place.partition("/")
    stated = read_range(labels[0])
    kinds = frozenset({{"leeftijd": AGE, "duur": DURATION}.get(name, SIZE)})
    return OwnCode(
        list_name=name,
        code=notation,
        iri=f"http://a.example/{place}",
        shown=labels[0],
        labels=tuple(Label(text=text, kind=kind) for text in labels),
        range=replace(stated, kinds=kinds) if stated else None,
        total=notation == "_T",
    )


CODES = [
    code("maat/K", "gedeeld vervoer (GVV)", "gedeeld vervoer"),
    code("maat/F", "fietsvergoeding"),
    code("ticket/K", "ticket gedeeld vervoer", "gedeeld vervoer"),
    code("ticket/F", "ticket fietsvergoeding", "fietsvergoeding"),
    code("ticket/_T", "totaal, alle tickets", "totaal"),
    code("leeftijd/J", "jonger dan 25 jaar"),
    code("leeftijd/M", "25 tot en met 64 jaar"),
    code("leeftijd/O", "65 jaar en ouder"),
    code("leeftijd/_T", "totaal, alle leeftijden", "totaal"),
    code("grootte/K", "1 tot en met 9 werknemers"),
    code("grootte/M", "10 tot en met 49 werknemers"),
    code("grootte/G", "50 tot en met 64 werknemers"),
    code("duur/K", "minder dan 1 jaar", "kortdurig wachtend", kind="hidden"),
    code("duur/L", "2 jaar en langer", "zeer langdurig wachtend", kind="hidden"),
    code("eenheid/P", "personen"),
    code("eenheid/T", "tickets"),
]
LISTS = [
    OwnList(name="maat", about=("maat", "Maatregelen")),
    OwnList(name="ticket", about=("ticket", "Tickets")),
    OwnList(name="leeftijd", about=("leeftijd", "Leeftijden")),
    OwnList(name="grootte", about=("grootte", "Grootte van ondernemingen")),
    OwnList(name="duur", about=("duur", "Wachttijd")),
    OwnList(name="eenheid", about=("eenheid", "Eenheden"), used=False),
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """A few code lists."""
    return Matcher(CODES, LISTS)


def first(matcher: Matcher, *labels: str, about: str = "") -> list[str]:
    """Return the place of the first suggestion for each label, empty without one."""
    entries = [ForeignEntry(code="", labels=(label,)) for label in labels]
    found = matcher.suggest(entries, about)
    return ["/".join(candidates[0].code.place) if candidates else "" for candidates in found]


@pytest.mark.parametrize(
    ("label", "place", "score", "reason"),
    [
        ("gedeeld vervoer", "maat/K", 1.0, "same label"),
        ("Gedeeld Vervoer (GVV)", "maat/K", 1.0, "same label"),
        ("GVV", "maat/K", 1.0, "same label"),
        ("vervoer, gedeeld", "maat/K", 0.985, "word order"),
        ("fietsvergoedng", "maat/F", 0.94, "typo"),
        ("ticket voor gedeeld vervoer", "ticket/K", 0.985, "same words"),
        ("65+", "leeftijd/O", 1.0, "same range"),
        ("24 jaar of jonger", "leeftijd/J", 0.97, "same range"),
        ("kortdurig wachtend", "duur/K", 0.985, "same as a search term"),
        ("kortdurig wachtend (< 12 maanden)", "duur/K", 1.0, "same range"),
        ("wachtend, zeer langdurig", "duur/L", 0.97, "word order"),
    ],
)
def test_say_how_alike_and_why(
    matcher: Matcher, label: str, place: str, score: float, reason: str
) -> None:
    """A suggestion has a score from 0 to 1 and a reason."""
    [candidates] = matcher.suggest([ForeignEntry(code="", labels=(label,))])
    found = candidates[0]
    assert ("/".join(found.code.place), found.reason) == (place, reason)
    assert found.score == pytest.approx(score, abs=0.006)


@pytest.mark.parametrize(
    "label",
    [
        "vervoer",
        "gedeeld bezit",
        "ticket",
        "geen gedeeld vervoer",
        "personen",
        "25 tot 60 jaar",
        "vrouwen van 65 jaar en ouder",
        "niet 65+",
        "langdurig wachtend",
        "kortdurig wachtend (< 2 jaar)",
        "kortdurig wachtend jonger dan 25 jaar",
        "",
        "?",
        "totaal",
    ],
)
def test_propose_nothing(matcher: Matcher, label: str) -> None:
    """One word of several, an opposite, another range or a bare total is no reason to propose."""
    assert first(matcher, label) == [""]


def test_rank_candidates(matcher: Matcher) -> None:
    """Candidates are ranked by score, the list with the plainest label first, and are not many."""
    [candidates] = matcher.suggest([ForeignEntry(code="", labels=("gedeeld vervoer",))])
    assert ["/".join(item.code.place) for item in candidates] == ["maat/K", "ticket/K"]
    assert len(candidates) <= MOST_CANDIDATES
    assert candidates[0].score >= candidates[1].score


def test_prefer_list_that_title_names(matcher: Matcher) -> None:
    """The title of the foreign list tells which of our lists is meant."""
    assert first(matcher, "gedeeld vervoer", about="Tickets in 2023") == ["ticket/K"]


def test_prefer_list_that_most_entries_fit(matcher: Matcher) -> None:
    """A total is that of the list which the other entries fit."""
    assert first(matcher, "totaal", "<25", "25-64", "65+")[0] == "leeftijd/_T"
    entries = ("totaal", "ticket gedeeld vervoer", "ticket fietsvergoeding")
    assert first(matcher, *entries)[0] == "ticket/_T"


def test_take_bare_range_as_age(matcher: Matcher) -> None:
    """A range without unit is one of ages, unless the list has ranges of something else."""
    assert first(matcher, "10-49") == [""]
    assert first(matcher, "10-49", "1-9 werknemers") == ["grootte/M", "grootte/K"]
    assert first(matcher, "1-9", "10-49", "50-64") == ["grootte/K", "grootte/M", "grootte/G"]


def test_propose_unit_only_in_list_of_units(matcher: Matcher) -> None:
    """A list that no dimension uses must fit the foreign list as a whole."""
    assert first(matcher, "personen", "fietsvergoeding", "gedeeld vervoer")[0] == ""
    assert first(matcher, "personen", about="eenheid") == ["eenheid/P"]


def test_take_best_of_several_labels(matcher: Matcher) -> None:
    """An entry with labels in several languages has the candidates of all of them."""
    entry = ForeignEntry(code="", labels=("bicycle allowance", "fietsvergoeding"))
    assert matcher.suggest([entry])[0][0].code.place == ("maat", "F")


def test_suggest_the_same_in_any_order() -> None:
    """The order in which our codes are given makes no difference."""
    entries = [ForeignEntry(code="", labels=(text,)) for text in ("gedeeld vervoer", "65+", "GVV")]
    assert Matcher(CODES, LISTS).suggest(entries) == Matcher(CODES[::-1], LISTS).suggest(entries)
