"""A server process: uvicorn on a listening socket, and the tasks that run beside it.

On SIGHUP, or when ``build/current`` points elsewhere, the new release takes over without a request
being refused. With several processes each runs this module as its program, on the same socket
(``publish.server.processes.supervisor``); its only argument is then a JSON object.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
import uvloop

from publish.faults.fault import CannotRun, Words
from publish.release.opened import Served
from publish.release.releases import check_quickly, sound_releases
from publish.release.soundness import DamagedFile
from publish.server.access_log import AccessLog, use_format
from publish.server.bounds.room import Room
from publish.server.cache import AnswerCache
from publish.server.clients import ClientTable
from publish.server.connection import ConnectionRegistry, connection_class
from publish.server.metrics import Metrics
from publish.server.processes.listening import StoppableServer, address_of
from publish.server.processes.run_folder import run_folder
from publish.server.processes.supervisor import supervise
from publish.server.settings.table import Settings
from publish.server.wsgi import WsgiBridge
from publish.site.app import Application, RunningRelease
from publish.site.flask_app import create_app, open_endpoint
from publish.sparql.query.errors import QueryFailed
from publish.sparql.query.limits import Limits
from publish.sparql.workers.pool import QueryPool

POLL_INTERVAL = 2.0
"""Seconds between looks whether there is a new release."""
RETRY_INTERVAL = 60.0
"""Seconds after which a release that could not be opened is tried again without a signal."""

UNUSABLE = (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError, QueryFailed)
"""What opening a release raises that is damaged: files, a manifest of another form, the store."""

log = logging.getLogger("publish")
logging.getLogger("uvicorn").setLevel(logging.ERROR)


def limits_of(settings: Settings) -> Limits:
    """Return the limits of queries that the settings give."""
    return Limits(**{item.name: getattr(settings, item.name) for item in fields(Limits)})


async def open_release(
    folder: Path, settings: Settings, cache: AnswerCache, room: Room
) -> RunningRelease:
    """Open a release and start its workers.

    Raises OSError, KeyError or ValueError when it is none, QueryFailed when its store is not sound.
    """
    served = await asyncio.to_thread(Served, folder)
    pool = QueryPool(
        served.folder / "store",
        limits=limits_of(settings),
        prefixes=served.prefixes,
        base=f"{served.public_url}/sparql",
        in_memory=settings.in_memory,
        room=room,
    )
    endpoint = open_endpoint(served, pool, cache, settings.per_client)
    mount = urlsplit(served.base).path.rstrip("/")
    release = RunningRelease(
        served=served,
        pool=pool,
        endpoint=endpoint,
        pages=await asyncio.to_thread(create_app, served, endpoint),
        mounts=(mount,) if mount else (),
    )
    await pool.start()  # last: what fails before it leaves no workers behind
    return release


class ServerProcess:
    """One server process on a listening socket."""

    def __init__(self, current: Path, settings: Settings, shared: Path, slot: int) -> None:
        """``current`` is a release or a link to one, ``shared`` the folder of all processes."""
        self._current, self._settings = current, settings
        self._cache = AnswerCache(
            shared / "answers", most_bytes=settings.cache_bytes, largest=settings.cache_answer_bytes
        )
        self._metrics = Metrics(shared / "metrics", slot)
        self._access_log = None
        if settings.access_log != "off":
            self._access_log = AccessLog(
                settings.access_log, log_queries=settings.log_queries, lock=shared / "log.lock"
            )
        self._clients = ClientTable(shared / "clients", slot, settings.per_client)
        self._bridge = WsgiBridge(settings.threads)
        self._spools = Room(
            most=settings.spool_bytes,
            most_of_client=settings.spool_bytes_per_client,
            folder=Path(tempfile.gettempdir()),
        )
        self._buffers = Room(most=settings.buffer_bytes, most_of_client=settings.buffer_bytes)
        self._connections = ConnectionRegistry(
            most=settings.connections,
            # Behind a proxy all connections are the proxy's.
            most_of_client=settings.connections
            if settings.trusted_proxies
            else settings.connections_per_client,
            idle_timeout=settings.idle_timeout,
            least_rate=settings.least_rate,
        )
        self._reloading = asyncio.Lock()
        self._unusable: Path | None = None
        self._retry_at = 0.0
        self._background: set[asyncio.Task[None]] = set()

    async def run(
        self, listening: socket.socket, ready: Callable[[], None], life: int | None
    ) -> None:
        """Answer until SIGTERM or SIGINT; requests under way end first.

        ``life`` is a pipe whose end means that the supervisor is gone: then this ends at once.
        """
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, lambda: None)  # which would end it, to begin with
        release = await self._open_sound()
        self._application = Application(
            settings=self._settings,
            metrics=self._metrics,
            access_log=self._access_log,
            clients=self._clients,
            bridge=self._bridge,
            buffers=self._buffers,
            release=release,
        )
        self._metrics.release(release.served.id)
        server = StoppableServer(
            uvicorn.Config(
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
            )
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        loop.add_signal_handler(signal.SIGHUP, self._on_hangup)
        # What exists now stays, and hardly anything that a request makes is in a cycle.
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        if life is not None:
            loop.add_reader(life, os._exit, 1)
        self._start(self._every_second())
        if self._settings.reload == "auto":
            self._start(self._follow())
        ready()
        try:
            await server.serve(sockets=[listening])
        finally:
            for task in list(self._background):
                task.cancel()
            await self._application.release.pool.close()
            self._bridge.close()
            if self._access_log is not None:
                self._access_log.close()
            self._clients.close()
            self._cache.close()

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
            except UNUSABLE as error:
                log.error("The release %s cannot be served: %s", folder.name, error)
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
                log.error("The release %s cannot be served: %s", folder.name, error)
                self._unusable = folder
                self._retry_at = asyncio.get_running_loop().time() + RETRY_INTERVAL
                return
            self._application.release = new
            self._metrics.release(new.served.id)
            log.info("Serving release %s", new.served.id)
            self._start(_close_when_unused(old))

    def _on_hangup(self) -> None:
        if self._access_log is not None:
            self._access_log.reopen()
        self._start(self.reload())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

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

    async def _every_second(self) -> None:
        """Close connections that are overdue, and measure the pool and the cache."""
        loop = asyncio.get_running_loop()
        while True:
            self._connections.close_overdue(loop.time())
            self._metrics.pool(self._application.release.pool)
            entries, size = self._cache.counts()
            self._metrics.cache(entries=entries, size=size)
            await asyncio.sleep(1)


async def _close_when_unused(release: RunningRelease) -> None:
    """Wait until no request uses a release any more, then end its workers and free its memory."""
    while release.users:
        await asyncio.sleep(0.05)
    await release.pool.close()
    del release
    gc.unfreeze()  # it may be frozen: it was there when the process started
    gc.collect()
    gc.freeze()


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
        await ServerProcess(current, settings, shared, slot).run(listening, ready, life)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
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

    def ready() -> None:
        if arguments["ready"] is not None:
            os.write(arguments["ready"], b".")
            os.close(arguments["ready"])

    try:
        run_process(
            Path(arguments["current"]),
            Settings(**arguments["settings"]),
            Path(arguments["shared"]),
            socket.socket(fileno=arguments["socket"]),
            ready=ready,
            slot=arguments["slot"],
            life=arguments["life"],
        )
    except (CannotRun, OSError) as error:
        log.error(error.args[0] if isinstance(error, CannotRun) else error)
        sys.exit(2)


if __name__ == "__main__":
    main()
