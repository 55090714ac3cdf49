"""Refuses files that are no workbook, and workbooks that take memory or time without measure."""

from __future__ import annotations

import io
import zipfile
from typing import IO, NoReturn
from xml.parsers import expat

from openpyxl.utils.cell import range_boundaries

from publish.faults.fault import Fault, Words, fault, phrase

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of an old .xls or an encrypted .xlsx."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of an unpacked workbook at most; a larger one is a zip bomb, or no printed table."""
MOST_RANGES, MOST_IN_RANGES = 20_000, 200_000
"""Ranges of merged, linked or formatted cells at most, and cells in those that openpyxl fills."""
MOST_SHEET_CELLS, MOST_ELEMENTS = 2_000_000, 500_000
"""Cells of a sheet at most, and elements of a workbook that are no part of cells or texts."""
OF_CELLS = frozenset(("row", "c", "v", "f", "is", "si", "t", "r", "rPr"))
EXPANDED = frozenset(("mergeCell", "hyperlink"))
FORMATTED = frozenset(("dataValidation", "conditionalFormatting", "protectedRange"))
MOST_NESTED = 100
"""Elements within each other at most; those of cells are nested eight deep, of drawings twenty."""
WIDEST, TALLEST = 16_384, 1_048_576
"""Columns and rows of a worksheet at most."""
WORKBOOK = "xl/workbook.xml"


def is_workbook(raw: bytes, name: str) -> bool:
    """Return whether a file is, or says that it is, an Excel workbook."""
    return raw.startswith((ZIP, OLE)) or name.lower().endswith((".xlsx", ".xlsm", ".xls"))


def refusal(raw: bytes, shown: str) -> Fault | None:
    """Return the fault of a file that is no workbook, or is not safe to unpack."""
    if raw.startswith(OLE):
        key = "workbook-encrypted" if ENCRYPTED in raw else "workbook-old"
        return fault("not-a-workbook", shown, reason=phrase(key))
    archive = zipfile.ZipFile(io.BytesIO(raw)) if raw.startswith(ZIP) else None
    entries = archive.infolist() if archive else []
    # No entry unpacks to more than its directory says, so their sum is the most that comes out.
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        found, most = f"{unpacked >> 20} MiB", f"{MOST_UNPACKED >> 20} MiB"
        return fault("too-large-to-bring-in", shown, found=found, most=most)
    if WORKBOOK not in {entry.filename for entry in entries}:
        return fault("not-a-workbook", shown, reason=phrase("workbook-other"))
    return _expansion_fault(archive, shown) if archive else None


def _expansion_fault(archive: zipfile.ZipFile, shown: str) -> Fault | None:
    """Return the fault of a workbook that openpyxl would expand far beyond its size.

    Raises ValueError for what no workbook has.
    """
    measure = _Measure()
    for entry in archive.infolist():
        try:
            with archive.open(entry) as content:
                measure.add(content)
        except expat.ExpatError:
            continue  # a picture, or where openpyxl stops too
        except _TooMuchError:
            return fault("too-large-to-bring-in", shown, found=measure.found, most=measure.most)
    return None


class _TooMuchError(Exception):
    pass


class _Measure:
    """Counts what openpyxl makes of the parts of a workbook.

    It makes every cell of a range of merged or linked cells, compares ranges with each other, and
    takes time with the square of the depth of elements.
    """

    def __init__(self) -> None:
        self.found = self.most = Words("")
        self._elements = self._ranges = self._expanded = 0
        self._cells = self._depth = self._of_rule = 0
        self._in_range = False

    def add(self, content: IO[bytes]) -> None:
        """Count a part. Raises _TooMuchError, with ``found`` and ``most`` in words."""
        self._cells = self._depth = 0
        self._in_range = False
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.ParseFile(content)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._in_range:  # openpyxl would take an element for an attribute
            raise ValueError(name)
        local = name.rpartition(":")[2]
        if local == "c":
            self._cells += 1
        elif local not in OF_CELLS:
            self._elements += 1
        if local in EXPANDED and "ref" in attributes:
            self._expand(attributes["ref"])
            self._in_range = local == "mergeCell"
        elif local in FORMATTED:
            self._of_rule = len(attributes.get("sqref", "").split())
            self._ranges += self._of_rule
        elif local == "cfRule":  # all ranges are looked at for each rule
            self._ranges += self._of_rule
        self._compare()

    def _end(self, _: str) -> None:
        self._depth -= 1
        self._in_range = False

    def _expand(self, ref: str) -> None:
        left, top, right, bottom = range_boundaries(ref)
        width, height = (right or WIDEST) - (left or 1), (bottom or TALLEST) - (top or 1)
        self._ranges += 1
        self._expanded += (max(width, 0) + 1) * (max(height, 0) + 1)

    def _compare(self) -> None:
        """Raise _TooMuchError when more was counted than any table has."""
        if self._depth > MOST_NESTED:
            self._stop("elements-nested", {"levels": self._depth}, {"levels": MOST_NESTED})
        if self._ranges > MOST_RANGES or self._expanded > MOST_IN_RANGES:
            found = {"cells": self._expanded, "ranges": self._ranges}
            self._stop("cells-in-ranges", found, {"cells": MOST_IN_RANGES, "ranges": MOST_RANGES})
        if self._cells > MOST_SHEET_CELLS:
            self._stop("cells-of-sheet", {"cells": self._cells}, {"cells": MOST_SHEET_CELLS})
        if self._elements > MOST_ELEMENTS:
            found, most = {"number": self._elements}, {"number": MOST_ELEMENTS}
            self._stop("elements-of-workbook", found, most)

    def _stop(self, name: str, found: dict[str, int], most: dict[str, int]) -> NoReturn:
        self.found, self.most = phrase(name, **found), phrase(name, **most)
        raise _TooMuchError


def _refuse_doctype(name: str, *_: object) -> NoReturn:
    raise ValueError(f"DOCTYPE {name}")
