"""Candidates among our codes for each entry of a code list of others, for a person to judge.

Our codes are recognised by all their labels and, where they are ranges, by their bounds. The
ontology is only read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rdflib import Literal, URIRef

from publish.faults.fault import CannotRun, Fault, FaultyInput, did_you_mean, phrase
from publish.ontology.suggest.candidates import Label, OwnCode, OwnList
from publish.ontology.suggest.foreign_lists import read_foreign_list
from publish.ontology.suggest.matcher import Matcher
from publish.ontology.suggest.output import Suggestions
from publish.ontology.suggest.ranges import AGE, DURATION, SIZE, ValueRange, read_range
from publish.ontology.vocabulary import CodeList, Vocabulary, read_vocabulary
from publish.project.project import Project
from publish.rdf.namespaces import SKOS

KIND_OF_UNIT = {"YEAR": AGE, "MONTH": DURATION}
"""What a range is of by the notation of its unit; anything else is a size."""


def suggest(
    project: Project, file: Path, lists: tuple[str, ...] = (), languages: tuple[str, ...] = ()
) -> Suggestions:
    """Return candidates for each entry of a file, from the lists named or from all of the project.

    Raises FaultyInput when the ontology or the file has faults, CannotRun for an unknown list.
    """
    faults: list[Fault] = []
    vocabulary = read_vocabulary(project, faults)
    foreign = read_foreign_list(file, frozenset(languages), faults)
    if faults or foreign is None:
        raise FaultyInput(faults)
    chosen = _chosen_lists(vocabulary, lists)
    codes = [code for item in chosen for code in _codes_of(item, vocabulary, frozenset(languages))]
    about = [_own_list(item, vocabulary) for item in chosen]
    ranked = Matcher(codes, about).suggest(foreign.entries, foreign.about)
    return Suggestions(found=tuple(zip(foreign.entries, map(tuple, ranked), strict=True)))


def _chosen_lists(vocabulary: Vocabulary, names: tuple[str, ...]) -> list[CodeList]:
    """Return the lists named; without names those of the project.

    Lists of the program, and lists that only name terms of others, are not among them.
    """
    for name in names:
        if name not in vocabulary.lists:
            hint, known = did_you_mean(name, vocabulary.lists), ", ".join(sorted(vocabulary.lists))
            raise CannotRun(phrase("no-list-of-name", name=name, hint=hint, known=known))
    if names:
        return [vocabulary.lists[name] for name in dict.fromkeys(names)]
    stand_in = vocabulary.generic("plaatsvervangerVoor")
    return [
        item
        for _, item in sorted(vocabulary.lists.items())
        if item.path.endswith(".ttl")
        and (URIRef(item.iri), stand_in, None) not in vocabulary.concepts
    ]


def _own_list(item: CodeList, vocabulary: Vocabulary) -> OwnList:
    """Return the words about a list: its name and titles, and the labels of its dimension."""
    dimensions = [one.iri for one in vocabulary.dimensions.values() if one.codes is item]
    texts = [str(text) for text in vocabulary.concepts.objects(URIRef(item.iri), SKOS.prefLabel)]
    for iri in dimensions:
        texts += vocabulary.labels_of(iri)
    about = (item.name.replace("-", " "), *sorted(texts))
    return OwnList(name=item.name, about=about, used=bool(dimensions))


def _codes_of(
    item: CodeList, vocabulary: Vocabulary, languages: frozenset[str]
) -> Iterator[OwnCode]:
    """Yield the codes of a list with everything by which they can be recognised."""
    graph = vocabulary.concepts
    kinds = {
        "pref": SKOS.prefLabel,
        "alt": SKOS.altLabel,
        "printed": vocabulary.generic("gedruktLabel"),
        "hidden": SKOS.hiddenLabel,
        "code": SKOS.notation,
    }
    for code in item.codes:
        iri = vocabulary.concept(item.name, code)
        labels: dict[str, Label] = {}
        for kind, predicate in kinds.items():
            for text in sorted(graph.objects(iri, predicate), key=str):
                language = text.language if isinstance(text, Literal) else None
                if not languages or language is None or language in languages:
                    labels.setdefault(str(text), Label(text=str(text), kind=kind))
        preferred = {
            text.language: str(text)
            for text in graph.objects(iri, SKOS.prefLabel)
            if isinstance(text, Literal)
        }
        wanted = [preferred[name] for name in (*sorted(languages), "nl") if name in preferred]
        yield OwnCode(
            list_name=item.name,
            code=code,
            iri=str(iri),
            shown=next(iter(wanted), next(iter(preferred.values()), code)),
            labels=tuple(labels.values()),
            range=_range_of(iri, vocabulary, preferred.values()),
            total=code == item.total,
        )


def _range_of(iri: URIRef, vocabulary: Vocabulary, preferred: Iterable[str]) -> ValueRange | None:
    """Return the range that a code stands for: its bounds, and what its labels say of them.

    A code whose labels state no range is none, even if it has a bound.
    """
    stated = [found for text in preferred if (found := read_range(text)) and not found.rest]
    if not stated:
        return None

    def value(name: str) -> object:
        found = vocabulary.concepts.value(iri, vocabulary.generic(name))
        return found.toPython() if isinstance(found, Literal) else None

    lower, upper = value("vanaf"), value("tot")
    unit = vocabulary.concepts.value(iri, vocabulary.generic("grensEenheid"))
    if unit is None or (lower is None and upper is None):
        definite = [item for item in stated if item.upper_included is not None] or stated
        code = read_range(iri.rpartition("/")[2])
        return replace(definite[0], kinds=code.kinds) if code and code.kinds else definite[0]
    kind = KIND_OF_UNIT.get(str(unit).rpartition("/")[2], SIZE)
    first = Decimal(str(lower)) if lower is not None else Decimal(0)
    last = Decimal(str(upper)) if upper is not None else None
    flags = value("vanafInbegrepen"), value("totInbegrepen")
    said = [item for item in stated if _same_numbers(item, first, last, kind)]
    return ValueRange(
        lower=first,
        upper=last,
        # "Over 60" and "60+" are often said of the same, so a label does not settle it.
        lower_included=flags[0] if isinstance(flags[0], bool) else None,
        lower_usual=all(item.lower_included for item in said),
        upper_included=_flag(flags[1], (item.upper_included for item in said)),
        upper_usual=False,
        kinds=frozenset({kind}),
        months=kind == DURATION,
    )


def _same_numbers(item: ValueRange, lower: Decimal, upper: Decimal | None, kind: str) -> bool:
    factor = 12 if kind == DURATION and not item.months else 1
    bounds = (item.lower, item.upper)
    return [None if one is None else one * factor for one in bounds] == [lower, upper]


def _flag(stated: object, said: Iterable[bool | None]) -> bool | None:
    """Return whether a bound is included: as stated, else as all labels agree."""
    if isinstance(stated, bool):
        return stated
    found = {item for item in said if item is not None}
    return found.pop() if len(found) == 1 else None
