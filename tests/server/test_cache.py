"""Answers that are kept: shared by processes, bounded, and under a key of all they depend on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from publish.server.cache import AnswerCache, CachedAnswer, DocumentCache, key_of

MIB = 1 << 20


def answer(body: bytes) -> CachedAnswer:
    return CachedAnswer(form="select", body=body)


def test_keep_answer(tmp_path: Path) -> None:
    """What was kept comes back whole, with bytes of any kind; nothing else does."""
    cache = AnswerCache(tmp_path, most_bytes=MIB, largest=MIB)
    body = bytes(range(256)) + b"\n\n\x00"
    cache.put(key_of("a"), answer(body))
    assert cache.get(key_of("a")) == answer(body)
    assert cache.get(key_of("b")) is None
    cache.close()


def test_keep_nothing_without_bytes(tmp_path: Path) -> None:
    """With 0 bytes nothing is kept and no file is made."""
    cache = AnswerCache(tmp_path / "none", most_bytes=0, largest=MIB)
    cache.put(key_of("a"), answer(b"x"))
    assert cache.get(key_of("a")) is None
    assert cache.counts() == (0, 0)
    assert not (tmp_path / "none").exists()


def test_keep_no_large_answer(tmp_path: Path) -> None:
    """An answer above the largest size is not kept, one of that size is."""
    cache = AnswerCache(tmp_path, most_bytes=MIB, largest=1000)
    cache.put(key_of("large"), answer(b"x" * 1001))
    cache.put(key_of("small"), answer(b"x" * 1000))
    assert cache.get(key_of("large")) is None
    assert cache.get(key_of("small")) is not None
    cache.close()


def test_stay_within_bytes_and_keep_the_latest(tmp_path: Path) -> None:
    """However much is kept, the bytes stay within bounds, and the latest quarter is there."""
    cache = AnswerCache(tmp_path, most_bytes=MIB, largest=MIB)
    for number in range(2000):
        cache.put(key_of(str(number)), answer(b"%d" % number * 500))
    entries, size = cache.counts()
    assert 0 < size <= MIB
    assert 50 < entries < 2000
    kept = [number for number in range(2000) if cache.get(key_of(str(number)))]
    assert kept == list(range(2000 - len(kept), 2000))
    cache.close()


def test_share_answers_between_processes(tmp_path: Path) -> None:
    """What one process keeps another one has, and the other way round."""
    mine = AnswerCache(tmp_path, most_bytes=MIB, largest=MIB)
    mine.put(key_of("mine"), answer(b"mine"))
    program = (
        "import sys; from pathlib import Path; from publish.server.cache import *\n"
        "cache = AnswerCache(Path(sys.argv[1]), most_bytes=1 << 20, largest=1 << 20)\n"
        "assert cache.get(key_of('mine')).body == b'mine'\n"
        "cache.put(key_of('theirs'), CachedAnswer(form='ask', body=b'theirs'))\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, timeout=30)
    theirs = mine.get(key_of("theirs"))
    assert theirs == CachedAnswer(form="ask", body=b"theirs")
    mine.close()


parts = st.lists(st.text(), max_size=4)


@given(parts, parts)
def test_tell_keys_apart(one: list[str], other: list[str]) -> None:
    """Keys are equal for equal parts only: no text can pass for two."""
    assert (key_of(*one) == key_of(*other)) == (one == other)


def test_keep_documents_up_to_a_size() -> None:
    """What was used longest ago goes first; what is large is not kept at all."""
    cache = DocumentCache(most_bytes=100)
    for number in range(12):
        cache.put(str(number), b"123456789!")
        assert cache.get("0") is not None
    assert cache.get("1") is None
    assert cache.get("11") == b"123456789!"
    cache.put("x", b"x" * 11)
    assert cache.get("x") is None
