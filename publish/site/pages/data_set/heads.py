"""Short texts for the heads of tables: periods as people write them in a table."""

from __future__ import annotations

import re

from publish.exports.description import CodeDescription
from publish.exports.figure_text import one_line

QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")
LETTERS = {"nl": "K"}
"""What a quarter is called in the heads of a language, where that is not Q."""


def short_period(code: CodeDescription, language: str) -> str:
    """Return a period in few signs, as ``K1 2023`` in Dutch; what is no quarter has its label."""
    found = QUARTER.fullmatch(code.code)
    if found is None or code.start is None:
        return one_line(code.label[language])
    return f"{LETTERS.get(language, 'Q')}{found[2]} {found[1]}"
