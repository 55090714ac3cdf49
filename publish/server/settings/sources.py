"""Reads settings from their sources: defaults, file, environment variables and flags.

The later source wins. The file is ``serve.toml`` of the project or that of ``--config``; the
variables are named ``PUBLISH_…``. An unknown key or variable is a fault, and so is a value that is
not allowed; all of them are reported at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from publish.faults.fault import Fault, Words, did_you_mean, fault, nearest, phrase, shortened
from publish.project.toml import place_of_key, read_toml
from publish.server.settings.setting import Setting
from publish.server.settings.table import TABLE, Settings

FILE = "serve.toml"
"""The file of settings in the folder of a project."""
VARIABLE_PREFIX = "PUBLISH_"
"""How the environment variables of settings begin."""
OTHER_VARIABLES = (
    "PUBLISH_BASE",
    "PUBLISH_CONFIG",
    "PUBLISH_CONFORMANCE",
    "PUBLISH_EXAMPLES",
    "PUBLISH_LANGUAGE",
    "PUBLISH_SHAPE_SECONDS",
    "PUBLISH_URL",
)
"""Variables of the program and its tests that are no settings of the server."""
ORDERED = (
    ("slow-after", "deadline"),
    ("cache-answer-bytes", "cache-bytes"),
    ("query-bytes", "body-bytes"),
    ("connections-per-client", "connections"),
    ("answer-bytes", "spool-bytes-per-client"),
    ("spool-bytes-per-client", "spool-bytes"),
)
"""Pairs in which the first cannot be more than the second; slow-after has to be less."""


@dataclass(frozen=True, kw_only=True)
class SettingValue:
    """The value of a setting, and where it comes from."""

    value: object
    origin: str
    """The file, the variable or the flag; empty for a default."""
    line: int = 0
    column: int = 0

    @property
    def place(self) -> tuple[str, int, int]:
        """The place for a fault."""
        return self.origin, self.line, self.column


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"{VARIABLE_PREFIX}{name.replace('-', '_').upper()}"


def settings_of(given: Mapping[str, SettingValue]) -> Settings:
    """Return the settings with their values."""
    values: dict[str, object] = {name.replace("-", "_"): item.value for name, item in given.items()}
    return Settings(**values)  # type: ignore[arg-type]


def gather_values(
    file: Path | None,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    faults: list[Fault],
) -> dict[str, SettingValue]:
    """Return the value of each setting; what is not allowed is a fault, and the default stays.

    ``flags`` has values by the names of settings, None for what was not given. Without a file, or
    with ``serve.toml`` where there is none, nothing is read.
    """
    found = {
        name: SettingValue(value=setting.default, origin="") for name, setting in TABLE.items()
    }
    if file is not None:
        found |= _read_file(file, faults)
    found |= _read_environment(environ, faults)
    for name, value in flags.items():
        if value is not None:
            found[name] = SettingValue(value=value, origin=f"--{name}")
    faults.extend(_disagreements(found))
    return found


def _read_file(path: Path, faults: list[Fault]) -> dict[str, SettingValue]:
    """Return the values in a file."""
    given: dict[str, SettingValue] = {}
    origin = path.name if path.name == FILE else str(path)
    if path.name == FILE and not os.path.lexists(path):
        return given
    content = read_toml(path, origin, faults)
    if content is None:
        return given
    values, text = content
    for name, value in values.items():
        line, column = place_of_key(text, name)
        read = SettingValue(value=value, origin=origin, line=line, column=column)
        if name not in TABLE:
            hint, known = did_you_mean(name, TABLE), ", ".join(TABLE)
            faults.append(fault("unknown-key", *read.place, key=name, hint=hint, known=known))
            continue
        try:
            given[name] = replace(read, value=TABLE[name].check(value))
        except ValueError:
            faults.append(_wrong_value(TABLE[name], name, read))
    return given


def _read_environment(environ: Mapping[str, str], faults: list[Fault]) -> dict[str, SettingValue]:
    """Return the values in environment variables."""
    given: dict[str, SettingValue] = {}
    names = {variable_of(name): name for name in TABLE}
    for variable in sorted(environ):
        if not variable.startswith(VARIABLE_PREFIX) or variable in OTHER_VARIABLES:
            continue
        name = names.get(variable)
        if name is None:
            known = [item.removeprefix(VARIABLE_PREFIX) for item in names]
            near = nearest(variable.removeprefix(VARIABLE_PREFIX), known)
            hint = phrase("did-you-mean", word=VARIABLE_PREFIX + near) if near else Words("")
            faults.append(fault("unknown-variable", variable, variable=variable, hint=hint))
            continue
        read = SettingValue(value=environ[variable], origin=variable)
        try:
            given[name] = replace(read, value=TABLE[name].parse(environ[variable]))
        except ValueError:
            faults.append(_wrong_value(TABLE[name], variable, read))
    return given


def _wrong_value(setting: Setting, key: str, given: SettingValue) -> Fault:
    """Return the fault of a value that is not allowed."""
    value, allowed = given.value, setting.allowed()
    if setting.choices and isinstance(value, str):
        text = shortened(value)
        return fault("wrong-value", *given.place, key=key, value=text, allowed=allowed)
    shown: str = phrase("this-value")
    if isinstance(value, str):
        shown = f'"{shortened(value)}"'
    elif isinstance(value, int | float):
        shown = shortened(setting.format(value))
    return fault("wrong-type", *given.place, key=key, value=shown, wanted=allowed)


def _disagreements(given: Mapping[str, SettingValue]) -> Iterator[Fault]:
    """Yield the faults of settings that contradict each other."""
    for name, other in ORDERED:
        less, more = given[name], given[other]
        if name == "cache-answer-bytes" and more.value == 0:
            continue  # nothing is kept, so nothing is too large
        least, most = cast("tuple[float, float]", (less.value, more.value))
        if least < most or (least == most and name != "slow-after"):
            continue
        blamed = less if less.origin else more
        bound = phrase("has-to-be-less" if name == "slow-after" else "cannot-be-more")
        yield fault(
            "settings-disagree",
            *blamed.place,
            key=name,
            value=_value_or_default(name, less),
            bound=bound,
            other=other,
            most=_value_or_default(other, more),
        )


def _value_or_default(name: str, given: SettingValue) -> Words:
    """Return a value for people; that of a default says so."""
    value = TABLE[name].format(given.value)
    return Words(value) if given.origin else phrase("by-default", value=value)
