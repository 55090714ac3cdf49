"""What the dumps of a large data set cost, beside loading its triples: `SIZE=1e6 make bench`.

The size is that of all files that a release gets but the store, against the same observations as
CSV with one to a row. The time is that from reading cells to the last checksum, against that in
which pyoxigraph alone loads the same triples into a store on the disk. Every measurement is a
process of its own; the two sides take turns.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from big_project import make_big_project

SIZE = int(float(os.environ.get("SIZE", "1e5")))
"""Observations of the data set that is measured, in whole hundred thousands."""
RUNS = 3 if SIZE <= 300_000 else 1
WRITE = """
import json, resource, sys, time
from pathlib import Path
from publish.project.project import read_project
from publish.release.dump_formats import write_forms
from publish.release.dumps import PRIMARY_FORMATS
from publish.release.stages.cubes import assemble_cubes, describe_cubes
from publish.release.stages.inputs import read_inputs
from publish.release.stages.judge_cubes import judge_cubes
from publish.release.stages.shared_graphs import write_shared_graphs
from publish.release.stages.write_cubes import write_columns, write_cubes

project, folder = read_project(Path(sys.argv[1])), Path(sys.argv[2])
described = describe_cubes(assemble_cubes(read_inputs(project, ())))
start = time.perf_counter()
written = write_cubes(described, folder, formats=PRIMARY_FORMATS, most=None, with_columns=True)
write_columns(written)
mapped = time.perf_counter() - start
graphs = write_shared_graphs(judge_cubes(written))
prefixes, about = project.uris.prefixes(), project.uris.iri("graph", name="")
forms = write_forms(folder / "dumps", graphs.dumps, graphs.code_lists, prefixes, about)
print(json.dumps({
    "seconds": time.perf_counter() - start,
    "mapped": mapped,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "triples": forms.counts.triples,
    "observations": sum(written.counts.values()),
}))
"""
LOAD = """
import json, sys, time
import pyoxigraph as ox

store = ox.Store(sys.argv[2])
start = time.perf_counter()
store.bulk_load(path=sys.argv[1], format=ox.RdfFormat.N_TRIPLES)
print(json.dumps({"seconds": time.perf_counter() - start}))
"""


def run(code: str, *arguments: object) -> dict[str, Any]:
    """Run a program in a process of its own; return what it measured."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(out)
    return found


def size_of(folder: Path, pattern: str = "*") -> int:
    """Return the bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file())


def write_long(table: Path, target: Path) -> int:
    """Write the crosstab with one observation to a row; return the bytes."""
    with (
        table.open(encoding="utf-8", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        header, *rows = csv.reader(source)
        quarters = [label.replace(" - K", "-Q") for label in header[2:]]
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["kwartaal", "leeftijd", "plaats", "maat", "waarde"])
        for place, age, *figures in rows:
            for quarter, figure in zip(quarters, figures, strict=True):
                value = figure.replace(".", "").replace(",", ".")
                writer.writerow([quarter, age, place, "percentage", value])
    return target.stat().st_size


def unpack(source: Path, target: Path) -> int:
    """Write the N-Triples of everything but what is small, plain; return the bytes."""
    with target.open("wb") as out:
        subprocess.run(["gzip", "-cd", source], check=True, stdout=out)
    return target.stat().st_size


def bench_dumps(folder: Path) -> None:
    """Print the size and time of the dumps of a large data set, and the peak memory."""
    small = make_big_project(folder / "small", 100_000)
    large = make_big_project(folder / "large", SIZE)
    rows = write_long(large / "mappings" / "bron" / "groot.csv", folder / "long.csv")
    ratios, mapped, peaks = [], [], []
    for number in range(RUNS):
        release, store = folder / f"release-{number}", folder / f"store-{number}"
        release.mkdir()
        ours = run(WRITE, large, release)
        lines = unpack(release / "dumps" / "groot.nt.gz", folder / "groot.nt")
        theirs = run(LOAD, folder / "groot.nt", store)["seconds"]
        ratios.append(ours["seconds"] / theirs)
        mapped.append(ours["mapped"] / theirs)
        peaks.append(ours["peak"])
    again = folder / "again"
    again.mkdir()
    low = run(WRITE, small, again)["peak"]
    print(f"the dumps of {ours['observations']:,} observations (median of {RUNS})")
    print(
        f"  size            {size_of(release) / rows:7.2f} times their CSV with one to a row"
        f" ({size_of(release) / 1e6:,.0f} MB and {rows / 1e6:,.0f} MB)"
    )
    for ending in ("nt.gz", "nq.gz", "ttl.gz", "parquet"):
        if found := size_of(release / "dumps", f"groot.{ending}"):
            print(f"    .{ending:<12} {found / rows:7.2f}")
    print(
        f"  plain N-Triples {lines / rows:7.2f} times that CSV,"
        f" the store of them {size_of(store) / rows:.2f}"
    )
    print(
        f"  time            {statistics.median(ratios):7.2f} times loading their triples alone"
        f" (from {min(ratios):.2f} to {max(ratios):.2f}), with all checks and counts"
    )
    print(
        f"    from cells to compressed files and columns {statistics.median(mapped):.2f},"
        " the rest is counting and small graphs"
    )
    print(
        f"  memory          {max(peaks):7.0f} MiB at most, and {low:.0f} MiB at 100,000"
        " observations"
    )
