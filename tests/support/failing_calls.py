"""Calls of the system that fail, or at which the process is killed, by their number."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from built import PROGRAM, TESTS

KILL = 0
"""The error that stands for a kill."""


def compile_failing_calls(folder: Path) -> Path:
    """Return the library that lets calls fail; skip the test where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    library = folder / "failing_calls.so"
    source = TESTS / "support" / "failing_calls.c"
    subprocess.run([compiler, "-w", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def build_with_failing_call(
    library: Path, root: Path, at: int, error: int, log: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``publish build``; call number ``at`` below ``build/`` fails with an error."""
    environment = {
        "LD_PRELOAD": str(library),
        "FAIL_BELOW": f"{root}/build",
        "FAIL_AT": str(at),
        "FAIL_ERROR": str(error),
    }
    environment |= {"FAIL_LOG": str(log)} if log else {}
    return subprocess.run(
        [PROGRAM, "--project", str(root), "-q", "build"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
