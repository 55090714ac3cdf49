"""Speed as ratios measured in one run: `make bench`, or only some of it: `bench.py mapping`.

Mapping: how fast a plain crosstab becomes N-Triples, against a bare Python loop that writes
exactly the same triples to a file, one line at a time; and the peak memory at a tenth of the
size. Every measurement is a process of its own; the two sides take turns, so that a drift of
the machine's speed hits both.

Checking: all checks on a table of 1,000,000 observations with five dimensions and 200 planted
faults of twelve kinds, against the time that pySHACL would take for its shapes at the rate that it
has on 10,000 observations of the same table; and the peak memory.

Building: the whole answer, against the time in which pyoxigraph alone loads the same triples into
a store on the disk.

Dumps: see ``bench_dumps``. Differences: see ``bench_differences``. The data address: see
``bench_data``.

SPARQL on columns: see ``bench_cubes``. Serving: see ``bench_serving``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox
from bench_cubes import bench_cubes
from bench_data import bench_data
from bench_differences import bench_differences
from bench_dumps import bench_dumps
from bench_serving import bench_serving
from big_project import make_big_project
from built import copy_of_the_answer
from many_faults import make_project

from publish.project.project import read_project
from publish.release.build import build

RUNS = 5
CHECK_RUNS = 3
MAP = """
import sys
from pathlib import Path
from publish.cube.assemble import assemble_cube
from publish.mappings.document import read_documents
from publish.mappings.mapping import read_mappings
from publish.project.project import read_project
from publish.cube.rdf.observations import ObservationWriter
from publish.ontology.vocabulary import read_vocabulary
import resource, time

root, target = Path(sys.argv[1]), Path(sys.argv[2])
project, faults = read_project(root), []
vocabulary, documents = read_vocabulary(project, faults), read_documents(project, faults)
[mapping] = read_mappings(project, faults)
start = time.perf_counter()
cube = assemble_cube(project, mapping, vocabulary, documents, faults)
with target.open("wb") as out, (target.with_suffix(".cells")).open("wb") as cells:
    writer = ObservationWriter(
        structure=cube.structure, uris=project.uris, observations=out,
        cells=cells if mapping.most_cells != 0 else None,
    )
    for batch in cube.batches(faults):
        writer.write(batch)
assert not faults, faults[:3]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(writer.count, time.perf_counter() - start, peak)
"""
LOOP = """
import csv, hashlib, sys, time

source, target = sys.argv[1:3]
base = "https://data.example.org"
qb, xsd = "http://purl.org/linked-data/cube#", "http://www.w3.org/2001/XMLSchema#"
sdmx = "http://purl.org/linked-data/sdmx/2009/"
table = hashlib.sha256(open(source, "rb").read()).hexdigest()[:16]
with open(source, encoding="utf-8", newline="") as lines:
    header, *rows = csv.reader(lines)
quarters = [label.replace(" - K", "-Q") for label in header[2:]]
observations = []
for number, (place, age, *figures) in enumerate(rows, start=2):
    for column, (quarter, figure) in enumerate(zip(quarters, figures), start=3):
        value = figure.replace(".", "").replace(",", ".").rstrip("0").rstrip(".")
        observations.append((quarter, age, place, value, number, column))
