"""DuckDB by itself on a file of columns, in a process of its own.

``python duckdb_alone.py FILE`` reads a statement of SQL from each line, a JSON text, and prints
what it found as a line of JSON: the seconds until every row was in Python, and the rows, with
numbers as texts. The file is read only, by two threads, as in a worker of the server.
"""

from __future__ import annotations

import json
import sys
import time

import duckdb


def main() -> None:
    """Answer statements until the input ends."""
    print(json.dumps("ready"), flush=True)
    connection = None
    for line in sys.stdin:
        if connection is None:  # the first line comes when the memory without DuckDB is known
            connection = duckdb.connect(sys.argv[1], read_only=True, config={"threads": 2})
        start = time.perf_counter()
        rows = connection.execute(json.loads(line)).fetchall()
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "rows": rows}, default=str), flush=True)


if __name__ == "__main__":
    main()
