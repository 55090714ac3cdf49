"""The settings of a server, from the sources that can give them.

Defaults, then the file ``serve.toml`` of the project or that of ``--config``, then variables
``PUBLISH_…`` of the environment, then flags: the later wins. A key or a variable that is no
setting is a fault, and so is a value that cannot be; all of them are told at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from publish.faults.fault import Fault, Words, did_you_mean, fault, nearest, phrase, shortened
from publish.project.toml import place_of_key, read_toml
from publish.server.settings.kinds import (
    HEAD,
    Setting,
    name_of_variable,
    shown,
    usable,
    usable_text,
    wanted,
)
from publish.server.settings.table import TABLE, Settings

__all__ = ["FILE", "TABLE", "Given", "Settings", "gather", "read_settings", "settings_of"]

FILE = "serve.toml"
"""The file of settings in the folder of a project."""
OTHER_VARIABLES = (
    "PUBLISH_BASE",
    "PUBLISH_CONFIG",
    "PUBLISH_CONFORMANCE",
    "PUBLISH_EXAMPLES",
    "PUBLISH_LANGUAGE",
    "PUBLISH_URL",
)
"""Variables of this name that are no settings of the server: those of the program and its tests."""
ORDERED = (
    ("slow-after", "deadline"),
    ("cache-answer-bytes", "cache-bytes"),
    ("query-bytes", "body-bytes"),
    ("connections-per-client", "connections"),
)
"""Settings that cannot be more than another; the first has to be less than its other."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """A value and where it comes from."""

    value: object
    origin: str
    """The file, the variable or the flag; empty for a default."""
    line: int = 0
    column: int = 0


def read_settings(
    file: Path | None,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    faults: list[Fault],
) -> Settings:
    """Return the settings, where nothing usable is given the defaults; what is wrong is a fault.

    ``flags`` has values by the names of settings, None for what was not given. Without a file, or
    with ``serve.toml`` where there is none, nothing is read.
    """
    return settings_of(gather(file, environ, flags, faults))


def settings_of(given: Mapping[str, Given]) -> Settings:
    """Return the settings that were gathered."""
    values: dict[str, object] = {name.replace("-", "_"): item.value for name, item in given.items()}
    return Settings(**values)  # type: ignore[arg-type]


def gather(
    file: Path | None,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    faults: list[Fault],
) -> dict[str, Given]:
    """Return the value of each setting with where it comes from; see ``read_settings``."""
    found = {name: Given(value=setting.default, origin="") for name, setting in TABLE.items()}
    if file is not None:
        found |= _of_file(file, faults)
    found |= _of_environment(environ, faults)
    for name, value in flags.items():
        if value is not None:
            found[name] = Given(value=value, origin=f"--{name}")
    faults.extend(_judge(found))
    return found


def _of_file(path: Path, faults: list[Fault]) -> dict[str, Given]:
    """Return what a file gives."""
    given: dict[str, Given] = {}
    origin = path.name if path.name == FILE else str(path)
    if path.name == FILE and not path.exists():
        return given
    read = read_toml(path, origin, faults)
    if read is None:
        return given
    values, text = read
    for name, value in values.items():
        place = place_of_key(text, name)
        setting = TABLE.get(name)
        if setting is None:
            hint = did_you_mean(name, TABLE)
            faults.append(
                fault("unknown-key", origin, *place, key=name, hint=hint, known=", ".join(TABLE))
            )
            continue
        try:
            line, column = place
            given[name] = Given(
                value=usable(setting, value), origin=origin, line=line, column=column
            )
        except ValueError:
            faults.append(_wrong(setting, name, value, origin, *place))
    return given


def _of_environment(environ: Mapping[str, str], faults: list[Fault]) -> dict[str, Given]:
    """Return what variables give."""
    given: dict[str, Given] = {}
    names = {name_of_variable(name): name for name in TABLE}
    for variable in sorted(environ):
        if not variable.startswith(HEAD) or variable in OTHER_VARIABLES:
            continue
        text, name = environ[variable], names.get(variable)
        if name is None:
            near = nearest(variable[len(HEAD) :], [item[len(HEAD) :] for item in names])
            hint = phrase("did-you-mean", word=HEAD + near) if near else Words("")
            faults.append(fault("unknown-variable", variable, variable=variable, hint=hint))
            continue
        try:
            given[name] = Given(value=usable_text(TABLE[name], text), origin=variable)
        except ValueError:
            faults.append(_wrong(TABLE[name], variable, text, variable))
    return given


def _wrong(
    setting: Setting, key: str, value: object, origin: str, line: int = 0, column: int = 0
) -> Fault:
    """Return the fault of a value that cannot be."""
    if setting.kind == "choice" and isinstance(value, str):
        return fault(
            "wrong-value",
            origin,
            line,
            column,
            key=key,
            value=shortened(value),
            allowed=wanted(setting),
        )
    told: object = phrase("this-value")
    if isinstance(value, str):
        told = f'"{shortened(value)}"'
    elif isinstance(value, bool | int | float):
        told = shortened(shown(setting, value))
    return fault("wrong-type", origin, line, column, key=key, value=told, wanted=wanted(setting))


def _judge(given: Mapping[str, Given]) -> Iterator[Fault]:
    """Yield the faults of settings that do not go together."""
    for name, other in ORDERED:
        less, more = given[name], given[other]
        if name == "cache-answer-bytes" and more.value == 0:
            continue  # nothing is kept, so nothing is too large
        least, most = cast("tuple[float, float]", (less.value, more.value))
        if least < most or (least == most and name != "slow-after"):
            continue
        blamed = less if less.origin else more
        bound = "has-to-be-less" if name == "slow-after" else "cannot-be-more"
        yield fault(
            "settings-disagree",
            blamed.origin,
            blamed.line,
            blamed.column,
            key=name,
            value=_told(name, less),
            bound=phrase(bound),
            other=other,
            most=_told(other, more),
        )


def _told(name: str, given: Given) -> Words:
    """Return a value, and that it is the default where nobody gave it."""
    value = shown(TABLE[name], given.value)
    return Words(value) if given.origin else phrase("by-default", value=value)
