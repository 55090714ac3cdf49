"""A project folder and its settings, ``publish.toml``.

``publish`` works on the folder it is run in: ``ontology/`` says what things mean, ``mappings/``
which tables become which data sets, ``shapes/`` what must hold. Flags win over environment
variables, which win over the file.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from publish.faults.addresses import wrong_character
from publish.faults.fault import (
    CannotRun,
    Fault,
    FaultyInput,
    did_you_mean,
    fault,
    phrase,
    reason_of,
)
from publish.project.files import shown_path
from publish.project.iris import CODE, GENERIC_VOCABULARY, Uris, is_base
from publish.project.publication import (
    SECTIONS,
    Publication,
    is_text,
    judge_publication,
    publication_of,
    shown,
)
from publish.project.toml import place_of_key, read_toml

Text = dict[str, str]
"""A text by language, ``nl`` and ``en``."""


SETTINGS = "publish.toml"
NUMBERS = ("nl", "en", "plain")
DEFAULT_GRAPHS = ("union", "empty")
EXPORTS = ("csv", "xlsx", "jsonstat", "sdmx", "parquet")
"""The forms in which a release has files of each data set besides RDF and columns."""
KEPT = 5
"""Releases that are kept unless the settings say otherwise."""
STORED = 2_000_000
"""Observations of a data set that the triple store holds unless the settings say otherwise."""
ALL = "all"
"""What settings call any number of observations."""
KEYS = {
    "base": phrase("setting-base"),
    "public-url": phrase("setting-public-url"),
    "vocabulary": phrase("setting-vocabulary", reserved=GENERIC_VOCABULARY),
    "numbers": phrase("setting-numbers", known=", ".join(NUMBERS)),
    "default-graph": phrase("setting-default-graph", known=", ".join(DEFAULT_GRAPHS)),
    "keep-releases": phrase("setting-keep-releases"),
    "store-up-to": phrase("setting-store-up-to", everything=ALL),
    "exports": phrase("setting-exports", known=", ".join(EXPORTS)),
    "licence": phrase("setting-licence"),
    "title": phrase("setting-title"),
    "description": phrase("setting-description"),
    **{name: phrase(f"setting-{name}") for name in SECTIONS},
}
"""Every setting, and what its value has to be."""
ADDRESSES = ("base", "public-url", "licence")
"""Settings whose value is an http(s) address."""
COMPULSORY = ("base", "vocabulary", "title", "description")


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
    default_graph: str = "union"
    """What a query without GRAPH sees: the ``union`` of all graphs, or nothing (``empty``)."""
    keep_releases: int = KEPT
    """How many releases a build keeps, the current one among them."""
    store_up_to: int | None = STORED
    """The most observations that a data set has whose observations are in the triple store; None
    for any number. Those of larger data sets are in columns only."""
    exports: tuple[str, ...] = EXPORTS
    """The forms of which a release has files; views are answered in all of them all the same."""
    publication: Publication | None = None
    """What the catalogue says of publisher, contact and all data sets; None without a catalogue."""

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
        return shown_path(path, self.root)


def read_project(root: Path, *, base: str | None = None, public_url: str | None = None) -> Project:
    """Read the settings of a project folder; ``base`` and ``public_url`` win over the file.

    Raises CannotRun when the folder is no project and FaultyInput when its settings are wrong.
    """
    path = root / SETTINGS
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise CannotRun(phrase("no-project", folder=root, file=SETTINGS)) from None
    except OSError as error:
        raise CannotRun(phrase("settings-unreadable", path=path, reason=reason_of(error))) from None
    if not stat.S_ISREG(mode):
        reason = phrase("error-eisdir" if stat.S_ISDIR(mode) else "error-no-regular-file")
        raise CannotRun(phrase("settings-unreadable", path=path, reason=reason))
    faults: list[Fault] = []
    found = read_toml(path, SETTINGS, faults)
    if found is None:
        raise FaultyInput(faults)
    settings, text = found
    overridden = {"base": base} if base else {}
    overridden |= {"public-url": public_url} if public_url else {}
    settings |= overridden
    faults.extend(_judge(settings, text, overridden.keys()))
    if faults:
        raise FaultyInput(faults)
    base = settings["base"].rstrip("/")
    return Project(
        root=root.resolve(),
        base=base,
        public_url=settings.get("public-url", base).rstrip("/"),
        vocabulary=settings["vocabulary"],
        numbers=settings.get("numbers", "nl"),
        default_graph=settings.get("default-graph", "union"),
        keep_releases=settings.get("keep-releases", KEPT),
        store_up_to=None if (most := settings.get("store-up-to", STORED)) == ALL else most,
        exports=tuple(settings.get("exports", EXPORTS)),
        licence=settings.get("licence"),
        title=settings["title"],
        description=settings["description"],
        publication=publication_of(settings, text),
    )


def _judge(settings: dict[str, object], text: str, overridden: Set[str]) -> Iterator[Fault]:
    """Yield the faults of the settings, each at its key or at the option that gave the value."""

    def found(code: str, key: str, **particulars: object) -> Fault:
        if key in overridden:
            return fault(code, f"--{key}", key=key, **particulars)
        return fault(code, SETTINGS, *place_of_key(text, key), key=key, **particulars)

    for key in settings:
        if key not in KEYS:
            yield found("unknown-key", key, hint=did_you_mean(key, KEYS), known=", ".join(KEYS))
    for key in COMPULSORY:
        if key not in settings:
            yield found("missing-key", key, about=KEYS[key])
    yield from judge_publication(settings, text, SETTINGS)
    for key, value in settings.items():
        if key not in KEYS or key in SECTIONS or _is_allowed(key, value):
            continue
        if key in ADDRESSES and isinstance(value, str) and (wrong := wrong_character(value)):
            yield found("not-an-iri", key, problem=phrase("iri-character", character=wrong))
        else:
            yield found("wrong-type", key, value=shown(value), wanted=KEYS[key])


def _is_allowed(key: str, value: object) -> bool:
    """Return whether a setting has a usable value."""
    if key in ("title", "description"):
        return is_text(value)
    if key == "keep-releases":
        return type(value) is int and value >= 1
    if key == "store-up-to":
        return value == ALL or (type(value) is int and value >= 0)
    if key == "exports":
        return isinstance(value, list) and all(item in EXPORTS for item in value)
    if not isinstance(value, str):
        return False
    if key == "numbers":
        return value in NUMBERS
    if key == "default-graph":
        return value in DEFAULT_GRAPHS
    if key == "vocabulary":
        return CODE.fullmatch(value) is not None and value != GENERIC_VOCABULARY
    return is_base(value)
