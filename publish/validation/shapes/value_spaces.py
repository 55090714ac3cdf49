"""The value spaces of XSD's datatypes: which literals lie in the range of a property.

A range is consistent with every literal whose value lies in it, be it of a derived datatype or of
the one that the range is derived from (RDF Semantics, section 7; XML Schema 2, section 3).
"""

from __future__ import annotations

import re
from decimal import Decimal

import pyoxigraph as ox

from publish.rdf.namespaces import XSD
from publish.rdf.terms import Term
from publish.validation.constraints.literals import BOUNDS, value_of

_XSD = str(XSD)

PRIMITIVE = (
    *("anyURI", "base64Binary", "boolean", "date", "dateTime", "decimal", "double", "duration"),
    *("float", "gDay", "gMonth", "gMonthDay", "gYear", "gYearMonth", "hexBinary", "string", "time"),
)
"""Datatypes of which no two have a value in common."""

DERIVED = {
    "string": "normalizedString token language Name NMTOKEN NCName ID IDREF ENTITY",
    "duration": "dayTimeDuration yearMonthDuration",
    "dateTime": "dateTimeStamp",
    "decimal": "integer long int short byte nonNegativeInteger unsignedLong unsignedInt "
    "unsignedShort unsignedByte positiveInteger nonPositiveInteger negativeInteger",
}
PRIMITIVE_OF = {name: name for name in PRIMITIVE} | {
    name: primitive for primitive, names in DERIVED.items() for name in names.split()
}
"""The primitive datatype of each, by their names in XSD."""

WITH_ZONE = re.compile(r"(?:Z|[+-]\d\d:\d\d)\s*")


def is_value_space(range_: str) -> bool:
    """Return whether a range is a datatype of XSD with values of its own."""
    return range_.startswith(_XSD) and range_.removeprefix(_XSD) in PRIMITIVE_OF


def lies_in(term: Term, range_: str) -> bool:
    """Return whether a value can lie in the range of its property, a datatype of XSD.

    What has no value of its own lies in any: an IRI, a literal that is not well-formed, or one of
    a datatype that XSD does not define.
    """
    if not isinstance(term, ox.Literal):
        return True
    if term.language:
        return False
    name, range_ = term.datatype.value.removeprefix(_XSD), range_.removeprefix(_XSD)
    primitive = PRIMITIVE_OF.get(name)
    if primitive is None or name == term.datatype.value:
        return True
    if primitive != PRIMITIVE_OF[range_]:
        return False
    if range_ == "dateTimeStamp":
        return name == range_ or WITH_ZONE.search(term.value) is not None
    value = value_of(term)
    if range_ not in BOUNDS or not isinstance(value, Decimal):
        return True
    least, most = BOUNDS[range_]
    is_whole = value == value.to_integral_value()
    return is_whole and (least is None or value >= least) and (most is None or value <= most)
