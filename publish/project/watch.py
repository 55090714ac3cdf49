"""Runs something again whenever a source file of a project is saved.

The modification times of the files are polled twice a second, which works on every system and
disk. Saves in quick succession count as one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from publish.project.files import shown_path, usable_folder

FOLDERS = ("mappings", "ontology", "shapes")
EVERY = 0.5
"""Seconds between two polls."""

State = dict[str, tuple[int, int]]


def state_of(root: Path, files: Sequence[Path] = ()) -> State:
    """Return time and size of every source file of a project, or of the files given."""
    found: State = {}
    paths = [*files] or [root / "publish.toml"]
    for folder in () if files else FOLDERS:
        if usable_folder(root / folder, root, []):
            paths += (root / folder).rglob("*")
    for path in paths:
        try:
            status = path.stat()
        except OSError:  # deleted meanwhile
            continue
        # Programs that save write under a hidden name first.
        if path.is_file() and not path.name.startswith("."):
            found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found


def watch(
    root: Path,
    run: Callable[[], None],
    announce: Callable[[list[str]], None],
    every: float = EVERY,
    files: Sequence[Path] = (),
) -> None:
    """Run once, then again after every change, until the user interrupts.

    The source files of the project are watched, or the files given. Before each further run,
    ``announce`` gets the paths of the files that changed.
    """
    try:
        seen = state_of(root, files)
        run()
        while True:
            time.sleep(every)
            now = state_of(root, files)
            if now == seen:
                continue
            # Wait until nothing changes any more, so that one save gives one run.
            before = None
            while before != now:
                time.sleep(every / 2)
                before, now = now, state_of(root, files)
            changed = sorted({path for path, _ in seen.items() ^ now.items()})
            seen = now
            announce([shown_path(Path(path), root) for path in changed])
            run()
    except KeyboardInterrupt:
        return
