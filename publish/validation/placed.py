"""Faults of RDF files at their places, with names for blank nodes by which a reader finds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from publish.faults.fault import LANGUAGES, Fault, Words, phrase
from publish.rdf.input.files import RdfFile
from publish.rdf.places.files import Places, find_places
from publish.rdf.terms import LABEL

IRI = re.compile(r"(?!_:)\w[\w+.-]*:")

Finding = tuple[Sequence[str], Callable[[str, int, int], Fault]]
"""The terms at whose place a fault can stand, the best first; and what makes it at a place."""


def placed(files: Sequence[RdfFile], findings: Iterable[Finding]) -> list[Fault]:
    """Return findings as faults at their places; a thing that no file has stands for its place."""
    findings = list(findings)
    if not findings:
        return []
    wanted = {term for about, _ in findings for term in about if term}
    for _, make in findings:
        drafted = make("", 0, 0)
        for language in LANGUAGES:
            wanted |= {label[0] for label in LABEL.finditer(drafted.text_in(language))}
    places = find_places(files, wanted)
    return [_named(make(*_best_place(files, about, places)), places) for about, make in findings]


def _best_place(
    files: Sequence[RdfFile], about: Sequence[str], places: Places
) -> tuple[str, int, int]:
    known = [places[term] for term in about if term in places]
    known.sort(key=lambda place: place[1] == 0)
    elsewhere = next((term for term in about if IRI.match(term)), files[0].shown)
    return known[0] if known else (elsewhere, 0, 0)


def _named(item: Fault, places: Places) -> Fault:
    """Return a fault that names blank nodes as their files do, or else by their place."""

    def name_in(language: str, label: re.Match[str]) -> str:
        if label["label"]:
            return f"_:{label['label']}"
        if label[0] not in places:  # what somebody wrote looks like one of ours
            return label[0]
        path, line, column = places[label[0]]
        at = phrase("at-line-and-column", line=line, column=column)
        if not line:
            at = phrase("number-in-file", number=int(label["number"]) + 1)
        at = at if path == item.path else Words(f"{path}, ") + at
        return phrase("without-iri", at=at).text_in(language)

    def renamed(text: Words) -> Words:
        en, nl = (
            LABEL.sub(partial(name_in, language), text.text_in(language)) for language in LANGUAGES
        )
        return Words(en, nl)

    return replace(item, finding=renamed(item.finding), fix=renamed(item.fix))
