"""The forms in which a view is written, by the name that an address gives them.

A server knows the forms without the libraries that write them: a writer is imported when it is
first used, in the process that uses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

from publish.exports.view import LIST, PRINTED, TABLE

if TYPE_CHECKING:
    from publish.exports.observations import SelectedObservations


@dataclass(frozen=True, kw_only=True)
class ExportForm:
    """A form of views."""

    name: str
    """What ``format=`` says."""
    extension: str
    media_type: str
    writer: str
    """The function that writes it, after its module in ``forms``: ``workbook.write_workbook``."""
    aliases: tuple[str, ...] = ()
    """Other media types by which clients ask for it."""
    most: int | None = None
    """The most observations of a view that is answered in it; None for no bound of its own."""
    is_paged: bool = False
    """Whether it is answered a page at a time."""
    is_inline: bool = False
    """Whether a browser shows it, rather than saves it as a file."""
    layouts: tuple[str, ...] = (LIST,)
    """The layouts that it has."""
    is_negotiated: bool = True
    """Whether ``Accept`` can choose it. Browsers accept pictures everywhere, and want none here."""
    has_cell: bool = False
    """Whether ``cell=`` chooses a figure that stands out in it."""
    has_decimal_sign: bool = False
    """Whether ``decimal=`` chooses the decimal sign of its figures."""

    def write(self, chosen: SelectedObservations, target: BinaryIO) -> None:
        """Write a view to a binary file, which cannot seek."""
        module, _, function = self.writer.rpartition(".")
        found = getattr(import_module(f"publish.exports.forms.{module}"), function)
        found(chosen, target)


MOST_DRAWN = 4_000
"""Observations of a chart at most; how many lines and bars it can have, ``charts`` says."""

FORMS = {
    form.name: form
    for form in (
        ExportForm(
            name="csv",
            extension="csv",
            media_type="text/csv",
            writer="sheets.by_layout.write_csv",
            most=500_000,
            layouts=(LIST, TABLE, PRINTED),
            has_decimal_sign=True,
        ),
        ExportForm(
            name="xlsx",
            extension="xlsx",
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            writer="sheets.workbook.write_workbook",
            most=50_000,
            layouts=(LIST, TABLE),
        ),
        ExportForm(
            name="json",
            extension="json",
            media_type="application/json",
            writer="rows.rows_json.write_rows_json",
            is_paged=True,
            is_inline=True,
        ),
        ExportForm(
            name="ttl",
            extension="ttl",
            media_type="text/turtle",
            writer="rows.turtle.write_turtle",
            is_paged=True,
            is_inline=True,
        ),
        ExportForm(
            name="jsonstat",
            extension="jsonstat.json",
            media_type="application/json",
            writer="json_stat.write_json_stat",
            most=200_000,
        ),
        ExportForm(
            name="parquet",
            extension="labels.parquet",
            media_type="application/vnd.apache.parquet",
            writer="labelled_parquet.write_labelled_parquet",
            aliases=("application/x-parquet",),
            most=200_000,
        ),
        ExportForm(
            name="sdmx-csv",
            extension="sdmx.csv",
            media_type="application/vnd.sdmx.data+csv;version=2.0.0",
            writer="sdmx.data_csv.write_sdmx_csv",
            aliases=("application/vnd.sdmx.data+csv",),
            most=500_000,
        ),
        ExportForm(
            name="sdmx-json",
            extension="sdmx.json",
            media_type="application/vnd.sdmx.data+json;version=2.0.0",
            writer="sdmx.data_json.write_sdmx_json",
            aliases=("application/vnd.sdmx.data+json",),
            most=500_000,
        ),
        ExportForm(
            name="svg",
            extension="svg",
            media_type="image/svg+xml",
            writer="chart_image.write_svg",
            most=MOST_DRAWN,
            is_inline=True,
            is_negotiated=False,
            has_cell=True,
            layouts=(LIST, TABLE),
        ),
        ExportForm(
            name="png",
            extension="png",
            media_type="image/png",
            writer="chart_image.write_png",
            most=MOST_DRAWN,
            is_inline=True,
            is_negotiated=False,
            has_cell=True,
            layouts=(LIST, TABLE),
        ),
    )
}

FILE_FORMS = {
    form.name: form
    for form in (
        ExportForm(
            name="csvw",
            extension="csv-metadata.json",
            media_type="application/csvm+json",
            writer="tidy.csvw.write_csvw",
        ),
        ExportForm(
            name="links",
            extension="links.csv",
            media_type="text/csv",
            writer="tidy.links_csv.write_links_csv",
        ),
        ExportForm(
            name="sdmx-structure",
            extension="structure.json",
            media_type="application/vnd.sdmx.structure+json;version=2.0.0",
            writer="sdmx.structure.write_sdmx_structure",
        ),
    )
}
"""The forms that only files of a release have, as they are of a whole data set."""
INNER_FORMS = {
    "figures": ExportForm(
        name="figures",
        extension="json",
        media_type="application/json",
        writer="cited_figures.write_figures",
        is_paged=True,
    ),
    "observations": ExportForm(
        name="observations",
        extension="json",
        media_type="application/json",
        writer="rows.observations_json.write_observations",
        is_paged=True,
    ),
    "lines": ExportForm(
        name="lines",
        extension="nt",
        media_type="application/n-triples",
        writer="rows.n_triples.write_lines",
        is_paged=True,
    ),
}
"""Forms that other parts of a server have written by a worker; no address asks for them."""