del rows
start = time.perf_counter()
with open(target, "w", encoding="utf-8") as out:
    write = out.write
    for quarter, age, place, value, row, column in observations:
        s = f"<{base}/id/observatie/groot/{quarter}/{age}/{place}/percentage>"
        write(f"<{base}/id/slice/groot/{quarter}> <{qb}observation> {s} .\\n")
        write(f"{s} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{qb}Observation> .\\n")
        write(f"{s} <{qb}dataSet> <{base}/id/dataset/groot> .\\n")
        write(f"{s} <{base}/ns/proef#kwartaal> <{base}/id/kwartaal/{quarter}> .\\n")
        write(f"{s} <{base}/ns/proef#leeftijd> <{base}/id/concept/leeftijd/{age}> .\\n")
        write(f"{s} <{base}/ns/proef#plaats> <{base}/id/concept/plaats/{place}> .\\n")
        write(f"{s} <{qb}measureType> <{base}/ns/proef#percentage> .\\n")
        write(f"{s} <{sdmx}attribute#unitMeasure> <{base}/id/concept/eenheid/PC> .\\n")
        write(f'{s} <{base}/ns/proef#percentage> "{value}"^^<{xsd}decimal> .\\n')
        write(f"{s} <{sdmx}attribute#decimals> <{sdmx}code#decimals-2> .\\n")
        write(f"{s} <{sdmx}attribute#obsStatus> <{sdmx}code#obsStatus-A> .\\n")
        write(
            f"{s} <http://www.w3.org/ns/prov#wasDerivedFrom>"
            f" <{base}/id/tabel/bron/{table}/groot.csv#cell={row},{column}> .\\n"
        )
print(len(observations), time.perf_counter() - start, 0)
"""


CHECK = """
import sys
from pathlib import Path
from publish.faults.fault import FaultyInput
from publish.project.project import read_project
from publish.release.build import validate
import json, resource, time

root = Path(sys.argv[1])
start = time.perf_counter()
try:
    counts, _ = validate(read_project(root))
    found = []
except FaultyInput as error:
    counts, found = {"proef": 0}, [(f.code, f.line, f.column) for f in error.faults]
