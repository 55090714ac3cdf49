"""What figures are called, in each language."""

from __future__ import annotations

import pytest
from built import Built
from exported import description_of, observations

from publish.site.pages.figure.naming import figure_name, observation_iri, place_name, short_unit


@pytest.mark.parametrize(
    ("slug", "codes", "language", "name"),
    [
        (
            "lde-werknemers-leeftijd",
            ("2023-Q1", "Y_GE65", "werknemersVte"),
            "nl",
            "10,09 VTE: 65 jaar en ouder, LDE, K1 2023",
        ),
        (
            "lde-werknemers-leeftijd",
            ("2023-Q1", "_T", "werknemersVte"),
            "en",
            "1,710.41 FTE: total (all ages), LDE, Q1 2023",
        ),
        (
            "wzw-uitstroom",
            ("2021", "CMW", "uitstroomNaarWerkPercentage"),
            "nl",
            "5,2 %: uitstroom naar werk (% van de werkzoekenden, jaargemiddelde), "
            "advies collectief maatwerk, 2021",
        ),
        (
            "contingent",
            ("2022-Q1", "LDE", "contingentVte"),
            "nl",
            "2.152,54 VTE: contingent, lokale diensteneconomie (LDE), K1 2022",
        ),
    ],
)
def test_name_figures(
    answer: Built, slug: str, codes: tuple[str, ...], language: str, name: str
) -> None:
    """A name has the value and unit, what tells the figure from others, and the period last."""
    description = description_of(answer.folder, slug)
    [found] = [item for item in observations(answer.folder, slug) if item.codes == codes]
    assert figure_name(description, found, language) == name


def test_name_each_figure_of_a_data_set_differently(answer: Built) -> None:
    """No two figures of a data set are about the same, also without the subject of all."""
    for slug in ("wzw-uitstroom", "cmw-werknemers-leeftijd"):
        description = description_of(answer.folder, slug)
        codes = [item.codes for item in observations(answer.folder, slug)]
        for subject in (True, False):
            names = {place_name(description, one, "nl", with_subject=subject) for one in codes}
            assert len(names) == len(codes)


def test_name_what_has_no_value(odd_exports: Built) -> None:
    """Bounds stand where the value would; where nothing is known the name says that."""
    description = description_of(odd_exports.folder, "vreemd")
    without = [item for item in observations(odd_exports.folder, "vreemd") if item.value is None]
    names = {figure_name(description, item, "en").partition(":")[0] for item in without}
    assert "No value shown" in names
    assert any(name.startswith("1–3 ") for name in names)


def test_find_the_iri_of_an_observation(answer: Built) -> None:
    """Its codes in the order of the description make the IRI."""
    description = description_of(answer.folder, "contingent")
    iri = observation_iri(description, ("2022-Q1", "LDE", "contingentVte"))
    assert iri == f"{answer.base}/id/observatie/contingent/2022-Q1/LDE/contingentVte"


@pytest.mark.parametrize(
    ("label", "short"),
    [
        ("voltijdsequivalenten (VTE)", "VTE"),
        ("personen", "personen"),
        ("euro (in 2020)", "euro (in 2020)"),
    ],
)
def test_shorten_units(label: str, short: str) -> None:
    """Only an abbreviation in capitals stands for a unit."""
    assert short_unit(label) == short
