"""Prints the settings of a server: as TOML, as JSON, or as the table of ``docs/operations.md``."""

from __future__ import annotations

import json
from collections.abc import Mapping

from publish.faults.fault import phrase
from publish.server.settings.kinds import Setting, shown, wanted
from publish.server.settings.sources import Given
from publish.server.settings.table import TABLE


def as_toml(given: Mapping[str, Given], language: str = "en") -> str:
    """Return a file that gives what is in force, with where each value comes from."""
    lines = [(f"{name} = {written(TABLE[name], item.value)}", item) for name, item in given.items()]
    width = max(len(line) for line, _ in lines)
    return "".join(f"{line:{width}}  # {_origin(item, language)}\n" for line, item in lines)


def as_json(given: Mapping[str, Given], language: str = "en") -> str:
    """Return what is in force as JSON, one object for each setting."""
    records = [
        {
            "setting": name,
            "value": item.value,
            "from": item.origin or "default",
            "line": item.line,
            "default": TABLE[name].default,
            "meaning": TABLE[name].told.text_in(language),
        }
        for name, item in given.items()
    ]
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"


def as_markdown() -> str:
    """Return the table of all settings."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, setting in TABLE.items():
        allowed = "" if setting.kind in ("text", "switch") else f" ({_allowed(setting)})"
        default = written(setting, setting.default)
        rows.append(f"| `{name}` | `{default}` | {setting.told.removesuffix('.')}{allowed} |")
    return "\n".join(rows) + "\n"


def written(setting: Setting, value: object) -> str:
    """Return a value as it stands in a file of TOML."""
    text = shown(setting, value)
    is_text = setting.kind in ("text", "choice") or not text.isascii() or text[-1:].isalpha()
    if not is_text or setting.kind == "switch":
        return text
    return json.dumps(text, ensure_ascii=False)


def usage(name: str) -> str:
    """Return what the help of a flag says."""
    setting = TABLE[name]
    default = shown(setting, setting.default)
    return f"{setting.told} [default: {default}]" if default else str(setting.told)


def _allowed(setting: Setting) -> str:
    """Return the bounds of a setting, short."""
    if setting.kind == "choice":
        return str(wanted(setting))
    least, most = shown(setting, setting.least), shown(setting, setting.most)
    return f"{least} to {most}"


def _origin(given: Given, language: str) -> str:
    """Return where a value comes from."""
    if not given.origin:
        return phrase("the-default").text_in(language)
    return f"{given.origin}:{given.line}:{given.column}" if given.line else given.origin
