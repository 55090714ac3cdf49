"""The data address, beside DuckDB alone on the same columns: `SIZE=1e6 make bench`.

A filtered answer of about a thousand rows comes over HTTP from a worker, each with other codes, so
that no cache knows it; DuckDB scans the same rows of the same file in this run, with a connection
that stays open. A whole CSV comes over HTTP from the file of the release, unpacked while it is
sent; DuckDB writes the same observations as CSV to a file. The memory is that of all processes of
the server (PSS) while the whole CSV is sent, read as fast as it comes and slowly.
"""

from __future__ import annotations

import itertools
import statistics
import time
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

from bench_dumps import SIZE
from big_project import make_big_project
from sparql_server import Server, project_over, serving

from publish.cube.columns_file.engine import Connection, open_engine, relation, sql_name, sql_text
from publish.exports.description import DataSetDescription, read_description
from publish.project.project import read_project
from publish.release.build import build

VIEWS = 60
"""Views that are asked for, each once."""
ROWS = 1000
WHOLE_RUNS = 3
SLUG = "groot"


def bench_data(folder: Path) -> None:
    """Print the times of views and the rate of a whole CSV against those of DuckDB alone."""
    project = read_project(make_big_project(folder / "large", SIZE))
    release, _ = build(project)
    measure(release, folder)


def measure(release: Path, folder: Path) -> None:
    """Measure on a release that has the large data set."""
    text = (release / "descriptions" / f"{SLUG}.json").read_bytes()
    description = read_description(text)
    columns = release / "dumps" / f"{SLUG}.parquet"
    (folder / "served").mkdir()
    flags: dict[str, object] = {"workers": 2, "access-log": "off", "cache-bytes": 0}
    with (
        open_engine(folder / "engine") as engine,
        serving(project_over(release, folder / "served"), flags) as server,
    ):
        print(f"the data address of {description.observations:,} observations")
        _bench_views(description, columns, engine, server)
        _bench_whole(description, columns, engine, server, folder)


def filters(description: DataSetDescription) -> list[dict[str, list[str]]]:
    """Return choices of codes, each of about ROWS observations and no two the same."""
    first, *others = description.dimensions[:-1]
    of_first = description.observations / len(first.codes)
    item = max(others, key=lambda one: len(one.codes))
    wanted = max(1, round(ROWS / (of_first / len(item.codes))))
    found = []
    for period, start in itertools.product(first.codes, range(0, len(item.codes) - wanted, wanted)):
        codes = [one.code for one in item.codes[start : start + wanted]]
        found.append({first.column: [period.code], item.column: codes})
    step = max(1, len(found) // VIEWS)
    return found[::step][:VIEWS]


def _bench_views(
    description: DataSetDescription, columns: Path, engine: Connection, server: Server
) -> None:
    """Print the time of a filtered answer for each form."""
    connection = HTTPConnection("127.0.0.1", server.port)
    scans: list[float] = []
    taken: dict[str, list[float]] = {"csv": [], "json": [], "jsonstat": []}
    rows = 0
    for number, chosen in enumerate(filters(description)):
        where = " AND ".join(
            f"{sql_name(name)} IN ({', '.join(map(sql_text, codes))})"
            for name, codes in chosen.items()
        )
        start = time.perf_counter()
        found = engine.execute(f"SELECT * FROM {relation(columns)} WHERE {where}").fetchall()
        scan = time.perf_counter() - start
        if number >= 4:  # the first ones open files and connections
            scans.append(scan)
            rows = len(found)
        for form, times in taken.items():
            query = urlencode({name: ",".join(codes) for name, codes in chosen.items()})
            size = f"&size={len(found)}" if form == "json" else ""
            start = time.perf_counter()
            connection.request("GET", f"/data/{SLUG}?{query}&format={form}&lang=nl{size}")
            reply = connection.getresponse()
            body = reply.read()
            if number >= 4:
                times.append(time.perf_counter() - start)
            assert reply.status == 200, (reply.status, body[:300])
            assert form != "csv" or body.count(b"\n") == len(found) + 1
    scan = statistics.median(scans) * 1000
    print(f"  DuckDB's scan  {scan:7.1f} ms for {rows:,} rows, handed over to Python")
    for form, times in taken.items():
        median = statistics.median(times) * 1000
        allowed = 3 * scan + 5
        print(f"  {form:13}  {median:7.1f} ms over HTTP; 3 scans and 5 ms are {allowed:.1f} ms")


def _bench_whole(
    description: DataSetDescription,
    columns: Path,
    engine: Connection,
    server: Server,
    folder: Path,
) -> None:
    """Print the rate of a whole CSV, and the memory while it is sent."""
    alone, ours, packed = [], [], []
    target = folder / "alone.csv"
    for _ in range(WHOLE_RUNS):
        start = time.perf_counter()
        engine.execute(
            f"COPY (SELECT * FROM {relation(columns)}) TO {sql_text(str(target))} (FORMAT csv)"
        )
        alone.append(description.observations / (time.perf_counter() - start))
        for times, coding in ((ours, "identity"), (packed, "gzip")):
            start = time.perf_counter()
            size = read_whole(server, coding)
            times.append(description.observations / (time.perf_counter() - start))
    before = server.memory()
    peaks = [before]
    reader = Thread(target=read_whole, args=(server, "identity"))
    reader.start()
    while reader.is_alive():
        peaks.append(server.memory())
        time.sleep(0.02)
    reader.join()
    bytes_alone = target.stat().st_size
    print(
        f"  DuckDB's CSV   {statistics.median(alone):10,.0f} rows/s to a file,"
        f" {bytes_alone / 1e6:,.0f} MB"
    )
    for name, times in (("whole CSV", ours), ("compressed", packed)):
        ratio = statistics.median(times) / statistics.median(alone)
        print(f"  {name:13}  {statistics.median(times):10,.0f} rows/s over HTTP, ratio {ratio:.2f}")
    print(
        f"  memory         {max(peaks) / 2**20:.0f} MiB of all processes at most,"
        f" {before / 2**20:.0f} MiB before; the compressed answer had {size / 1e6:,.0f} MB"
    )


def read_whole(server: Server, coding: str) -> int:
    """Read a whole CSV as it comes; return its bytes."""
    connection = HTTPConnection("127.0.0.1", server.port)
    fields = {"Accept-Encoding": coding}
    connection.request("GET", f"/data/{SLUG}?format=csv&lang=nl", headers=fields)
    reply = connection.getresponse()
    assert reply.status == 200, reply.status
    size = 0
    while part := reply.read(1 << 20):
        size += len(part)
    connection.close()
    return size
