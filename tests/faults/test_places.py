"""Places of faults: lines and columns count from 1, and in characters."""

from __future__ import annotations

import pytest

from publish.faults.places import line_and_column, place_of_byte


@pytest.mark.parametrize(
    ("text", "offset", "place"),
    [("", 0, (1, 1)), ("ab", 2, (1, 3)), ("a\nb", 1, (1, 2)), ("a\nb", 2, (2, 1))],
)
def test_line_and_column(text: str, offset: int, place: tuple[int, int]) -> None:
    """A line feed belongs to the line that it ends."""
    assert line_and_column(text, offset) == place


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"\xff", (1, 1)),
        (b"a\nb\xff", (2, 2)),
        ("één\n".encode() + b"\xe9", (2, 1)),
        ("éé".encode() + b"\xe9", (1, 3)),
        (b"\xef\xbb\xbfab\xff", (1, 3)),
    ],
)
def test_place_of_byte_counts_characters(content: bytes, place: tuple[int, int]) -> None:
    """The column of a wrong byte counts characters, and not the byte order mark."""
    for encoding in ("utf-8", "utf-8-sig"):
        with pytest.raises(UnicodeDecodeError) as caught:
            content.decode(encoding)
        assert place_of_byte(caught.value) == place
