"""Whether a client takes what is sent to it fast enough, on average over a window of time.

A line that is interrupted for a while, as in a tunnel, makes up for it. What the client's system
has acknowledged counts, not what waits in buffers of this one.
"""

from __future__ import annotations

import contextlib
import fcntl
import struct
import termios


class Pace:
    """How fast one client reads; to be asked from time to time."""

    def __init__(self, least: float, window: float) -> None:
        """``least`` is in bytes a second, the window in seconds."""
        self._least, self._window = least, window
        self._since, self._taken = 0.0, -1

    def is_too_slow(self, now: float, written: int, waiting: int) -> bool:
        """Return whether the client took too little in the last window.

        Of the ``written`` bytes of the connection ``waiting`` ones are not taken yet. While none
        wait nothing is expected of the client.
        """
        taken = written - waiting
        if not waiting or self._taken < 0:
            self._since, self._taken = now, taken if waiting else -1
            return False
        passed = now - self._since
        if passed < self._window:
            return False
        expected = self._least * passed
        is_slow = taken - self._taken < expected
        self._since, self._taken = now, taken
        return is_slow


def unacknowledged(descriptor: int) -> int:
    """Return the bytes that a socket has sent and its peer not acknowledged; 0 if unknown."""
    with contextlib.suppress(OSError, ValueError):
        found: tuple[int] = struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, b"\0" * 4))
        return found[0]
    return 0
