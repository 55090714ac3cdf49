"""Suggestions: which of our codes the entries of somebody else's list correspond to.

In come the ontology and a foreign code list; out come candidates for a person to judge, as text,
JSON, CSV or Turtle in comments. Nothing is ever written into the ontology: what a person accepts
is copied to ``ontology/links/`` by that person.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from rdflib import Graph, Literal, URIRef

from publish.faults import CannotRun, Fault, FaultyInput, nearest
from publish.foreign import read_foreign
from publish.matching import Candidate, Code, CodeListInfo, Foreign, Label, Matcher
from publish.namespaces import RDFS, SKOS
from publish.project import Project
from publish.ranges import AGE, DURATION, SIZE, Range, read_range
from publish.vocabulary import CodeList, Vocabulary, read_vocabulary
from publish.words import NUMBERS

COLUMNS = (
    "their code", "their label", "rank", "score", "list", "our code", "our label", "our IRI",
    "reason", "accept", "relation",
)  # fmt: skip
KIND_OF_UNIT = {"YEAR": AGE, "MONTH": DURATION}
"""What a range is of by the notation of its unit; anything else is a size."""
ENDINGS = (".csv", ".json", ".ttl")


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """The entries of a foreign list, each with its candidates, best first."""

    found: tuple[tuple[Foreign, tuple[Candidate, ...]], ...]

    @property
    def without(self) -> list[Foreign]:
        """The entries for which nothing is proposed."""
        return [entry for entry, candidates in self.found if not candidates]


def suggest(
    project: Project, file: Path, lists: tuple[str, ...] = (), languages: tuple[str, ...] = ()
) -> Suggestions:
    """Return candidates for each entry of a file, from the lists named or from all of the project.

    Raises FaultyInput when the ontology or the file has faults, CannotRun for an unknown list.
    """
    faults: list[Fault] = []
    vocabulary = read_vocabulary(project, faults)
    foreign = read_foreign(file, frozenset(languages), faults)
    if faults or foreign is None:
        raise FaultyInput(faults)
    chosen = _chosen(vocabulary, lists)
    codes = [
        code for item in chosen for code in _codes_of(item, vocabulary, project, frozenset(languages))
    ]
    about = [_about(item, vocabulary) for item in chosen]
    ranked = Matcher(codes, about).suggest(foreign.entries, foreign.about)
    return Suggestions(
        found=tuple(
            (entry, tuple(candidates))
            for entry, candidates in zip(foreign.entries, ranked, strict=True)
        )
    )


def _chosen(vocabulary: Vocabulary, names: tuple[str, ...]) -> list[CodeList]:
    """Return the lists named; without names those of the project, not those of the program."""
    for name in names:
        if name not in vocabulary.lists:
            near = nearest(name, vocabulary.lists)
            hint = f"did you mean {near}?" if near else "the lists are those of ontology/codelists/."
            raise CannotRun(f"there is no code list {name!r}: {hint}")
    if names:
        return [vocabulary.lists[name] for name in dict.fromkeys(names)]
    own = [item for item in vocabulary.lists.values() if item.path.endswith(".ttl")]
    return sorted(own, key=lambda item: item.name)


def _about(item: CodeList, vocabulary: Vocabulary) -> CodeListInfo:
    """Return the words about a list: its name and titles, and the labels of its dimension."""
    dimensions = [
        dimension
        for dimension in vocabulary.dimensions.values()
        if dimension.codes and dimension.codes.name == item.name
    ]
    texts = [str(text) for text in vocabulary.concepts.objects(URIRef(item.iri), SKOS.prefLabel)]
    for dimension in dimensions:
        texts += [str(text) for text in vocabulary.terms.objects(URIRef(dimension.iri), RDFS.label)]
    about = (item.name.replace("-", " "), *sorted(texts))
    return CodeListInfo(name=item.name, about=about, used=bool(dimensions))


def _codes_of(
    item: CodeList, vocabulary: Vocabulary, project: Project, languages: frozenset[str]
) -> Iterator[Code]:
    """Yield the codes of a list with everything by which they can be recognised."""
    graph, generic = vocabulary.concepts, project.uris.generic
    kinds = {
        "pref": SKOS.prefLabel,
        "alt": SKOS.altLabel,
        "printed": URIRef(generic("gedruktLabel")),
        "hidden": SKOS.hiddenLabel,
        "code": SKOS.notation,
    }
    for code in item.codes:
        iri = URIRef(project.uris.iri("concept", scheme=item.name, code=code))
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
        yield Code(
            list_name=item.name,
            code=code,
            iri=str(iri),
            shown=next(iter(wanted), next(iter(preferred.values()), code)),
            labels=tuple(labels.values()),
            range=_range_of(iri, graph, project, preferred.values()),
            total=code == item.total,
        )


def _range_of(
    iri: URIRef, graph: Graph, project: Project, preferred: Iterable[str]
) -> Range | None:
    """Return the range that a code stands for: its bounds, and what its labels say of them.

    A code whose labels state no range is none, even if it has a bound.
    """
    stated = [found for text in preferred if (found := read_range(text, NUMBERS)) and not found.rest]
    code = read_range(str(iri).rpartition("/")[2])
    if not stated:
        return None

    def value(name: str) -> object:
        found = graph.value(iri, URIRef(project.uris.generic(name)))
        return found.toPython() if isinstance(found, Literal) else None

    lower, upper = value("vanaf"), value("tot")
    unit = graph.value(iri, URIRef(project.uris.generic("grensEenheid")))
    if unit is None or (lower is None and upper is None):
        definite = [item for item in stated if item.upper_included is not None] or stated
        return replace(definite[0], kinds=code.kinds) if code and code.kinds else definite[0]
    kind = KIND_OF_UNIT.get(str(unit).rpartition("/")[2], SIZE)
    first = Decimal(str(lower)) if lower is not None else Decimal(0)
    last = Decimal(str(upper)) if upper is not None else None
    flags = value("vanafInbegrepen"), value("totInbegrepen")
    said = [item for item in stated if _same_numbers(item, first, last, kind)]
    return Range(
        lower=first,
        upper=last,
        # "Over 60" and "60+" are often said of the same, so a label does not settle it.
        lower_included=flags[0] if isinstance(flags[0], bool) else None,
        usually_lower=all(item.lower_included for item in said),
        upper_included=_flag(flags[1], (item.upper_included for item in said)),
        usually=False,
        kinds=frozenset({kind}),
        months=kind == DURATION,
    )


def _same_numbers(item: Range, lower: Decimal, upper: Decimal | None, kind: str) -> bool:
    factor = 12 if kind == DURATION and not item.months else 1
    bounds = tuple(bound * factor if bound is not None else None for bound in (item.lower, item.upper))
    return bounds == (lower, upper)


def _flag(stated: object, said: Iterable[bool | None]) -> bool | None:
    """Return whether a bound is included: as stated, else as all labels agree."""
    if isinstance(stated, bool):
        return stated
    found = {item for item in said if item is not None}
    return found.pop() if len(found) == 1 else None


def as_text(suggestions: Suggestions) -> str:
    """Return the suggestions as lines to read."""
    lines = []
    for entry, candidates in suggestions.found:
        theirs = f"{entry.code}  {entry.labels[0]}".strip()
        if not candidates:
            lines.append(f"{theirs}\n    –")
            continue
        lines.append(theirs)
        for candidate in candidates:
            code = candidate.code
            lines.append(
                f"    {candidate.score:.2f}  {code.list_name}/{code.code}  {code.shown}"
                f"  ({candidate.reason})"
            )
    without = suggestions.without
    proposed = len(suggestions.found) - len(without)
    lines += ["", f"{proposed} of {len(suggestions.found)} have a suggestion, {len(without)} have none."]
    if without:
        lines.append("None for: " + ", ".join(f'"{entry.labels[0]}"' for entry in without) + ".")
    return "\n".join(lines)


def as_json(suggestions: Suggestions) -> str:
    """Return the suggestions as a JSON array, one object per entry."""
    records = [
        {
            "code": entry.code,
            "label": entry.labels[0],
            "iri": entry.iri,
            "candidates": [
                {
                    "rank": rank,
                    "score": candidate.score,
                    "list": candidate.code.list_name,
                    "code": candidate.code.code,
                    "label": candidate.code.shown,
                    "iri": candidate.code.iri,
                    "reason": candidate.reason,
                }
                for rank, candidate in enumerate(candidates, start=1)
            ],
        }
        for entry, candidates in suggestions.found
    ]
    return json.dumps(records, ensure_ascii=False, indent=2)


def as_csv(suggestions: Suggestions) -> str:
    """Return one row per candidate, with empty columns in which a person judges.

    An entry without candidates has one row, so that nothing is lost from sight.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry, candidates in suggestions.found:
        theirs = [entry.code, entry.labels[0]]
        if not candidates:
            writer.writerow([*theirs, *[""] * (len(COLUMNS) - 2)])
        for rank, candidate in enumerate(candidates, start=1):
            code = candidate.code
            ours = [code.list_name, code.code, code.shown, code.iri, candidate.reason]
            writer.writerow([*theirs, rank, f"{candidate.score:.2f}", *ours, "", ""])
    return text.getvalue()


