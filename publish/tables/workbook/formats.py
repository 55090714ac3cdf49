"""Writes a value of a worksheet as its cell's format shows it, such as ``#,##0.00`` or ``0.0%``.

A format has up to four sections, for numbers above, below and at zero and for texts, or with
conditions of their own; a section may show another text than the number, or nothing. Where
programs differ, or a reader could take what is shown for another figure, nothing is returned.
The marks are those of the project's numbers. At most fifteen digits are shown, so what binary
fractions add to a number (0.30000000000000004) is not. ISO/IEC 29500-1, 18.8.31.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from publish.tables.foreign_numbers import is_figure
from publish.tables.grid import cleaned
from publish.tables.numbers import FORMATS, NumberFormat

TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<space>_.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General)|(?P<exponent>E[+-])|(?P<clock>AM/PM|A/P)|(?P<letters>([A-Za-z])\10*)"
    r"|(?P<digits>[0-9#?.,/]+)|(?P<end>;)|(?P<text>@)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
CONDITION = re.compile(r"(?P<sign><=|>=|<>|<|>|=)(?P<limit>-?[0-9]+(?:\.[0-9]+)?)")
COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
COLOUR = re.compile("black|blue|cyan|green|magenta|red|yellow|color ?(?!2$)[0-9]+", re.IGNORECASE)
"""Colours that can be seen on a white ground; the second of the palette is white."""
CURRENCY = re.compile(r"\$(?P<text>[^-]*)(?:-(?P<locale>[0-9A-Fa-f]+))?")
SCALE = re.compile(r"[0#?](?P<commas>,+)(?![,0#?])")
GENERAL = "General"
MOST_GENERAL, LEAST_GENERAL = 11, Decimal("0.0001")
"""Characters of a number in a cell without format, of which smaller ones get an exponent."""
PERCENT = "\0"
"""A percent sign that multiplies the number, unlike one that is text."""
MINUS = re.compile("[-−–]")
OPENED, CLOSED = re.compile(r"^(.*)\(([^()]*)$", re.DOTALL), re.compile(r"([^()]*)\)")
"""A parenthesis before a number, and the one after it that belongs to it: together a minus."""
BETWEEN_DIGITS = " '’\u00a0\u202f"
"""What formats print between thousands."""
UNIT = re.compile(
    "€|[$]|£|eur|euro|usd|gbp|ha|km|km2|km²|m2|m²|m3|m³|kg|°c|uur|jaar|years?|dagen|days"
    "|personen|persons|inwoners|inhabitants",
    re.IGNORECASE,
)
"""Literals that name a unit and no scale; any other is shown, as it may be a note or a mark."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section of a format, as its tokens: their kind and their text."""

    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, Decimal] | None = None
    locale: str | None = None
    """The hexadecimal code of the language of the names of months."""
    colour: str | None = None
    """The name of the colour of its letters, where it gives one."""
    is_clear: bool = True
    """Whether all of it is known and can be seen."""

    def has(self, kind: str) -> bool:
        """Return whether there is a token of a kind."""
        return any(found == kind for found, _ in self.tokens)

    def applies_to(self, number: Decimal) -> bool:
        """Return whether a number meets the condition."""
        return self.condition is None or COMPARE[self.condition[0]](number, self.condition[1])

    @property
    def is_of_text(self) -> bool:
        """Whether it shows a text, with other texts around it."""
        kinds = {kind for kind, _ in self.tokens}
        return kinds <= {"literal", "percent", "text"} or kinds == {"general"}

    @property
    def is_below_zero(self) -> bool:
        """Whether only numbers below zero meet the condition, which are shown without sign."""
        sign, limit = self.condition or ("", Decimal(0))
        return (sign == "<" and limit <= 0) or (sign == "<=" and limit < 0)

    @cached_property
    def layout(self) -> tuple[str, str, str] | None:
        """What stands before the digits of a number, their pattern, and what stands after them.

        None for what is no format of a number. A percent sign that multiplies is PERCENT.
        """
        kinds = [kind for kind, _ in self.tokens]
        texts = [PERCENT if kind == "percent" else text for kind, text in self.tokens]
        if {"letters", "clock"} & set(kinds) or kinds.count("percent") > 1:
            return None
        places = [at for at, kind in enumerate(kinds) if kind not in ("literal", "percent")]
        if not places:
            return "".join(texts), "", ""
        first, last = places[0], places[-1] + 1
        literals = [at for at in range(first, last) if at not in places]
        if any(texts[at].strip(BETWEEN_DIGITS) for at in literals):
            return None
        pattern = "".join(" " if at in literals else texts[at] for at in range(first, last))
        if "percent" in kinds and re.search("[eE/]", pattern.replace(GENERAL, "")):
            return None  # programs show it as if there were no format
        return "".join(texts[:first]), pattern, "".join(texts[last:])


