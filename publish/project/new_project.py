"""A new, empty project folder, from the files in ``skeleton/``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from publish.faults.fault import CannotRun, phrase, reason_of
from publish.project.iris import CODE, GENERIC_VOCABULARY, is_base

EXAMPLE_BASE = "https://data.example.org"


def start_project(
    folder: Path, *, vocabulary: str | None = None, base: str | None = None
) -> list[Path]:
    """Write the files of an empty project and return their paths.

    Raises CannotRun when the folder holds a project or any other file already, cannot be
    written, or the name or the address cannot be used.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotRun(phrase("folder-not-empty", folder=folder))
    plain = unicodedata.normalize("NFKD", folder.resolve().name).encode("ascii", "ignore").decode()
    name = vocabulary or re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if not CODE.fullmatch(name) or name == GENERIC_VOCABULARY:
        raise CannotRun(phrase("no-vocabulary-name", name=name, reserved=GENERIC_VOCABULARY))
    if base and not is_base(base):
        raise CannotRun(phrase("no-base-address", base=base, example=EXAMPLE_BASE))
    filled = {"{vocabulary}": name, "{base}": (base or EXAMPLE_BASE).rstrip("/")}
    filled |= {"{open}": "{", "{close}": "}"}
    written = []
    for source, path in _files(resources.files("publish.project").joinpath("skeleton"), folder):
        text = source.read_text(encoding="utf-8")
        for mark, value in filled.items():
            text = text.replace(mark, value)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            reason = reason_of(error)
            raise CannotRun(phrase("cannot-be-written", path=path, reason=reason)) from None
        written.append(path)
    return written


def _files(source: Traversable, target: Path) -> Iterator[tuple[Traversable, Path]]:
    """Yield each file to copy and where to; ``gitignore`` gets its dot here."""
    for entry in sorted(source.iterdir(), key=lambda item: item.name):
        name = ".gitignore" if entry.name == "gitignore" else entry.name
        if entry.is_dir():
            yield from _files(entry, target / name)
        else:
            yield entry, target / name
