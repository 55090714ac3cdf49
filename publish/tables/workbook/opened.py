"""Opens workbooks; refuses what is none, and what would take memory or time without measure."""

from __future__ import annotations

import io
import warnings
import xml.etree.ElementTree as ET
import zipfile
from xml.parsers import expat

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook

from publish.faults.fault import Fault, Words, fault, phrase
from publish.tables.unsound import UNSOUND

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of an old .xls or an encrypted .xlsx."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of an unpacked workbook at most; a larger one is a zip bomb, or no printed table."""
MOST_RANGES, MOST_IN_RANGES = 20_000, 200_000
"""Ranges of merged or linked cells at most, and cells in them, each of which openpyxl makes."""
MOST_NESTED = 100
"""Elements within each other at most; those of cells are nested eight deep, of drawings twenty."""
WIDEST, TALLEST = 16_384, 1_048_576
"""Columns and rows of a worksheet at most."""
WORKBOOK = "xl/workbook.xml"
BROKEN = (*UNSOUND, ET.ParseError, InvalidFileException, zipfile.BadZipFile)


def is_workbook(raw: bytes, name: str) -> bool:
    """Return whether a file is, or says that it is, an Excel workbook."""
    return raw.startswith((ZIP, OLE)) or name.lower().endswith((".xlsx", ".xlsm", ".xls"))


def opened(raw: bytes, *, values: bool) -> Workbook:
    """Return a workbook with the last values of its formulas, or with the formulas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts of a workbook that are no cells
        return openpyxl.load_workbook(
            io.BytesIO(raw), data_only=values, keep_links=False, rich_text=values
        )


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

    It makes every cell of a range of merged or linked cells, and takes time with the square of the
    depth of elements. Raises ValueError for a range that is none.
    """
    depth = ranges = cells = 0
    wrong: dict[str, Words] = {}
    in_range = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, ranges, cells, in_range
        depth += 1
        if depth > MOST_NESTED:
            wrong["found"] = phrase("elements-nested", levels=depth)
            wrong["most"] = phrase("elements-nested", levels=MOST_NESTED)
            raise OverflowError
        if in_range:  # openpyxl would take an element for an attribute
            raise ValueError(name)
        if name.rpartition(":")[2] not in ("mergeCell", "hyperlink") or "ref" not in attributes:
            return
        left, top, right, bottom = range_boundaries(attributes["ref"])
        in_range, ranges = name.endswith("mergeCell"), ranges + 1
        width, height = (right or WIDEST) - (left or 1), (bottom or TALLEST) - (top or 1)
        cells += (max(width, 0) + 1) * (max(height, 0) + 1)
        if ranges > MOST_RANGES or cells > MOST_IN_RANGES:
            wrong["found"] = phrase("cells-in-ranges", cells=cells, ranges=ranges)
            wrong["most"] = phrase("cells-in-ranges", cells=MOST_IN_RANGES, ranges=MOST_RANGES)
            raise OverflowError

    def end(_: str) -> None:
        nonlocal depth, in_range
        depth, in_range = depth - 1, False

    for entry in archive.infolist():
        depth, in_range = 0, False
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = start, end
        try:
            with archive.open(entry) as content:
                parser.ParseFile(content)
        except expat.ExpatError:
            continue  # a picture, or where openpyxl stops too
        except OverflowError:
            return fault("too-large-to-bring-in", shown, **wrong)
    return None
