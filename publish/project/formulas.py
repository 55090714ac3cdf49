"""Texts that a spreadsheet would run as a formula when it opens an export.

A cell that begins with ``=`` or ``@`` is computed, and one that begins with ``+`` or ``-`` where
what follows is no number. Such a formula can start programs, so no such text is published.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(
    r"""\s*(?:
        [=@]\s*[^\s=@]             # =1+1, @SUM(A1)
        | [+]\s*[A-Za-z(@=]         # +cmd
        | [+-].*?(?:[|!]|[A-Za-z]\()  # -2+3+cmd|' /C calc'!A0, -SUM(A1); not -18 years
    )""",
    re.VERBOSE | re.DOTALL,
)


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet would take a text for a formula; a signed number is none."""
    return _FORMULA.match(text) is not None
