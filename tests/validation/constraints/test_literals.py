"""Which literals are ill-typed, and which have equal values: XSD 1.1 and SPARQL decide."""

from __future__ import annotations

from itertools import combinations

import pyoxigraph as ox
import pytest

from publish.validation.constraints.literals import EXAMPLES, ill_typed, value_of

XSD = "http://www.w3.org/2001/XMLSchema#"


def literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


SOUND = {
    "anyURI": ("a b", ""),
    "base64Binary": ("", "AAAA", "AA==", "AAA=", "A A A A"),
    "byte": ("-128", "127", "+0127"),
    "date": ("2020-02-29", "2000-02-29", "-0004-02-29"),
    "dateTime": ("2020-01-01T24:00:00", "0001-01-01T00:00:00.123+14:00"),
    "double": ("1e5", "+INF", "NaN", "-INF", ".5", "5."),
    "duration": ("P1Y2M3DT4H5M6.7S", "-PT0S"),
    "gDay": ("---31",),
    "gMonthDay": ("--02-29",),
    "gYear": ("2020", "-0001", "0000", "12020", "2020-14:00"),
    "integer": ("0" * 50 + "1", "9" * 5_000),
    "string": ("a\n",),
    "token": ("", "a b"),
    "unknown": ("x",),
    "unsignedLong": ("18446744073709551615", "-0"),
}
ILL_TYPED = {
    "base64Binary": ("A", "AAA", "AB==", "AAAA\n"),
    "boolean": ("yes", "TRUE", "True", " true"),
    "byte": ("128", "-129", "9" * 5_000),
    "date": ("2019-02-29", "2020-13-01", "2020-00-01", "2020-04-31", "2020-1-1", "1900-02-29"),
    "dateTime": ("2020-01-01T23:59:60Z", "2020-01-01T24:00:01", "2020-01-01", "2020-01-01T1:00:00"),
    "dateTimeStamp": ("2020-01-01T00:00:00",),
    "dayTimeDuration": ("P1Y",),
    "decimal": ("1,5", "1e5", "", "INF"),
    "double": ("inf", "Infinity", "nan", "1,5", "1e", "e5", ".", "-NaN"),
    "duration": ("P", "PT", "P1YT", "1Y", "P1S", "P1M1Y", "P-1Y", "PT1.5H"),
    "gDay": ("---32",),
    "gMonth": ("--13", "--1", "01"),
    "gMonthDay": ("--02-30", "-02-01"),
    "gYear": ("20", "020", "02020", "2020 ", "+2020", "2020+15:00", "2020-14:01", ""),
    "hexBinary": ("0", "0g"),
    "integer": ("1.0", " 5 ", "\u0663", "1_000", "--1"),
    "language": ("", "nl_BE", "123456789"),
    "negativeInteger": ("0",),
    "positiveInteger": ("0",),
    "time": ("25:00:00", "24:00:00.1"),
    "token": (" a", "a  b", "a\t"),
    "unsignedInt": ("-1", "4294967296"),
    "yearMonthDuration": ("P1D",),
}


@pytest.mark.parametrize("datatype", sorted({*SOUND, *ILL_TYPED, *EXAMPLES}))
def test_tell_ill_typed_literals(datatype: str) -> None:
    """A literal is ill-typed exactly when its text is not in the lexical space of XSD 1.1."""
    sound = [literal(text, datatype) for text in SOUND.get(datatype, ())]
    if datatype in EXAMPLES:
        sound.append(literal(EXAMPLES[datatype], datatype))
    wrong = [literal(text, datatype) for text in ILL_TYPED.get(datatype, ())]
    assert ill_typed([*sound, *wrong]) == [len(sound) + at for at in range(len(wrong))]


VALUES = {
    "boolean": ("1", "true", "0", "false"),
    "byte": ("1",),
    "date": ("2020-01-01", "2020-01-01Z", "2020-01-01+12:00", "2019-12-31-12:00"),
    "dateTime": (
        "2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00",
        "2019-12-31T24:00:00", "0000-01-01T00:00:00Z", "-0001-12-31T23:00:00-01:00",
        "2000-02-29T12:30:15.5Z", "2000-02-28T22:30:15.50-14:00",
    ),
    "dateTimeStamp": ("2020-01-01T00:00:00Z", "2019-12-31T20:30:00-03:30"),
    "dayTimeDuration": ("P1D", "PT24H", "PT0S"),
    "decimal": ("1.0", "1.", "0.5", ".50", "-0.0"),
    "double": ("1", "1e0", "0.1", "INF", "+INF", "-INF", "-0"),
    "duration": ("P1Y", "P12M", "-P1D", "PT1M", "P1M", "PT60.0S"),
    "float": ("1", "0.1", "INF", "0.5"),
    "gDay": ("---01", "---01Z", "---01-00:00"),
    "gMonth": ("--01", "--01Z"),
    "gYear": ("2020", "2020Z", "2020+00:00", "20", "-0001"),
    "gYearMonth": ("2020-01", "2020-01Z", "2020-01-00:00"),
    "hexBinary": ("0a", "0A"),
    "integer": ("1", "01", "+1", "-1", "0", "-0", "x"),
    "string": ("1", "a"),
    "time": ("10:00:00Z", "11:00:00+01:00", "24:00:00", "00:00:00", "23:00:00-02:00", "01:00:00Z"),
    "yearMonthDuration": ("P1Y", "P12M", "P0Y"),
}  # fmt: skip


def test_find_values_equal_as_sparql_does() -> None:
    """Two terms have one value exactly when ``=`` of the query engine is true for them."""
    terms: list[ox.Literal | ox.NamedNode] = [
        literal(text, datatype) for datatype, texts in VALUES.items() for text in texts
    ]
    terms += [ox.Literal("a", language="en"), ox.Literal("a", language="EN"), ox.NamedNode("x:a")]
    rows = " ".join(f"({at} {term})" for at, term in enumerate(terms))
    query = f"SELECT ?i ?j {{ VALUES (?i ?a) {{ {rows} }} VALUES (?j ?b) {{ {rows} }} "
    solutions = ox.Store().query(query + "FILTER(?i < ?j && ?a = ?b) }")
    assert isinstance(solutions, ox.QuerySolutions)
    equal = {(int(row["i"].value), int(row["j"].value)) for row in solutions}
    pairs = combinations(enumerate(map(value_of, terms)), 2)
    assert {(i, j) for (i, one), (j, other) in pairs if one == other} == equal
    assert len(equal) > 50
