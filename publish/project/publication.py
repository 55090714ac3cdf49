"""Who publishes, whom to ask, and what the catalogue says of everything: three tables of settings.

``[publisher]``, ``[contact]`` and ``[catalogue]`` of ``publish.toml`` are judged here and kept as
they are written, so that a manifest can hold them. A project with none of them has no catalogue.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from publish.faults.addresses import is_address
from publish.faults.fault import Fault, Words, did_you_mean, fault, phrase, shortened, some_of
from publish.project.authorities import authorities, listed
from publish.project.iris import CODE
from publish.project.toml import place_in_table, place_of_key

Text = dict[str, str]
"""A text by language, ``nl`` and ``en``."""
Keywords = dict[str, list[str]]
"""Keywords by language."""

EMAIL = re.compile(r"(?:mailto:)?[\w.!$'*+~=-]+@[\w-]+(?:\.[\w-]+)+")
"""One address of what needs no escape in a ``mailto:`` (RFC 6068)."""
NOT_IN_KEYWORD = re.compile(r"[,\n\r\t]")
MOST_KEYWORD = 100
"""Characters of a keyword at most, as CKAN has it."""
CC0 = "https://data.vlaanderen.be/id/licentie/creative-commons-zero-verklaring/v1.0"
"""The licence that the Flemish portal demands of a catalogue itself."""

SECTIONS: dict[str, dict[str, str]] = {
    "publisher": {
        "name": "text",
        "iri": "address",
        "type": "publisher-type",
        "homepage": "address",
    },
    "contact": {"name": "text", "email": "email", "page": "address"},
    "catalogue": {
        "profile": "profile",
        "themes": "themes",
        "keywords": "keywords",
        "frequency": "frequency",
        "spatial": "address",
        "availability": "planned-availability",
    },
}
"""The keys of each table, with what their values are."""
COMPULSORY_KEYS = (("publisher", "name"),)
LISTS = {
    "publisher-type": "publisher-type",
    "frequency": "frequency",
    "planned-availability": "planned-availability",
    "themes": "data-theme",
}
"""The public list that the values of a key are from."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """Settings of the catalogue, as they stand in ``publish.toml`` or in a manifest."""

    settings: Mapping[str, Mapping[str, Any]]
    place: tuple[int, int] = (1, 1)
    """Line and column of the first of its tables in ``publish.toml``."""

    def of(self, section: str, key: str) -> Any:
        """Return the value of a key; None when it is not given."""
        return self.settings.get(section, {}).get(key)

    @property
    def profile(self) -> str:
        """The profile that records conform to."""
        return self.of("catalogue", "profile") or next(iter(listed("profiles")))

    @property
    def publisher_name(self) -> Text:
        """The name of the publisher."""
        name: Text = self.of("publisher", "name")
        return name

    @property
    def contact_name(self) -> Text:
        """The name of who answers questions: the publisher unless another is given."""
        name: Text = self.of("contact", "name") or self.publisher_name
        return name

    @property
    def email(self) -> str | None:
        """The address of the contact as a ``mailto:``."""
        email = self.of("contact", "email")
        return f"mailto:{email.removeprefix('mailto:')}" if email else None


def publication_of(settings: Mapping[str, Any], text: str) -> Publication | None:
    """Return the settings of the catalogue among all; None when there are none."""
    found = {name: settings[name] for name in SECTIONS if name in settings}
    if not found:
        return None
    place = min(place_in_table(text, name, name) for name in found)
    return Publication(settings=found, place=place)


def judge_publication(settings: Mapping[str, Any], text: str, file: str) -> Iterator[Fault]:
    """Yield what is wrong with the values of the three tables, each at its key."""
    for section, keys in SECTIONS.items():
        if section not in settings:
            continue
        values = settings[section]
        if not isinstance(values, dict):
            at = place_in_table(text, section, section)
            wanted = phrase("table-of-settings", name=section, known=", ".join(keys))
            yield fault("wrong-type", file, *at, key=section, value=shown(values), wanted=wanted)
            continue
        for key, value in values.items():
            place = (file, *place_in_table(text, section, key))
            name = f"{section}.{key}"
            if key not in keys:
                hint, known = did_you_mean(key, keys), ", ".join(keys)
                yield fault("unknown-key", *place, key=key, hint=hint, known=known)
            else:
                yield from judge_value(keys[key], name, value, lambda *_, at=place: at)
    for section, key in COMPULSORY_KEYS:
        values = settings.get(section)
        if isinstance(values, dict) and key not in values:
            at = place_in_table(text, section, section)
            about = phrase(f"setting-{section}-{key}")
            yield fault("missing-key", file, *at, key=f"{section}.{key}", about=about)
    licence, model = settings.get("licence"), listed("licences")
    is_licence = isinstance(licence, str) and is_address(licence)
    if SECTIONS.keys() & settings.keys() and is_licence and licence not in model:
        at, known = place_of_key(text, "licence"), ", ".join(model)
        near = did_you_mean(str(licence), model)
        yield fault(
            "licence-not-for-profile", file, *at, value=shown(licence), hint=near, known=known
        )
    for iri, other in _judge_publisher(settings):
        at = place_in_table(text, "publisher", "iri")
        yield fault("wrong-type", file, *at, key="publisher.iri", value=shown(iri), wanted=other)
    contact = settings.get("contact")
    if isinstance(contact, dict) and not {"email", "page"} & set(contact):
        yield fault("contact-without-address", file, *place_in_table(text, "contact", "contact"))


Placed = Callable[..., tuple[str, int, int]]
"""Returns the place of a part of a value, given the steps to it."""


def judge_value(kind: str, key: str, value: Any, place: Placed) -> Iterator[Fault]:
    """Yield what is wrong with a value that says something for a catalogue."""
    if kind == "themes" and not (isinstance(value, list) and value):
        yield _wrong(key, value, "list-of-themes-wanted", place())
    elif kind in LISTS:
        known = authorities()[LISTS[kind]].codes
        for at, code in enumerate(value if kind == "themes" else [value]):
            if not isinstance(code, str) or code not in known:
                yield fault(
                    "not-in-public-list",
                    *place(at),
                    value=shown(code),
                    list=phrase(f"list-of-{LISTS[kind]}"),
                    hint=did_you_mean(str(code), known),
                    known=some_of(known, 30),
                )
        yield from _judge_twice(key, value, place)
    elif kind == "text":
        if not is_text(value):
            yield _wrong(key, value, "text-in-both-languages", place())
    elif kind == "keywords":
        yield from _judge_keywords(key, value, place)
    elif kind == "email":
        if not isinstance(value, str) or not EMAIL.fullmatch(value):
            yield _wrong(key, value, "email-wanted", place())
    elif kind == "profile":
        if not isinstance(value, str) or value not in (known_ := listed("profiles")):
            known_ = listed("profiles")
            yield _wrong(key, value, phrase("profile-wanted", known=", ".join(known_)), place())
    elif not isinstance(value, str) or not is_address(value):
        yield _wrong(key, value, "address-wanted", place())


def _judge_keywords(key: str, value: Any, place: Placed) -> Iterator[Fault]:
    """Yield what is wrong with keywords: portals take a comma for the end of one."""
    if not isinstance(value, dict) or not value or not set(value) <= {"nl", "en"}:
        yield _wrong(key, value, "keywords-wanted", place())
        return
    for language, words in value.items():
        if not isinstance(words, list) or not words:
            yield _wrong(key, words, "keywords-wanted", place(language))
            continue
        for at, word in enumerate(words):
            is_word = isinstance(word, str) and word.strip() == word and has_letters(word)
            if not is_word or NOT_IN_KEYWORD.search(word) or len(word) > MOST_KEYWORD:
                yield _wrong(key, word, "keywords-wanted", place(language, at))
        yield from _judge_twice(key, words, partial(place, language))


def _judge_twice(key: str, values: object, place: Placed) -> Iterator[Fault]:
    """Yield the items that stand in a list before."""
    items = values if isinstance(values, list) else []
    for at, item in enumerate(items):
        if item in items[:at]:
            words = {"value": phrase("value-twice", value=shown(item))}
            yield fault("wrong-type", *place(at), key=key, wanted=phrase("twice-in-list"), **words)


def _judge_publisher(settings: Mapping[str, Any]) -> Iterator[tuple[object, Words]]:
    """Yield the address of the publisher when it is that of something else here."""
    sections = [settings.get(name) for name in SECTIONS]
    given: list[Any] = [section if isinstance(section, dict) else {} for section in sections]
    iri, base = given[0].get("iri"), str(settings.get("base")).rstrip("/")
    own = f"{base}/id/organisatie/"
    others = [CC0, *listed("licences"), *listed("profiles"), given[0].get("homepage")]
    others += [given[1].get("page"), given[2].get("spatial")]
    if isinstance(iri, str) and is_address(iri):
        is_own = iri.startswith(own) and CODE.fullmatch(iri, len(own))
        if iri in others or (f"{iri}/".startswith(f"{base}/") and not is_own):
            yield iri, phrase("own-address-wanted", own=f"{own}…")


def _wrong(key: str, value: Any, wanted: str, place: tuple[str, int, int]) -> Fault:
    words = wanted if isinstance(wanted, Words) else phrase(wanted)
    return fault("wrong-type", *place, key=key, value=shown(value), wanted=words)


def has_letters(text: str) -> bool:
    """Return whether a text has a letter or a digit, so that people see something."""
    return any(map(str.isalnum, text))


def is_text(value: object) -> bool:
    """Return whether a value is a text in both languages."""
    is_table = isinstance(value, dict) and set(value) == {"nl", "en"}
    return is_table and all(
        isinstance(part, str) and has_letters(part)
        for part in value.values()  # type: ignore[attr-defined]
    )


def shown(value: object) -> str:
    """Return a value for a message."""
    if isinstance(value, str):
        return f'"{shortened(value)}"'
    return shortened(json.dumps(value, ensure_ascii=False, default=str))
