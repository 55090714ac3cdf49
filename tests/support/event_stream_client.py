"""A client of event streams, the npm package ldes-client, and what its members lead to."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

CLIENT = (
    Path(__file__).with_name("node") / "node_modules" / "ldes-client" / "dist" / "bin" / "cli.js"
)
TIME = ox.NamedNode("http://www.w3.org/ns/prov#generatedAtTime")
VERSION_OF = ox.NamedNode("http://purl.org/dc/terms/isVersionOf")
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
DELETE = ox.NamedNode("https://www.w3.org/ns/activitystreams#Delete")

SOURCE = ox.NamedNode("http://www.w3.org/ns/prov#wasDerivedFrom")
"""What may change without a version: a table that is printed anew has another address."""

Said = frozenset[tuple[str, str]]
"""What is said of a thing: its properties and values, but for its sources."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member of a stream as the client gives it."""

    iri: str
    entity: str
    time: str
    is_deletion: bool
    said: Said


def run_client(address: str, *options: str) -> str:
    """Return what the client prints; skips the test without the client."""
    node = shutil.which("node")
    if node is None or not CLIENT.is_file():
        pytest.skip("ldes-client is not installed (npm ci --prefix tests/support/node)")
    command = [node, str(CLIENT), address, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    assert "rror" not in done.stderr, done.stderr
    return done.stdout


def read_stream(address: str, *options: str) -> list[Member]:
    """Return the members that the client gives, in its order."""
    # A block of lines is a member; numbers are written as in Turtle.
    return [
        _member(list(ox.parse(block, format=ox.RdfFormat.TURTLE)))
        for block in run_client(address, *options).split("\n\n")
        if block.strip()
    ]


def _member(quads: list[ox.Quad]) -> Member:
    [subject] = {quad.subject for quad in quads}
    values = {quad.predicate: quad.object for quad in quads}
    return Member(
        iri=subject.value,  # type: ignore[union-attr]
        entity=values[VERSION_OF].value,  # type: ignore[union-attr]
        time=values[TIME].value,  # type: ignore[union-attr]
        is_deletion=values[TYPE] == DELETE,
        said=frozenset(
            (quad.predicate.value, str(quad.object))
            for quad in quads
            if quad.predicate not in (TIME, VERSION_OF, SOURCE)
        ),
    )


def state_after(members: Iterable[Member], state: dict[str, Said] | None = None) -> dict[str, Said]:
    """Return what each thing says after its versions, which come in order."""
    found = dict(state or {})
    for member in members:
        if member.is_deletion:
            del found[member.entity]
        else:
            found[member.entity] = member.said
    return found


def state_of_release(release: Path) -> dict[str, Said]:
    """Return what each observation says in the dumps of a release."""
    found: dict[str, set[tuple[str, str]]] = {}
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["data-sets"]:
        content = (release / "dumps" / f"{entry['slug']}.nt").read_bytes()
        for quad in ox.parse(content, format=ox.RdfFormat.N_TRIPLES):
            name = quad.subject.value  # type: ignore[union-attr]
            if "/id/observatie/" in name and quad.predicate != SOURCE:
                found.setdefault(name, set()).add((quad.predicate.value, str(quad.object)))
    return {name: frozenset(said) for name, said in found.items()}
