"""Hooks for Schemathesis, which loads them by SCHEMATHESIS_HOOKS: why valid parameters are refused.

OpenAPI cannot say which parameters do not go together, as a page of a form that has none. A request
of which each parameter is valid may be a 400 for such a reason, and for no other. So that not all
random requests are such, parameters that do not go with the form are left out of most.
"""

from __future__ import annotations

import json
import re
from typing import Any

import schemathesis
from schemathesis import CheckContext, GenerationMode, Response

from publish.exports.answer import FORMS
from publish.exports.view import TABLE
from publish.faults.fault import phrase

TOGETHER = (
    "in-rows-and-columns",
    "axes-need-table",
    "pages-need-list",
    "printed-whole",
    "not-printed",
    "not-in-form",
    "only-total-chosen",
)
"""The phrases about parameters that are valid each by itself."""
PARTICULARS = ("parameter", "value", "layout", "form", "known")


def _pattern(name: str) -> str:
    told = str(phrase(name, **{key: f"<{key}>" for key in PARTICULARS}))
    return re.sub(r"<\w+>", ".*", re.escape(told))


PATTERN = re.compile("|".join(_pattern(name) for name in TOGETHER))


@schemathesis.hook
def map_query(context: schemathesis.HookContext, query: dict[str, Any]) -> dict[str, Any]:
    """Leave out what does not go with the form."""
    if not query or len(query) % 3 == 0:
        return query
    form = FORMS.get(str(query.get("format", "csv")))
    has_table = form is None or TABLE in form.layouts
    is_paged = form is not None and form.is_paged
    leave_out = {
        "start": not is_paged,
        "size": not is_paged,
        "decimal": form is not None and not form.has_decimal_sign,
        "layout": True,
        "rows": not has_table,
        "columns": not has_table or "rows" in query,
    }
    return {name: value for name, value in query.items() if not leave_out.get(name)}


@schemathesis.check
def described_rejection(ctx: CheckContext, response: Response, case: schemathesis.Case) -> None:
    """Refuse valid parameters only where they do not go together, and know each address."""
    assert response.status_code != 404, response.text
    if response.status_code != 400 or case.meta is None:
        return
    if case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    lines = _sentences(response)
    others = [line for line in lines if not (PATTERN.fullmatch(line) or _is_count(line))]
    assert lines and not others, f"Valid parameters were refused: {response.text}"


def _sentences(response: Response) -> list[str]:
    """Return what a response says is wrong: text, or JSON that has it as its detail."""
    text = response.text
    if response.headers["content-type"] == ["application/problem+json"]:
        text = json.loads(text)["detail"]
    return text.splitlines()


def _is_count(line: str) -> bool:
    return re.fullmatch(r"There are \d+ faults more\.", line) is not None
