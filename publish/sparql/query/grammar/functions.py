"""The functions and aggregates of SPARQL 1.1, with how many arguments they take."""

from __future__ import annotations

MANY = 1000
"""More arguments than a query has."""
AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_BY_NUMBER = {
    (0, 0): "NOW RAND UUID STRUUID",
    (0, 1): "BNODE",
    (1, 1): "STR LANG DATATYPE BOUND IRI URI ABS CEIL FLOOR ROUND STRLEN UCASE LCASE ENCODE_FOR_URI"
    " YEAR MONTH DAY HOURS MINUTES SECONDS TIMEZONE TZ MD5 SHA1 SHA256 SHA384 SHA512 ISIRI ISURI"
    " ISBLANK ISLITERAL ISNUMERIC ISTRIPLE SUBJECT PREDICATE OBJECT LANGDIR HASLANG HASLANGDIR",
    (1, 2): "ADJUST",
    (2, 2): "LANGMATCHES CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER STRLANG STRDT SAMETERM",
    (2, 3): "SUBSTR REGEX",
    (3, 3): "IF STRLANGDIR TRIPLE",
    (3, 4): "REPLACE",
    (0, MANY): "CONCAT COALESCE",
}
ARGUMENTS = {name: number for number, names in _BY_NUMBER.items() for name in names.split()}
"""The least and the most arguments, by the name in capitals."""
ARGUMENTS |= dict.fromkeys(AGGREGATES, (1, 1))