@lru_cache(maxsize=1024)
def sections_of(number_format: str) -> tuple[Section, ...]:
    """Return the sections of a format."""
    sections: list[list[tuple[str, str]]] = [[]]
    for match in TOKEN.finditer(number_format):
        kind = next(name for name, text in match.groupdict().items() if text is not None)
        if kind == "end":
            sections.append([])
        else:
            sections[-1].append((kind, match[kind]))
    return tuple(map(_section, sections))


def _section(found: list[tuple[str, str]]) -> Section:
    """Return a section, its colours and conditions taken out of the tokens."""
    tokens: list[tuple[str, str]] = []
    condition, locale, colour, is_clear = None, None, None, True
    for kind, text in found:
        if kind == "other" and text == "%":
            tokens.append(("percent", text))
        elif kind in ("quoted", "escaped", "other"):
            tokens.append(("literal", text))
        elif kind == "space" or (kind == "fill" and text == " "):
            tokens.append(("literal", " "))
        elif kind != "bracket":
            is_clear &= kind != "fill"
            tokens.append((kind, text))
        elif match := CONDITION.fullmatch(text):
            is_clear &= condition is None
            condition = match["sign"], Decimal(match["limit"])
        elif match := CURRENCY.fullmatch(text):
            tokens.append(("literal", match["text"]))
            locale = match["locale"] or locale
        else:
            colour = text.lower().replace(" ", "")
            is_clear &= COLOUR.fullmatch(text) is not None
    is_clear &= bool(tokens) or not found
    return Section(
        tokens=tuple(tokens), condition=condition, locale=locale, colour=colour, is_clear=is_clear
    )


@lru_cache(maxsize=1024)
def sections_of_numbers(number_format: str) -> tuple[Section, ...]:
    """Return the sections of a format that are for numbers and dates."""
    sections = sections_of(number_format)
    is_last_for_texts = len(sections) == 4 or (len(sections) > 1 and sections[-1].has("text"))
    return sections[:-1] if is_last_for_texts else sections


def exact(value: float) -> Decimal:
    """Return a number with the fifteen digits that a worksheet keeps."""
    return Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")


def shown_text(text: str, number_format: str) -> str | None:
    """Return a text as a reader sees it, or None when that cannot be told."""
    if number_format in (GENERAL, "@"):
        return text
    sections = sections_of(number_format)
    section = sections[-1]
    if len(sections) < 4 and not section.has("text"):
        return text
    if not section.is_clear or not section.is_of_text:
        return None
    of_value = ("text", "general")
    return "".join(text if kind in of_value else literal for kind, literal in section.tokens)


def colour_shown(value: object, number_format: str) -> str | None:
    """Return the name of the colour that a format gives the letters of a value, if it gives one."""
    if "[" not in number_format:
        return None
    sections = sections_of_numbers(number_format)
    if isinstance(value, int | float):
        number = exact(value)
        chosen = _chosen(sections, number) if number.is_finite() else None
        return chosen[0].colour if chosen else None
    of_texts = sections_of(number_format)[len(sections) :]
    return (of_texts or sections)[0].colour


