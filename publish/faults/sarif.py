"""Faults as SARIF 2.1.0, the format that editors and code review read: one log with one run.

Paths are relative to the project folder, so that a log says nothing of the machine.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from publish import __version__
from publish.faults.addresses import is_address, relative_reference
from publish.faults.explain import shown
from publish.faults.fault import KINDS, Fault, Kind, phrase

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "PROJECT"
"""The base of all paths: the project folder, wherever it is."""

LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def as_sarif(faults: Sequence[Fault], language: str = "en") -> str:
    """Return the faults as a SARIF log."""
    codes = sorted({item.code for item in faults})
    index = {code: number for number, code in enumerate(codes)}
    seen: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": "publish",
                "version": __version__,
                "semanticVersion": __version__,
                "language": language,
                "rules": [_rule(KINDS[code], language) for code in codes],
            }
        },
        "language": language,
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            ROOT: {"description": {"text": phrase("project-folder").text_in(language)}}
        },
        "results": [_result(item, index[item.code], seen, language) for item in faults],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(kind: Kind, language: str) -> dict[str, Any]:
    """Return a kind of fault as a rule."""
    title, when = kind.title.text_in(language), kind.when.text_in(language)
    text = when or f"{shown(kind.finding, language)}\n{shown(kind.fix, language)}"
    return {
        "id": kind.code,
        "name": "".join(word.capitalize() for word in kind.code.split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": when or title},
        "help": {
            "text": f"{text}\npublish explain {kind.code}",
            "markdown": f"**{title}**\n\n{text}\n\n`publish explain {kind.code}`",
        },
        "defaultConfiguration": {"level": LEVELS[kind.severity]},
        "properties": {"tags": [kind.subject]},
    }


def _result(item: Fault, index: int, seen: Counter[str], language: str) -> dict[str, Any]:
    """Return a fault as a result; lines added above it do not change its fingerprint."""
    identity = f"{item.code}\n{relative_reference(item.path)}\n{item.finding}\n{item.text}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:32]
    seen[digest] += 1
    finding, fix = item.finding.text_in(language), item.fix.text_in(language)
    return {
        "ruleId": item.code,
        "ruleIndex": index,
        "level": LEVELS[item.severity],
        "message": {"text": f"{finding}\n{fix}"},
        "locations": [_location(item)],
        "partialFingerprints": {"publishFault/v1": f"{digest}:{seen[digest]}"},
    }


def _location(item: Fault) -> dict[str, Any]:
    """Return where a fault is: in a file, at a thing with an IRI, or at an option."""
    if not item.line and is_address(item.path):
        return {"logicalLocations": [{"fullyQualifiedName": item.path, "kind": "resource"}]}
    if item.path.startswith("--"):
        return {"logicalLocations": [{"fullyQualifiedName": item.path, "kind": "parameter"}]}
    place: dict[str, Any] = {
        "artifactLocation": {"uri": relative_reference(item.path), "uriBaseId": ROOT}
    }
    if item.line:
        place["region"] = {"startLine": item.line, "startColumn": max(item.column, 1)}
        if item.text:
            place["region"]["snippet"] = {"text": item.text}
    return {"physicalLocation": place}
