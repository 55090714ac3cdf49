"""Content negotiation: Accept, Accept-Language and Accept-Encoding (RFC 9110, section 12.5).

The forms to choose from are given by the caller: values with a media type, the other media types
that clients use for it, and the extension that chooses it in a path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form of a representation."""

    name: str
    media_type: str
    extension: str
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type with its character set, where that says something."""
        return with_charset(self.media_type)


def with_charset(media_type: str) -> str:
    """Return a media type with the character set that all our texts have."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


HTML = Form(name="HTML", media_type="text/html", extension="html")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A form, with the one of its media types that the client accepts."""

    form: Form
    media_type: str

    @property
    def content_type(self) -> str:
        """The media type with its character set, where that says something."""
        return with_charset(self.media_type)


@dataclass(frozen=True, kw_only=True)
class Preference:
    """One element of an Accept field of any kind: a range or a coding, with its weight."""

    value: str
    weight: float


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""The value of a parameter in quotation marks, which may hold commas and semicolons."""
_WEIGHT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}")


def preferences_of(field: str, unclear: float = 1.0) -> list[Preference]:
    """Return the elements of an Accept field of any kind.

    ``unclear`` is the weight of one whose weight is no number.
    """
    preferences = []
    for element in _QUOTED.sub('""', field).split(","):
        value, *parameters = (part.strip().lower() for part in element.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, number = parameter.partition("=")
            if name.strip() == "q":
                is_number = _WEIGHT.fullmatch(number.strip())
                weight = min(float(number), 1.0) if is_number else unclear
        if value:
            preferences.append(Preference(value=value, weight=weight))
    return preferences


def _weight_of(media_type: str, preferences: Sequence[Preference]) -> tuple[float, int]:
    """Return the weight of a media type, and how specific the range is that decides: 2, 1 or 0."""
    kind = media_type.partition("/")[0]
    for specific, wanted in ((2, media_type), (1, f"{kind}/*"), (0, "*/*")):
        found = [item.weight for item in preferences if item.value == wanted]
        if found:
            return max(found), specific
    return 0.0, 0


def rank_forms(accept: str | None, forms: Sequence[Form]) -> list[Offer]:
    """Return the forms that a client accepts, best first.

    Of equals those that it names come first, as browsers mean it; else the order given decides. An
    alias of a form counts only when the client names it.
    """
    if accept is None or not accept.strip():
        return [Offer(form=form, media_type=form.media_type) for form in forms]
    preferences = preferences_of(accept)
    if not preferences:  # nothing but commas
        return rank_forms(None, forms)
    ranked: list[tuple[tuple[float, int], int, Offer]] = []
    for order, form in enumerate(forms):
        names = [(_weight_of(form.media_type, preferences), form.media_type)]
        for alias in form.aliases:
            names += [((item.weight, 2), alias) for item in preferences if item.value == alias]
        (weight, specific), name = max(names, key=lambda pair: pair[0])
        if weight > 0:
            ranked.append(((-weight, -specific), order, Offer(form=form, media_type=name)))
    return [offer for _, _, offer in sorted(ranked, key=lambda item: item[:2])]


def choose_language(accept_language: str | None, languages: Sequence[str]) -> str:
    """Return the language that suits the reader best; of equals, or when none does, the first."""
    best, chosen = 0.0, languages[0]
    preferences = preferences_of(accept_language or "")
    for language in languages:
        found = [item.weight for item in preferences if item.value.partition("-")[0] == language]
        found = found or [item.weight for item in preferences if item.value == "*"]
        if found and max(found) > best:
            best, chosen = max(found), language
    return chosen


def choose_coding(accept_encoding: str | None) -> str | None:
    """Return "gzip" when its weight is at least that of no coding, else "identity".

    None means that it accepts neither (RFC 9110, 12.5.3).
    """
    if not accept_encoding:
        return "identity"
    weights = {item.value: item.weight for item in preferences_of(accept_encoding, unclear=0.0)}
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    identity = weights.get("identity", 0.0)
    if gzip > 0 and gzip >= identity:
        return "gzip"
    is_excluded = weights.get("identity", weights.get("*", 1.0)) == 0.0
    return None if is_excluded else "identity"


def form_of_extension(path: str, forms: Sequence[Form]) -> tuple[str, Form | None]:
    """Split ``thing.ttl`` into ``thing`` and its form; a path without a known one stays whole."""
    stem, dot, extension = path.rpartition(".")
    for form in forms:
        if dot and stem and extension == form.extension:
            return stem, form
    return path, None
