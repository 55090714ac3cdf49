"""Whether a client reads fast enough."""

from __future__ import annotations

import socket

import pytest

from publish.server.bounds.pace import Pace, unacknowledged


@pytest.mark.parametrize(
    ("taken", "cut_at"),
    [
        ([0] * 20, 10),  # reads nothing
        ([1] * 40, 10),  # a byte a second
        ([9] * 40, 10),  # a little less than it has to
        ([10] * 60, None),
        ([100] * 5 + [0] * 9 + [100] * 10, None),  # a tunnel
        ([0] * 9 + [200] + [0] * 9 + [200], None),  # reads now and then
        ([100] * 10 + [0] * 30, 20),  # a full window after the last one that was good
    ],
)
def test_average_over_a_window(taken: list[int], cut_at: int | None) -> None:
    """Less than ten bytes a second over ten seconds is too slow, a pause within them is not."""
    pace = Pace(10, 10)
    total, found = 0, None
    assert not pace.is_too_slow(0, 10_000, 10_000)
    for second, size in enumerate(taken, start=1):
        total += size
        if pace.is_too_slow(second, 10_000, 10_000 - total):
            found = second
            break
    assert found == cut_at


def test_expect_nothing_of_who_has_read_all() -> None:
    """While nothing waits for a client, as during a long query, time does not count."""
    pace = Pace(10, 10)
    assert not pace.is_too_slow(0, 100, 50)
    assert not any(pace.is_too_slow(second, 100, 0) for second in range(1, 50))
    assert not any(pace.is_too_slow(second, 200, 50) for second in range(50, 60))
    assert pace.is_too_slow(60, 200, 50)


def test_bytes_that_the_peer_has_not_taken() -> None:
    """What lies in the system's buffer of a connection is not taken yet."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
        with client, server:
            server.setblocking(False)
            assert unacknowledged(server.fileno()) == 0
            sent = 0
            while True:
                try:
                    sent += server.send(bytes(65536))
                except BlockingIOError:
                    break
            assert 0 < unacknowledged(server.fileno()) <= sent
    assert unacknowledged(-1) == 0
