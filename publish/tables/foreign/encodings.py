"""In which encoding a text of others is written.

A byte order mark, ASCII alone and UTF-8 with letters of several bytes are certain, as is an
encoding that a person names. Otherwise the bytes above 0x7F are a guess of chardet among the usual
encodings. An encoding in which a byte is no character, or a control character of C1, is not the
one. Of a guess the words that differ are kept as two or three encodings read them, so that a
person can choose.
"""

from __future__ import annotations

import codecs
import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from encodings.aliases import aliases
from itertools import islice, pairwise

import chardet

from publish.faults.fault import CannotRun, Fault, Words, fault, phrase
from publish.faults.places import line_and_column
from publish.tables.grid import Reading

USUAL = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859-2",
    "iso8859-5", "iso8859-7", "iso8859-15", "koi8-r", "mac-roman", "mac-latin2", "cp437", "cp850",
    "cp852", "cp866", "shift_jis_2004", "cp932", "euc_jis_2004", "gb18030", "big5hkscs", "cp949",
)  # fmt: skip
"""The encodings that are guessed from, which office programs still write."""
MOST_READINGS = 3
"""Encodings that a question shows; more would only confuse."""
MOST_WORDS = 4
SAMPLED_LINES = 2_000
SAMPLED_LETTERS = 400
"""Letters of a line from which words are shown."""
LETTERS_OF_UTF8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
LOST = "\ufffd"
"""What stands for a letter that an earlier program could not read."""
UNFIT = re.compile(r"[\x00\x80-\x9f\ue000-\uf8ff\ufffd-\uffff]")
"""What no text of a guessed encoding holds: control characters of C1 and what is no character."""
NO_CHARACTER_SETS = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_7", "utf-7")
AFTER_LETTERS = "’”»…·‑–—°®™\xa0"
"""What is no letter and follows upon one all the same."""
BETWEEN_WORDS = re.compile(r"[;,|\t\"]")


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A text, and how its encoding was found."""

    text: str
    encoding: str
    why: Words
    readings: tuple[Reading, ...] = ()
    """Where it was guessed: the words in this encoding, then in the others that are likely."""


def decode(
    raw: bytes, shown: str, faults: list[Fault], encoding: str | None = None
) -> Decoded | None:
    """Return a text in the encoding named, or in the one that it is in; None with a fault."""
    found = _as_named(raw, shown, faults, encoding) if encoding else _detected(raw, shown, faults)
    if found is None:
        return None
    if (at := found.text.find("\0")) >= 0:
        faults.append(fault("nul-byte", shown, *line_and_column(found.text, at)))
        return None
    return found


def codec_of(name: str) -> str:
    """Return the codec of an encoding. Raises CannotRun when there is none of that name."""
    try:
        if "a".encode(name).decode(name) == "a" and name.lower() not in NO_CHARACTER_SETS:
            return codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError):
        pass
    known = {shown_name(codec) for codec in (*USUAL, *aliases.values()) if "_codec" not in codec}
    near = difflib.get_close_matches(shown_name(name.lower()), sorted(known), n=3)
    hint = phrase("near-encodings", names=", ".join(near)) if near else Words("")
    raise CannotRun(phrase("no-encoding-of-name", name=name, hint=hint))


def shown_name(codec: str) -> str:
    """Return the name of an encoding as most people know it."""
    name = codec.replace("_", "-").removesuffix("-sig")
    if name.startswith("utf"):
        return name.upper()
    return re.sub("^iso8859-", "ISO-8859-", re.sub("^cp(?=125[0-8]$)", "windows-", name))


def _as_named(raw: bytes, shown: str, faults: list[Fault], name: str) -> Decoded | None:
    codec = codec_of(name)
    text = _strict(raw, "utf-8-sig" if codec == "utf-8" else codec, shown, faults)
    if text is None:
        return None
    readings: tuple[Reading, ...] = ()
    if not codec.startswith("utf") and not raw.isascii() and _read(raw, "utf-8") is not None:
        # What is UTF-8 is hardly ever anything else, so the words are shown in both.
        readings = _readings(raw, [codec, "utf-8"])
    why = phrase("encoding-named-but-utf8" if readings else "encoding-named")
    return Decoded(text=text, encoding=shown_name(codec), why=why, readings=readings)


def _detected(raw: bytes, shown: str, faults: list[Fault]) -> Decoded | None:
    codec, why = _certain(raw)
    likely: list[str] = []
    if codec is None and (at := raw.find(0)) >= 0:
        faults.append(fault("nul-byte", shown, *line_and_column(raw[:at].decode("latin-1"), at)))
        return None
    if codec is None and not _is_utf8_in_part(raw):
        likely, why = _likely(raw) or ["cp1252"], phrase("encoding-guessed")
        codec = likely[0]
    text = _strict(raw, codec or "utf-8-sig", shown, faults)
    if text is None:
        return None
    if not likely and LOST in text:
        likely, why = [codec or "utf-8"], phrase("encoding-lost-letters")
    name = shown_name(codec or "utf-8")
    return Decoded(text=text, encoding=name, why=why, readings=_readings(raw, likely))


def _certain(raw: bytes) -> tuple[str | None, Words]:
    """Return the codec of a text about which there is no doubt, and why; None when there is."""
    if raw.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", phrase("encoding-by-mark")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", phrase("encoding-by-mark")
    if 0 in raw:
        # Separators, digits and line ends have a zero byte in UTF-16, all on the same side.
        for codec, at in (("utf-16-le", 1), ("utf-16-be", 0)):
            zeros = raw[at::2].count(0)
            if zeros * 8 > len(raw) and zeros == raw.count(0) and _read(raw, codec) is not None:
                return codec, phrase("encoding-by-zeros")
    elif raw.isascii():
        return "utf-8", phrase("encoding-of-ascii")
    elif _read(raw, "utf-8") is not None:
        return "utf-8", phrase("encoding-of-utf8")
    return None, Words("")


def _is_utf8_in_part(raw: bytes) -> bool:
    """Return whether most of a text is UTF-8, as after pasting one file behind another."""
    letters = len(LETTERS_OF_UTF8.findall(raw))
    return letters > 0 and letters >= raw.decode("utf-8", "replace").count(LOST)


def _likely(raw: bytes) -> list[str]:
    """Return the codecs that a text may be in, the likeliest first."""
    sample = b"\n".join(_telling_lines(raw))
    found = chardet.detect_all(
        sample, ignore_threshold=True, include_encodings=USUAL, compat_names=False
    )
    named = [item["encoding"] for item in found if item["encoding"]]
    texts = {codec: _read(raw, codec) for codec in dict.fromkeys([*named, "cp1252"])}
    fitting = [codec for codec, text in texts.items() if text and not UNFIT.search(text)]
    ranked = sorted(fitting, key=lambda codec: _oddities(sample.decode(codec, "ignore")))
    # That of Western Europe is always shown, as people here mostly have it.
    western = [codec for codec in ranked if codec == "cp1252"]
    return list(dict.fromkeys([*ranked[:2], *western, *ranked[2:]]))


def _oddities(text: str) -> int:
    """Return how often letters stand side by side as they do in no word.

    That is a capital after a small letter, letters of two scripts, or a symbol after a letter.
    """
    odd = 0
    for one, two in pairwise(text):
        if not one.isalpha() or (one.isascii() and two.isascii()):
            continue
        if two.isalpha():
            odd += (one.islower() and two.isupper()) or _script(one) != _script(two)
        else:
            odd += not two.isascii() and not two.isalnum() and two not in AFTER_LETTERS
    return odd


def _script(letter: str) -> str:
    """Return the script of a letter; those that Japanese mixes are one."""
    script = unicodedata.name(letter, "NONE").split()[0]
    return "CJK" if script in ("HIRAGANA", "KATAKANA") else script


def _read(raw: bytes, codec: str) -> str | None:
    """Return a text, or None where a byte is no character."""
    try:
        return raw.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def _telling_lines(raw: bytes) -> Iterator[bytes]:
    """Yield the first lines that hold bytes above 0x7F."""
    telling = (line for line in raw.splitlines() if not line.isascii())
    return islice((line[:SAMPLED_LETTERS] for line in telling), SAMPLED_LINES)


def _strict(raw: bytes, codec: str, shown: str, faults: list[Fault]) -> str | None:
    """Return a text of which every byte is a character; else a fault at the first that is none."""
    try:
        text = raw.decode(codec)
        lost = None if codec.startswith("utf") or raw.isascii() else UNFIT.search(text)
        if lost is None:
            return text
        before = text[: lost.start()]
        at = len(before.encode(codec))
    except UnicodeDecodeError as error:
        at, before = error.start, raw[: error.start].decode(codec, "replace")
    place, byte = line_and_column(before, len(before)), f"0x{raw[at : at + 1].hex().upper()}"
    particulars = {"byte": byte, "encoding": shown_name(codec)}
    faults.append(fault("undecodable", shown, *place, **particulars))
    return None


def _readings(raw: bytes, likely: list[str]) -> tuple[Reading, ...]:
    """Return the first words with letters above ASCII as each encoding reads them, no two alike."""
    lines = list(islice(_telling_lines(raw), 50))
    found: dict[str, str] = {}
    for codec in likely:
        text = "\n".join(line.decode(codec, "ignore") for line in lines)
        cells = (cell.strip() for line in text.split("\n") for cell in BETWEEN_WORDS.split(line))
        telling = dict.fromkeys(cell for cell in cells if not cell.isascii())
        found.setdefault(" · ".join(islice(telling, MOST_WORDS)), shown_name(codec))
        if len(found) == MOST_READINGS:
            break
    return tuple(Reading(encoding=name, words=words) for words, name in found.items())
