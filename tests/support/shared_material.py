"""Where the material is that several projects share: source documents and conformance suites."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def shared_folder() -> Path | None:
    """Return the folder with ``source/`` and ``conformance/``, or None when it is not at hand.

    It is the folder that the environment variable PUBLISH_CONFORMANCE names, else ``shared``
    beside the project.
    """
    named = os.environ.get("PUBLISH_CONFORMANCE")
    folder = Path(named) if named else ROOT.parent / "shared"
    return folder if folder.is_dir() else None


def minister_answer() -> Path:
    """Return the text of the answer that the project publishes."""
    return ROOT / "mappings" / "sv-2023-19" / "antwoord.txt"
