"""Which queries a pool of workers answers from the columns of its release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from publish.cube.columns_file.names import QUERY_COLUMNS
from publish.sparql.cubes.plan import NO_COLUMNS, SWITCHED_OFF


@dataclass(frozen=True, kw_only=True)
class AskedColumns:
    """The columns of a release, and from how many observations on they are asked."""

    release: Path | None = None
    """The folder of the release; None for one whose columns are not to be asked."""
    fewest: int | None = 0
    """None: only those data sets are asked of columns that the store does not hold."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Those by the IRI of their graph."""

    def for_worker(self) -> dict[str, object]:
        """Return what a worker is told, for JSON."""
        path = None if self.release is None else self.release.absolute() / QUERY_COLUMNS
        is_there = path is not None and path.is_file()
        is_asked = is_there and (self.fewest is not None or bool(self.left_out))
        return {
            "release": str(path.parent) if path is not None and is_asked else None,
            "from": self.fewest,
            "left-out": dict(self.left_out),
            "bytes": path.stat().st_size if path is not None and is_asked else 0,
            "why-none": SWITCHED_OFF if is_there else NO_COLUMNS,
        }
