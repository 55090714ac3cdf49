"""The records of releases, ``build/history/records/<number>/``: which there are and what they say.

``record.json`` tells of one release when it was made, what its data sets were, and which files
belong to the record; it holds a checksum of itself and that of the record before it, so that none
can be changed, exchanged or taken out unseen. Columns and shared graphs lie beside the records
under the checksum of their content, each once. A record with the file ``prepared`` was written
completely, but its release was not yet current then: it counts only where that is served.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from publish.faults.fault import Fault, Words, fault, phrase, reason_of
from publish.release.soundness import MADE, DamagedFile, Listed, open_regular

HISTORY = "history"
"""The folder of the history in that of the releases."""
RECORD = "record.json"
PREPARED = "prepared"
"""The file that marks a record whose release was not current yet when it was written."""
FORMAT = 1
"""The number of the format of records."""
CLOCK = "%Y-%m-%dT%H:%M:%SZ"
"""How times are written, in UTC."""
_NUMBER = re.compile(r"[0-9]{4,9}")


@dataclass(frozen=True, kw_only=True)
class RecordedDataSet:
    """A data set in a recorded release."""

    slug: str
    title: Mapping[str, str] = field(hash=False)
    digest: str
    """The checksum of its N-Triples, by which it is known whether it changed."""
    observations: int
    columns: str | None
    """The checksum of its columns, which is their name; None where the release had none."""
    issued: str
    """When it was first released."""
    modified: str
    """When it was last released with other content."""
    entry: str = ""
    """The checksum of what the catalogue says of it, but for dates, sizes and checksums."""
    described: str = ""
    """When it was last released with other content or another entry in the catalogue."""


@dataclass(frozen=True, kw_only=True)
class ReleaseRecord:
    """One release as it was recorded."""

    number: int
    id: str
    """The id of the release; two records have the same one after a rollback."""
    released: str
    """When, as ``2026-01-31T09:00:00Z``: the only clock of a release, and it never goes back."""
    base: str
    folder: Path
    data_sets: Mapping[str, RecordedDataSet]
    """By slug, in the order of the release."""
    graphs: Mapping[str, str] = field(default_factory=dict)
    """The checksum of the N-Triples of each shared graph by its name, as ``codelijsten``."""
    previous: str | None = None
    """The checksum of the record before it."""
    rollback_to: int | None = None
    """The number of the record whose content came back with this one."""
    note: Mapping[str, str] = field(default_factory=dict)
    """What people say of it, by language."""
    changes: Mapping[str, int] = field(default_factory=dict)
    """How much was ``added``, ``removed`` and ``revised``."""
    files: Mapping[str, Listed] = field(default_factory=dict)
    """The files of the record besides ``record.json``, by their path in its folder."""
    sha256: str = ""
    """The checksum of what the record says."""

    @property
    def observations(self) -> int:
        """The number of observations of all data sets."""
        return sum(item.observations for item in self.data_sets.values())

    def as_json(self) -> dict[str, Any]:
        """Return what ``record.json`` says, without its checksum."""
        return {
            "record": FORMAT,
            "number": self.number,
            "id": self.id,
            "released": self.released,
            "base": self.base,
            "previous": self.previous,
            "rollback-to": self.rollback_to,
            "note": dict(self.note),
            "changes": dict(self.changes),
            "data-sets": [
                {name: value for name, value in vars(item).items() if value is not None}
                for item in self.data_sets.values()
            ],
            "graphs": dict(self.graphs),
            "files": {
                name: {"bytes": listed.size, "sha256": listed.sha256}
                for name, listed in self.files.items()
            },
        }


@dataclass(frozen=True, kw_only=True)
class History:
    """The records that hold, from the first to the last."""

    folder: Path
    """``build/history``; it need not exist."""
    records: tuple[ReleaseRecord, ...] = ()
    problems: tuple[Fault, ...] = ()
    """What is wrong with records; those are left out."""

    @property
    def last(self) -> ReleaseRecord | None:
        """The latest record, if any."""
        return self.records[-1] if self.records else None

    def dates(self, slug: str) -> tuple[str, str] | None:
        """Return when a data set was first released and last changed; None if it never was."""
        record = self.last_with(slug)
        item = record.data_sets[slug] if record else None
        return (item.issued, item.modified) if item else None

    def last_with(self, slug: str) -> ReleaseRecord | None:
        """Return the latest record that has a data set."""
        return next((item for item in reversed(self.records) if slug in item.data_sets), None)

    def before(self, record: ReleaseRecord) -> ReleaseRecord | None:
        """Return the record before another."""
        return next((item for item in self.records if item.number == record.number - 1), None)

    def columns(self, record: ReleaseRecord) -> dict[str, Path]:
        """Return the files of columns of a record by slug."""
        return {
            slug: self.columns_path(item.columns)
            for slug, item in record.data_sets.items()
            if item.columns is not None
        }

    def columns_path(self, sha256: str) -> Path:
        """Return where columns lie, by their checksum."""
        return self.folder / "columns" / f"{sha256}.parquet"

    def graph(self, record: ReleaseRecord, name: str) -> Path | None:
        """Return the N-Triples, compressed, of a shared graph of a record."""
        sha256 = record.graphs.get(name)
        return self.graph_path(sha256) if sha256 else None

    def graph_path(self, sha256: str) -> Path:
        """Return where a graph lies, by the checksum of its N-Triples."""
        return self.folder / "graphs" / f"{sha256}.nt.gz"


def read_history(build: Path, served: Path | None = None) -> History:
    """Return the history as it holds for a release folder, or for the next release.

    For a release that was recorded those records hold that lead up to it, and for a preview or for
    None all whose release became current.
    """
    folder = build / HISTORY
    records, problems = read_all_records(folder)
    number, identifier = record_of(served) if served else (None, "")
    if number is not None:
        held = tuple(item for item in records if item.number <= number)
        if held and (held[-1].number, held[-1].id) == (number, identifier):
            return History(folder=folder, records=held, problems=problems)
        if not problems:
            problem = phrase("record-of-other-release", id=identifier)
            problems = (fault("history-damaged", _shown(folder, number), problem=problem),)
    confirmed = tuple(item for item in records if not is_prepared(item))
    return History(folder=folder, records=confirmed, problems=problems)


def record_of(release: Path) -> tuple[int | None, str]:
    """Return the number of the record that a release folder belongs to, None for a preview; its id.

    Both stand in ``made.json``.
    """
    try:
        with open_regular(release / MADE) as file:
            made = json.loads(file.read())
            number, identifier = made.get("record"), str(made["id"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None, ""
    return (number if type(number) is int else None), identifier


def is_prepared(record: ReleaseRecord) -> bool:
    """Return whether the release of a record was not current yet when it was written."""
    return (record.folder / PREPARED).exists()


def prepared_records(build: Path) -> list[ReleaseRecord]:
    """Return the records whose release was not current yet: one at most, of an interruption."""
    return [item for item in read_all_records(build / HISTORY)[0] if is_prepared(item)]


def checksum_of(said: Mapping[str, Any]) -> str:
    """Return the checksum of what a record says besides it."""
    rest = {key: value for key, value in said.items() if key != "sha256"}
    text = json.dumps(rest, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def folders_of_records(folder: Path) -> list[Path]:
    """Return the folders of all records in a history, in order."""
    try:
        entries = list((folder / "records").iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(
        (path for path in entries if _NUMBER.fullmatch(path.name)), key=lambda path: int(path.name)
    )


def _shown(folder: Path, number: int) -> str:
    """Return what a record is called in a fault."""
    return f"{folder.parent.name}/{HISTORY}/records/{number:04}/{RECORD}"


def read_all_records(folder: Path) -> tuple[list[ReleaseRecord], tuple[Fault, ...]]:
    """Return the records that are as they were written, and what is wrong with the others.

    One that is only prepared is among them.
    """
    records, problems = list[ReleaseRecord](), list[Fault]()
    previous, last_number, last_time = None, 0, ""

    def wrong(number: int, problem: Words) -> None:
        problems.append(fault("history-damaged", _shown(folder, number), problem=problem))

    for path in folders_of_records(folder):
        number = int(path.name)
        for missing in range(last_number + 1, number):
            wrong(missing, phrase("file-missing"))
            previous = None
        last_number = number
        try:
            record = _read_record(path)
            if record.number != number:
                raise DamagedFile(phrase("record-of-other-number", number=record.number))
            if previous is not None and record.previous != previous:
                raise DamagedFile(phrase("record-after-another", number=number - 1))
            if record.released <= last_time:
                raise DamagedFile(phrase("record-not-later", time=last_time))
        except DamagedFile as damage:
            wrong(number, damage.problem)
            previous = None
        except FileNotFoundError:
            if not path.is_dir():  # it was taken back meanwhile
                continue
            wrong(number, phrase("file-missing"))
            previous = None
        except OSError as error:
            wrong(number, phrase("file-not-read", reason=reason_of(error)))
            previous = None
        else:
            records.append(record)
            previous, last_time = record.sha256, record.released
    return records, tuple(problems)


def _read_record(folder: Path) -> ReleaseRecord:
    """Return the record in a folder. Raises DamagedFile and OSError."""
    with open_regular(folder / RECORD) as file:
        text = file.read()
    try:
        said = json.loads(text)
        if said["sha256"] != checksum_of(said):
            raise DamagedFile(phrase("file-of-other-content"))
        if said["record"] != FORMAT:
            raise DamagedFile(phrase("record-of-other-format", format=said["record"]))
        datetime.strptime(said["released"], CLOCK).replace(tzinfo=UTC)
        data_sets = {
            entry["slug"]: RecordedDataSet(**{"columns": None} | entry)
            for entry in said["data-sets"]
        }
        files = {
            name: Listed(size=entry["bytes"], sha256=entry["sha256"])
            for name, entry in said["files"].items()
        }
        return ReleaseRecord(
            number=said["number"],
            id=said["id"],
            released=said["released"],
            base=said["base"],
            folder=folder,
            data_sets=MappingProxyType(data_sets),
            graphs=said["graphs"],
            previous=said["previous"],
            rollback_to=said["rollback-to"],
            note=said["note"],
            changes=said["changes"],
            files=MappingProxyType(files),
            sha256=said["sha256"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, DamagedFile):
            raise
        raise DamagedFile(phrase("file-of-other-content")) from None
