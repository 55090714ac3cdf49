"""Settings of publisher, contact and catalogue: what is right, and the place of what is not."""

from __future__ import annotations

import tomllib

import pytest

from publish.project.publication import judge_publication, publication_of

NAME = 'name = { nl = "Uitgever", en = "Publisher" }\n'
PUBLISHER = f"[publisher]\n{NAME}"
CONTACT = '[contact]\nemail = "info@example.org"\n'


def found(text: str) -> list[tuple[str, int]]:
    """Return code and line of each fault of some settings."""
    faults = judge_publication(tomllib.loads(text), text, "publish.toml")
    return [(item.code, item.line) for item in faults]


@pytest.mark.parametrize(
    "text",
    [
        "",
        PUBLISHER + CONTACT,
        f'{PUBLISHER}iri = "https://data.vlaanderen.be/id/organisatie/OVO000076"\n',
        f"[publisher.name]\nnl = 'Uitgever'\nen = 'Publisher'\n{CONTACT}",
        f'{PUBLISHER}type = "PrivateIndividual(s)"\n[contact]\nemail = "mailto:info@example.org"\n',
        "[catalogue]\nthemes = ['ECON']\nkeywords = { en = ['work'] }\nfrequency = 'NEVER'\n",
        f'licence = "https://x.example/"\n[title]\n{NAME}',
        f'base = "https://x.example"\n{PUBLISHER}iri = "https://x.example/id/organisatie/wij"\n',
    ],
)
def test_find_nothing_wrong(text: str) -> None:
    """Settings in any form that TOML has for them are right."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('publisher = "Uitgever"\n', "wrong-type", 1),
        ("[publisher]\nhomepage = 'https://x.example/'\n", "missing-key", 1),
        ("[publisher]\nname = 'Uitgever'\n", "wrong-type", 2),
        ("[publisher]\nname = { nl = 'Uitgever' }\n", "wrong-type", 2),
        ("[publisher]\nname = { nl = 'Uitgever', en = ' ' }\n", "wrong-type", 2),
        (f"{PUBLISHER}iri = 'OVO000076'\n", "wrong-type", 3),
        (f"{PUBLISHER}homepage = 'ftp://x.example/'\n", "wrong-type", 3),
        (f"{PUBLISHER}kind = 'Company'\n", "unknown-key", 3),
        (f"{PUBLISHER}type = 'company'\n", "not-in-public-list", 3),
        ("[contact]\nname = { nl = 'Help', en = 'Help' }\n", "contact-without-address", 1),
        ("[contact]\nemail = 'info'\n", "wrong-type", 2),
        ("[contact]\nemail = 'https://x.example/'\n", "wrong-type", 2),
        ("[contact]\nemail = 12\n", "wrong-type", 2),
        ("[contact]\npage = 'contact.html'\n", "wrong-type", 2),
        ("[catalogue]\nprofile = 'https://x.example/profile'\n", "wrong-type", 2),
        ("[catalogue]\nthemes = 'SOCI'\n", "wrong-type", 2),
        ("[catalogue]\nfrequency = 'weekly'\n", "not-in-public-list", 2),
        ("[catalogue]\nthemes = []\n", "wrong-type", 2),
        ("[catalogue]\nthemes = ['SOCI', 'SOCI']\n", "wrong-type", 2),
        ("[catalogue]\nkeywords = { nl = ['werk', 'werk'] }\n", "wrong-type", 2),
        ("[catalogue]\nkeywords = { nl = ['!'] }\n", "wrong-type", 2),
        ('[catalogue]\nkeywords = { nl = ["a\\nb"] }\n', "wrong-type", 2),
        ("[catalogue]\nprofile = ['x']\n", "wrong-type", 2),
        ("[publisher]\nname = { nl = '\u200b', en = 'x' }\n", "wrong-type", 2),
        ("[contact]\nemail = 'mailto:mailto:info@example.org'\n", "wrong-type", 2),
        ("[contact]\nemail = 'info@example.org?subject=x'\n", "wrong-type", 2),
        ("[contact]\nemail = '{info}@example.org'\n", "wrong-type", 2),
        (
            f"{PUBLISHER}iri = 'https://x.example'\nhomepage = 'https://x.example'\n",
            "wrong-type",
            3,
        ),
        (
            f"base = 'https://x.example'\n{PUBLISHER}iri = 'https://x.example/id/x'\n",
            "wrong-type",
            4,
        ),
        ("[catalogue]\nthemes = [1]\n", "not-in-public-list", 2),
        ("[catalogue]\nkeywords = ['werk']\n", "wrong-type", 2),
        ("[catalogue]\nkeywords = { de = ['Arbeit'] }\n", "wrong-type", 2),
        ("[catalogue]\nkeywords = { nl = 'werk' }\n", "wrong-type", 2),
        ("[catalogue]\nkeywords = { nl = ['werk, zorg'] }\n", "wrong-type", 2),
        ("[catalogue.keywords]\nnl = []\n", "wrong-type", 1),
        ("[catalogue]\nspatial = 'Vlaanderen'\n", "wrong-type", 2),
        ("[catalogue]\navailability = 'GOOD'\n", "not-in-public-list", 2),
        (f"licence = 'https://x.example/'\n{PUBLISHER}", "licence-not-for-profile", 1),
    ],
)
def test_find_what_is_wrong(text: str, code: str, line: int) -> None:
    """What is wrong is one fault at its own line."""
    assert found(text) == [(code, line)]


@pytest.mark.parametrize("email", ["info@example.org", "mailto:info@example.org"])
def test_write_email_as_address(email: str) -> None:
    """An e-mail address is published with mailto:, however it was given."""
    text = f'{PUBLISHER}[contact]\nemail = "{email}"\n'
    publication = publication_of(tomllib.loads(text), text)
    assert publication is not None
    assert publication.email == "mailto:info@example.org"
    assert publication.contact_name == {"nl": "Uitgever", "en": "Publisher"}
    assert publication.place == (1, 2)


def test_follow_the_profile_of_2022_by_default() -> None:
    """The profile that the Flemish portal knows is the one, unless another is chosen."""
    publication = publication_of(tomllib.loads(PUBLISHER), PUBLISHER)
    assert publication is not None
    assert publication.profile.endswith("/2022-04-21")
    assert publication_of({"base": "https://x.example"}, "") is None
