"""A server process: uvicorn on a listening socket, and the tasks that run beside it.

On SIGHUP, or when ``build/current`` points elsewhere, the new release takes over without a request
being refused. With several processes each runs this module as its program, on the same socket
(``publish.server.processes.supervisor``); its only argument is then a JSON object.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import uvicorn
import uvloop

from publish.faults.fault import LANGUAGES, CannotRun, Words, in_language, phrase, reason_of
from publish.release.releases import check_quickly, sound_releases
from publish.release.soundness import DamagedFile
from publish.server.access_log import AccessLog, use_format
from publish.server.bounds.descriptors import most_connections
from publish.server.bounds.room import Room
from publish.server.cache import AnswerCache
from publish.server.clients import ClientTable
from publish.server.connection import ConnectionRegistry, connection_class
from publish.server.metrics import Metrics
from publish.server.processes.listening import StoppableServer, address_of
from publish.server.processes.readiness import Readiness, can_write
from publish.server.processes.run_folder import run_folder, temporary_folder
from publish.server.processes.supervisor import READY, supervise
from publish.server.processes.tasks import BackgroundTasks, every
from publish.server.settings.table import Settings
from publish.server.wsgi import WsgiBridge
from publish.site.app import Application
from publish.site.running.release import (
    UNUSABLE,
    RunningRelease,
    close_when_unused,
    is_whole,
    open_release,
    why_unusable,
)
from publish.sparql.query.errors import QueryFailed

POLL_INTERVAL = 2.0
"""Seconds between looks whether there is a new release."""
RETRY_INTERVAL = 60.0
"""Seconds after which a release that could not be opened is tried again without a signal."""

log = logging.getLogger("publish")
logging.getLogger("uvicorn").setLevel(logging.ERROR)


class ServerProcess:
    """One server process on a listening socket."""

    def __init__(self, current: Path, settings: Settings, shared: Path, slot: int) -> None:
        """``current`` is a release or a link to one, ``shared`` the folder of all processes.

        Raises OSError when a file cannot be used.
        """
        self._current, self._settings = current, settings
        self._access_log = None
        if settings.access_log != "off":
            self._access_log = AccessLog(
                settings.access_log, log_queries=settings.log_queries, lock=shared / "log.lock"
            )
        self._cache = AnswerCache(
            shared / "answers", most_bytes=settings.cache_bytes, largest=settings.cache_answer_bytes
        )
        self._metrics = Metrics(shared / "metrics", slot)
        self._tasks = BackgroundTasks(self._metrics.task_failed)
        self._clients = ClientTable(shared / "clients", slot, settings.per_client)
        self._bridge = WsgiBridge(settings.threads)
        self._spools = Room(
            most=settings.spool_bytes,
            most_of_client=settings.spool_bytes_per_client,
            folder=temporary_folder(),
        )
        self._buffers = Room(most=settings.buffer_bytes, most_of_client=settings.buffer_bytes)
        most = max(1, most_connections(settings.connections, settings.workers))
        self._connections = ConnectionRegistry(
            most=most,
            # Behind a proxy all connections are the proxy's.
            most_of_client=most if settings.trusted_proxies else settings.connections_per_client,
            idle_timeout=settings.idle_timeout,
            least_rate=settings.least_rate,
            on_cut_off=self._metrics.cut_off,
        )
        self._reloading = asyncio.Lock()
        self._unusable: Path | None = None
        self._retry_at = 0.0
        self._shared = shared

    async def run(
        self, listening: socket.socket, ready: Callable[[], None], life: int | None
    ) -> None:
        """Answer until SIGTERM or SIGINT; requests under way end first.

        ``life`` is a pipe whose end means that the supervisor is gone: then this ends at once.
        """
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, lambda: None)  # which would end it, to begin with
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(
                number, cast("asyncio.Task[None]", asyncio.current_task()).cancel
            )
        self._application = Application(
            settings=self._settings,
            metrics=self._metrics,
            access_log=self._access_log,
            clients=self._clients,
            bridge=self._bridge,
            buffers=self._buffers,
            release=await self._open_sound(),  # which no variable here outlives
        )
        self._metrics.release(self._application.release.served.id)
        if self._settings.mcp:
            await self._answer_assistants()
        server = StoppableServer(
            listening=listening,
            config=uvicorn.Config(
                self._application,
                http=connection_class(self._connections),
                ws="none",
                lifespan="off",
                loop="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=24 * 3600,  # close_overdue closes what is idle
                timeout_graceful_shutdown=round(self._settings.stop_timeout),
            ),
        )
        readiness = self._application.readiness = Readiness(
            quick={
                "stopping": lambda: not server.should_exit,
                "workers": lambda: self._application.release.pool.ready > 0,
                "release": lambda: not self._application.release.pool.is_damaged,
                "tasks": lambda: not self._tasks.failing,
            },
            on_disk={
                "files": lambda: is_whole(self._application.release.served),
                "temporary-folder": lambda: can_write(self._shared),
            },
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        loop.add_signal_handler(signal.SIGHUP, self._on_hangup)
        # What exists now stays, and hardly anything that a request makes is in a cycle.
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        if life is not None:
            loop.add_reader(life, os._exit, 1)
        keep = self._tasks.keep
        keep("connections", partial(every, 1, self._close_overdue))
        keep("metrics", partial(every, 1, self._measure))
        keep("readiness", readiness.look)
        if self._settings.reload == "auto":
            keep("releases", self._follow)
        ready()
        try:
            await server.run_until_stopped()
        finally:
            await self._tasks.close()
            await self._application.release.pool.close()
            self._bridge.close()
            if self._access_log is not None:
                self._access_log.close()
            self._clients.close()
            self._cache.close()

    async def _answer_assistants(self) -> None:
        """Let assistants be answered; what they need is loaded only where it is switched on."""
        from publish.site.assistants.over_http import AssistantDoor

        door = AssistantDoor(self._settings, self._application.release.served)
        started = asyncio.Event()
        self._tasks.keep("assistants", partial(door.run, started))
        await started.wait()
        self._application.assistants = door

    async def _open(self, folder: Path) -> RunningRelease:
        return await open_release(folder, self._settings, self._cache, self._spools)

    async def _open_sound(self) -> RunningRelease:
        """Open the current release or, if that is damaged, the latest that is sound.

        Raises CannotRun when there is none.
        """
        sound = sound_releases(self._current)
        while True:
            folder, told = await asyncio.to_thread(next, sound)
            try:
                release = await self._open(folder)
            except QueryFailed as error:  # its store was opened before
                raise CannotRun(phrase("workers-not-started", reason=error.reason)) from error
            except UNUSABLE as error:
                log.error("The release %s cannot be served: %s", folder.name, why_unusable(error))
                continue
            if told is not None:
                log.error(told)
            return release

    async def reload(self) -> None:
        """Serve what ``current`` points to now, and close the old release when it is unused.

        When the new one cannot be opened the old one stays, and the log says why.
        """
        async with self._reloading:
            old, folder = self._application.release, self._current
            try:
                folder = folder.resolve()
                if folder == old.served.folder:
                    return
                if found := await asyncio.to_thread(check_quickly, folder):
                    raise DamagedFile(Words(f"{found[0].path}: ") + found[0].finding)
                new = await self._open(folder)
            except UNUSABLE as error:
                log.error("The release %s cannot be served: %s", folder.name, why_unusable(error))
                self._unusable = folder
                self._retry_at = asyncio.get_running_loop().time() + RETRY_INTERVAL
                return
            self._application.release, self._unusable = new, None
            self._metrics.release(new.served.id)
            log.info("Serving release %s", new.served.id)
            self._tasks.run("releases", close_when_unused(old))

    def _on_hangup(self) -> None:
        if self._access_log is not None:
            self._access_log.reopen()
        self._tasks.run("releases", self.reload())

    async def _follow(self) -> None:
        """Look for a new release from time to time."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(POLL_INTERVAL)
            if not self._is_unusable() or loop.time() > self._retry_at:
                await self.reload()

    def _is_unusable(self) -> bool:
        """Return whether ``current`` points to what could not be opened the last time."""
        try:
            return self._current.resolve() == self._unusable
        except (OSError, RuntimeError):  # a loop of links
            return self._current == self._unusable

    def _close_overdue(self) -> None:
        """Close connections that are overdue."""
        self._connections.close_overdue(asyncio.get_running_loop().time())

    def _measure(self) -> None:
        """Measure the pool, the cache and what is held for clients."""
        self._metrics.pool(self._application.release.pool)
        entries, size = self._cache.counts()
        self._metrics.cache(entries=entries, size=size)
        self._metrics.held(disk=self._spools.held, memory=self._buffers.held)