def shown_number(value: float, number_format: str, numbers: str) -> str | None:
    """Return a number as a reader sees it, or None when that cannot be told.

    ``numbers`` is a key of FORMATS.
    """
    number, form = exact(value), FORMATS[numbers]
    if not number.is_finite() or not _is_sound(number_format):
        return None
    chosen = _chosen(sections_of_numbers(number_format), number)
    if chosen is None or not chosen[0].is_clear:
        return None
    section, has_sign = chosen
    before, pattern, after = section.layout or ("", "", "")
    if (pattern == "@" and before + after) or (pattern == GENERAL and PERCENT in before + after):
        return None
    percents = before.count(PERCENT) + after.count(PERCENT)
    before, after = before.replace(PERCENT, "%"), after.replace(PERCENT, "%")
    if not pattern:
        text = cleaned(before)
        same = text == _unformatted(number, form)
        return None if (is_figure(text) and not same) or (has_sign and number < 0) else text
    digits = _digits(number * 100 if percents else number, pattern, form)
    if digits is None:
        return None
    if not digits:
        return cleaned(before + after)
    shown = _with_literals(digits, number, before, after, has_sign=has_sign)
    # Beside other words, 1.23E+04 and 1/2 are not written as a number.
    is_rewritten = re.search("[eE/]", pattern) and pattern != GENERAL
    return None if shown and is_rewritten and not is_figure(shown) else shown


@lru_cache(maxsize=1024)
def _is_sound(number_format: str) -> bool:
    """Return whether a format is one of numbers as programs accept it, or else show otherwise."""
    sections = sections_of(number_format)
    numbers = sections_of_numbers(number_format)
    of_texts = sections[len(numbers) :]
    is_misplaced = any(s.condition for s in sections[2:]) or any(
        s.has("text") for s in sections[:-1]
    )
    are_known = all(s.layout is not None for s in numbers) and all(
        section.is_of_text and section.condition is None for section in of_texts
    )
    return are_known and not is_misplaced


def _chosen(sections: tuple[Section, ...], number: Decimal) -> tuple[Section, bool] | None:
    """Return the section for a number, and whether a minus is put before what it shows."""
    if not 1 <= len(sections) <= 3:
        return None
    if not any(section.condition for section in sections):
        if number < 0 and len(sections) > 1:
            # Programs differ in what an empty last section shows.
            is_empty = len(sections) == 2 and not sections[1].tokens
            return None if is_empty else (sections[1], False)
        return sections[2 if number == 0 and len(sections) == 3 else 0], True
    conditional = sections[: max(1, len(sections) - 1)]
    if not all(section.condition for section in conditional):
        return None
    section = next((item for item in conditional if item.applies_to(number)), sections[-1])
    if not section.applies_to(number):
        return None
    if number < 0 and not section.is_below_zero:
        return None  # programs differ in whether they show its sign
    return section, False


def _digits(number: Decimal, pattern: str, form: NumberFormat) -> str | None:
    """Return a number without its sign, in the digits of a pattern; empty when none is shown."""
    number = abs(number)
    if pattern in (GENERAL, "@"):
        return _unformatted(number, form)
    if GENERAL in pattern or "@" in pattern:
        return None
    if re.search("[eE]", pattern):
        return _of_exponent(number, pattern, form)
    if "/" in pattern:
        return _unformatted(number, form) if _is_fraction(number, pattern) else None
    whole, _, fraction = pattern.partition(".")
    if re.search("[1-9]", pattern) or "." in fraction or " " in fraction:
        return None
    # Each comma behind the last digit of the whole part stands for thousands left out.
    if scale := SCALE.search(pattern):
        number = number.scaleb(-3 * len(scale["commas"]))
    wanted = re.findall("[0#?]", fraction)
    most, least = len(wanted), max((at for at, d in enumerate(wanted, 1) if d == "0"), default=0)
    number = number.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP)
    front, _, back = f"{number:f}".partition(".")
    back = back[:least] + back[least:].rstrip("0")
    if front == "0" and not back and "0" not in whole:
        return ""
    if re.search("[0#?],+[0#?]", whole) and form.thousands:
        front = f"{int(front):,}".replace(",", form.thousands)
    front = front.zfill(len(re.findall("0", whole)))
    return f"{front}{form.decimal if back else ''}{back}"


