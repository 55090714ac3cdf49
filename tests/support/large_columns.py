"""A release whose data set has many more periods than its source, made in some seconds.

Only what the data address reads is made anew: columns, description, the compressed list, and what
the release lists of them. The store and the other files stay what they are.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from publish.cube.columns_file.engine import open_engine, relation, sql_name, sql_text
from publish.exports.answer import FORMS
from publish.exports.description import CodeDescription, read_description
from publish.exports.files import export_files
from publish.exports.observations import SelectedObservations
from publish.exports.view import DataView
from publish.release.compressed import GzipWriter
from publish.release.soundness import MADE, write_made


def enlarge(release: Path, folder: Path, slug: str, observations: int) -> Path:
    """Copy a release into a folder, with so many observations of a data set by quarter or more."""
    folder.mkdir(exist_ok=True)
    target = folder / release.name
    shutil.copytree(release, target)
    described = target / "descriptions" / f"{slug}.json"
    description = read_description(described.read_bytes())
    period, *others = description.dimensions
    used = [code for code in period.codes if code.missing is None]
    each = -(-description.observations // len(used))
    codes = tuple(map(_quarter, range(-(-observations // each))))
    columns = target / "dumps" / f"{slug}.parquet"
    with open_engine(folder / "engine") as engine:
        made = folder / "made.parquet"
        listed = ", ".join(
            f"({number}, {sql_text(code.code)})" for number, code in enumerate(codes)
        )
        like = sql_name(period.column)
        order = ", ".join(sql_name(item.column) for item in description.dimensions)
        engine.execute(
            f"COPY (SELECT old.* REPLACE (new.code AS {like}) FROM {relation(columns)} AS old, "
            f"(VALUES {listed}) AS new(number, code) WHERE old.{like} = {sql_text(used[0].code)} "
            f"ORDER BY {order}) TO {sql_text(str(made))} (FORMAT parquet)"
        )
        found = engine.execute(f"SELECT count(*) FROM {relation(made)}").fetchone()
        made.replace(columns)
        larger = dataclasses.replace(
            description,
            dimensions=(dataclasses.replace(period, codes=codes), *others),
            observations=found[0] if found else 0,
        )
        described.write_text(larger.to_json(), encoding="utf-8")
        chosen = SelectedObservations(
            description=larger, view=DataView(language="nl"), path=columns, connection=engine
        )
        packed = target / "dumps" / f"{slug}.nl.csv.gz"
        content = _Counting(GzipWriter(packed))
        FORMS["csv"].write(chosen, content)  # type: ignore[arg-type]
        content.target.close()
    _list_anew(target, slug, content)
    return target


def _quarter(number: int) -> CodeDescription:
    """Return a quarter by its number, from the first of the year 1000 on."""
    year, quarter = 1000 + number // 4, number % 4 + 1
    code, month = f"{year}-Q{quarter}", 3 * quarter - 2
    return CodeDescription(
        code=code,
        iri=f"https://x.example/{code}",
        label={"nl": f"{quarter}e kwartaal {year}", "en": f"Q{quarter} {year}"},
        start=f"{year}-{month:02}-01",
        last=f"{year}-{month + 2:02}-28",
    )


class _Counting:
    """Passes on what is written to it, and counts it."""

    def __init__(self, target: GzipWriter) -> None:
        self.target, self.size, self.sum = target, 0, hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.size += len(content)
        self.sum.update(content)
        self.target.write(bytes(content))
        return len(content)


def _list_anew(release: Path, slug: str, content: _Counting) -> None:
    """Write manifest and list of a release as the files are now."""
    path = release / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    gone = {f"dumps/{slug}{item.ending}" for item in export_files()}
    for name in gone:
        (release / name).unlink(missing_ok=True)
    entries: list[dict[str, Any]] = [
        entry for entry in manifest["files"] if entry["path"] not in gone
    ]
    packed = {
        "path": f"dumps/{slug}.nl.csv.gz",
        "media-type": "application/gzip",
        "compresses": "text/csv",
        "content": {"bytes": content.size, "sha256": content.sum.hexdigest()},
        "about": f"{manifest['base']}/id/dataset/{slug}",
        "export": "list",
        "language": "nl",
    }
    entries.append(packed)
    for entry in entries:
        if entry["path"] in (packed["path"], f"dumps/{slug}.parquet"):
            data = (release / entry["path"]).read_bytes()
            entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    described = (release / "descriptions" / f"{slug}.json").read_bytes()
    manifest["descriptions"][slug] = hashlib.sha256(described).hexdigest()
    manifest["files"] = entries
    path.write_text(json.dumps(manifest), encoding="utf-8")
    made = json.loads((release / MADE).read_text(encoding="utf-8"))
    (release / MADE).unlink()
    write_made(release, {key: made[key] for key in made if key not in ("files", "sha256")})
