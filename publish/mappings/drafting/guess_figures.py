"""How the figures of a table are written, what they measure and how they add up.

Guessed are the format of the numbers, the measures that fit, the signs for figures that are not
shown, and for each dimension with a total whether its parts add up to it. What a sign means is
never guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from publish.faults.fault import Words, phrase
from publish.mappings.drafting.guess_axes import AxisGuess, code_of, measure_names, plain
from publish.mappings.drafting.outline import Outline, is_sign
from publish.mappings.mapping import OPEN
from publish.ontology.vocabulary import CodeList, Vocabulary
from publish.tables.foreign_numbers import NumberStyle, find_format, is_figure, to_format
from publish.tables.grid import CERTAIN, LIKELY
from publish.tables.numbers import FORMATS, format_number, read_numbers

SHARE = re.compile(r"%|percent|procent|aandeel|share", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")
NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class SignFound:
    """A sign that stands where figures stand."""

    sign: str
    """As a mapping declares it: # stands for a number."""
    count: int
    first: tuple[int, int]
    """Row and column of the grid of its first cell."""


@dataclass(frozen=True, kw_only=True)
class TotalGuess:
    """How the parts of a dimension add up to its total."""

    dimension: str
    kind: str
    """As a mapping declares it; OPEN when a person must choose."""
    why: Words
    within: Decimal | None = None
    """By how much the sum of the parts may be off, where it only fits but for rounding."""
    sure: str = LIKELY


@dataclass(frozen=True, kw_only=True)
class FigureGuess:
    """What the figures of a table are."""

    written: NumberStyle
    numbers: str
    """The format; where it is doubtful, that of the project, until a person has chosen."""
    measure: str | None
    """The one measure that fits, None when a person must choose."""
    why: Words
    candidates: tuple[str, ...]
    signs: tuple[SignFound, ...]
    percentages: bool = False
    """Whether any figure is printed with a percent sign."""
    empty: tuple[tuple[int, int], ...] = field(default=())
    """Row and column of the grid of the cells that are empty."""


def cells_of(outline: Outline) -> Iterable[tuple[int, int, str]]:
    """Yield row, column and text of every cell where figures stand."""
    for number, line in enumerate(outline.body):
        for at in outline.figure_columns:
            yield number, at, line[at]


def guess_figures(
    outline: Outline,
    rows: list[AxisGuess],
    columns: list[AxisGuess],
    vocabulary: Vocabulary,
    default: str,
    known_signs: Iterable[str] = (),
    written: NumberStyle | None = None,
) -> FigureGuess:
    """Return what the figures of an outline are; ``written`` where their format is known."""
    by_column = [
        dict.fromkeys(text for line in outline.body if is_figure(text := line[at]))
        for at in outline.figure_columns
    ]
    texts = list(dict.fromkeys(text for column in by_column for text in column))
    written = written or find_format(by_column, default)
    if written.doubtful and outline.grid.numbers:
        written = NumberStyle(numbers=outline.grid.numbers, why=phrase("numbers-of-cells"))
    numbers = written.numbers or default
    titles = [*outline.above, *outline.corners, *(text for item in columns for text in item.labels)]
    named = [name for item in columns for _, name in item.measures if item.dimension is None]
    # A row that is no code of the dimension is something else, often in another unit.
    strange = [set(axis.unmatched) for axis in rows]
    fitting = texts
    if any(strange):
        own = {
            text
            for number, _, text in cells_of(outline)
            if not any(outline.body[number][at] in labels for at, labels in enumerate(strange))
        }
        fitting = [text for text in texts if text in own] or texts
    candidates = fitting_measures(fitting, numbers, titles, vocabulary)
    named = [name for name in named if name in candidates]
    sole = candidates if len(candidates) == 1 else []
    if written.doubtful:
        # With decimals fewer measures fit than without; only one that fits both ways is sure.
        both = [fitting_measures(fitting, way, titles, vocabulary) for way, _ in written.readings]
        candidates = list(dict.fromkeys(name for names in both for name in names))
        named, sole = ([n for n in one if all(n in ms for ms in both)] for one in (named, sole))
    name = "why-one-measure" if len(candidates) == 1 else "why-many-measures"
    measure, why = None, phrase(name, number=len(candidates))
    if len(named) == 1:
        measure, why = named[0], phrase("why-title-of-column")
    elif sole and len(candidates) == 1:
        measure, why = sole[0], phrase("why-only-measure")
    elif not candidates:
        why = phrase("why-no-measure")
    known = {"".join(sign.split()) for sign in known_signs}
    signs = defaultdict[str, list[tuple[int, int]]](list)
    empty = []
    for number, at, text in cells_of(outline):
        if is_figure(text):
            continue
        place = outline.body_rows[number], outline.columns[at]
        if not text:
            empty.append(place)
        elif is_sign(text):
            sign = NUMBER.sub("#", text, count=1) if len(NUMBER.findall(text)) == 1 else text
            if "".join(sign.split()) not in known and "".join(text.split()) not in known:
                signs[sign].append(place)
    return FigureGuess(
        written=written,
        numbers=numbers,
        measure=measure,
        why=why,
        candidates=tuple(candidates),
        signs=tuple(
            SignFound(sign=sign, count=len(places), first=places[0])
            for sign, places in signs.items()
        ),
        percentages=any(text.endswith("%") for text in texts),
        empty=tuple(empty),
    )


