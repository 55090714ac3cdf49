"""Whether labels that can be periods are periods.

Four digits are also a postcode, a NACE class, an ISCO group or the number of a municipality, and
03/04/2022 is a day in March or in April. So what stands above the labels is weighed, for a period
and against it, and the labels themselves: years run on, and lie between 1800 and 2100. What remains
in doubt is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from publish.faults.fault import Words, phrase
from publish.ontology.periods import read_period
from publish.tables.grid import CERTAIN, DOUBTFUL, LIKELY

FIRST, LAST = 1800, 2100
"""The years about which statistics are printed."""
FIRST_USUAL, LAST_USUAL = 1900, 2035
"""The years that are printed without a word that says so, unless they follow upon each other."""
_BEGINS, _ENDS = r"(?<![^\W\d_])", r"(?![^\W\d_])"
"""Where a word begins and ends; ``_`` and digits are between words."""
PERIOD_WORDS = re.compile(
    r"jaar|jaren|year|ann[ée]e|jahr|p[ée]r[ií]od|kwartaal|quartal|trimest|maand|month|monat|datum"
    r"|peildag|seizoen"
    rf"|{_BEGINS}(?:date|quarter|temps)"
    rf"|{_BEGINS}(?:time|tijd|zeit|mois|rok|år|anno|año|ano|dag|day|jour|tag){_ENDS}",
    re.IGNORECASE,
)
"""Words of a title that speak for a period."""
CODE_WORDS = re.compile(
    r"code|kode|post(?:al|leit)|nummer|number(?! of)|n[uú]mero|num[ée]ro|n[°º]|sleutel|identif"
    r"|nace|isco|isced|naics|prodcom|refnis|insee"
    rf"|nr{_ENDS}"
    rf"|{_BEGINS}(?:no|id|key|zip|plz|cp|cpv|ins|nis|nsi|sbi|sic|cpa|hs|gn|cn|lau|nuts|ags|bfs|ref)"
    rf"{_ENDS}",
    re.IGNORECASE,
)
"""Words of a title that speak of codes in digits."""
OTHER_WORDS = re.compile(
    r"gemeente|commune|municip|gemeinde|kanton|canton|plaats|wijk|buurt|zone|distri|regio|région"
    r"|streek|provinc|gebied|country|pays|sect(?:or|eur)|bran(?:che|ch\b)|activit|aktivit|beroep"
    r"|profession|occupation|beruf|produ[ck]?[ik]t(?!i)|artikel|article|rekening|account|konto"
    r"|station|school|école|instelling|klass|class|groep|group|gruppe|[ck]ategor|soort"
    r"|vestiging|filiaal|opleiding|lokaal"
    rf"|(?:tak|vak){_ENDS}"
    rf"|{_BEGINS}(?:land|stad|city|ville|lijn|ligne|line|route|type|course|kurs|room|kamer)",
    re.IGNORECASE,
)
"""Words of a title that speak of something else than a period."""


@dataclass(frozen=True, kw_only=True)
class PeriodEvidence:
    """How sure it is that labels are periods, and why."""

    sure: str
    why: Words


def judge_periods(
    kind: str, labels: Sequence[str], title: str, around: str = "", *, names_rows: bool = False
) -> PeriodEvidence:
    """Return how sure it is that labels, all of which can be periods, are.

    ``title`` stands above them, ``around`` above the table. ``names_rows`` is for a title that may
    as well be that of the row labels.
    """
    codes = {label: code for label in labels if (code := read_period(kind, label))}
    years = [int(code[:4]) for code in codes.values()]
    for label, year in zip(codes, years, strict=True):
        if not FIRST <= year <= LAST:
            return _doubt("years-outside", label=label, first=FIRST, last=LAST)
    if kind == "dag":
        return _judge_days(labels)
    one = next(iter(codes))
    period, against = PERIOD_WORDS.search(title), CODE_WORDS.search(title)
    if not names_rows:
        against = against or OTHER_WORDS.search(PERIOD_WORDS.sub("", title))
    if against and not (period and names_rows):
        return _doubt("years-spoken-against", label=one, word=title)
    if period and not names_rows:
        return PeriodEvidence(sure=CERTAIN, why=phrase("years-named", word=title))
    if kind == "kwartaal":
        return PeriodEvidence(sure=CERTAIN, why=phrase("quarters-written"))
    if _run_on(years, 10 if names_rows else 4):
        return PeriodEvidence(sure=LIKELY, why=phrase("years-run-on"))
    named = period or (PERIOD_WORDS.search(around) and not CODE_WORDS.search(around))
    if named and min(years) >= FIRST_USUAL and max(years) <= LAST_USUAL:
        return PeriodEvidence(sure=LIKELY, why=phrase("years-named", word=title or around))
    return _doubt("years-scattered", label=one)


def _doubt(name: str, **particulars: object) -> PeriodEvidence:
    return PeriodEvidence(sure=DOUBTFUL, why=phrase(name, **particulars))


def _run_on(years: Sequence[int], most_apart: int) -> bool:
    """Return whether numbers are printed as only years are: in order, without large gaps.

    ``most_apart`` is how far two numbers may lie apart when there are no others.
    """
    distinct = list(dict.fromkeys(years))
    lowest, highest = min(distinct), max(distinct)
    if len(distinct) == 1:
        return lowest >= FIRST_USUAL and highest <= LAST_USUAL
    steps = {after - before for before, after in pairwise(distinct)}
    if min(steps) < 0 < max(steps):
        return False
    if steps in ({1}, {-1}):
        return True
    usual = lowest >= FIRST and highest <= LAST_USUAL
    if len(steps) == 1 and len(distinct) > 2:
        return usual and abs(min(steps)) <= 10
    most = most_apart if len(distinct) == 2 else 4
    return usual and (highest - lowest) <= most * (len(distinct) - 1)


def _judge_days(labels: Sequence[str]) -> PeriodEvidence:
    """Return whether it is plain which number of a day is the month."""
    parts = [re.fullmatch(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-][0-9]{4}", label) for label in labels]
    pairs = [(int(found[1]), int(found[2])) for found in parts if found]
    unclear = [found[0] for found in parts if found and max(int(found[1]), int(found[2])) <= 12]
    if not unclear or all(one == two for one, two in pairs):
        return PeriodEvidence(sure=CERTAIN, why=phrase("days-written"))
    day_first = any(one > 12 for one, _ in pairs)
    if day_first and not any(two > 12 for _, two in pairs):
        return PeriodEvidence(sure=CERTAIN, why=phrase("days-first"))
    return _doubt("days-unclear", label=unclear[0])
