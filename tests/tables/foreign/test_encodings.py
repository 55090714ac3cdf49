"""In which encoding texts of others are read, and what is asked about it."""

from __future__ import annotations

import codecs
from collections.abc import Callable

import pytest

from publish.faults.fault import CannotRun, Fault
from publish.tables.foreign.encodings import Decoded, decode

WORDS = {
    "cp1250": "Plzeňský kraj;Šluknov;Říčany;Žďár nad Sázavou",
    "iso8859-2": "Łódź;Województwo śląskie;Częstochowa",
    "cp1252": "België;Île-de-France;Rhône-Alpes",
    "cp1253": "Αττική;Θεσσαλονίκη;Κρήτη",
    "iso8859-7": "Ήπειρος;Πελοπόννησος;Δυτική Μακεδονία",
    "cp1251": "Москва;Новосибирск;Краснодарский край",
    "koi8-r": "Свердловская область;Москва",
    "mac-roman": "Zürich;Graubünden;Neuchâtel",
    "cp850": "Genève;Neuchâtel;Hérault",
    "cp932": "北海道;神奈川県;東京都",
}


def table_of(words: str) -> str:
    """Return a small table with these words as labels."""
    return "naam;2022\n" + "".join(
        f"{word};{number}\n" for number, word in enumerate(words.split(";"))
    )


def read(raw: bytes, encoding: str | None = None) -> Decoded | None:
    """Return a text as it is read; nothing may be wrong."""
    faults: list[Fault] = []
    found = decode(raw, "bron.csv", faults, encoding)
    assert not faults
    return found


@pytest.mark.parametrize("codec", WORDS)
def test_ask_about_guessed_letters(codec: str) -> None:
    """Letters of a guessed encoding are shown as several read them, the right one among them."""
    found = read(table_of(WORDS[codec]).encode(codec))
    assert found
    assert len(found.readings) >= 2
    right = " · ".join(word for word in WORDS[codec].split(";") if not word.isascii())
    assert right in [reading.words for reading in found.readings]
    assert found.readings[0].words.split(" · ")[0] in found.text
    assert len({reading.words for reading in found.readings}) == len(found.readings)


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (table_of("Gent;Brugge").encode(), "UTF-8"),
        (table_of("België;Šluknov").encode(), "UTF-8"),
        (table_of("Αττική").encode("utf-8-sig"), "UTF-8"),
        (table_of("Москва").encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF16_BE + table_of("Москва").encode("utf-16-be"), "UTF-16"),
        (table_of("Москва;Новосибирск").encode("utf-16-le"), "UTF-16-LE"),
        (table_of("Šluknov;Gent").encode("utf-16-be"), "UTF-16-BE"),
    ],
)
def test_ask_nothing_that_is_certain(raw: bytes, encoding: str) -> None:
    """ASCII, UTF-8 and UTF-16 are told by their bytes, and nothing is asked."""
    found = read(raw)
    assert found
    assert (found.encoding, found.readings) == (encoding, ())
    assert found.text.startswith("naam;2022\n")


@pytest.mark.parametrize("name", ["windows-1250", "CP1250", "cp1250"])
def test_read_in_encoding_named(name: str) -> None:
    """An encoding that a person names is certain, whatever it is called."""
    found = read(table_of(WORDS["cp1250"]).encode("cp1250"), name)
    assert found
    assert (found.text, found.readings) == (table_of(WORDS["cp1250"]), ())


@pytest.mark.parametrize(
    ("raw", "encoding", "place"),
    [
        ("naam;1\nGent;2\nPlzeň;3\n".encode("cp1250"), "utf-8", (3, 5, "0xF2", "UTF-8")),
        (b"naam;1\nG\x81nt;2\n", "windows-1252", (2, 2, "0x81", "windows-1252")),
        (b"naam;1\nG\x80nt;2\n", "latin-1", (2, 2, "0x80", "ISO-8859-1")),
        (b"naam;1\nG\xebnt;2\n", "ascii", (2, 2, "0xEB", "ascii")),
        ("naam;1\n".encode("utf-16") + b"x", "utf-16", (2, 1, "0x78", "UTF-16")),
        ("naam;1\nBelgië;2\n".encode() + b"G\xebnt;1\n", None, (3, 2, "0xEB", "UTF-8")),
    ],
)
def test_place_byte_that_is_no_letter(
    raw: bytes, encoding: str | None, place: tuple[int, int, str, str]
) -> None:
    """A byte that is no letter in the encoding is a fault at its place, never a question mark."""
    faults: list[Fault] = []
    assert decode(raw, "bron.csv", faults, encoding) is None
    [found] = faults
    line, column, byte, name = place
    assert (found.code, found.line, found.column) == ("undecodable", line, column)
    assert byte in found.finding
    assert f"in {name}," in found.finding


@pytest.mark.parametrize(
    ("name", "near"),
    [("windows-1520", "windows-1250"), ("utf8x", "UTF-8"), ("mac-romn", "mac-roman"), ("hex", "")],
)
def test_name_encodings_near_to_one_that_is_none(name: str, near: str) -> None:
    """An unknown encoding is not used; those that are called nearly so are named."""
    with pytest.raises(CannotRun) as caught:
        decode(b"naam;1\n", "bron.csv", [], name)
    assert near in caught.value.args[0]
    assert near in caught.value.args[0].nl


def test_ask_when_encoding_named_contradicts_utf8() -> None:
    """A file that is valid UTF-8 is read as asked, and the words are shown in both."""
    found = read(table_of("Île").encode(), "windows-1250")
    assert found
    assert [reading.encoding for reading in found.readings] == ["windows-1250", "UTF-8"]
    assert found.readings[1].words == "Île"


def test_ask_about_letters_that_were_lost_before() -> None:
    """A replacement character in the file stands for a letter that nobody can read any more."""
    found = read(table_of("Plze\ufffd").encode())
    assert found
    assert [reading.words for reading in found.readings] == ["Plze\ufffd"]


@pytest.mark.parametrize(
    "damage", [bytes.swapcase, lambda raw: raw[:-3], lambda raw: raw + b"\xff\xfe"]
)
def test_end_in_text_or_fault(damage: Callable[[bytes], bytes]) -> None:
    """Whatever the bytes, a text without lost letters is read, or a fault is told."""
    for codec, words in WORDS.items():
        faults: list[Fault] = []
        found = decode(damage(table_of(words).encode(codec)), "bron.csv", faults)
        assert faults if found is None else "\ufffd" not in found.text
