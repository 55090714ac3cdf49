"""Numbers as printed, read exactly and written as the store writes them."""

from __future__ import annotations

import random
from decimal import Decimal

import numpy as np
import pyoxigraph as ox
import pytest

from publish.tables.numbers import (
    FORMATS,
    canonical_texts,
    format_number,
    number_fault,
    read_numbers,
)

XSD = "http://www.w3.org/2001/XMLSchema#"


def read(text: str, form: str = "nl") -> tuple[int, int, bool] | None:
    """Return mantissa, decimals and whether it is a percentage of one number; None if faulty."""
    numbers = read_numbers([text], FORMATS[form])
    if numbers.faulty[0]:
        assert (numbers.mantissa[0], numbers.decimals[0]) == (0, 0)
        return None
    return int(numbers.mantissa[0]), int(numbers.decimals[0]), bool(numbers.percent[0])


@pytest.mark.parametrize(
    ("text", "form", "mantissa", "decimals"),
    [
        ("0", "nl", 0, 0),
        ("12", "nl", 12, 0),
        ("1.676,15", "nl", 167615, 2),
        ("1676,15", "nl", 167615, 2),
        ("77,40", "nl", 7740, 2),
        ("1.234.567", "nl", 1234567, 0),
        ("-1.000,5", "nl", -10005, 1),
        ("-0,5", "nl", -5, 1),
        ("0,000000001", "nl", 1, 9),
        ("007", "nl", 7, 0),
        ("1,676.15", "en", 167615, 2),
        ("1.676", "en", 1676, 3),
        ("1,234,567", "en", 1234567, 0),
        ("1676.15", "plain", 167615, 2),
        ("1.676", "plain", 1676, 3),
        ("999999999999999999", "plain", 999999999999999999, 0),
        ("-999999999999999999", "plain", -999999999999999999, 0),
        ("999999999,999999999", "nl", 999999999999999999, 9),
    ],
)
def test_read_numbers_exactly(text: str, form: str, mantissa: int, decimals: int) -> None:
    """A number is its digits and its count of printed decimals; nothing is rounded."""
    assert read(text, form) == (mantissa, decimals, False)


@pytest.mark.parametrize("text", ["5,4%", "5,4 %"])
def test_read_numbers_with_percent_sign(text: str) -> None:
    """A percent sign is noted, with or without a space before it."""
    assert read(text) == (54, 1, True)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", "nl"),
        (" ", "nl"),
        ("-", "nl"),
        ("n.b.", "nl"),
        ("12x", "nl"),
        (" 12", "nl"),
        ("12 ", "nl"),
        ("12\n", "nl"),
        ("1\n2", "nl"),
        ("1.23", "nl"),
        ("1.2345", "nl"),
        ("1.234.56", "nl"),
        ("1234.567", "nl"),
        ("0.123", "nl"),
        (",5", "nl"),
        ("5,", "nl"),
        ("5,4,3", "nl"),
        ("1,234.5", "nl"),
        ("1.234,5", "en"),
        ("1,23", "en"),
        ("1,234", "plain"),
        ("1 234", "nl"),
        ("+5", "nl"),
        ("--5", "nl"),
        ("5-", "nl"),
        ("1e3", "plain"),
        ("NaN", "plain"),
        ("INF", "plain"),
        ("0x10", "plain"),
        ("½", "nl"),
        ("٣", "nl"),
        ("−5", "nl"),
        ("%", "nl"),
        ("5%%", "nl"),
        ("5  %", "nl"),
        ("1" * 19, "plain"),
        ("9" * 19, "plain"),
        ("9" * 5000, "plain"),
        ("0,0000000001", "nl"),
    ],
)
def test_read_numbers_marks_what_is_none(text: str, form: str) -> None:
    """What is not written as the format says is faulty, never guessed; so is what is too long."""
    assert read(text, form) is None


def test_read_numbers_keeps_sound_ones_beside_faulty() -> None:
    """A faulty cell does not change the cells beside it."""
    texts = ["1.000", "x", "2,50", "7%", "9" * 30, "-3"]
    numbers = read_numbers(texts, FORMATS["nl"])
    assert numbers.faulty.tolist() == [False, True, False, False, True, False]
    assert numbers.mantissa.tolist() == [1000, 0, 250, 7, 0, -3]
    assert numbers.decimals.tolist() == [0, 0, 2, 0, 0, 0]
    assert numbers.percent.tolist() == [False, False, False, True, False, False]


@pytest.mark.parametrize("text", ["9" * 18, "-" + "9" * 18, "1" * 19, "9" * 18 + ",1"])
def test_read_numbers_judges_a_number_alike_in_any_company(text: str) -> None:
    """Whether a number is too long does not depend on the cells beside it."""
    alone = read_numbers([text], FORMATS["nl"])
    beside = read_numbers([text, "x"], FORMATS["nl"])
    assert alone.faulty[0] == beside.faulty[0]
    assert alone.mantissa[0] == beside.mantissa[0]


def test_read_numbers_of_nothing() -> None:
    """No texts give no numbers."""
    numbers = read_numbers([], FORMATS["nl"])
    assert len(numbers.mantissa) == len(numbers.decimals) == len(numbers.faulty) == 0


def many_numbers() -> list[tuple[int, int]]:
    """Return pairs of mantissa and decimals: the edges and a thousand others."""
    chance = random.Random(7)
    found = [(0, places) for places in range(10)]
    for sign in (1, -1):
        found += [(sign * 10**power, places) for power in range(18) for places in range(10)]
        found += [(sign * (10**18 - 1), places) for places in range(10)]
        found += [
            (sign * chance.randrange(10 ** chance.randrange(1, 18)), chance.randrange(10))
            for _ in range(500)
        ]
    return found


