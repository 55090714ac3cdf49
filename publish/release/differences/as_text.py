"""Differences between releases as text for people: what changed where, in as few lines as do.

Each data set says first how many observations were added, removed and revised, and what changed in
its structure and codes; then observations follow, the revised ones first, ``-`` for removed, ``+``
for added, ``~`` for revised, each with its source cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from publish.faults.fault import LANGUAGES, Words, number_of, phrase, together, written_out
from publish.project.iris import PREFIXES
from publish.project.project import Text
from publish.rdf.terms import local_name, prefixed_name
from publish.release.differences.change import (
    Change,
    DataSetChange,
    Kind,
    SourceCell,
    StatedFigure,
    StructureChange,
    ThingChange,
)
from publish.release.differences.compare import Comparison

SIGNS: dict[Kind, str] = {"revised": "~", "removed": "-", "added": "+"}
"""The sign of each kind of change, in the order in which they are shown."""
_BOUNDS = {"at-least": "≥ ", "more-than": "> ", "at-most": "≤ ", "below": "< "}
_INDENT = "    "
_MOST_CODES = 8
"""How many codes are named that are new or gone."""


def as_text(comparison: Comparison, most: int | None) -> Iterator[Words]:
    """Yield the lines of a report; of each kind of change at most ``most`` of a data set."""
    yield phrase("diff-of", old=comparison.old.name, new=comparison.new.name)
    if comparison.is_empty():
        is_one = comparison.old.id == comparison.new.id
        yield phrase("diff-empty" if is_one else "diff-texts-only")
        return
    counts = {kind: written_out(number) for kind, number in comparison.counts().items()}
    yield phrase("diff-observations", **counts)
    shown = [item for item in comparison.data_sets if not _is_silent(item)]
    silent = [item.slug for item in comparison.data_sets if _is_silent(item)]
    for item in shown:
        yield Words("")
        yield Words(item.slug) + (Words("  ") + _title(item.title) if item.title else "")
        yield from _of_data_set(item)
        for kind in SIGNS:
            changes = list(comparison.changes(item.slug, kind=kind, most=most))
            yield from _aligned([_line(change) for change in changes])
            if left := item.counts[kind] - len(changes):
                yield Words(f"{_INDENT}{SIGNS[kind]} ") + phrase(
                    "diff-more", number=written_out(left)
                )
    yield Words("")
    if silent:
        yield phrase("diff-sources-only", slugs=", ".join(silent))
    yield phrase("diff-same", number=number_of(comparison.same, "data-sets"))
    for title, things in (("diff-codes", comparison.concepts), ("diff-terms", comparison.terms)):
        if things:
            yield Words("")
            yield phrase(title)
            yield from _of_things(things, comparison.new.base, most)


def _is_silent(item: DataSetChange) -> bool:
    """Return whether only sources, printed decimals or the like changed."""
    return item.kind == "revised" and not (any(item.counts.values()) or item.structure)


def _title(title: Text) -> Words:
    return Words(*(title.get(language, "") for language in LANGUAGES))


def _of_data_set(item: DataSetChange) -> Iterator[Words]:
    """Yield what is said of a data set before its observations."""
    old, new = (written_out(count or 0) for count in (item.old_count, item.new_count))
    counts = {kind: written_out(number) for kind, number in item.counts.items()}
    key = {"added": "diff-data-set-added", "removed": "diff-data-set-removed"}.get(item.kind)
    yield Words(_INDENT) + phrase(key or "diff-data-set", old=old, new=new, **counts)
    for change in item.structure:
        yield Words(_INDENT) + _of_structure(change)
    for key, codes_of in (("diff-codes-gone", item.gone_codes), ("diff-codes-new", item.new_codes)):
        for dimension, codes in codes_of:
            named = ", ".join(codes[:_MOST_CODES]) + (", …" if len(codes) > _MOST_CODES else "")
            count = written_out(len(codes))
            yield Words(_INDENT) + phrase(key, dimension=dimension, codes=named, number=count)


def _of_structure(change: StructureChange) -> Words:
    """Return a change of the structure in words."""
    if change.part in ("dimension", "measure"):
        what = "renamed" if change.old and change.new else "added" if change.new else "removed"
        return phrase(f"diff-{change.part}-{what}", old=change.old, new=change.new)
    old, new = (local_name(str(value)) for value in (change.old, change.new))
    return phrase(f"diff-{change.part}", of=change.of, old=old, new=new)


Cells = tuple[Words, ...]


def _line(change: Change) -> Cells:
    """Return the cells of the line of an observation: sign with codes, figures, sources."""
    old, new = change.old, change.new
    codes = Words(f"{SIGNS[change.kind]} {' '.join(change.codes)}")
    arrow = Words(" → ")
    if old and new and not old.says_the_same(new):
        has_other_unit = old.unit != new.unit
        told = figure_in_words(old, has_other_unit) + arrow + figure_in_words(new, has_other_unit)
        if old.status != new.status and (old.value is None) == (new.value is None):
            told += phrase("diff-status", old=old.status, new=new.status)
    else:
        told = figure_in_words(old or new)
    sources = [
        place_in_words(source) for source in (change.old_source, change.new_source) if source
    ]
    return codes, told, Words(" → ".join(dict.fromkeys(sources)))


def figure_in_words(figure: StatedFigure | None, with_unit: bool = False) -> Words:
    """Return what a release states, as it is printed."""
    if figure is None:
        return Words("")
    if figure.value is not None:
        text = f"{figure.value:,.{figure.decimals}f}"
        number = Words(text, text.translate(str.maketrans(",.", ".,")))
    else:
        bounds = " ".join(f"{_BOUNDS[key]}{value.normalize():f}" for key, value in figure.bounds)
        reasons = ", ".join(figure.reasons)
        number = phrase("diff-not-shown", reasons=reasons) + (f" {bounds}" if bounds else "")
    return number + (f" {local_name(figure.unit)}" if with_unit else "")


def place_in_words(source: SourceCell) -> str:
    """Return a source cell as a person finds it: table, row and column."""
    return f"{source.name}.csv {source.row}:{source.column}"


def _aligned(lines: Sequence[Cells]) -> Iterator[Words]:
    """Yield lines whose cells stand below one another, in each language."""
    widths = [
        [max(len(line[at].text_in(language)) for line in lines) for at in range(2)]
        for language in LANGUAGES
    ] if lines else []  # fmt: skip
    for line in lines:
        texts = []
        for language, (first, second) in zip(LANGUAGES, widths, strict=True):
            codes, told, sources = (cell.text_in(language) for cell in line)
            texts.append(f"{_INDENT}{codes:{first}}  {told:{second}}  {sources}".rstrip())
        yield Words(*texts)


def _of_things(things: Sequence[ThingChange], base: str, most: int | None) -> Iterator[Words]:
    """Yield the concepts or terms that differ, each with what changed of it."""
    ordered = sorted(things, key=lambda item: list(SIGNS).index(item.kind))
    for kind, group in groupby(ordered, key=lambda item: item.kind):
        listed = list(group)
        for item in listed[:most]:
            yield Words(f"{_INDENT}{SIGNS[kind]} {_short(item.iri, base)}  ") + _remark(item, base)
            for change in item.properties:
                name = _short(change.predicate, base)
                for value in change.old:
                    yield Words(f"{_INDENT * 2}- {name} {_short(value, base)}")
                for value in change.new:
                    yield Words(f"{_INDENT * 2}+ {name} {_short(value, base)}")
        if left := len(listed) - len(listed[:most]):
            yield Words(f"{_INDENT}{SIGNS[kind]} ") + phrase("diff-more", number=written_out(left))


def _remark(item: ThingChange, base: str) -> Words:
    """Return the label of a thing, and what became of it."""
    words = _title(item.label)
    if item.replaced_by:
        others = together(_short(other, base) for other in item.replaced_by)
        return words + phrase("diff-replaced", others=others)
    return words + phrase("diff-deprecated") if item.deprecated else words


def _short(term: str, base: str) -> str:
    """Return a term, or an IRI, as short as can be."""
    iri = term.removeprefix("<").removesuffix(">")
    for head in (f"{base}/id/concept/", f"{base}/id/", f"{base}/ns/"):
        if iri.startswith(head):
            return iri.removeprefix(head)
    return prefixed_name(iri, PREFIXES) or iri
