"""Ranges as people write them: ages, durations and sizes in Dutch, English and French.

In comes a label, as ``25 tot en met 29 jaar``, ``65+``, ``moins de 2 ans`` or ``Y_GE65``; out
comes a range with its bounds, which of them are included, and what it is a range of. Whether
two ranges are the same is a matter of their bounds only. A bound of which the text does not say
whether it is included says so (``None``), with what such texts usually mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

AGE, DURATION, SIZE = "age", "duration", "size"

NUMBER = r"(\d+(?:[.,]\d+)?)"
YEARS = r"jaar|jaren|jr|j|years?|yrs?|ans?"
MONTHS = r"maand(?:en)?|mnd|months?|mois"
SIZES = (
    r"vte|fte|etp|(?:voltijdse? ?|full[- ]?time )?equivalent\w*|voltijds?equivalent\w*|personen|persons?"
    r"|personnes|werknemers?|employees|salaries|travailleurs|workers?|medewerkers|personeelsleden|staff"
)
UNIT = rf"\s*(?:(?<![a-z])({YEARS}|{MONTHS}|m|{SIZES})\b\.?)?"
INCLUSIVE = r"tot ?(?:en|&) ?met|t\. ?e\. ?m\.?|t\.?/?e?\.?/?m\.?|tem|through|up to and including"
EXCLUSIVE = (
    r"tot (?:minder|jonger|korter) dan|tot (?:net )?onder|to (?:less than|under|below)"
    r"|(?:jusqu'?)?a moins de|- ?<|tot ?<"
    r"|(?:(?:en|and|et|maar|but|mais|,) ?)?(?:<(?!=)|(?:minder|jonger|korter) dan|(?:less|younger) than|under|moins de)"
)
SOFT = r"tot|to|until|a|jusqu'?a|-|/|_|\.{2,3}|;"
AND = r"(?:en|of|and|or|et|ou|&)"
ARTICLE = r"(?:de |the |l')?(?:age of |leeftijd van |age de )?"
MORE = (
    r"(?:meer|ouder|hoger|langer|groter|over|older|more|longer|above|larger|up(?:wards?)?|plus(?: age)?"
    r"|daarboven|boven|\+)"
)
LESS = r"(?:minder|jonger|lager|korter|kleiner|younger|less|fewer|shorter|under|below|moins|daaronder)"

BETWEEN = re.compile(
    rf"(?:\b(?:tussen|between|entre)\s+(?:{ARTICLE}){NUMBER}{UNIT}\s*(?:en|and|et)\s+(?:{ARTICLE}){NUMBER}{UNIT})"
)
FROM_TO = re.compile(
    rf"(?:\b(?:vanaf|van|from|de)\s+)?{NUMBER}{UNIT}-?\s*(?:({INCLUSIVE})|({EXCLUSIVE})|({SOFT}))\s*"
    rf"{NUMBER}{UNIT}(\s*\(?(?:inclus\w*|incl\.?|inbegrepen|included)\b\)?)?"
)
ONE_SIDED = (
    # pattern, whether it bounds from below, whether the bound is included
    (rf"(?:>=|=>|≥)\s*{NUMBER}{UNIT}", True, True),
    (rf"(?:<=|=<|≤)\s*{NUMBER}{UNIT}", False, True),
    (rf"{NUMBER}{UNIT}\s*(?:{AND}\s*){MORE}(?!\w)", True, True),
    (rf"{NUMBER}{UNIT}\s*{AND}\s*{LESS}(?!\w)", False, True),
    (rf"{NUMBER}{UNIT}\s*(?:\+|-?\s*plus(?:sers?)?\b)", True, True),
    (
        r"\b(?:meer|ouder|langer|groter|hoger|more|older|longer|greater|larger|higher) (?:dan|than)"
        rf" {ARTICLE}{NUMBER}{UNIT}",
        True,
        False,
    ),
    (rf"(?:>|\b(?:boven|over|above|plus d[e']|plus que))\s*{ARTICLE}{NUMBER}{UNIT}", True, False),
    (
        r"\b(?:minder|jonger|korter|kleiner|lager|less|younger|fewer|shorter|smaller|lower) (?:dan|than)"
        rf" {ARTICLE}{NUMBER}{UNIT}",
        False,
        False,
    ),
    (
        rf"(?:<|\b(?:onder|under|below|moins d[e']|moins que))\s*{ARTICLE}{NUMBER}{UNIT}",
        False,
        False,
    ),
    (
        r"\b(?:vanaf|from|a partir de|des|minstens|minimum|minimaal|min\.?|at least|au moins|ten ?minste)"
        rf" {ARTICLE}{NUMBER}{UNIT}",
        True,
        True,
    ),
    (
        r"\b(?:hoogstens|maximaal|maximum|max\.?|at most|up to(?: and including)?|tot en met|t\.?e\.?m\.?|au plus|ten hoogste)"
        rf" {ARTICLE}{NUMBER}{UNIT}",
        False,
        True,
    ),
    (rf"\b(?:tot|until|jusqu'?a)\s+{ARTICLE}{NUMBER}{UNIT}", False, None),
    (rf"(?<![\w.,])-\s?{NUMBER}{UNIT}", False, False),
    (rf"(?<![\w.,])\+\s?{NUMBER}{UNIT}", True, None),
)
SIDES = tuple((re.compile(pattern), below, included) for pattern, below, included in ONE_SIDED)
CODED = re.compile(r"(Y|M|FTE|VTE)_?(LT|LE|GE|GT)?_?(\d+)(?:(?:T|_|-)(\d+))?")

AGE_WORDS = re.compile(
    r"\b(?:oud|ouder|jonger|leeftijds?|leeftijden|ages?|aged|old|older|younger|plussers?|jarigen?)\b"
)
DURATION_WORDS = re.compile(
    rf"\b(?:{MONTHS}|langer|longer|korter|shorter|duur|lang|long|duration|duree|sinds|since|depuis)\b"
)
SIZE_WORDS = re.compile(rf"\b(?:{SIZES})\b")
NOISE = re.compile(
    rf"\b(?:{YEARS}|{MONTHS}|{SIZES}|van|vanaf|from|de|d|met|with|avec|een|the|of|jarigen?|en|and|in|old|oud|aged?|ages"
    r"|leeftijds?|jaar|groepe?|groups?|groep|klasse|class|classe|categorie|category|tranche|duur|duration|duree"
    r"|lang|long|l|les|des)\b"
)


@dataclass(frozen=True, kw_only=True)
class Range:
    """From a bound to a bound; a bound that is missing is open."""

    lower: Decimal | None
    upper: Decimal | None
    lower_included: bool | None = True
    upper_included: bool | None = True
    """None where it is not said."""
    usually: bool = True
    """Whether the upper bound is usually included where it is not said."""
    usually_lower: bool = True
    """The same of the lower bound."""
    kinds: frozenset[str] = frozenset()
    """What it can be a range of; nothing when the text does not say."""
    months: bool = False
    """Whether the bounds are in months."""
    rest: str = ""
    """What the text says besides."""


def plain(text: str) -> str:
    """Return a text in lower case without accents, with simple marks and single spaces."""
    text = unicodedata.normalize("NFKD", text.replace("’", "'").replace("≥", ">=").replace("≤", "<="))
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    return " ".join(text.casefold().split())


def read_range(text: str, numbers: dict[str, int] | None = None) -> Range | None:
    """Return the range that a label states, or None; ``numbers`` are words for numbers."""
    coded = CODED.fullmatch(text.strip())
    if coded and (coded[2] or coded[4]):
        return _read_coded(coded)
    found = re.sub(r"(?<=\d)[. ](?=\d{3}\b)", "", plain(text))
    if numbers:
        found = re.sub(r"[a-z]+", lambda word: _digits(word, found, numbers), found)
    match = BETWEEN.search(found)
    if match:
        return _two(match, match[1], match[2], match[3], match[4], None, found)
    match = FROM_TO.search(found)
    if match:
        included = True if match[3] or match[8] else False if match[4] else None
        usually = not re.match(r"tot|jusqu", match[5] or "-")
        return _two(
            match, match[1], match[2], match[6], match[7], included, found, usually=usually
        )
    for pattern, below, bound_included in SIDES:
        match = pattern.search(found)
        if match:
            return _one(match, found, below=below, included=bound_included)
    return None


def _digits(word: re.Match[str], text: str, numbers: dict[str, int]) -> str:
    """Return a word for a number in digits; ``een`` only counts before a unit."""
    value = numbers.get(word[0])
    if value is None:
        return word[0]
    if value == 1 and not re.match(rf"\s*(?:{YEARS}|{MONTHS})\b", text[word.end() :]):
        return word[0]
    return str(value)


def _read_coded(coded: re.Match[str]) -> Range:
    """Return the range of a code as statistical offices write them: Y25T29, Y_GE65."""
    kind = {"Y": AGE, "M": DURATION}.get(coded[1], SIZE)
    first = Decimal(coded[3])
    lower, upper = (first, Decimal(coded[4])) if coded[4] else (first, None)
    if coded[2] in ("LT", "LE"):
        lower, upper = Decimal(0), first
    return Range(
        lower=lower,
        upper=upper,
        lower_included=coded[2] != "GT",
        upper_included=coded[2] != "LT",
        kinds=frozenset({kind}),
        months=kind == DURATION,
    )


def _two(
    match: re.Match[str],
    lower: str,
    lower_unit: str | None,
    upper: str,
    upper_unit: str | None,
    included: bool | None,
    text: str,
    *,
    usually: bool = True,
) -> Range | None:
    months = _in_months(lower_unit or upper_unit), _in_months(upper_unit or lower_unit)
    first, last = _number(lower), _number(upper)
    if any(months) and not all(months):
        first, last = first * (1 if months[0] else 12), last * (1 if months[1] else 12)
    if first > last:
        first, last = last, first
    if first == last and not included:
        return None
    return Range(
        lower=first,
        upper=last,
        upper_included=included,
        usually=usually,
        kinds=_kinds(text, lower_unit or upper_unit),
        months=any(months),
        rest=_rest(match, text),
    )


def _one(match: re.Match[str], text: str, *, below: bool, included: bool | None) -> Range:
    bound = _number(match[1])
    return Range(
        lower=bound if below else Decimal(0),
        upper=None if below else bound,
        lower_included=included if below else True,
        upper_included=True if below else included,
        usually=False,
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


def mark_touching(ranges: Iterable[Range]) -> list[Range]:
    """Return the ranges of one list; where they share bounds, upper ones are usually not included."""
    found = list(ranges)
    lowers = {item.lower for item in found if item.lower}
    touching = sum(1 for item in found if item.upper in lowers and item.upper_included is None)
    if touching < 2:
        return found
    return [
        replace(item, usually=False) if item.upper_included is None else item for item in found
    ]


def likeness(theirs: Range, ours: Range, kind: str) -> float:
    """Return how surely two ranges of a kind are the same: 0 if they are not, 1 if they are."""
    if kind == DURATION:
        theirs, ours = _as_months(theirs), _as_months(ours)
    best = 0.0
    for lower, upper, doubt in _readings(theirs):
        for own_lower, own_upper, own_doubt in _readings(ours):
            likely = _same(theirs, ours, (lower, upper), (own_lower, own_upper), kind)
            # Where our source leaves a bound open, other numbers are only perhaps the same.
            open_bound = 0.12 if likely < 1 and None in (ours.lower_included, ours.upper_included) else 0
            if likely:
                best = max(best, likely - doubt - own_doubt / (2 if likely == 1 else 1) - open_bound)
    return best


def _readings(item: Range) -> list[tuple[bool, bool, float]]:
    """Return which bounds may be included, with the doubt of each reading."""
    lowers = [(item.lower_included, 0.0)] if item.lower_included is not None else []
    uppers = [(item.upper_included, 0.0)] if item.upper_included is not None else []
    lowers = lowers or [(item.usually_lower, 0.0), (not item.usually_lower, 0.2)]
    if not uppers:
        # "25-29" is never meant to stop before 29; "25 tot 29" often is not either.
        uppers = [(item.usually, 0.0)] if item.usually else [(False, 0.0), (True, 0.1)]
    return [
        (bool(low), bool(up), doubt + more) for low, doubt in lowers for up, more in uppers
    ]


def _same(
    theirs: Range, ours: Range, flags: tuple[bool, bool], own: tuple[bool, bool], kind: str
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


def _as_months(item: Range) -> Range:
    if item.months:
        return item
    return replace(
        item,
        lower=item.lower * 12 if item.lower is not None else None,
        upper=item.upper * 12 if item.upper is not None else None,
        months=True,
    )
