"""Content negotiation: Accept, Accept-Language and Accept-Encoding (RFC 9110, section 12.5).

The forms to choose from are given by the caller: values with a media type, the other media types
that clients use for it, and the extension that chooses it in a path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter


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
    is_chosen: bool = False
    """Whether the address or a field of the request chose it, whatever Accept says."""

    @property
    def content_type(self) -> str:
        """The media type with its character set, where that says something."""
        return with_charset(self.media_type)


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""The value of a parameter in quotation marks, which may hold commas and semicolons."""
_WEIGHT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}")


def preferences_of(field: str, unclear: float = 1.0) -> list[tuple[str, float]]:
    """Return the elements of an Accept field of any kind: ranges or codings with their weights.

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
            preferences.append((value, weight))
    return preferences


def _weight_of(media_type: str, preferences: list[tuple[str, float]]) -> tuple[float, int]:
    """Return the weight of a media type, and how specific the range is that decides: 2, 1 or 0."""
    kind = media_type.partition("/")[0]
    for specific, wanted in ((2, media_type), (1, f"{kind}/*"), (0, "*/*")):
        found = [weight for value, weight in preferences if value == wanted]
        if found:
            return max(found), specific
    return 0.0, 0


def rank_forms(accept: str | None, forms: Sequence[Form]) -> list[Offer]:
    """Return the forms that a client accepts, best first.

    Of equals those that it names come first, as browsers mean it; else the order given decides. An
    alias of a form counts only when the client names it. A client that names other types, and not
    HTML, is no browser: for it a page comes last, as in ``text/n3, */*;q=0.1``.
    """
    preferences = preferences_of(accept or "")
    if not preferences:
        return [Offer(form=form, media_type=form.media_type) for form in forms]
    names_others = any(weight > 0 and value[-2:] != "/*" for value, weight in preferences)
    ranked: list[tuple[tuple[bool, float, int], Offer]] = []
    for form in forms:
        names = [(_weight_of(form.media_type, preferences), form.media_type)]
        for alias in form.aliases:
            names += [((weight, 2), alias) for value, weight in preferences if value == alias]
        (weight, specific), name = max(names, key=itemgetter(0))
        if weight > 0:
            is_asked = form is not HTML or specific == 2 or not names_others
            ranked.append(((is_asked, weight, specific), Offer(form=form, media_type=name)))
    return [offer for _, offer in sorted(ranked, key=itemgetter(0), reverse=True)]


def choose_language(accept_language: str | None, languages: Sequence[str]) -> str:
    """Return the language that suits the reader best; of equals, or when none does, the first."""
    best, chosen = 0.0, languages[0]
    preferences = preferences_of(accept_language or "")
    for language in languages:
        found = [weight for tag, weight in preferences if tag.partition("-")[0] == language]
        found = found or [weight for tag, weight in preferences if tag == "*"]
        if found and max(found) > best:
            best, chosen = max(found), language
    return chosen


def choose_coding(accept_encoding: str | None) -> str | None:
    """Return "gzip" when its weight is at least that of no coding, else "identity".

    None means that it accepts neither (RFC 9110, 12.5.3).
    """
    if not accept_encoding:
        return "identity"
    weights = dict(preferences_of(accept_encoding, unclear=0.0))
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
