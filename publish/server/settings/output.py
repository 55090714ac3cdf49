"""Prints the settings of a server: as TOML, as JSON, or as the table of ``docs/operations.md``."""

from __future__ import annotations

import json
from collections.abc import Mapping

from publish.faults.fault import phrase
from publish.server.settings.setting import OFF, Setting
from publish.server.settings.sources import SettingValue
from publish.server.settings.table import TABLE


def as_toml(given: Mapping[str, SettingValue], language: str = "en") -> str:
    """Return a file with the values in force, each with its source as a comment."""
    lines = [
        (f"{name} = {toml_value(TABLE[name], item.value)}", item) for name, item in given.items()
    ]
    width = max(len(line) for line, _ in lines)
    return "".join(f"{line:{width}}  # {_origin(item, language)}\n" for line, item in lines)


def as_json(given: Mapping[str, SettingValue], language: str = "en") -> str:
    """Return the values in force as JSON, one object for each setting."""
    records = [
        {
            "setting": name,
            "value": item.value,
            "from": item.origin or "default",
            "line": item.line,
            "default": TABLE[name].default,
            "meaning": TABLE[name].meaning.text_in(language),
        }
        for name, item in given.items()
    ]
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"


def as_markdown() -> str:
    """Return the table of all settings."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, setting in TABLE.items():
        allowed = "" if setting.kind in ("text", "switch") else f" ({_bounds(setting)})"
        default = toml_value(setting, setting.default)
        rows.append(f"| `{name}` | `{default}` | {setting.meaning.removesuffix('.')}{allowed} |")
    return "\n".join(rows) + "\n"


def toml_value(setting: Setting, value: object) -> str:
    """Return a value as TOML writes it."""
    text = setting.format(value)
    is_text = setting.kind in ("text", "choice") or not text.isascii() or text[-1:].isalpha()
    if not is_text or setting.kind == "switch":
        return text
    return json.dumps(text, ensure_ascii=False)


def _bounds(setting: Setting) -> str:
    """Return the choices or bounds of a setting."""
    if setting.kind == "choice":
        return str(setting.allowed())
    least, most = setting.format(setting.least), setting.format(setting.most)
    return f"{least} to {most}{', or ' + OFF if setting.can_be_off else ''}"


def _origin(given: SettingValue, language: str) -> str:
    """Return where a value comes from."""
    if not given.origin:
        return phrase("the-default").text_in(language)
    return f"{given.origin}:{given.line}:{given.column}" if given.line else given.origin
