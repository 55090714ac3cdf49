"""Which dimension the labels of a label column or header row belong to.

The code list that explains most labels wins. Where several explain as many, what stands above
the labels decides; otherwise a person must choose among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from publish.faults.fault import Words, nearest, phrase
from publish.mappings.drafting.outline import Outline
from publish.mappings.drafting.years import judge_periods
from publish.mappings.mapping import MEASURE, OPEN
from publish.ontology.periods import read_period
from publish.ontology.vocabulary import CodeList, Dimension, Vocabulary
from publish.tables.grid import CERTAIN, DOUBTFUL, LIKELY


@dataclass(frozen=True, kw_only=True)
class AxisGuess:
    """What the labels of one label column or header row mean."""

    labels: tuple[str, ...]
    """The distinct labels in the order in which they are printed."""
    title: str
    """What stands above them."""
    dimension: str | None
    """The dimension; OPEN when a person must choose; None when the labels mean nothing."""
    why: Words
    candidates: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    """Labels that the dimension does not explain."""
    measures: tuple[tuple[str, str], ...] = ()
    """Per label the measure that it names, or OPEN, when the labels are measures."""
    sure: str = LIKELY
    is_period: bool = False
    """Whether the labels may be periods."""


def guess_axis(
    labels: Iterable[str],
    title: str,
    vocabulary: Vocabulary,
    around: str = "",
    corner: str | None = None,
) -> AxisGuess:
    """Return what the labels of a label column or header row mean.

    ``around`` is what stands above the table, which decides when ``title`` does not. ``corner`` is
    what stands beside the labels of a header row, which names them or the rows.
    """
    distinct = tuple(dict.fromkeys(labels))
    printed = tuple(label for label in distinct if label)
    guess = AxisGuess(
        labels=distinct, title=title, dimension=None, why=phrase("why-without-labels")
    )
    if not printed:
        return guess
    explained = _explained(printed, vocabulary)
    most = max(explained.values(), default=0)
    if most * 2 >= len(printed) and most:
        labels = _how_many(most, len(printed))
        best = [name for name, count in explained.items() if count == most]
        decides = title
        chosen = best[0] if len(best) == 1 else _named_in(title, best, vocabulary)
        if chosen is None and around:
            decides, chosen = around, _named_in(around, best, vocabulary)
        if chosen is None:
            why = phrase("why-several-lists", names=", ".join(best), labels=labels)
            return replace(guess, dimension=OPEN, why=why, candidates=tuple(best))
        dimension = vocabulary.dimensions[chosen]
        if dimension.period:
            above = title if corner is None else corner
            names_rows = corner is not None
            judged = judge_periods(dimension.period, printed, above, around, names_rows=names_rows)
            if judged.sure == DOUBTFUL:
                return replace(
                    guess, dimension=OPEN, why=judged.why, candidates=tuple(best), is_period=True
                )
        unmatched = tuple(label for label in printed if not _explains(dimension, label))
        codes = dimension.codes
        what = phrase("the-list", name=codes.name) if codes else phrase("the-calendar")
        why = phrase("why-explained", what=what, labels=labels)
        if len(best) > 1:
            others = ", ".join(name for name in best if name != chosen)
            particulars = {"what": what, "labels": labels, "title": decides, "others": others}
            why = phrase("why-explained-as-above", **particulars)
        sure = CERTAIN if len(best) == 1 and not unmatched and not dimension.period else LIKELY
        if dimension.period:
            why, sure = why + "; " + judged.why, LIKELY if unmatched else judged.sure
        return replace(guess, dimension=chosen, why=why, unmatched=unmatched, sure=sure)
    names = measure_names(vocabulary)
    named = tuple((label, names.get(plain(label)) or OPEN) for label in printed)
    if sum(name != OPEN for _, name in named) * 2 >= len(named):
        return replace(guess, dimension=MEASURE, why=phrase("why-measures"), measures=named)
    likely = {name: _likeness(title, name, vocabulary) for name in vocabulary.dimensions}
    by_title = sorted(filter(likely.get, likely), key=lambda name: -likely[name])
    near = sorted(explained, key=lambda name: -explained[name])
    candidates = tuple(dict.fromkeys([*by_title, *near]))
    return replace(guess, dimension=OPEN, why=phrase("why-unexplained"), candidates=candidates)


def _how_many(count: int, total: int) -> Words:
    if total == 1:
        return phrase("the-only-label")
    if count == total:
        return phrase("all-labels", number=total)
    return phrase("some-labels", number=count, all=total)


def _explained(labels: tuple[str, ...], vocabulary: Vocabulary) -> dict[str, int]:
    """Return how many labels each dimension explains; a total alone explains nothing."""
    found = {}
    for name, dimension in vocabulary.dimensions.items():
        codes = [label for label in labels if _explains(dimension, label)]
        total = dimension.codes.total if dimension.codes else None
        if any(code_of(dimension.codes, label) != total for label in codes) or dimension.period:
            found[name] = len(codes)
    return {name: count for name, count in found.items() if count}


def _explains(dimension: Dimension, label: str) -> bool:
    if dimension.period:
        return read_period(dimension.period, label) is not None
    return code_of(dimension.codes, label) is not None


def code_of(codes: CodeList | None, label: str) -> str | None:
    """Return the one code that a label stands for."""
    found = codes.find(label) if codes else ()
    return found[0] if len(found) == 1 else None


def _words(text: str) -> set[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return {word.casefold() for word in re.findall(r"[^\W\d_]{3,}", apart)}


def _likeness(title: str, name: str, vocabulary: Vocabulary) -> float:
    """Return how many of the words of a dimension's names stand in a title, from 0 to 1."""
    names = [name, *vocabulary.labels_of(vocabulary.dimensions[name].iri)]
    wanted = _words(title)
    parts = [
        sum(nearest(word, wanted, 0.8) is not None for word in words) / len(words)
        for words in map(_words, names)
        if words and wanted
    ]
    return max(parts, default=0.0)


