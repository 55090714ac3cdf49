"""What is found once for each release is forgotten with it."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from flask_client import app_of
from query_pool import pool_in_thread
from sparql_server import make_project

from publish.release.opened import Served, once_per_release


def test_find_once_and_forget_with_release(tmp_path: Path) -> None:
    """Each release has its own things, found once; pages keep none that is no longer served."""
    make_project(tmp_path)
    found: list[str] = []

    @once_per_release
    def named(served: Served, name: str) -> str:
        found.append(name)
        return f"{served.id} {name}"

    served, other = Served(tmp_path / "build" / "current"), Served(tmp_path / "build" / "current")
    assert [named(served, "a"), named(served, "a"), named(served, "b")] == [
        f"{served.id} a",
        f"{served.id} a",
        f"{served.id} b",
    ]
    named(other, "a")
    assert found == ["a", "b", "a"]
    with pool_in_thread(served.folder / "store") as pool:
        client = app_of(served, pool).test_client()
        for path in ("/", "/id/none", "/ns/none"):
            client.get(path, headers={"Accept": "text/html"})
    old = weakref.ref(served)
    del served, client, pool
    gc.collect()
    assert old() is None
