"""The lines of observations that are read from columns are those of the dumps, all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from built import Built

from publish.cube.columns_file.engine import open_engine, open_locked
from publish.cube.columns_file.lines import open_lines


def lines_of_dump(built: Built, slug: str) -> list[str]:
    """Return the lines of a dump that observations are in, sorted."""
    head = f"<{built.base}/id/observatie/{slug}/"
    parts = ((line, line.split(" ", 2)) for line in built.lines(slug))
    return sorted(
        line
        for line, (subject, _, value) in parts
        if subject.startswith(head) or value.startswith(head)
    )


@pytest.mark.parametrize("fixture", ["answer", "odd_exports"])
def test_read_the_lines_of_the_dumps(
    fixture: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Of every data set, with its slices, remarks, sums, bounds and source cells."""
    built: Built = request.getfixturevalue(fixture)
    seen = set()
    with open_engine(tmp_path) as connection:
        for entry in built.manifest["data-sets"]:
            slug = entry["slug"]
            read = b"".join(open_lines(built.folder, slug, connection).where())
            assert sorted(read.decode().splitlines()) == lines_of_dump(built, slug), slug
            seen |= {line.split(b" ")[1] for line in read.splitlines()}
    names = ("observation>", "hasTarget>", "wasDerivedFrom>", "somVan>", "totaalOver>")
    assert all(any(item.endswith(name.encode()) for item in seen) for name in names)


def test_read_the_lines_of_a_few_observations(odd_exports: Built) -> None:
    """By their codes, each by itself and together, with an engine that reads nothing else."""
    built, slug = odd_exports, "vreemd"
    head = f"<{built.base}/id/observatie/{slug}/"
    by_codes: dict[str, list[str]] = {}
    for line in lines_of_dump(built, slug):
        subject, _, value = line.split(" ", 2)
        own = subject if subject.startswith(head) else value
        by_codes.setdefault(own.removeprefix(head).partition(">")[0], []).append(line)
    path = built.folder / "dumps" / f"{slug}.parquet"
    connection = open_locked([path], memory=64 << 20, threads=1)
    try:
        lines = open_lines(built.folder, slug, connection)
        for codes, expected in by_codes.items():
            read = b"".join(lines.of_codes([codes.split("/")])).decode()
            assert sorted(read.splitlines()) == expected
        some = sorted(by_codes)[::7]
        asked = [codes.split("/") for codes in some] + [["2021-Q1", "A", "A_laag", "niets"]]
        read = b"".join(lines.of_codes(asked)).decode()
        assert sorted(read.splitlines()) == sorted(line for one in some for line in by_codes[one])
        assert list(lines.of_codes([["2021-Q1"], ["2021-Q1", "x", "y", "z"]])) == []
        assert list(lines.of_codes([])) == []
    finally:
        connection.close()
