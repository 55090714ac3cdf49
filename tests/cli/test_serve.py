"""The verb ``serve`` before it serves: releases that cannot be served, and a port that is taken."""

from __future__ import annotations

import socket
import subprocess

import pytest
from built import PROGRAM
from small_project import SmallProject


def test_refuse_to_serve_without_release(sound: SmallProject) -> None:
    """There must be a release before it can be served."""
    result = sound.run("serve")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "run publish build first" in result.stderr


@pytest.mark.sampled(3)
@pytest.mark.parametrize("manifest", ["{}", "{", "[]", ""])
def test_refuse_to_serve_damaged_release(sound: SmallProject, manifest: str) -> None:
    """A release whose manifest cannot be read is not served; a build makes it anew."""
    assert sound.run("-q", "build").exit_code == 0
    path = sound.root / "build" / "current" / "manifest.json"
    before = path.read_text(encoding="utf-8")
    path.write_text(manifest, encoding="utf-8")
    result = sound.run("serve")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is damaged: publish build makes it anew" in result.stderr
    assert sound.run("-q", "build").exit_code == 0
    assert path.read_text(encoding="utf-8") == before


def test_refuse_taken_port(sound: SmallProject) -> None:
    """A port that is taken is said in a sentence, with how to take another."""
    assert sound.run("-q", "build").exit_code == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            [PROGRAM, "--project", str(sound.root), "serve", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert (result.returncode, result.stdout) == (2, "")
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith(f"publish: port {port} on 127.0.0.1 is taken: ")
    assert f"make serve PORT={port + 1}" in last
