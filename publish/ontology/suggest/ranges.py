"""Ranges of ages, durations and sizes: as labels state them, and whether two are the same.

Labels are in Dutch, English and French, as ``25 tot en met 29 jaar``, ``65+``, ``moins de 2 ans``
or ``Y_GE65``. Patterns are tried in order; the first that fits counts. A range has two bounds,
either of which may be open. Whether a bound is included may not be known (``None``), with what is
usual then: sources print "20-30" beside "30-40", or "60+" for what others call "over 60". Only
bounds tell whether ranges are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from publish.ontology.suggest.words import NUMBERS, simplified

AGE, DURATION, SIZE = "age", "duration", "size"


NUMBER = r"(\d+(?:[.,]\d+)?)"
YEARS = r"jaar|jaren|jr|j|years?|yrs?|ans?"
MONTHS = r"maand(?:en)?|mnd|months?|mois"
SIZES = (
    r"vte|fte|etp|(?:voltijdse? ?|full[- ]?time )?equivalent\w*|voltijds?equivalent\w*"
    r"|personen|persons?|personnes|werknemers?|employees|salaries|travailleurs|workers?"
    r"|medewerkers|personeelsleden|staff"
)
BOUND = rf"{NUMBER}\s*(?:(?<![a-z])({YEARS}|{MONTHS}|m|{SIZES})\b\.?)?"
"""A number with its unit, if it has one."""
AFTER = rf"(?:de |the |l')?(?:age of |leeftijd van |age de )?{BOUND}"
"""A bound after a word that says on which side of it the range is."""
AND = r"(?:en|of|and|or|et|ou|&)"
INCLUSIVE = r"tot ?(?:en|&) ?met|t\. ?e\. ?m\.?|t\.?/?e?\.?/?m\.?|tem|through|up to and including"
EXCLUSIVE = (
    r"tot (?:minder|jonger|korter) dan|tot (?:net )?onder|to (?:less than|under|below)"
    r"|(?:jusqu'?)?a moins de|- ?<|tot ?<|(?:(?:en|and|et|maar|but|mais|,) ?)?"
    r"(?:<(?!=)|(?:minder|jonger|korter) dan|(?:less|younger) than|under|moins de)"
)
SOFT = r"tot|to|until|a|jusqu'?a|-|/|_|\.{2,3}|;"
"""What leaves open whether the upper bound is included."""

INTERVAL = re.compile(
    r"(?=\[|\]|.*\d\s*[\[\]])([\[\](])\s*(\d+(?:\.\d+)?)\s*[,;]\s*(\d+(?:\.\d+)?)\s*([\[\])])"
)
"""As in mathematics: [20, 30) or [20, 30[; two round brackets are only brackets."""
BETWEEN = re.compile(rf"\b(?:tussen|between|entre)\s+{AFTER}\s*(?:en|and|et)\s+{AFTER}")
NEXT = re.compile(rf"\b{BOUND}\s*{AND}\s*{BOUND}")
"""Two years, if they follow one another: "18 en 19 jaar"."""
FROM_TO = re.compile(
    rf"(?:\b(?:vanaf|van|from|de)\s+)?{BOUND}-?\s*"
    rf"(?:({INCLUSIVE})|({EXCLUSIVE})|({SOFT}))\s*"
    rf"{BOUND}(\s*\(?(?:inclus\w*|incl\.?|inbegrepen|included)\b\)?)?"
)
MORE = (
    r"meer|ouder|hoger|langer|groter|over|older|more|longer|above|larger|up(?:wards?)?"
    r"|plus(?: age)?|daarboven|boven|\+"
)
LESS = r"minder|jonger|lager|korter|kleiner|younger|less|fewer|shorter|under|below|moins|daaronder"
MORE_THAN = (
    r"(?:meer|ouder|langer|groter|hoger|more|older|longer|greater|larger|higher) (?:dan|than)"
    r"|boven|over|above|plus d[e']|plus que"
)
LESS_THAN = (
    r"(?:minder|jonger|korter|kleiner|lager|less|younger|fewer|shorter|smaller|lower) (?:dan|than)"
    r"|(?:nog|net) geen|onder|beneden|under|below|moins d[e']|moins que"
)
AT_LEAST = (
    r"vanaf|from|a partir de|des|minstens|minimum|minimaal|min\.?|at least|au moins|ten ?minste"
)
AT_MOST = (
    r"hoogstens|maximaal|maximum|max\.?|at most|up to(?: and including)?|tot en met|t\.?e\.?m\.?"
    r"|au plus|ten hoogste"
)
ONE_SIDED: tuple[tuple[re.Pattern[str], bool, bool | None], ...] = tuple(
    (re.compile(pattern), below, included)
    for pattern, below, included in (
        # the pattern, whether it bounds from below, whether the bound is included
        (rf"(?:>=|=>)\s*{BOUND}", True, True),
        (rf"(?:<=|=<)\s*{BOUND}", False, True),
        (rf"{NUMBER}\s*\+\s*({YEARS}|{MONTHS}|{SIZES})\b", True, True),
        (rf"{BOUND}\s*(?:[a-z]+ )?{AND}\s*(?:{MORE})(?!\w)", True, True),
        (rf"{BOUND}\s*(?:[a-z]+ )?{AND}\s*(?:{LESS})(?!\w)", False, True),
        (rf"{BOUND}\s*(?:\+|-?\s*plus(?:sers?)?\b)", True, True),
        (rf"(?:>|\b(?:{MORE_THAN}))\s*{AFTER}", True, False),
        (rf"(?:<|\b(?:{LESS_THAN}))\s*{AFTER}", False, False),
        (rf"\b(?:{AT_LEAST})\s+{AFTER}", True, True),
        (rf"\b(?:{AT_MOST})\s+{AFTER}", False, True),
        (rf"\b(?:tot|until|jusqu'?a)\s+{AFTER}", False, None),
        (rf"(?<![\w.,])-\s?{BOUND}", False, False),
        (rf"(?<![\w.,])\+\s?{BOUND}", True, None),
    )
)
CODED = re.compile(r"(Y|M|FTE|VTE)_?(LT|LE|GE|GT)?_?(\d+)(?:(?:T|_|-)(\d+))?")
"""Codes as statistical offices write them: Y25T29, Y25-29, Y_GE65."""

AGE_WORDS = re.compile(
    r"\b(?:oud|ouder|jonger|leeftijds?|leeftijden|ages?|aged|old|older|younger|plussers?|jarigen?)\b"
)
DURATION_WORDS = re.compile(
    rf"\b(?:{MONTHS}|langer|longer|korter|shorter|duur|lang|long|duration|duree|sinds|since"
    r"|depuis)\b"
)
SIZE_WORDS = re.compile(rf"\b(?:{SIZES})\b")
NOISE = re.compile(
    rf"\b(?:{YEARS}|{MONTHS}|{SIZES}|van|vanaf|from|de|d|met|with|avec|een|the|of|en|and|in"
    r"|jarigen?|old|oud|aged?|ages|leeftijds?|groep|groepe|groups?|klasse|class|classe|categorie"
    r"|category|tranche|duur|duration|duree|sinds|since|depuis|lang|long|l|les|des)\b"
)
"""Words around a range that say nothing more than what it is a range of."""


@dataclass(frozen=True, kw_only=True)
class ValueRange:
    """From a bound to a bound; a bound that is missing is open."""

    lower: Decimal | None
    upper: Decimal | None
    lower_included: bool | None = True
    upper_included: bool | None = True
    """None where it is not said."""
    upper_usual: bool = True
    """Whether the upper bound is usually included where it is not said."""
    lower_usual: bool = True
    """The same of the lower bound."""
    kinds: frozenset[str] = frozenset()
    """What it can be a range of; nothing when the text does not say."""
    months: bool = False
    """Whether the bounds are in months."""
    rest: str = ""
    """What the text says besides."""


def read_range(text: str) -> ValueRange | None:
    """Return the range that a label states, or None."""
    coded = CODED.fullmatch(text.strip())
    if coded and (coded[2] or coded[4]):
        return _read_coded(coded)
    found = re.sub(r"(?<=\d)[. ](?=\d{3}\b)", "", simplified(text))
    found = re.sub(r"([a-z]{4,})-?(plus(?:sers?)?|jarigen?)\b", r"\1 \2", found)
    spelt_out = found
    found = re.sub(r"[a-z]+", lambda word: _digits(word, spelt_out), found)
    if match := INTERVAL.search(found):
        return _interval(match, found)
    if match := BETWEEN.search(found):
        return _two(match, found, match.group(1, 2, 3, 4))
    match = NEXT.search(found)
    if match and _number(match[3]) == _number(match[1]) + 1:
        return _two(match, found, match.group(1, 2, 3, 4), included=True)
    if match := FROM_TO.search(found):
        included = True if match[3] or match[8] else False if match[4] else None
        usually = not re.match(r"tot|jusqu", match[5] or "-")
        bounds = match.group(1, 2, 6, 7)
        return _two(match, found, bounds, included=included, usually=usually)
    for pattern, below, bound_included in ONE_SIDED:
        if match := pattern.search(found):
            return _one(match, found, below=below, included=bound_included)
    return None


def _digits(word: re.Match[str], text: str) -> str:
    """Return a word for a number in digits; ``een`` only counts before a unit."""
    value = NUMBERS.get(word[0])
    if value is None:
        return word[0]
    if value == 1 and not re.match(rf"\s*(?:{YEARS}|{MONTHS}|tot)\b", text[word.end() :]):
        return word[0]
    return str(value)


def _read_coded(coded: re.Match[str]) -> ValueRange:
    """Return the range of a code as statistical offices write them: Y25T29, Y_GE65."""
    kind = {"Y": AGE, "M": DURATION}.get(coded[1], SIZE)
    first = Decimal(coded[3])
    lower, upper = (first, Decimal(coded[4])) if coded[4] else (first, None)
    if coded[2] in ("LT", "LE"):
        lower, upper = Decimal(0), first
    return ValueRange(
        lower=lower,
        upper=upper,
        lower_included=coded[2] != "GT",
        upper_included=coded[2] != "LT",
        kinds=frozenset({kind}),
        months=kind == DURATION,
    )


def _two(
    match: re.Match[str],
    text: str,
    bounds: tuple[str | None, ...],
    *,
    included: bool | None = None,
    usually: bool = True,
) -> ValueRange | None:
    """Return the range between two bounds, each given as its number and its unit."""
    lower, lower_unit, upper, upper_unit = bounds
    months = _in_months(lower_unit or upper_unit), _in_months(upper_unit or lower_unit)
    first, last = _number(lower or ""), _number(upper or "")
    if any(months) and not all(months):
        first, last = first * (1 if months[0] else 12), last * (1 if months[1] else 12)
    if first == last and not included:
        return None
    return ValueRange(
        lower=min(first, last),
        upper=max(first, last),
        upper_included=included,
        upper_usual=usually,
        kinds=_kinds(text, lower_unit or upper_unit),
        months=any(months),
        rest=_rest(match, text),
    )


def _interval(match: re.Match[str], text: str) -> ValueRange | None:
    """Return the range between brackets, which say what is included."""
    unit = re.match(rf"\s*({YEARS}|{MONTHS}|{SIZES})\b", text[match.end() :])
    name = unit[1] if unit else None
    found = _two(match, text, (match[2], name, match[3], name), included=match[4] == "]")
    return replace(found, lower_included=match[1] == "[") if found else None


def _one(match: re.Match[str], text: str, *, below: bool, included: bool | None) -> ValueRange:
    bound = _number(match[1])
    return ValueRange(
        lower=bound if below else Decimal(0),
        upper=None if below else bound,
        lower_included=included if below else True,
        upper_included=True if below else included,
        upper_usual=False,
        kinds=_kinds(text, match[2]),
        months=_in_months(match[2]),
        rest=_rest(match, text),
    )


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _in_months(unit: str | None) -> bool:
    return bool(unit) and re.fullmatch(rf"{MONTHS}|m", unit or "") is not None


def _rest(match: re.Match[str], text: str) -> str:
    """Return the words around a range that do not belong to it."""
    around = f"{text[: match.start()]} {text[match.end() :]}"
    return " ".join(re.findall(r"[a-z]{2,}", NOISE.sub(" ", around)))


def _kinds(text: str, unit: str | None) -> frozenset[str]:
    """Return what a range can be about, from its unit and the words around it."""
    if unit and re.fullmatch(SIZES, unit):
        return frozenset({SIZE})
    if _in_months(unit) or DURATION_WORDS.search(text):
        return frozenset({DURATION})
    if AGE_WORDS.search(text):
        return frozenset({AGE})
    if unit:
        return frozenset({AGE, DURATION})
    return frozenset({SIZE}) if SIZE_WORDS.search(text) else frozenset()


def exclude_shared_bounds(ranges: Iterable[ValueRange]) -> list[ValueRange]:
    """Return the ranges of one list; where two share bounds, upper ones are usually excluded."""
    found = list(ranges)
    lowers = {item.lower for item in found if item.lower}
    touching = sum(1 for item in found if item.upper in lowers and item.upper_included is None)
    if touching < 2:
        return found
    return [
        replace(item, upper_usual=False) if item.upper_included is None else item for item in found
    ]


def likeness(theirs: ValueRange, ours: ValueRange, kind: str) -> float:
    """Return how surely two ranges of a kind are the same: 0 if they are not, 1 if they are."""
    if kind == DURATION:
        theirs, ours = _as_months(theirs), _as_months(ours)
    # Where our source leaves a bound open, other numbers are only perhaps the same.
    open_bound = 0.12 if None in (ours.lower_included, ours.upper_included) else 0
    best = 0.0
    for flags, doubt in _readings(theirs):
        for own, own_doubt in _readings(ours):
            likely = _same(theirs, ours, flags, own, kind)
            if likely == 1:
                best = max(best, likely - doubt - own_doubt / 2)
            elif likely:
                best = max(best, likely - doubt - own_doubt - open_bound)
    return best


def _readings(item: ValueRange) -> list[tuple[tuple[bool, bool], float]]:
    """Return which bounds may be included, with the doubt of each reading."""
    lowers = [(item.lower_usual, 0.0), (not item.lower_usual, 0.2)]
    if item.lower_included is not None:
        lowers = [(item.lower_included, 0.0)]
    # "25-29" is never meant to stop before 29; "25 tot 29" often is not either.
    uppers = [(True, 0.0)] if item.upper_usual else [(False, 0.0), (True, 0.1)]
    if item.upper_included is not None:
        uppers = [(item.upper_included, 0.0)]
    return [((low, up), doubt + more) for low, doubt in lowers for up, more in uppers]


def _same(
    theirs: ValueRange,
    ours: ValueRange,
    flags: tuple[bool, bool],
    own: tuple[bool, bool],
    kind: str,
) -> float:
    if (theirs.upper is None) != (ours.upper is None):
        return 0.0
    low, own_low = theirs.lower or Decimal(0), ours.lower or Decimal(0)
    lower = low == own_low and (flags[0] == own[0] or not low)
    upper = theirs.upper == ours.upper and (flags[1] == own[1] or theirs.upper is None)
    if lower and upper:
        return 1.0
    if kind == DURATION and low == own_low and theirs.upper == ours.upper:
        return 0.9
    whole = [low, own_low, *(bound for bound in (theirs.upper, ours.upper) if bound is not None)]
    if any(bound != bound.to_integral_value() for bound in whole):
        return 0.0
    starts = low + (not flags[0]), own_low + (not own[0])
    ends = [
        bound + included
        for bound, included in ((theirs.upper, flags[1]), (ours.upper, own[1]))
        if bound is not None
    ]
    if starts[0] == starts[1] and len(set(ends)) < 2:
        return 0.88 if kind == SIZE else 0.97
    return 0.0


def _as_months(item: ValueRange) -> ValueRange:
    if item.months:
        return item
    return replace(
        item,
        lower=item.lower * 12 if item.lower is not None else None,
        upper=item.upper * 12 if item.upper is not None else None,
        months=True,
    )
