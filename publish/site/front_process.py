"""The program of one server process among several, as ``supervisor`` starts it.

In comes a JSON object as its only argument: the release, the settings, the socket and the pipes.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
from pathlib import Path

from publish.server.access_log import use_format
from publish.server.settings.sources import Settings
from publish.site.process import run_process


def main() -> None:
    """Run one process as the supervisor told it to."""
    told = json.loads(sys.argv[1])
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.INFO)
    use_format(told["settings"]["log_format"])

    def ready() -> None:
        if told["ready"] is not None:
            os.write(told["ready"], b".")
            os.close(told["ready"])

    run_process(
        Path(told["current"]),
        Settings(**told["settings"]),
        shared=Path(told["shared"]),
        slot=told["slot"],
        listening=socket.socket(fileno=told["socket"]),
        ready=ready,
        life=told["life"],
    )


if __name__ == "__main__":
    main()