def _of_exponent(number: Decimal, pattern: str, form: NumberFormat) -> str | None:
    """Return the digits that a format with an exponent shows, without exponent: 1.23E+04 is 12300.

    None for exponents in steps of three, which programs show in different ways.
    """
    mantissa = re.split("[eE]", pattern)[0]
    if not re.fullmatch(r"[0#?](\.[0#?]+)?", mantissa):
        return None
    return _unformatted(Decimal(f"{number:.{max(len(mantissa) - 2, 0)}e}"), form)


def _is_fraction(number: Decimal, pattern: str) -> bool:
    """Return whether a fraction shows all of a number."""
    below = pattern.partition("/")[2].strip()
    if below.isdecimal() and int(below):
        return Fraction(number) * int(below) % 1 == 0
    most = 10 ** len(below) - 1
    return bool(re.fullmatch("[#?]+", below)) and Fraction(number).limit_denominator(most) == number


def _with_literals(
    digits: str, number: Decimal, before: str, after: str, *, has_sign: bool
) -> str | None:
    """Return digits with their sign and the literals around them, without a unit."""
    if not before and not after and (has_sign or number > 0):
        return f"-{digits}" if number < 0 and re.search("[1-9]", digits) else digits
    moved = len(MINUS.findall(before + after))
    signs = int(has_sign and number < 0) + moved
    before, after = MINUS.sub("", before), MINUS.sub("", after)
    opened, closed = OPENED.search(before), CLOSED.match(after)
    if opened and closed and number < 0 and not signs:
        signs, before, after = 1, "".join(opened.groups()), closed[1] + after[closed.end() :]
    if number > 0 and before.strip() == "+":
        before = ""
    is_zero = not re.search("[1-9]", digits)
    if signs != (number < 0) and not is_zero:
        return None
    before = "" if not before.strip() or UNIT.fullmatch(before.strip()) else before
    after = "" if not after.strip() or UNIT.fullmatch(after.strip()) else after
    text = cleaned(f"{'-' if number < 0 and not is_zero else ''}{before}{digits}{after}")
    other = (before + after).replace("%", "").strip()
    if moved and not is_figure(text):
        return None
    if re.search("[0-9]|[A-Za-z]{4}", other) or (other and is_figure(text)):
        return None
    return text


def is_rounded(value: float, number_format: str) -> bool:
    """Return whether a format shows fewer decimals than the number has."""
    text = shown_number(value, number_format, "plain")
    if not text or not is_figure(text):
        return False
    shown, number = Decimal(text.rstrip("% ")), exact(value)
    return shown not in (number, number * 100 if text.endswith("%") else number)


def is_scaled(value: float, number_format: str) -> bool:
    """Return whether a format leaves out thousands of a number: it shows 1 for 1,000."""
    chosen = _chosen(sections_of_numbers(number_format), exact(value))
    layout = chosen[0].layout if chosen else None
    return layout is not None and SCALE.search(layout[1]) is not None


def _unformatted(number: Decimal, form: NumberFormat) -> str:
    """Return a number as a cell without format shows it: eleven characters, if not its digits."""
    text = f"{number:f}"
    whole = len(text.partition(".")[0].lstrip("-"))
    if "." in text and whole <= MOST_GENERAL and abs(number) >= LEAST_GENERAL:
        last = Decimal(1).scaleb(min(0, whole + 1 - MOST_GENERAL))
        text = f"{number.quantize(last, rounding=ROUND_HALF_UP):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace(".", form.decimal)
