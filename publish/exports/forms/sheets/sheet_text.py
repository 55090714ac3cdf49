"""The texts above and below a table in CSV, so broken that the figures stay in sight.

LibreOffice makes each column as wide as its longest cell, whatever stands beside it; Excel lets a
text run over the empty cells at its right. A text in short pieces, one below the other in the
first column, can be read in both, and the figures stand next to the labels of their rows.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from publish.exports.figure_text import NOTHING_KNOWN, one_line
from publish.exports.layouts.caption import FootLine

MOST_SIGNS = 48
"""As many signs have the pieces of a text, unless one word has more: under half of a page in A4."""
_LONE_SIGN = re.compile(r" (?=[-+=@]+ )")
_TIED = "\0"


def pieces(text: str) -> list[list[str]]:
    """Return a text as records of one cell; none if it is empty.

    None but the first begins with a sign that stands alone, which a spreadsheet may run.
    """
    tied = _LONE_SIGN.sub(_TIED, one_line(text))
    found = textwrap.wrap(tied, MOST_SIGNS, break_long_words=False, break_on_hyphens=False)
    return [[piece.replace(_TIED, " ")] for piece in found]


def foot_records(lines: Iterable[FootLine], width: int) -> Iterator[list[str]]:
    """Yield the records of lines below a table that has ``width`` columns.

    An address cannot be broken, so it stands in a record of its own, behind the table.
    """
    for line in lines:
        if line.text == line.address:
            yield [line.label, *[""] * (width - 1), line.address]
            continue
        sign = "" if line.label.startswith(("[", NOTHING_KNOWN)) else ":"
        yield from pieces(f"{line.label}{sign} {line.text}")
        if line.address:
            yield [*[""] * width, line.address]
