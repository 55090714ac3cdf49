"""What observations are linked to, as CSV: the statements for which a tidy row has no room.

CSV on the Web makes one address of a cell, also of one that holds a list. So where an observation
has several reasons or source cells, and for remarks and the parts of sums, the statements stand in
a file of their own: a subject, a property and an object a row, all IRIs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from publish.cube.columns_file.engine import sql_name, sql_text
from publish.exports.forms.tidy.list_columns import HEADS_OF_LINKS
from publish.exports.forms.tidy.list_csv import write_lines
from publish.exports.observations import SelectedObservations
from publish.project.iris import PREFIXES, Uris


def write_links_csv(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the statements as CSV; nothing where there are none."""
    if not chosen.description.several:
        return
    target.write((",".join(HEADS_OF_LINKS) + "\n").encode())
    lists = ", ".join(_lists(chosen))
    lines = f"array_to_string(flatten([{lists}]), '')"
    for part in chosen.parts():
        write_lines(part, lines, target)


def _lists(chosen: SelectedObservations) -> Iterator[str]:
    """Yield lists of lines as SQL, one for each kind of statement."""
    about = chosen.description
    uris = Uris(base=about.base, vocabulary=about.vocabulary)
    start = uris.iri("observation", slug="", codes="").removesuffix("/")
    codes = ", '/', ".join(sql_name(item.column) for item in about.dimensions)
    own = f"concat({sql_text(f'{start}{about.slug}/')}, {codes})"

    def lines(column: str, prefix: str, item: str, named: str, *, back: bool = False) -> str:
        there = f"{sql_text(prefix)}, {item}"
        first, last = (there, own) if back else (own, there)
        property_ = sql_text('",' + named + ',"')
        line = f"concat(chr(34), {first}, {property_}, {last}, chr(34), chr(10))"
        return f"list_transform(coalesce({column}, []), lambda item: {line})"

    if "reasons" in about.several:
        reason = uris.iri("concept", scheme="afwezigheid", code="")
        yield lines("reasons", reason, "item", uris.generic("afwezigheid"))
    if "addends" in about.several:
        yield lines("addends", start, "item", uris.generic("somVan"))
    if "further_cells" in about.several:
        tables = uris.base + "/id/tabel/"
        yield lines(
            'list_prepend(struct_pack("table" := source_table, "row" := source_row, '
            '"column" := source_column), list_transform(coalesce(further_cells, []), '
            'lambda cell: struct_pack("table" := cell."table", "row" := cell."row", '
            '"column" := cell."column")))',
            tables,
            'item."table", \'.csv#cell=\', item."row", \',\', item."column"',
            f"{PREFIXES['prov']}wasDerivedFrom",
        )
    if "notes" in about.several:
        remark = uris.iri("quality", about=about.slug, name="")
        yield lines("notes", remark, "item", f"{PREFIXES['dqv']}hasQualityAnnotation")
        yield lines("notes", remark, "item", f"{PREFIXES['oa']}hasTarget", back=True)
