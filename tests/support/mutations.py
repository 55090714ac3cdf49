"""Mutations of files and folders, of any kind, by a pinned seed.

``mutate(content, chance)`` changes bytes, lines, words or blocks of one file a few times;
``mutate_zip`` the members of an archive, as a workbook is; ``mutated(root, …)`` one file or folder
of a project, which it puts back: also removed, empty, another file, a folder, a pipe, a device.
The same seed gives the same mutants.

    for number in range(1_000):
        with mutated(root, random.Random(f"projects {number}"), files, donors) as what: ...
"""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

WORDS = [
    "", " ", "\t", "\n", "\r", "\0", "\ufeff", "\u00a0", "\u2028", "\u202e", '"', "'", '""', ":",
    ": ", "- ", "-", "#", "{", "}", "[", "]", "[]", "{}", "()", "<", ">", "<>", "&a ", "*a", "!",
    "!!int ", "|", "|\n", "%", "@", "`", ",", ";", ".", ". ", "\\", "\\u", "\\U00110000", "\\ud800",
    "null", "~", "NO", "yes", "010", "0x1F", "1e9", "1e400", "-1", "-0", "nan", ".inf", "INF",
    "NaN", "9" * 40, "9" * 5_000, "0." + "0" * 60 + "1", "2022-02-30", "0000-00-00", "-9999-13",
    "1.234,5", "--1", "é", "\U0001f600", "?", "---\n", "...\n", "<<: ", "=1+1", "a" * 300,
    "[" * 200, "{a: " * 60, "(" * 50, '"""', "<a b>", "_:b", "^^", "@en-", "@prefix", "http://",
    "http://[", "urn:x", "../", "/", "//", "/dev/zero", "true", "false", "True", "_T", "id", "a",
    "OPEN",
]  # fmt: skip
"""Words that trip readers of one format or another."""
BYTES = [
    b"\0", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\x80", b"\r",
    b"\x1b",
]  # fmt: skip
"""Bytes that are no text, or hardly."""
WORD = re.compile(rb"\w+|\s+|[^\w\s]")

VALUES = [b"", b"[]", b"{}", b"[ [] ]", b'""', b"{a: b}", b"<x>", b"1", b"true", b"()", b"*a"]
"""Values of other kinds than expected."""

Change = Callable[[bytes, random.Random], bytes]


def mutate(
    content: bytes, chance: random.Random, donors: Sequence[bytes] = ()
) -> tuple[str, bytes]:
    """Return how a content was changed, one to three times, and what came of it.

    ``donors`` are contents of other files of the kind, from which words and blocks are taken.
    """
    done = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        change = chance.choice(CHANGES)
        done.append(change.__name__.strip("_").replace("_", " "))
        content = change(content, chance)
    if donors and chance.random() < 0.2:
        done.append("with a part of another")
        content = _blend(content, chance.choice(donors), chance)
    return ", ".join(done), content


