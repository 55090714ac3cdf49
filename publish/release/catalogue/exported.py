"""What a catalogue says of each kind of export: its form, its media type, what it conforms to.

Media types are those that IANA lists: those of SDMX are not among them.
"""

from __future__ import annotations

from dataclasses import dataclass

from publish.release.manifest import PARQUET

CSV = "text/csv"
JSON = "application/json"
CSVW = "https://www.w3.org/TR/tabular-data-model/"
RFC_4180 = "https://www.rfc-editor.org/rfc/rfc4180"
OFFICE_OPEN_XML = "https://ecma-international.org/publications-and-standards/standards/ecma-376/"


@dataclass(frozen=True, kw_only=True)
class ExportedKind:
    """A kind of export, as a distribution."""

    name: str
    """What people call its form, in every language."""
    format: str
    """The code in the EU list of file types."""
    media_type: str
    standards: tuple[str, ...] = ()
    describes: tuple[str, ...] = ()
    """The kinds that it describes; it is then no distribution itself."""


EXPORTED = {
    "list": ExportedKind(name="CSV", format="CSV", media_type=CSV, standards=(RFC_4180, CSVW)),
    "links": ExportedKind(name="CSV", format="CSV", media_type=CSV, standards=(RFC_4180, CSVW)),
    "table": ExportedKind(name="CSV", format="CSV", media_type=CSV, standards=(RFC_4180,)),
    "printed": ExportedKind(name="CSV", format="CSV", media_type=CSV, standards=(RFC_4180,)),
    "csvw": ExportedKind(
        name="CSVW",
        format="JSON",
        media_type="application/csvm+json",
        describes=("list", "links"),
    ),
    "workbook": ExportedKind(
        name="Excel",
        format="XLSX",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        standards=(OFFICE_OPEN_XML,),
    ),
    "jsonstat": ExportedKind(
        name="JSON-stat",
        format="JSON",
        media_type=JSON,
        standards=("https://json-stat.org/full/",),
    ),
    "sdmx-csv": ExportedKind(
        name="SDMX-CSV",
        format="SDMX",
        media_type=CSV,
        standards=("https://github.com/sdmx-twg/sdmx-csv",),
    ),
    "sdmx-json": ExportedKind(
        name="SDMX-JSON",
        format="SDMX",
        media_type=JSON,
        standards=("https://github.com/sdmx-twg/sdmx-json",),
    ),
    "sdmx-structure": ExportedKind(
        name="SDMX-JSON",
        format="SDMX",
        media_type=JSON,
        standards=("https://github.com/sdmx-twg/sdmx-json",),
        describes=("sdmx-csv", "sdmx-json"),
    ),
    "labelled": ExportedKind(name="Parquet", format="PARQUET", media_type=PARQUET),
}
"""The kinds of exports by the names that the manifest has for them."""
