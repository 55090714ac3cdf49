"""The lines of code that README.md and docs/exports.md show, and clients that run them."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from built import REPOSITORY

ADDRESS = "http://127.0.0.1:8000"
"""Where ``make serve`` serves."""
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def rows_of_readme(port: int) -> dict[str, list[str]]:
    """Return the code in each row of the table of clients, by the client."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    table = text.partition("## Open the figures\n")[2].partition("\n## ")[0]
    found = {}
    for line in table.splitlines():
        if line.startswith("| ") and "`" in line:
            client, code = line.strip("| ").split(" | ", 1)
            found[client] = [_at(port, part) for part in re.findall(r"`([^`]+)`", code)]
    return found


def blocks_of_page(port: int) -> list[tuple[str, str]]:
    """Return the blocks of code about programs in docs/exports.md, with their languages."""
    text = (REPOSITORY / "docs" / "exports.md").read_text(encoding="utf-8")
    section = text.partition("## From programs\n")[2].partition("\n## ")[0]
    return [(language, _at(port, code)) for language, code in FENCED.findall(section)]


def _at(port: int, code: str) -> str:
    return code.replace(ADDRESS, f"http://127.0.0.1:{port}")


def run(command: list[str], folder: Path) -> str:
    """Return what a command prints that is run in a folder, and has to succeed."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def run_block(language: str, code: str, folder: Path) -> str:
    """Return what a block of code prints, run as its language is."""
    commands = {
        "sh": ["bash", "-eu", "-c"],
        "python": [sys.executable, "-W", "error", "-c"],
        "r": ["Rscript", "--vanilla", "-e"],
        "js": ["node", "--input-type=module", "-e"],
    }
    return run([*commands[language], code], folder)


def power_query(code: str) -> list[dict[str, object]]:
    """Return the rows that code in M gives, as Power Query understands the few words used here.

    It fetches the address, reads it as CSV by delimiter and code page as named, takes the first row
    for names, and makes numbers of the columns that it is told to.
    """
    [address] = re.findall(r'Web\.Contents\("([^"]+)"\)', code)
    options = re.findall(r"\[([^\]]*Encoding[^\]]*)\]", code)[0]
    encoding = {"65001": "utf-8", "1252": "cp1252"}[re.findall(r"Encoding\s*=\s*(\d+)", options)[0]]
    delimiter = (re.findall(r'Delimiter\s*=\s*"(.)"', options) or [","])[0]
    with urllib.request.urlopen(address, timeout=60) as reply:
        text = reply.read().decode(encoding)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    assert "Table.PromoteHeaders" in code
    names, *body = rows
    assert all(len(row) == len(names) for row in body)
    numbers = re.findall(r'\{"(\w+)", type number\}', code)
    assert set(numbers) <= set(names)
    return [
        {
            name: (float(value) if value else None) if name in numbers else value
            for name, value in zip(names, row, strict=True)
        }
        for row in body
    ]
