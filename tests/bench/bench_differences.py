"""What comparing two releases of a large data set costs: `SIZE=1e6 make bench`.

The later release has another figure in every hundredth row and lacks the last row. The time is that
from the names of the files to the counts and the first lines of the report, against that in which
DuckDB alone reads the columns of both. Each is a process of its own.
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path

from bench_dumps import RUNS, SIZE, run
from big_project import make_big_project
from release_states import state_of
from small_project import SmallProject

COMPARE = """
__file__ = "compare"  # else DuckDB takes it for a session in which a bar of progress is wanted
import json, resource, sys, time
from pathlib import Path
from publish.release.differences.as_text import as_text
from publish.release.differences.compare import compare
from publish.release.differences.state import DataSetState, State, Stored

def state(path, sha256, count):
    columns = Stored(path=Path(path), sha256=sha256)
    item = DataSetState(slug="groot", title={}, observations=count, columns=columns)
    base, data_sets = "https://cijfers.example", {"groot": item}
    return State(id=sha256, base=base, data_sets=data_sets, graphs={}, dumps={})

old, new = (state(*said) for said in json.loads(sys.argv[1]))
start = time.perf_counter()
with compare(old, new) as comparison:
    lines = list(as_text(comparison, 20))
    counts = comparison.counts()
print(json.dumps({
    "seconds": time.perf_counter() - start,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "counts": counts,
}))
"""
LOOK_UP = """
__file__ = "look up"
import json, sys, tempfile, time
from pathlib import Path
from publish.cube.columns_file.engine import open_engine
from publish.cube.columns_file.reader import open_columns
from publish.release.differences.compare import figure_at

[path, *_], _ = json.loads(sys.argv[1])
found = []
for number in range(10):
    codes = [f"19{50 + number // 4}-Q{number % 4 + 1}", "L007", f"P{number * 50:03d}", "percentage"]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, open_engine(Path(folder)) as engine:
        assert figure_at(open_columns(Path(path), engine), codes) is not None
    found.append(time.perf_counter() - start)
print(json.dumps({"seconds": sorted(found)[5]}))
"""
READ = """
__file__ = "read"
import json, sys, time
import duckdb

start = time.perf_counter()
for path, *_ in json.loads(sys.argv[1]):
    columns = "min(COLUMNS(* EXCLUDE (reasons, flags, notes, further_cells, addends)))"
    duckdb.sql(f"SELECT {columns} FROM '{path}'").fetchall()
print(json.dumps({"seconds": time.perf_counter() - start}))
"""


def bench_differences(folder: Path) -> None:
    """Print the time and the peak memory of comparing two releases of a large data set."""
    project = SmallProject(root=make_big_project(folder / "large", SIZE))
    states = [state_of(project, "old")]
    table = project.root / "mappings" / "bron" / "groot.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    changed = [
        row.rpartition(',"')[0] + ",1" if number % 100 == 0 else row
        for number, row in enumerate(rows[:-1])
    ]
    table.write_text("\n".join([head, *changed]) + "\n", encoding="utf-8")
    states.append(state_of(project, "new"))
    items = [state.data_sets["groot"] for state in states]
    said = json.dumps(
        [[str(item.columns.path), item.columns.sha256, item.observations] for item in items]
    )
    ours = [run(COMPARE, said) for _ in range(RUNS)]
    ratios = [one["seconds"] / run(READ, said)["seconds"] for one in ours]
    print(f"the difference of two releases of {items[0].observations:,} observations")
    counts = ", ".join(f"{count:,} {kind}" for kind, count in ours[0]["counts"].items())
    print(f"  found           {counts}")
    print(
        f"  time            {statistics.median(ratios):7.2f} times reading the columns of both"
        f" ({min(one['seconds'] for one in ours):.2f} s)"
    )
    once = run(LOOK_UP, said)["seconds"]
    least = min(one["seconds"] for one in ours)
    print(f"  one looked up   {once / least:7.4f} times that, as at an address that is gone")
    print(f"  memory          {max(one['peak'] for one in ours):7.0f} MiB at most")