def _named_in(title: str, names: list[str], vocabulary: Vocabulary) -> str | None:
    """Return the one dimension that a title names best, or None."""
    scores = {name: _likeness(title, name, vocabulary) for name in names}
    best = max(scores.values())
    found = [name for name, score in scores.items() if score == best]
    return found[0] if best and len(found) == 1 else None


def measure_names(vocabulary: Vocabulary) -> dict[str, str | None]:
    """Return the measure that each name or label is of, None where it is of several."""
    found: dict[str, str | None] = {}
    for name, measure in vocabulary.measures.items():
        for text in {plain(text) for text in (name, *vocabulary.labels_of(measure.iri))}:
            found[text] = None if text in found else name
    return found


def plain(text: str) -> str:
    """Return a text as names are compared: in small letters, with single spaces."""
    return " ".join(text.split()).casefold()


def guess_rows(outline: Outline, vocabulary: Vocabulary) -> list[AxisGuess]:
    """Return what each label column means."""
    around = " ".join(outline.above)
    found = [
        guess_axis((line[at] for line in outline.body), outline.corners[at], vocabulary, around)
        for at in range(outline.label_columns)
    ]
    for at, why in outline.label_doubts.items():
        found[at] = in_doubt(found[at], why)
    return found


def in_doubt(axis: AxisGuess, why: Words) -> AxisGuess:
    """Return an axis as open, with what it was taken for as the candidate."""
    known = axis.dimension not in (OPEN, MEASURE, None)
    candidates = (str(axis.dimension),) if known else axis.candidates
    return replace(axis, dimension=OPEN, why=why, candidates=candidates, unmatched=(), measures=())


def guess_columns(outline: Outline, vocabulary: Vocabulary) -> list[AxisGuess]:
    """Return what each header row means."""
    found = []
    # Beside row labels with digits, a title of codes is theirs.
    are_digits = any(map(str.isdigit, "".join(line[0] for line in outline.body)))
    for header, labels in zip(outline.headers, outline.header_labels, strict=True):
        # The corner names the rows; only a corner of its own row can name the columns.
        title = header[0] if len(outline.headers) > 1 else ""
        corner = "" if are_digits else " ".join(header[: outline.label_columns])
        around = " ".join(outline.above)
        found.append(guess_axis(labels, title, vocabulary, around, corner))
    is_alone = len(outline.figure_columns) == len(found) == 1
    if is_alone and found[0].dimension in (OPEN, MEASURE) and not found[0].is_period:
        why = phrase("why-one-column")
        found[0] = replace(found[0], dimension=None, why=why, candidates=(), unmatched=())
    if outline.header_doubt:
        found[-1] = in_doubt(found[-1], outline.header_doubt)
    return found


def periods_in(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return the periods that are named in texts: kind and code, the most precise first."""
    patterns = {
        "dag": r"\d{1,2}[/-]\d{1,2}[/-]\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2}\s+[A-Za-z]+\s+\d{4}",
        "kwartaal": r"[1-4]e kw(?:artaal|\.)? (?:van )?\d{4}|\d{4}\s*[-/ ]?\s*[KQT][1-4]"
        r"|[KQT][1-4]\s*[-/ ]?\s*\d{4}",
        "jaar": r"(?<!\d)(?:19|20)\d{2}(?!\d)",
    }
    joined = "\n".join(texts)
    found = [
        (kind, code)
        for kind, pattern in patterns.items()
        for match in re.finditer(pattern, joined)
        if (code := read_period(kind, match[0]))
    ]
    return list(dict.fromkeys(found))