TURTLE_HEAD = """# Suggestions by `publish links suggest`: every line is a comment, so that nothing is said yet.
#
# What is right: copy its block to a file of ontology/links/, take away the "#" before its lines,
# replace what stands between « and », and put skos:exactMatch, broadMatch, narrowMatch or
# relatedMatch where closeMatch is not what it is. What is wrong: leave it.
#
#@prefix dct: <http://purl.org/dc/terms/> .
#@prefix pub: <ns/publicatie#> .
#@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def as_turtle(suggestions: Suggestions, project: Project) -> str:
    """Return the candidates as blocks of pub:Koppeling in which every line is a comment."""
    blocks = [TURTLE_HEAD]
    for entry, candidates in suggestions.found:
        theirs = " ".join(f"{entry.code} {entry.labels[0]}".split())
        blocks.append(f"\n# -- {theirs}\n")
        if not candidates:
            blocks.append("# Nothing is proposed.\n")
        name = re.sub(r"[^A-Za-z0-9]+", "-", entry.code or entry.labels[0]).strip("-")
        target = f"<{entry.iri}>" if entry.iri else "<«the address of theirs»>"
        for candidate in candidates:
            code = candidate.code
            iri = code.iri.removeprefix(project.base + "/")
            blocks.append(
                f"#\n# {candidate.score:.2f}, {candidate.reason}: {code.list_name}/{code.code},"
                f' "{" ".join(code.shown.split())}"\n'
                f"#<id/koppeling/«target»/{code.list_name}-{code.code}-{name}>\n"
                "#    a pub:Koppeling ;\n"
                f"#    pub:van <{iri}> ;\n"
                "#    pub:relatie skos:closeMatch ;\n"
                f"#    pub:naar {target} ;\n"
                '#    dct:description "«waarom»"@nl , "«why»"@en .\n'
            )
    return "".join(blocks)


def check_output(project: Project, file: Path, output: Path) -> None:
    """Raise CannotRun for a file that suggestions are not written to."""
    path = output.resolve()
    if path.is_relative_to((project.root / "ontology").resolve()):
        raise CannotRun(
            f"{output} is inside ontology/: suggestions are for a person to judge first. "
            "Write them elsewhere, and copy what is right to ontology/links/."
        )
    if path == file.resolve():
        raise CannotRun(f"{output} is the list that is read: give another file with --output.")
    if path.suffix.lower() not in ENDINGS:
        raise CannotRun(f"{output} must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}.")


def write(suggestions: Suggestions, project: Project, output: Path) -> None:
    """Write suggestions to a file in the format of its name, at once or not at all."""
    ending = output.suffix.lower()
    if ending == ".csv":
        # With a mark at the beginning, so that spreadsheets see that it is UTF-8.
        text = "\ufeff" + as_csv(suggestions)
    elif ending == ".ttl":
        text = as_turtle(suggestions, project)
    else:
        text = as_json(suggestions) + "\n"
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="")
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
