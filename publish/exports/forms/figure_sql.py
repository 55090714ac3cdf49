"""Figures and bounds as text in SQL, for forms of which DuckDB writes the lines.

They are those of ``SelectedObservations``: with a point, the decimals that are printed, and neither
an exponent nor marks between thousands. Both are NULL where there is none.
"""

from __future__ import annotations

from publish.cube.columns_file.engine import sql_name


def value_sql(scale: int) -> str:
    """Return SQL of the figure, with the decimals that are printed of it.

    ``scale`` is that of the column: what it has beyond the printed decimals are zeros.
    """
    whens = (
        f"WHEN {places} THEN left(value::VARCHAR, {places - scale - (places == 0)})"
        for places in range(scale)
    )
    return f"CASE decimals {' '.join(whens)} ELSE value::VARCHAR END" if scale else "value::VARCHAR"


def bound_sql(column: str, scale: int) -> str:
    """Return SQL of a bound in its column, without zeros at the end of its decimals."""
    text = f"{sql_name(column)}::VARCHAR"
    return f"rtrim(rtrim({text}, '0'), '.')" if scale else text
