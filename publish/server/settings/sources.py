"""Reads settings from their sources: defaults, file, environment variables and flags.

The later source wins. The file is ``serve.toml`` of the project or that of ``--config``; the
variables are named ``PUBLISH_…``. An unknown key or variable is a fault, and so is a value that is
not allowed; all of them are reported at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from publish.faults.fault import Fault, Words, did_you_mean, fault, nearest, phrase, shortened
from publish.project.toml import place_of_key, read_toml
from publish.server.settings.kinds import (
    VARIABLE_PREFIX,
    Setting,
    allowed_values,
    check_value,
    format_value,
    parse_text,
    variable_of,
)
from publish.server.settings.table import TABLE, Settings

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
"""Variables of the program and its tests that are no settings of the server."""
ORDERED = (
    ("slow-after", "deadline"),
    ("cache-answer-bytes", "cache-bytes"),
    ("query-bytes", "body-bytes"),
    ("connections-per-client", "connections"),
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
            given[name] = SettingValue(
                value=check_value(setting, value), origin=origin, line=line, column=column
            )
        except ValueError:
            faults.append(_wrong_value(setting, name, value, origin, *place))
    return given


def _read_environment(environ: Mapping[str, str], faults: list[Fault]) -> dict[str, SettingValue]:
    """Return the values in environment variables."""
    given: dict[str, SettingValue] = {}
    names = {variable_of(name): name for name in TABLE}
    for variable in sorted(environ):
        if not variable.startswith(VARIABLE_PREFIX) or variable in OTHER_VARIABLES:
            continue
        text, name = environ[variable], names.get(variable)
        if name is None:
            known = [item.removeprefix(VARIABLE_PREFIX) for item in names]
            near = nearest(variable.removeprefix(VARIABLE_PREFIX), known)
            hint = phrase("did-you-mean", word=VARIABLE_PREFIX + near) if near else Words("")
            faults.append(fault("unknown-variable", variable, variable=variable, hint=hint))
            continue
        try:
            given[name] = SettingValue(value=parse_text(TABLE[name], text), origin=variable)
        except ValueError:
            faults.append(_wrong_value(TABLE[name], variable, text, variable))
    return given


def _wrong_value(
    setting: Setting, key: str, value: object, origin: str, line: int = 0, column: int = 0
) -> Fault:
    """Return the fault of a value that is not allowed."""
    if setting.kind == "choice" and isinstance(value, str):
        return fault(
            "wrong-value",
            origin,
            line,
            column,
            key=key,
            value=shortened(value),
            allowed=allowed_values(setting),
        )
    value_shown: object = phrase("this-value")
    if isinstance(value, str):
        value_shown = f'"{shortened(value)}"'
    elif isinstance(value, bool | int | float):
        value_shown = shortened(format_value(setting, value))
    allowed = allowed_values(setting)
    return fault("wrong-type", origin, line, column, key=key, value=value_shown, wanted=allowed)


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
        bound = "has-to-be-less" if name == "slow-after" else "cannot-be-more"
        yield fault(
            "settings-disagree",
            blamed.origin,
            blamed.line,
            blamed.column,
            key=name,
            value=_value_or_default(name, less),
            bound=phrase(bound),
            other=other,
            most=_value_or_default(other, more),
        )


def _value_or_default(name: str, given: SettingValue) -> Words:
    """Return a value for people; that of a default says so."""
    value = format_value(TABLE[name], given.value)
    return Words(value) if given.origin else phrase("by-default", value=value)