def fitting_measures(
    texts: list[str], numbers: str, titles: list[str], vocabulary: Vocabulary
) -> list[str]:
    """Return the measures that figures can be of; those that a title names come first."""
    form = FORMATS[numbers]
    decimals = any(form.decimal in to_format(text, numbers) for text in texts)
    percent = any(text.endswith("%") for text in texts)
    shares_named = any(SHARE.search(title) for title in titles)
    found = []
    for name, measure in vocabulary.measures.items():
        share = measure.is_percentage
        fits = share if percent else not share or shares_named
        if fits and not (decimals and measure.is_integer):
            found.append(name)
    title_words = set(WORD.findall(" ".join(titles).casefold()))

    def is_named(name: str) -> bool:
        labels = vocabulary.labels_of(vocabulary.measures[name].iri)
        words = (set(WORD.findall(label.casefold())) for label in labels)
        return any(own and own <= title_words for own in words)

    names = measure_names(vocabulary)
    named = [names.get(plain(title)) for title in titles]
    first = [name for name in named if name in found and name]
    return list(dict.fromkeys([*first, *(n for n in found if is_named(n)), *found]))


def guess_totals(
    outline: Outline,
    rows: list[AxisGuess],
    columns: list[AxisGuess],
    vocabulary: Vocabulary,
    numbers: str,
    *,
    shares: bool,
    counts: bool = False,
) -> list[TotalGuess]:
    """Return for each dimension of which a total is printed how its parts add up to it.

    ``shares`` do not add up; ``counts`` do so exactly, as nothing of them is rounded.
    """
    axes = [*rows, *columns]
    lists = [_list_of(axis, vocabulary) for axis in axes]
    # A label of no known dimension is its own code.
    codes = [
        {label: code_of(known, label) if known else label for label in axis.labels}
        for axis, known in zip(axes, lists, strict=True)
    ]
    wanted = [known.total if known else None for known in lists]
    if not any(code and code in codes[at].values() for at, code in enumerate(wanted)):
        return []
    form, width = FORMATS[numbers], len(outline.figure_columns)
    read = read_numbers([to_format(text, numbers) for *_, text in cells_of(outline)], form)
    places = int(read.decimals.max(initial=0))
    heads = list(zip(*outline.header_labels, strict=True))
    pairs = zip(read.mantissa.tolist(), read.decimals.tolist(), read.faulty.tolist(), strict=True)
    values: dict[tuple[str, ...], int | None] = {}
    for place, (mantissa, decimals, faulty) in enumerate(pairs):
        line, at = divmod(place, width)
        labels = (*outline.body[line][: outline.label_columns], *heads[at])
        values[labels] = None if faulty else mantissa * 10 ** (places - decimals)
    found = []
    for number, axis in enumerate(axes):
        total = wanted[number]
        if total is None or axis.dimension is None or total not in codes[number].values():
            continue
        why = phrase("why-percentages")
        guess = TotalGuess(dimension=axis.dimension, kind="incomplete", why=why)
        if not shares:
            gaps = _gaps(values, number, codes[number], total)
            guess = _judge_gaps(gaps, axis.dimension, places, numbers, counts=counts)
        found.append(guess)
    return found