def mutate_zip(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Return how an archive was changed, and what came of it: in its members, or as bytes."""
    if chance.random() < 0.15:
        return mutate(content, chance)
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    names = source.namelist()
    victim, kind = (
        chance.choice(names),
        chance.choice(("changed", "changed", "left out", "empty", "swapped")),
    )
    done = f"{victim} {kind}"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in names:
            inside = source.read(name)
            if name == victim:
                if kind == "left out":
                    continue
                if kind == "changed":
                    what, inside = mutate(inside, chance)
                    done += f": {what}"
                else:
                    inside = b"" if kind == "empty" else source.read(chance.choice(names))
            out.writestr(name, inside)
    return done, target.getvalue()


@contextmanager
def mutated(
    root: Path,
    chance: random.Random,
    files: Sequence[Path],
    *,
    change: Callable[[bytes, random.Random, Sequence[bytes]], tuple[str, bytes]] = mutate,
) -> Iterator[str]:
    """Change one of the files below a folder, say what was done, and put all of it back."""
    path = chance.choice(files)
    before, name = path.read_bytes(), path.relative_to(root)
    others = [other for other in files if other != path and other.suffix == path.suffix]
    donors = [other.read_bytes() for other in chance.sample(others, min(2, len(others)))]
    other: Path | None = None
    try:
        if chance.random() < 0.8:
            what, content = change(before, chance, donors)
            path.write_bytes(content)
        else:
            what = chance.choice([*_OF_FILES, "another file", "renamed"])
            if what == "another file" and donors:
                path.write_bytes(donors[0])
            elif what == "renamed":
                other = path.with_name(f"x-{path.name}")
                path.rename(other)
            else:
                _OF_FILES.get(what, Path.unlink)(path)
        yield f"{name}: {what}"
    finally:
        if other:
            other.unlink(missing_ok=True)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        path.write_bytes(before)


def _instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Return what puts something else in the place of a file."""

    def replace(path: Path) -> None:
        path.unlink()
        make(path)

    return replace


def _rewritten(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Return what writes something else into a file."""
    return lambda path: path.write_bytes(change(path.read_bytes()))


_OF_FILES: dict[str, Callable[[Path], object]] = {
    "removed": Path.unlink,
    "empty": _rewritten(lambda _: b""),
    "blank": _rewritten(lambda _: b"\n\n \n"),
    "its first lines": _rewritten(lambda old: b"".join(old.splitlines(keepends=True)[:4])),
    "a folder": _instead(Path.mkdir),
    "a pipe": _instead(os.mkfifo),
    "a device": _instead(lambda path: path.symlink_to("/dev/zero")),
    "a link to itself": _instead(lambda path: path.symlink_to(path.name)),
    "a link to nothing": _instead(lambda path: path.symlink_to("nowhere")),
    "a link elsewhere": _instead(lambda path: path.symlink_to("/etc/passwd")),
    "zero bytes": _rewritten(lambda _: bytes(5_000)),
    "one endless line": _rewritten(lambda _: b"a" * 3_000_000),
    "deep brackets": _rewritten(lambda _: b"[" * 100_000),
    "in UTF-16": _rewritten(lambda old: old.decode("utf-8", "replace").encode("utf-16")),
    "with CR line ends": _rewritten(lambda old: old.replace(b"\n", b"\r")),
    "with CRLF line ends": _rewritten(lambda old: old.replace(b"\n", b"\r\n")),
    "with a byte order mark": _rewritten(lambda old: b"\xef\xbb\xbf" + old),
    "twice": _rewritten(lambda old: old * 2),
}


# -- Bytes ------------------------------------------------------------------------------------


def _flip_a_bit(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return b"\x01"
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def _insert_bytes(content: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + chance.choice(BYTES) + content[at:]


def _cut_out(content: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + content[at + chance.randint(1, 60) :]


def _break_off(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randint(0, len(content))]


# -- Lines ------------------------------------------------------------------------------------


def _drop_lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    at = chance.randint(0, len(lines))
    return b"".join(lines[:at] + lines[at + chance.randint(1, 3) :])


def _repeat_a_line(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True) or [b"\n"]
    lines.insert(chance.randint(0, len(lines)), chance.choice(lines))
    return b"".join(lines)


def _swap_lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True) or [b"\n"]
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _indent_a_line(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True) or [b"\n"]
    at = chance.randrange(len(lines))
    lines[at] = chance.choice((b"", b" ", b"  ", b"      ", b"\t")) + lines[at].lstrip(b" ")
    return b"".join(lines)


def _join_lines(content: bytes, chance: random.Random) -> bytes:
    ends = [found.start() for found in re.finditer(rb"\n", content)]
    at = chance.choice(ends) if ends else len(content)
    return content[:at] + content[at + 1 :]


# -- Words ------------------------------------------------------------------------------------


def _replace_a_word(content: bytes, chance: random.Random) -> bytes:
    found = list(WORD.finditer(content)) or [re.match(b"", content)]
    old = chance.choice(found)
    own = [item[0] for item in chance.sample(found, min(8, len(found))) if item]
    new = chance.choice([*(word.encode("utf-8") for word in chance.sample(WORDS, 8)), *own])
    return content[: old.start()] + new + content[old.end() :] if old else new


def _insert_a_word(content: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + chance.choice(WORDS).encode("utf-8") + content[at:]


def _swap_words(content: bytes, chance: random.Random) -> bytes:
    words = WORD.findall(content) or [b""]
    one, other = chance.randrange(len(words)), chance.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return b"".join(words)


def _rename_everywhere(content: bytes, chance: random.Random) -> bytes:
    words = re.findall(rb"[A-Za-z][\w-]+", content) or [b"x"]
    return content.replace(chance.choice(words), chance.choice((b"x", chance.choice(words))))


def _change_a_figure(content: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"\d+", content))
    if not found:
        return content + b"0"
    old = chance.choice(found)
    new = chance.choice((b"0", b"", b"-1", b"9" * 25, b"1e9", b"%d" % (int(old[0][:18]) + 1)))
    return content[: old.start()] + new + content[old.end() :]


# -- Blocks -----------------------------------------------------------------------------------


def _blocks(content: bytes) -> list[bytes]:
    """Return the parts of a content: between blank lines, or a line with those indented below."""
    by_blank = re.split(rb"(?<=\n)\n", content)
    return by_blank if len(by_blank) > 2 else re.split(rb"(?<=\n)(?=\S)", content)


def _drop_a_block(content: bytes, chance: random.Random) -> bytes:
    blocks = _blocks(content)
    del blocks[chance.randrange(len(blocks))]
    return b"\n".join(blocks)


def _move_a_block(content: bytes, chance: random.Random) -> bytes:
    blocks = _blocks(content)
    block = blocks.pop(chance.randrange(len(blocks)))
    blocks.insert(chance.randint(0, len(blocks)), block)
    return b"\n".join(blocks)


def _repeat_a_block(content: bytes, chance: random.Random) -> bytes:
    blocks = _blocks(content)
    blocks.insert(chance.randint(0, len(blocks)), chance.choice(blocks))
    return b"\n".join(blocks)


def _empty_a_value(content: bytes, chance: random.Random) -> bytes:
    """Take the value of a key, or the object of a predicate, away or make it of another kind."""
    found = list(re.finditer(rb"(?<=[\w>] )[^\s;,.][^\n;,]*", content)) or [re.match(b"", content)]
    old = chance.choice(found)
    new = chance.choice(
        (b"", b"[]", b"{}", b"[ [] ]", b'""', b"{a: b}", b"<x>", b"1", b"true", b"()")
    )
    return content[: old.start()] + new + content[old.end() :] if old else new


def _blend(content: bytes, donor: bytes, chance: random.Random) -> bytes:
    blocks = _blocks(content)
    blocks[chance.randrange(len(blocks))] = chance.choice(_blocks(donor))
    return b"\n".join(blocks)


CHANGES: tuple[Change, ...] = (
    *(_flip_a_bit, _insert_bytes, _cut_out, _break_off),
    *(_drop_lines, _repeat_a_line, _swap_lines, _indent_a_line, _join_lines),
    *(_replace_a_word, _replace_a_word, _insert_a_word, _swap_words),
    *(_rename_everywhere, _change_a_figure),
    *(_drop_a_block, _move_a_block, _repeat_a_block, _empty_a_value, _empty_a_value),
)