def run_process(
    current: Path,
    settings: Settings,
    shared: Path,
    listening: socket.socket,
    *,
    ready: Callable[[], None],
    slot: int = 0,
    life: int | None = None,
) -> None:
    """Run one server process until it is told to stop, or the pipe ``life`` ends."""

    async def run() -> None:
        try:
            process = ServerProcess(current, settings, shared, slot)
        except OSError as error:
            if error.filename is not None and not Path(error.filename).is_relative_to(shared):
                raise  # the access log
            folder, reason = temporary_folder(), reason_of(error)
            why = phrase("temporary-folder-unusable", folder=folder, reason=reason)
            raise CannotRun(why) from error
        await process.run(listening, ready, life)

    with (
        contextlib.suppress(asyncio.CancelledError),  # told to stop while it started
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(run())


def serve(
    current: Path,
    settings: Settings,
    listening: socket.socket,
    ready: Callable[[str], None] = log.info,
) -> None:
    """Serve a release until SIGTERM or Ctrl-C.

    ``current`` is its folder, or a link that may point to another one later. ``ready`` is called
    with the address once requests are answered.
    """
    of_several = partial(supervise, module="publish.site.process")
    run: Callable[..., None] = run_process if settings.processes == 1 else of_several
    with run_folder() as shared:
        run(current, settings, shared, listening, ready=partial(ready, address_of(listening)))


def main() -> None:
    """Run one of several processes with the arguments of the supervisor."""
    arguments = json.loads(sys.argv[1])
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.INFO)
    use_format(arguments["settings"]["log_format"])

    def tell(line: bytes) -> None:
        if arguments["ready"] is not None:
            os.write(arguments["ready"], line)
            os.close(arguments["ready"])

    try:
        run_process(
            Path(arguments["current"]),
            Settings(**arguments["settings"]),
            Path(arguments["shared"]),
            socket.socket(fileno=arguments["socket"]),
            ready=partial(tell, READY),
            slot=arguments["slot"],
            life=arguments["life"],
        )
    except (CannotRun, OSError) as error:
        why = error.args[0] if isinstance(error, CannotRun) else Words("")
        if isinstance(error, OSError):
            why = Words(f"{error.filename}: " if error.filename else "") + reason_of(error) + "."
        if arguments["ready"] is None:
            log.error("A server process cannot start: %s", why)
        tell(json.dumps([in_language(why, language) for language in LANGUAGES]).encode() + b"\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
