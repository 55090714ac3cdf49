"""A figure as readers see it: a number in their language, or what is known where there is none.

What has no value is never blank and never zero: its bounds are shown, else what is printed,
else a colon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from publish.exports.figure_text import written_number
from publish.release.opened import Served, term
from publish.site.presentation import View

MEASURE_TYPE = term("qb:measureType").value
DECIMALS = term("sdmx-attribute:decimals").value
SIGNS = {"minstens": "≥", "meerDan": ">", "hoogstens": "≤", "minderDan": "<"}
"""The sign of each bound."""
NOTHING_KNOWN = ":"
"""What stands where nothing is known of a value, as in the tables of Eurostat."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """The text of an observation; without a value also the reasons (IRIs) and the bounds."""

    text: str
    reasons: tuple[str, ...] = ()
    bounds: str = ""


def format_number(text: str, decimals: int | None, language: str) -> str:
    """Return a canonical number as it is written in a language, with its printed decimals."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    places = max(0, -int(number.as_tuple().exponent)) if decimals is None else decimals
    return written_number(Decimal(f"{number:.{places}f}"), language)


def decimals_of(code: str | None) -> int | None:
    """Return the number of decimals that an SDMX code means."""
    digits = (code or "").removeprefix(term("sdmx-code:decimals-").value)
    return int(digits) if digits.isdigit() and len(digits) == 1 else None


def figure_of(view: View, iri: str, properties: Mapping[str, str]) -> Figure:
    """Return the figure of an observation, given the value of each of its properties."""
    served, language = view.served, view.language
    value = properties.get(properties.get(MEASURE_TYPE, ""))
    if value is not None:
        return Figure(text=format_number(value, decimals_of(properties.get(DECIMALS)), language))
    known = {
        name: format_number(properties[term], None, language)
        for name in SIGNS
        if (term := served.generic(name).value) in properties
    }
    bounds = ", ".join(f"{SIGNS[name]} {number}" for name, number in known.items())
    if known.keys() == {"minstens", "hoogstens"}:
        bounds = f"{known['minstens']}–{known['hoogstens']}"
    reasons = served.objects(ox.NamedNode(iri), served.generic("afwezigheid"))
    return Figure(
        text=bounds or _printed(served, iri) or NOTHING_KNOWN,
        reasons=tuple(sorted(item.value for item in reasons if isinstance(item, ox.NamedNode))),
        bounds=bounds,
    )


def _printed(served: Served, iri: str) -> str:
    """Return what is printed for an observation, when that is one text and it is published."""
    texts = {
        text.value.strip()
        for cell in served.objects(ox.NamedNode(iri), term("prov:wasDerivedFrom"))
        if isinstance(cell, ox.NamedNode)
        and next(served.triples(None, term("prov:wasRevisionOf"), cell), None) is None
        for text in served.objects(cell, served.generic("tekst"))
        if isinstance(text, ox.Literal)
    }
    return texts.pop() if len(texts) == 1 else ""
