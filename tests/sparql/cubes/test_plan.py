"""The header that says which way a query went, and the sentences that say why."""

from __future__ import annotations

import ast
import re

import pytest
from built import REPOSITORY
from hypothesis import given
from hypothesis import strategies as st

from publish.faults.fault import PHRASES
from publish.server.metrics import WAYS
from publish.sparql.cubes.plan import (
    COLUMNS,
    COLUMNS_AND_ENGINE,
    ENGINE,
    NO_COLUMNS,
    REASONS,
    Plan,
    header_of,
    plan_of,
)

ITEM = re.compile(
    # RFC 9651, sections 3.1.2, 3.3, 3.3.1, 3.3.3 and 3.3.4.
    r"[A-Za-z*][\w!#$%&'*+.^`|~:/-]*"
    r'(;[a-z*][a-z0-9_.*-]*=("([ !#-\[\]-~]|\\["\\])*"|-?[0-9]{1,15}))*',
    re.ASCII,
)
counts = st.integers(0, 10**15 - 1)
plans = st.builds(
    Plan,
    st.sampled_from([COLUMNS, COLUMNS_AND_ENGINE]),
    st.sampled_from([None, *REASONS]),
    counts,
    counts,
) | st.builds(Plan, st.just(ENGINE), st.sampled_from([None, *REASONS]))


@given(plans)
def test_write_a_plan_as_a_structured_field(plan: Plan) -> None:
    """A plan is an item of RFC 9651, and is read back from it."""
    header = header_of(plan)
    assert ITEM.fullmatch(header)
    assert plan_of(header) == plan


def test_write_plans_as_they_are_documented() -> None:
    """A plan names the way first; numbers stand there where columns were asked."""
    assert header_of(Plan(COLUMNS, None, 1_000_000, 25)) == "columns;scanned=1000000;fetched=25"
    assert header_of(Plan(ENGINE, NO_COLUMNS)) == 'engine;why="no-columns"'


@pytest.mark.parametrize(
    "header", ["", "Columns", "columns;scanned=", 'engine;why="', "engine;x=1"]
)
def test_read_no_other_header(header: str) -> None:
    """What is no plan is not taken for one."""
    with pytest.raises(ValueError, match=f"^{re.escape(header)}$"):
        plan_of(header)


def test_say_every_reason_in_a_sentence() -> None:
    """Each reason has a sentence, each such sentence a reason, and each way a metric."""
    said = {key for key in PHRASES if key.startswith("query-way-")}
    assert said == {f"query-way-{key}" for key in REASONS}
    assert len(set(REASONS)) == len(REASONS)
    for key in REASONS:
        sentence = PHRASES[f"query-way-{key}"]
        assert sentence.endswith("."), key
        assert sentence.isascii(), key
    assert set(WAYS) == {COLUMNS, COLUMNS_AND_ENGINE, ENGINE, "other"}


def test_give_only_reasons_that_are_known() -> None:
    """Whatever reason the code gives for a way is one of those that have a sentence."""
    given = {
        argument.value
        for path in (REPOSITORY / "publish" / "sparql" / "cubes").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("NotRead", "Plan", "UnusableCatalogue", "NeedsTriples")
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert "expressions" in given
    assert given <= set(REASONS)


def test_explain_every_reason_in_the_documentation() -> None:
    """docs/queries.md has each reason in its table, and no other."""
    text = (REPOSITORY / "docs" / "queries.md").read_text(encoding="utf-8")
    table = text.partition("| `why` |")[2].partition("\n\n")[0]
    told = re.findall(r"`([a-z-]+)`", "".join(re.findall(r"(?m)^\| (`.+?) \|", table)))
    assert sorted(told) == sorted(REASONS)
