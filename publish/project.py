"""A project folder and its settings, ``publish.toml``.

``publish`` works on the folder it is run in: ``ontology/`` says what things mean, ``mappings/``
which tables become which data sets, ``shapes/`` what must hold. Flags win over environment
variables, which win over the file.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from publish.faults import CannotRun, Fault, FaultyInput, did_you_mean, fault
from publish.uris import CODE, Uris

SETTINGS = "publish.toml"
ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`?#/]+(/[^\s<>\"{}|\\^`?#/]+)*")
TEXTS = ("base", "public-url", "vocabulary", "numbers", "licence", "title", "description")
NUMBERS = ("nl", "en", "plain")


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project folder with its settings."""

    root: Path
    base: str
    public_url: str
    vocabulary: str
    numbers: str
    licence: str | None
    title: dict[str, str]
    description: dict[str, str]

    @property
    def uris(self) -> Uris:
        """The minter of this project's IRIs."""
        return Uris(base=self.base, vocabulary=self.vocabulary)

    @property
    def build(self) -> Path:
        """The folder of the releases."""
        return self.root / "build"

    def shown(self, path: Path) -> str:
        """Return a path as faults name it: relative to the project folder."""
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
        )


def read_project(root: Path, *, base: str | None = None, public_url: str | None = None) -> Project:
    """Read the settings of a project folder; ``base`` and ``public_url`` win over the file.

    Raises CannotRun when the folder is no project and FaultyInput when its settings are wrong.
    """
    path = root / SETTINGS
    try:
        text = path.read_text(encoding="utf-8")
        settings = tomllib.loads(text)
    except FileNotFoundError:
        raise CannotRun(
            f"{root} is no project: it has no {SETTINGS}. "
            "Go to the project's folder, name it with --project, or start one with publish init."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        at = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(at[1]), int(at[2])) if at else (1, 1)
        raise FaultyInput([fault("toml-syntax", SETTINGS, line, column, problem=error)]) from None
    if base:
        settings["base"] = base
    if public_url:
        settings["public-url"] = public_url
    faults = list(_judge(settings, text))
    if faults:
        raise FaultyInput(faults)
    base = settings["base"].rstrip("/")
    return Project(
        root=root.resolve(),
        base=base,
        public_url=settings.get("public-url", base).rstrip("/"),
        vocabulary=settings["vocabulary"],
        numbers=settings.get("numbers", "nl"),
        licence=settings.get("licence"),
        title=settings["title"],
        description=settings["description"],
    )


def _judge(settings: dict[str, object], text: str) -> list[Fault]:
    """Return the faults of the settings, each at the line where its key stands."""
    faults: list[Fault] = []

    def add(code: str, key: str, **particulars: object) -> None:
        found = re.search(rf"^\s*\[?\s*{re.escape(key)}\b", text, re.MULTILINE)
        line = text.count("\n", 0, found.end()) + 1 if found else 1
        faults.append(fault(code, SETTINGS, line, 1, key=key, **particulars))

    for key in settings:
        if key not in TEXTS:
            add("unknown-key", key, hint=did_you_mean(key, TEXTS), known=", ".join(TEXTS))
    for key in ("base", "vocabulary", "title", "description"):
        if key not in settings:
            add("missing-key", key)
    for key in ("base", "public-url", "licence"):
        value = settings.get(key)
        if value is not None and not (
            isinstance(value, str) and ADDRESS.fullmatch(value.rstrip("/"))
        ):
            add(
                "wrong-type",
                key,
                value=value,
                wanted="an http(s) address without query or fragment, as https://data.example.org",
            )
    vocabulary = settings.get("vocabulary", "x")
    if not (isinstance(vocabulary, str) and CODE.fullmatch(vocabulary)):
        add(
            "wrong-type",
            "vocabulary",
            value=vocabulary,
            wanted="one name of letters, digits, - or _",
        )
    if settings.get("numbers", "nl") not in NUMBERS:
        add("wrong-value", "numbers", value=settings["numbers"], allowed=", ".join(NUMBERS))
    for key in ("title", "description"):
        value = settings.get(key)
        if value is not None and not (
            isinstance(value, dict)
            and set(value) == {"nl", "en"}
            and all(isinstance(part, str) and part for part in value.values())
        ):
            add("wrong-type", key, value=value, wanted="a table with a text nl and a text en")
    return faults
