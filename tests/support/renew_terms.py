"""Renew the terms of public vocabularies in ``publish/rdf/terms.toml`` from packages of npm.

``python tests/support/renew_terms.py`` (``make terms``) fetches the newest version of each package
that a table names and prints what changes. A term that a new version no longer has moves to
``more``, where terms are kept by hand, as there are data that use it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox

FILE = Path(__file__).parents[2] / "publish" / "rdf" / "terms.toml"
LISTS = ("terms", "more", "patterns")


def fetch(package: str) -> tuple[str, set[str]]:
    """Return the version of the newest package, and the IRIs of what it describes."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True
        )
        [path] = Path(folder).iterdir()
        found = set()
        with tarfile.open(path) as archive:
            manifest = archive.extractfile("package/package.json")
            assert manifest
            version = json.load(manifest)["version"]
            for member in archive.getmembers():
                content = archive.extractfile(member) if member.name.endswith(".nq") else None
                for quad in ox.parse(content, format=ox.RdfFormat.N_QUADS) if content else ():
                    if isinstance(quad.subject, ox.NamedNode):
                        found.add(quad.subject.value)
    return version, found


def names_in(namespace: str, iris: set[str]) -> set[str]:
    """Return the names of the terms of a namespace among IRIs."""
    names = {iri.removeprefix(namespace) for iri in iris if iri.startswith(namespace)}
    return {name for name in names if name and not set(name) & set("/#")}


def renewed(namespace: str, table: dict[str, Any]) -> dict[str, Any]:
    """Return the table of a vocabulary with the terms of the newest package; print changes."""
    version, iris = fetch(table["package"])
    names, old = names_in(namespace, iris), set(table.get("terms", "").split())
    for sign, changed in (("+", names - old), ("-", old - names)):
        for name in sorted(changed):
            print(sign, namespace + name)
    if names == old and version == table.get("version"):
        return table
    table |= {"version": version, "date": datetime.now(UTC).date(), "terms": " ".join(names)}
    kept = (set(table.get("more", "").split()) | old) - names
    return table | {"more": " ".join(kept)}


def written(tables: dict[str, dict[str, Any]]) -> str:
    """Return the tables as TOML, lists sorted and wrapped."""
    parts = []
    for namespace, table in tables.items():
        lines = [f'["{namespace}"]']
        lines += [
            f"{key} = {value}" if key == "date" else f"{key} = {json.dumps(value)}"
            for key, value in table.items()
            if key not in LISTS
        ]
        for key in LISTS:
            if words := table.get(key, "").split():
                text = textwrap.fill(
                    " ".join(sorted(words) if key != "patterns" else words),
                    width=100,
                    break_long_words=False,
                    break_on_hyphens=False,
                )
                lines.append(f'{key} = """\n{text}\n"""')
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def main() -> int:
    """Renew the whole file."""
    text = FILE.read_text("utf-8")
    head = text[: text.index("[")]
    tables = tomllib.loads(text)
    for namespace, table in tables.items():
        if "package" in table:
            tables[namespace] = renewed(namespace, table)
    FILE.write_text(head + written(tables), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
