"""The rooms of ``publish/``: their order, their size, and which library each of them may use."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from built import REPOSITORY

PACKAGE = REPOSITORY / "publish"

ROOMS = (
    "faults",
    "project",
    "rdf",
    "ontology",
    "tables",
    "mappings",
    "cube",
    "validation",
    "exports",
    "server",
    "sparql",
    "release",
    "site",
    "cli",
)
"""The order in which data flow: a module imports from its own room or from those before it."""

MOST_MODULES = 12
MOST_LINES = 400
EXCEPTIONS: dict[str, str] = {}
"""Modules and folders over these bounds, by their path, each with the reason."""
MOST_EXCEPTIONS = 5

ONLY_IN = {
    "rdflib": ("rdf", "ontology", "cube.rdf", "validation", "exports.describe", "release"),
    "pyshacl": ("validation.shapes",),
    "flask": ("site",),
    "pandas": ("tables", "cube"),
    "click": ("cli", "faults"),
    "duckdb": ("cube.columns_file", "exports", "release"),
    "mcp": ("site.assistants",),
}
"""The rooms and folders that may import a library; no other does."""

NOT_IN_SERVER = ("rdf", "cube", "release", "site")
"""What the server, which knows no data, must not import."""


def name_of(path: Path) -> str:
    """Return the name of a module below ``publish``, of a package that of its folder."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def imports(path: Path) -> frozenset[str]:
    """Return what a module imports, also inside functions; of ``from a import b`` both."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{path} has a relative import"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def own_imports(path: Path) -> set[str]:
    """Return the modules of the package that a module imports."""
    names = {name.removeprefix("publish.") for name in imports(path) if name.startswith("publish.")}
    return {name for name in names if name in MODULES and MODULES[name].name != "__init__.py"}


def test_have_fourteen_rooms() -> None:
    """The package is its rooms: nothing else lies at its top."""
    assert {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"} == {
        "__init__.py",
        *ROOMS,
    }
    for name, path in MODULES.items():
        if path.name == "__init__.py":
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert name == "" or len(body) == 1, f"{path} does more than say what the room is"


@pytest.mark.parametrize("name", [name for name in MODULES if name])
def test_import_only_earlier_rooms(name: str) -> None:
    """A module imports from its own room and from those before it."""
    room = name.split(".")[0]
    for other in own_imports(MODULES[name]):
        assert ROOMS.index(other.split(".")[0]) <= ROOMS.index(room), f"{name} imports {other}"
        if room == "server":
            assert other.split(".")[0] not in NOT_IN_SERVER, f"{name} imports {other}"


def test_import_in_no_circles() -> None:
    """There are no circles among the modules, nor among the folders of a room."""
    needs = {name: own_imports(path) for name, path in MODULES.items()}
    assert not circles(needs)


def circles(needs: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return what cannot be put in an order, with what it waits for."""
    done: set[str] = set()
    while ready := {name for name in needs if name not in done and needs[name] <= done}:
        done |= ready
    return {name: needs[name] - done for name in needs if name not in done}


def test_find_circles() -> None:
    """Two modules that need each other are found, and what needs them."""
    assert not circles({"a": set(), "b": {"a"}})
    assert set(circles({"a": {"b"}, "b": {"a"}, "c": {"a"}, "d": set()})) == {"a", "b", "c"}


@pytest.mark.parametrize("library", ONLY_IN)
def test_keep_libraries_in_their_rooms(library: str) -> None:
    """A library that forms the code around it is used where it belongs, and nowhere else."""
    users = {
        name
        for name, path in MODULES.items()
        if any(item.split(".")[0] == library for item in imports(path))
    }
    allowed = ONLY_IN[library]
    assert users, f"nothing uses {library}"
    outside = {n for n in users if not any(n == a or n.startswith(f"{a}.") for a in allowed)}
    assert not outside, f"{library} is imported by {outside}"


def over_the_bounds() -> dict[str, int]:
    """Return the folders with too many modules and the modules with too many lines."""
    found = {}
    for folder in {path.parent for path in MODULES.values()}:
        count = len([path for path in folder.glob("*.py") if path.name != "__init__.py"])
        if count > MOST_MODULES:
            found[folder.relative_to(PACKAGE).as_posix()] = count
    for path in MODULES.values():
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > MOST_LINES:
            found[path.relative_to(PACKAGE).as_posix()] = count
    return found


def test_keep_folders_and_modules_small() -> None:
    """A folder has a dozen modules at most and a module four hundred lines, but for exceptions."""
    assert set(over_the_bounds()) == set(EXCEPTIONS)
    assert len(EXCEPTIONS) <= MOST_EXCEPTIONS


def test_give_each_class_name_one_meaning() -> None:
    """No two modules define a public class of the same name."""
    homes: dict[str, list[str]] = {}
    for name, path in MODULES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(name)
    assert not {name: found for name, found in homes.items() if len(found) > 1}


def test_walk_through_files_that_exist() -> None:
    """Every file that ARCHITECTURE.md names exists, and it names every room."""
    text = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w./-]+/[\w.-]*)`", text))
    for path in named:
        assert any((root / path).exists() for root in (REPOSITORY, PACKAGE)), path
    assert {f"{room}/" for room in ROOMS} <= named
