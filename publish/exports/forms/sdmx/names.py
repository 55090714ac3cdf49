"""The identifiers that SDMX gives to a data set, its dimensions and its codes.

SDMX allows fewer characters in an identifier than our codes and names may have (Technical Notes,
"General Notes on Implementation"). What it allows is kept as it is, so that a code is called the
same everywhere; what it does not is escaped, or changed and told in an annotation of the structure,
which has the IRI of each thing too.

- The dimension of periods is TIME_PERIOD, whose values are written as ours are: 2022-Q1, 2022,
  2023-06-30.
- A total is ``_T``.
- Several measures are codes of a dimension, ``measure``, and not measures of SDMX: each figure has
  a status, reasons and a source of its own, which attributes say of one observation.
"""

from __future__ import annotations

import re
from functools import cached_property

from publish.exports.description import MEASURE, PERIOD, DataSetDescription, DimensionDescription

VERSION = "1.0"
"""The version of all that is made here: with two numbers it may change."""
TIME, VALUE = "TIME_PERIOD", "OBS_VALUE"
TOTAL = "_T"
NO_NUMBER = "NaN"
"""What stands for a figure that is not there: a value left out would mean that it stays as it was.

The Technical Notes of SDMX 3.0 tell an observation without figure from one that is not given so.
"""
RESERVED = frozenset(
    {
        *("STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "SERIES_KEY", "OBS_KEY"),
        *(TIME, VALUE, "OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE", "DECIMALS", "REASON"),
        *("AT_LEAST", "MORE_THAN", "AT_MOST", "BELOW", "REMARK", "SOURCE_TABLE", "SOURCE_LINE"),
        "PRINTED",
    }
)
"""What no dimension of a data set can be called, in capitals."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]|_(?=x[0-9A-F]{2,6}_)")
_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9_@-]")


def name_id(text: str) -> str:
    """Return a name as part of an identifier after a letter: ``a.b`` is ``a_x2E_b``."""
    return _NOT_IN_NAMES.sub(lambda found: f"_x{ord(found[0]):02X}_", text)


def code_id(text: str) -> str:
    """Return a code as an identifier of a code: ``a.b`` is ``a$2Eb``."""
    return _NOT_IN_CODES.sub(lambda found: f"${ord(found[0]):02X}", text)


class SdmxNames:
    """The identifiers of a data set."""

    def __init__(self, description: DataSetDescription) -> None:
        self.description = description

    @property
    def agency(self) -> str:
        """The agency that maintains all of it: the name of the project's vocabulary."""
        name = name_id(self.description.vocabulary)
        return name if name[:1].isalpha() else f"A{name}"

    @property
    def dataflow(self) -> str:
        """The identifier of the dataflow."""
        return f"DF_{name_id(self.description.slug)}"

    @property
    def structure(self) -> str:
        """The identifier of the data structure definition."""
        return f"DSD_{name_id(self.description.slug)}"

    def urn(self, kind: str, name: str, *, agency: str = "", version: str = "") -> str:
        """Return the URN of something maintained, by default of our own.

        ``kind`` is its class with its package, as ``codelist.Codelist``.
        """
        what = f"{agency or self.agency}:{name}({version or VERSION})"
        return f"urn:sdmx:org.sdmx.infomodel.{kind}={what}"

    @property
    def dataflow_urn(self) -> str:
        """The URN of the dataflow."""
        return self.urn("datastructure.Dataflow", self.dataflow)

    @cached_property
    def time(self) -> DimensionDescription | None:
        """The dimension that is the time dimension."""
        dimensions = self.description.dimensions
        return next((item for item in dimensions if item.kind == PERIOD), None)

    @cached_property
    def dimensions(self) -> tuple[tuple[str, DimensionDescription], ...]:
        """The dimensions with their identifiers, in the order of the key: the time is the last."""
        taken = set(RESERVED)
        found = []
        for item in self.description.dimensions:
            if item is self.time:
                continue
            name = name_id(item.column)
            if not name[:1].isalpha():
                name = f"D{name}"
            while name.upper() in taken:
                name += "_"
            taken.add(name.upper())
            found.append((name, item))
        if self.time is not None:
            found.append((TIME, self.time))
        return tuple(found)

    @property
    def measure(self) -> str:
        """The identifier of the dimension of measures."""
        return next(name for name, item in self.dimensions if item.kind == MEASURE)

    def code_list(self, name: str, dimension: DimensionDescription) -> str:
        """Return the identifier of the code list of a dimension with an identifier."""
        if dimension.scheme:
            return f"CL_{name_id(dimension.scheme.rstrip('/').rpartition('/')[2])}"
        if dimension.kind == MEASURE:
            return f"CL_{self.dataflow}_{name}"
        return f"CL_{name}"

    def codes(self, dimension: DimensionDescription) -> dict[str, str]:
        """Return the identifier of each code of a dimension by the code."""
        ids = {item.code: code_id(item.code) for item in dimension.codes}
        total = dimension.total
        if total is not None and TOTAL not in ids.values():
            ids[total] = TOTAL
        return ids