def stored(texts: list[str], datatype: str) -> list[str]:
    """Return the texts as a real store gives them back."""
    store = ox.Store()
    kind = ox.NamedNode(XSD + datatype)
    predicate = ox.NamedNode("urn:p")
    for number, text in enumerate(texts):
        subject = ox.NamedNode(f"urn:{number}")
        store.add(ox.Quad(subject, predicate, ox.Literal(text, datatype=kind)))
    found = {quad.subject.value: quad.object.value for quad in store}
    return [found[f"urn:{number}"] for number in range(len(texts))]


def test_canonical_texts_are_those_of_the_store() -> None:
    """Decimals are written as the store gives them back, so that dumps and answers agree."""
    pairs = many_numbers()
    texts = canonical_texts(
        np.array([mantissa for mantissa, _ in pairs], dtype=np.int64),
        np.array([places for _, places in pairs], dtype=np.int8),
    )
    assert stored(texts, "decimal") == texts
    assert [Decimal(text) for text in texts] == [
        Decimal(mantissa).scaleb(-places) for mantissa, places in pairs
    ]


def test_canonical_texts_of_integers_are_those_of_the_store() -> None:
    """Whole numbers are written as the store gives them back."""
    whole = [mantissa for mantissa, _ in many_numbers()]
    none = np.zeros(len(whole), dtype=np.int8)
    texts = canonical_texts(np.array(whole, dtype=np.int64), none)
    assert stored(texts, "integer") == texts
    assert [int(text) for text in texts] == whole


@pytest.mark.parametrize(
    ("printed", "canonical"),
    [
        ("12,50", "12.5"),
        ("49,00", "49"),
        ("1.676,15", "1676.15"),
        ("-0,0", "0"),
        ("-0", "0"),
        ("100", "100"),
        ("-0,50", "-0.5"),
        ("0,10", "0.1"),
    ],
)
def test_canonical_texts_of_printed_numbers(printed: str, canonical: str) -> None:
    """Trailing zeros go, and the point with them when nothing follows it; zero has no sign."""
    numbers = read_numbers([printed, "0,001"], FORMATS["nl"])
    assert canonical_texts(numbers.mantissa, numbers.decimals)[0] == canonical


def test_canonical_texts_leaves_its_input_alone() -> None:
    """The arrays that are passed in stay what they were."""
    mantissa, decimals = np.array([1250], dtype=np.int64), np.array([2], dtype=np.int8)
    canonical_texts(mantissa, decimals)
    assert (mantissa[0], decimals[0]) == (1250, 2)


@pytest.mark.parametrize(
    ("mantissa", "decimals", "form", "text"),
    [
        (123456, 2, "nl", "1.234,56"),
        (123456, 2, "en", "1,234.56"),
        (123456, 2, "plain", "1234.56"),
        (-5, 2, "nl", "-0,05"),
        (1000000, 0, "nl", "1.000.000"),
        (0, 1, "nl", "0,0"),
        (10**30, 0, "plain", "1" + "0" * 30),
    ],
)
def test_written_as_people_do(mantissa: int, decimals: int, form: str, text: str) -> None:
    """Messages show numbers as the document writes them."""
    assert format_number(mantissa, decimals, FORMATS[form]) == text


@pytest.mark.parametrize("form", list(FORMATS))
def test_read_numbers_reads_what_is_written(form: str) -> None:
    """Writing a number and reading it gives the same number in every format."""
    pairs = [pair for pair in many_numbers() if len(str(abs(pair[0]))) > pair[1]]
    texts = [format_number(mantissa, places, FORMATS[form]) for mantissa, places in pairs]
    numbers = read_numbers(texts, FORMATS[form])
    assert not numbers.faulty.any()
    assert list(zip(numbers.mantissa.tolist(), numbers.decimals.tolist(), strict=True)) == pairs


@pytest.mark.parametrize(
    ("declared", "text", "code", "example"),
    [
        ("nl", "1,234.5", "wrong-number-mark", "1.234,5"),
        ("nl", "1234.56", "wrong-number-mark", "1.234,56"),
        ("nl", "1,234,567", "wrong-number-mark", "1.234.567"),
        ("nl", "-12.5 %", "wrong-number-mark", "-12,5 %"),
        ("nl", "12 345,6", "wrong-number-mark", "12.345,6"),
        ("nl", "12\u202f345", "wrong-number-mark", "12.345"),
        ("nl", "12'345", "wrong-number-mark", "12.345"),
        ("en", "1.234,5", "wrong-number-mark", "1,234.5"),
        ("plain", "1.234.567", "wrong-number-mark", "1234567"),
        ("plain", "1,234.5", "wrong-number-mark", "1234.5"),
        ("nl", "1234567890123456789", "number-too-long", None),
        ("nl", "0,1234567890", "number-too-long", None),
        ("nl", "=1+1", "formula-text", None),
        ("nl", "+cmd|' /C calc'!A0", "formula-text", None),
        ("nl", "-", "not-a-number", "1.234,56"),
        ("nl", "n.b.", "not-a-number", "1.234,56"),
        ("nl", " 5", "not-a-number", "1.234,56"),
        ("nl", "12 34", "not-a-number", "1.234,56"),
        ("en", "1 2", "not-a-number", "1,234.56"),
    ],
)
def test_say_what_is_wrong_with_number(
    declared: str, text: str, code: str, example: str | None
) -> None:
    """Each has its own fault; a number in another format comes as it should be written."""
    found, particulars = number_fault(text, declared)
    assert (found, particulars.get("example")) == (code, example)