def printed(value: Decimal, numbers: str) -> str:
    """Return a number as it is printed in a format."""
    decimals = max(0, -int(value.as_tuple().exponent))
    return format_number(int(value.scaleb(decimals)), decimals, FORMATS[numbers])


def _list_of(axis: AxisGuess, vocabulary: Vocabulary) -> CodeList | None:
    dimension = vocabulary.dimensions.get(axis.dimension or "")
    return dimension.codes if dimension else None


@dataclass(frozen=True, kw_only=True)
class _Gaps:
    """How totals differ from the sums of their parts, in units of the last decimal."""

    equal: int
    """Totals that are the sum of their parts."""
    most: int
    """The largest difference."""
    over: bool
    """Whether parts are more than their total."""
    parts: int
    """The most parts that a total has."""


def _gaps(
    values: dict[tuple[str, ...], int | None], axis: int, codes: dict[str, str | None], total: str
) -> _Gaps:
    """Return how the totals over an axis differ from the sums of their parts."""
    totals: dict[tuple[str, ...], int | None] = {}
    parts: dict[tuple[str, ...], tuple[int, int | None]] = {}
    for labels, value in values.items():
        code = codes.get(labels[axis])
        rest = labels[:axis] + labels[axis + 1 :]
        if code == total:
            totals[rest] = value
        elif code is not None:
            count, known = parts.get(rest, (0, 0))
            parts[rest] = count + 1, None if known is None or value is None else known + value
    compared = [
        whole - known
        for rest, whole in totals.items()
        if whole is not None and (known := parts.get(rest, (0, None))[1]) is not None
    ]
    return _Gaps(
        equal=compared.count(0),
        most=max(map(abs, compared), default=0),
        over=min(compared, default=0) < 0,
        parts=max((count for count, _ in parts.values()), default=0),
    )


def _judge_gaps(gaps: _Gaps, name: str, places: int, numbers: str, *, counts: bool) -> TotalGuess:
    """Return whether parts add up to the totals of a dimension, and the reason in words."""
    if not gaps.most:
        if not gaps.equal:
            return TotalGuess(dimension=name, kind=OPEN, why=phrase("why-not-compared"))
        why = phrase("why-equal" if gaps.equal > 1 else "why-equal-once", number=gaps.equal)
        return TotalGuess(dimension=name, kind="complete", why=why, sure=CERTAIN)
    most = Decimal(gaps.most).scaleb(-places).normalize()
    shown = printed(most, numbers)
    near = gaps.most * 2 <= gaps.parts + 1
    if near and not counts:
        why = phrase("why-rounded", number=shown)
        return TotalGuess(dimension=name, kind="complete", why=why, within=most)
    if near or gaps.over:
        why = phrase("why-parts-other" if near else "why-parts-too-many", number=shown)
        return TotalGuess(dimension=name, kind="complete", why=why)
    # Parts may be lacking, or a label stands at the wrong figure: the table does not tell which.
    why = phrase("why-parts-lacking", number=shown)
    return TotalGuess(dimension=name, kind=OPEN, why=why)
