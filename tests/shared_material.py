"""Where the original document and the official conformance material are, if they are at hand."""

from __future__ import annotations

import os
from pathlib import Path


def shared_folder() -> Path | None:
    """Return the folder in PUBLISH_CONFORMANCE, else ../shared beside the repository, or None."""
    given = os.environ.get("PUBLISH_CONFORMANCE")
    folder = Path(given) if given else Path(__file__).resolve().parents[2] / "shared"
    return folder if folder.is_dir() else None
