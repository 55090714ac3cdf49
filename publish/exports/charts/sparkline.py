"""Draws a line in the height of a text: how a figure developed, without an axis."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

WIDTH, HEIGHT, MARGIN = 96, 24, 3


def sparkline(values: Sequence[Decimal | None], *, label: str) -> str:
    """Return a line through values in order, as SVG for a page; None is a gap.

    ``label`` says in words what it shows. It is empty where there are no two values.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    least, most = min(known), max(known)
    span = float(most - least) or 1.0
    step = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    runs: list[list[str]] = [[]]
    end = ""
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        share = float(value - least) / span if most > least else 0.5
        x, y = MARGIN + at * step, HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)
        runs[-1].append(f"{x:.1f},{y:.1f}")
        end = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>'
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    return (
        f'<svg class="sparkline" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{escape(label)}">{lines}{end}</svg>'
    )
