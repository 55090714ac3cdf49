"""Asks queries at random of columns and of the engine: `make differential N=20000 AFTER=0`.

They are asked in rounds, each in a process of its own, so that one that ends its process is a
finding too. Each difference of a new kind is made small, and printed with its world and query.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.internal.conjecture import engine as hypothesis_engine

from sameness.differential import Different, Tally, compare_case
from sameness.generating import Case, cases

CASES = 60
"""Worlds of a round."""
QUERIES_OF_WORLD = 24
SHRINKING_SECONDS = 40
ONE_OF_RDFLIB = 15
"""One of so many worlds is asked of rdflib too."""


def run_round(number: int, known: list[str]) -> None:
    """Run a round; print what differs and is not of a known kind, and the tally as JSON."""
    hypothesis_engine.MAX_SHRINKING_SECONDS = SHRINKING_SECONDS
    logging.getLogger("rdflib").setLevel(logging.ERROR)
    tally, found, at = Tally(), Counter[str](), 0
    smallest: list[Case] = []

    with duckdb.connect(":memory:", config={"threads": 1}) as writer:

        @seed(number)
        @settings(
            max_examples=CASES,
            phases=[Phase.generate, Phase.shrink],
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(cases(most=QUERIES_OF_WORLD))
        def ask(case: Case) -> None:
            nonlocal at
            at += 1
            # What is asked to make a difference small is no query of the run.
            counted = Tally() if smallest else tally
            try:
                compare_case(case, writer, counted, with_rdflib=at % ONE_OF_RDFLIB == 0)
            except Different as error:
                found[error.kind] += 1
                if error.kind not in known:
                    smallest[:] = [case]  # the last one that fails is the smallest
                    raise

        try:
            ask()
        except Different as error:
            print(smallest[0].described())
            print(error, flush=True)
    print(json.dumps({"tally": vars(tally), "found": found}))


def main(queries: int, number: int = 0) -> int:
    """Run rounds until so many queries were asked; return how many kinds of differences there are.

    The rounds after ``number`` are run: each asks the same in every run.
    """
    whole, kinds, ended = Tally(), Counter[str](), 0
    started = time.monotonic()
    while whole.queries < queries:
        number += 1
        command = [sys.executable, "-m", "sameness.run", "--round", str(number), *kinds]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        *lines, last = done.stdout.splitlines() or [""]
        if done.returncode or not last.startswith("{"):
            ended += 1
            print(f"Round {number} ended with {done.returncode}:\n{done.stderr[-3000:]}")
            if ended > 5:
                return ended
            continue
        if lines:
            print(f"\n=== A difference, found in round {number} ===", *lines, "", sep="\n")
        content = json.loads(last)
        whole.add(content["tally"])
        kinds.update(content["found"])
        ways = ", ".join(f"{way} {whole.share(way):.0%}" for way in whole.ways)
        seconds = time.monotonic() - started
        print(f"{whole.queries} queries in {seconds:.0f} s: {ways}; {len(kinds)} kinds differ")
    print(f"\nNot answered by columns because: {dict(whole.reasons.most_common())}")
    print(f"Kinds of queries: {dict(whole.kinds.most_common())}")
    ofs = {name: count for name, count in whole.rdflib.most_common() if ": " not in name}
    print(f"rdflib, against the engine: {ofs}")
    print(f"Differences: {dict(kinds) or 'none'}; rounds that ended early: {ended}")
    return len(kinds) + ended


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    if sys.argv[1:2] == ["--round"]:
        run_round(int(sys.argv[2]), sys.argv[3:])
    else:
        numbers = [int(float(text)) for text in sys.argv[1:3]]
        sys.exit(min(1, main(*numbers)))
