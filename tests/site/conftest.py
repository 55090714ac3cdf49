"""A small release served by Flask, its queries evaluated by two workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_client import client_of
from query_pool import pool_in_thread
from small_release import make_release

from publish.release.opened import Served
from publish.sparql.query.limits import Limits
from publish.sparql.workers.pool import QueryPool


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("release") / "current")


@pytest.fixture(scope="module")
def pool(release: Path) -> Iterator[QueryPool]:
    prefixes = Served(release).prefixes
    limits = Limits(workers=2, deadline=20)
    with pool_in_thread(release / "store", limits=limits, prefixes=prefixes) as pool:
        yield pool


@pytest.fixture(scope="module")
def client(release: Path, pool: QueryPool) -> FlaskClient:
    return client_of(release, pool)
