"""Renew the approved reports of the fixtures of faults after a wording was changed on purpose.

``python tests/support/renew_faults.py`` renews all; with codes as arguments only theirs. What
changes is to be read in the diff: these are the messages that people get.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from fault_fixtures import LANGUAGES, faults_of, fixtures, make_sound_project, report


def renew(codes: list[str]) -> int:
    """Write what the fixtures give now; return how many do not give their own code only."""
    wrong = 0
    for fixture in fixtures():
        if codes and fixture.code not in codes:
            continue
        with tempfile.TemporaryDirectory() as folder:
            project = make_sound_project(Path(folder).resolve() / "project")
            fixture.apply(project.root)
            faults = faults_of(project.root, fixture.command, fixture.environment)
            reports = {name: report(faults, name, project.root) for name in LANGUAGES}
        found = sorted({item.code for item in faults})
        if found != [fixture.code]:
            wrong += 1
            print(f"{fixture.path.name} gives {', '.join(found) or 'no fault'}", file=sys.stderr)
        text = fixture.written(reports)
        if text != fixture.path.read_text(encoding="utf-8"):
            fixture.path.write_text(text, encoding="utf-8")
            print(fixture.path.name)
    return wrong


if __name__ == "__main__":
    sys.exit(min(renew(sys.argv[1:]), 1))