seconds = time.perf_counter() - start
Path(sys.argv[2]).write_text(json.dumps(sorted(found)))
print(sum(counts.values()), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
PYSHACL = """
import sys
from pathlib import Path
from publish.project.project import read_project
from publish.rdf.turtle import add_triples, new_graph
from publish.validation.shapes.files import graph_of_shapes, read_shapes
from publish.validation.shapes.with_pyshacl import judge_each, with_targets
import resource, time

def run_pyshacl(data, shapes):
    found = list(judge_each(data, shapes, with_targets(shapes)))
    return [item for answer in found if isinstance(answer, list) for item in answer]

project, release = read_project(Path(sys.argv[1])), Path(sys.argv[2])
data, shapes = new_graph(project.uris), graph_of_shapes(read_shapes(project, []), project, [])
for name in ("vocabularium", "codelijsten", "bronnen", "koppelingen"):
    add_triples(data, (release / "dumps" / f"{name}.nt").read_bytes())
start = time.perf_counter()
run_pyshacl(data, shapes)
alone = time.perf_counter() - start
add_triples(data, (release / "dumps" / "proef.nt").read_bytes())
shapes.parse(release / "shapes" / "dataset" / "proef.ttl")
start = time.perf_counter()
assert run_pyshacl(data, shapes) == []
print(int(sys.argv[3]), time.perf_counter() - start - alone, 0)
"""


def run(code: str, *arguments: object) -> tuple[int, float, int]:
    """Run a program in a process of its own; return observations, seconds and peak KiB."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    count, seconds, peak = out.split()
    return int(count), float(seconds), int(peak)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bench_mapping(folder: Path) -> None:
    """Print the rate of mapping against the bare loop, and the memory at two sizes."""
    small = make_big_project(folder / "small", 100_000)
    large = make_big_project(folder / "large", 1_000_000)
    source = large / "mappings" / "bron" / "groot.csv"
    target, again = folder / "ours.nt", folder / "loop.nt"
    ratios, ours, bare, low, high = [], [], [], [], []
    for number in range(RUNS):
        low.append(run(MAP, small, target)[2] / 1024)
        count, seconds, peak = run(MAP, large, target)
        high.append(peak / 1024)
        _, loop_seconds, _ = run(LOOP, source, again)
        if number == 0 and digest(target) != digest(again):
            sys.exit("the bare loop does not write the same bytes: the comparison is void")
        ours.append(count / seconds)
        bare.append(count / loop_seconds)
        ratios.append(ours[-1] / bare[-1])
    print(f"a plain crosstab of {count:,} observations to N-Triples (median of {RUNS})")
    print(f"  ours       {statistics.median(ours):10,.0f} observations/s")
    print(f"  bare loop  {statistics.median(bare):10,.0f} observations/s, the same bytes")
    print(
        f"  ratio      {statistics.median(ratios):10.2f}"
        f" (from {min(ratios):.2f} to {max(ratios):.2f})"
    )
    growth = statistics.median(high) / statistics.median(low)
    print(
        f"  memory     {statistics.median(low):.0f} MiB at 100,000 and "
        f"{statistics.median(high):.0f} MiB at {count:,}: {growth:.2f} times"
    )


def bench_checks(folder: Path) -> None:
    """Print the time of all checks on a million observations against that of pySHACL."""
    large = make_project(folder / "large", places=83, quarters=101, faults=200)
    sound = make_project(folder / "sound", places=83, quarters=101, faults=0)
    small = make_project(folder / "small", places=1, quarters=84, faults=0)
    release, _ = build(read_project(small.root))
    found = folder / "found.json"
    with_faults, without, rates, ratios, peaks = [], [], [], [], []
    for _ in range(CHECK_RUNS):
        count, seconds, _ = run(PYSHACL, small.root, release, small.observations)
        rates.append(count / seconds)
        _, seconds, peak = run(CHECK, large.root, found)
        with_faults.append(seconds)
        peaks.append(peak / 1024)
        if list(map(tuple, json.loads(found.read_text()))) != large.planted:
            sys.exit("the faults found are not those that were planted: the measurement is void")
        count, seconds, peak = run(CHECK, sound.root, found)
        without.append(seconds)
        peaks.append(peak / 1024)
        ratios.append(count / rates[-1] / max(with_faults[-1], without[-1]))
    print(
        f"all checks on a table of {count:,} observations, five dimensions (median of {CHECK_RUNS})"
    )
    print(f"  without faults  {statistics.median(without):7.1f} s")
    print(
        f"  with faults     {statistics.median(with_faults):7.1f} s, {len(large.planted)} planted,"
        " all found with line and column, and no others"
    )
    print(
        f"  pySHACL         {count / statistics.median(rates):7.1f} s for its shapes, at the"
        f" {statistics.median(rates):,.0f} observations/s it has on {small.observations:,}"
    )
    print(
        f"  ratio           {statistics.median(ratios):7.1f} (from {min(ratios):.1f} to"
        f" {max(ratios):.1f}), the slower of the two counted"
    )
    print(f"  memory          {max(peaks):7.0f} MiB at most")


def bench_build(folder: Path) -> None:
    """Print the time of a build of the answer against that of loading its triples alone."""
    project = read_project(copy_of_the_answer(folder / "answer"))
    built, ratios = [], []
    for number in range(CHECK_RUNS):
        start = time.perf_counter()
        release, _ = build(project)
        built.append(time.perf_counter() - start)
        store = ox.Store(str(folder / f"store-{number}"))
        start = time.perf_counter()
        triples = str(release / "dumps" / "alles.nt")
        store.bulk_load(path=triples, format=ox.RdfFormat.N_TRIPLES)
        ratios.append(built[-1] / (time.perf_counter() - start))
        shutil.rmtree(project.build)
    print(f"a build of the answer (median of {CHECK_RUNS})")
    print(f"  build           {statistics.median(built):7.1f} s")
    print(
        f"  ratio           {statistics.median(ratios):7.1f} times loading the same triples alone"
        f" (from {min(ratios):.1f} to {max(ratios):.1f})"
    )


def main() -> None:
    """Run every measurement, or those that are named."""
    start = time.perf_counter()
    for name, bench in BENCHES.items():
        if name in sys.argv[1:] or not sys.argv[1:]:
            with tempfile.TemporaryDirectory() as folder:
                bench(Path(folder))
    print(f"({time.perf_counter() - start:.0f} s)")


BENCHES = {
    "mapping": bench_mapping,
    "checks": bench_checks,
    "build": bench_build,
    "dumps": bench_dumps,
    "differences": bench_differences,
    "data": bench_data,
    "cubes": bench_cubes,
    "serving": bench_serving,
}

if __name__ == "__main__":
    main()
