"""The settings of the server: each with its kind, default, bounds and meaning.

From this table follow ``serve.toml``, the environment variables, the flags of ``publish serve``,
the table of ``docs/operations.md``, and what is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

from publish.faults.fault import Words
from publish.server.settings.setting import Setting

KIB, MIB, GIB = 2**10, 2**20, 2**30
PREFIX = r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*"
"""A path under which the server is reached: segments without a slash at the end, or nothing."""


def _setting(kind: str, default: object, en: str, nl: str, **more: Any) -> Any:
    """Return a field of the settings, with its setting as metadata."""
    about = Setting(kind=kind, default=default, meaning=Words(en, nl), **more)
    return field(default=default, metadata={"setting": about})


def _number(kind: str, default: float, bounds: tuple[float, float], en: str, nl: str) -> Any:
    """Return the field of a number with its least and its most."""
    return _setting(kind, default, en, nl, least=bounds[0], most=bounds[1])


_whole, _seconds, _bytes = (partial(_number, kind) for kind in ("whole", "seconds", "bytes"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a server, in the order in which they are shown."""

    # -- Where it is reached ----------------------------------------------------------------------
    host: str = _setting(
        "text",
        "127.0.0.1",
        "The address to listen on.",
        "Het adres waarop geluisterd wordt.",
        pattern=r"[A-Za-z0-9.:_-]+",
        wanted="wanted-host",
    )
    port: int = _whole(
        8000,
        (0, 65_535),
        "The port to listen on; 0 takes any that is free.",
        "De poort waarop geluisterd wordt; 0 neemt er een die vrij is.",
    )
    path_prefix: str = _setting(
        "text",
        "",
        "The path under which a proxy shows the server, such as /data, when the proxy does not say "
        "so itself in X-Forwarded-Prefix.",
        "Het pad waaronder een proxy de server toont, zoals /data, als de proxy dat niet zelf zegt "
        "in X-Forwarded-Prefix.",
        pattern=PREFIX,
        wanted="wanted-prefix",
    )
    trusted_proxies: int = _whole(
        0,
        (0, 10),
        "How many proxies stand in front, each adding to X-Forwarded-For; with 0 such headers are "
        "passed over.",
        "Hoeveel proxy's ervoor staan, die elk X-Forwarded-For aanvullen; bij 0 worden zulke "
        "headers niet gelezen.",
    )

    # -- Processes --------------------------------------------------------------------------------
    processes: int = _whole(
        1,
        (1, 64),
        "Processes that answer requests; each has workers and threads of its own.",
        "Processen die verzoeken beantwoorden; elk heeft eigen werkers en threads.",
    )
    threads: int = _whole(
        16,
        (1, 256),
        "Threads that make pages, in each process.",
        "Threads die pagina's maken, in elk proces.",
    )
    workers: int = _whole(
        4,
        (1, 256),
        "Workers that run queries, for each process; each is a process that can be ended.",
        "Werkers die vragen beantwoorden, voor elk proces; elk is een proces dat beëindigd kan "
        "worden.",
    )
    in_memory: int = _bytes(
        64 * MIB,
        (0, 1024 * GIB),
        "Bytes on the disk of the largest store that is held in memory, where it answers several "
        "times faster and takes three times the room, once for the workers of a process or, when "
        "queries go through all of it, once for each; 0 holds none.",
        "Bytes op de schijf van de grootste databank die in het geheugen gehouden wordt, waar ze "
        "een paar keer sneller antwoordt en drie keer zoveel plaats neemt, één keer voor de "
        "werkers van een proces of, als vragen alles doorlopen, voor elk van hen; bij 0 geen.",
    )
    stop_timeout: float = _seconds(
        30.0,
        (0, 3600),
        "Seconds that requests under way may still take when the server is told to stop.",
        "Seconden die lopende verzoeken nog krijgen als de server moet stoppen.",
    )
    reload: str = _setting(
        "choice",
        "auto",
        "When a new release is taken up: auto looks for one every two seconds, signal waits for "
        "SIGHUP.",
        "Wanneer een nieuwe release genomen wordt: auto kijkt elke twee seconden, signal wacht "
        "op SIGHUP.",
        choices=("auto", "signal"),
    )

    # -- What a query may take --------------------------------------------------------------------
    deadline: float = _seconds(
        30.0,
        (0.01, 3600),
        "Seconds that a query may take.",
        "Seconden die een vraag mag duren.",
    )
    slow_after: float = _seconds(
        0.5,
        (0.01, 3600),
        "Seconds after which a query counts as slow; slow ones hold at most half the workers.",
        "Seconden waarna een vraag traag is; trage houden hoogstens de helft van de werkers bezet.",
    )
    waiting: int = _whole(
        32,
        (0, 10_000),
        "Queries that may wait for a worker, for each process; more are answered with 503.",
        "Vragen die op een werker mogen wachten, voor elk proces; meer krijgen een 503.",
    )
    patience: float = _seconds(
        10.0,
        (0, 600),
        "Seconds that a query may wait for a worker before it is answered with 503.",
        "Seconden die een vraag op een werker mag wachten voor ze een 503 krijgt.",
    )
    per_client: int = _whole(
        8,
        (1, 10_000),
        "Queries that one client may have under way, over all processes; more are answered with "
        "429.",
        "Vragen die één client tegelijk mag stellen, over alle processen; meer krijgen een 429.",
    )
    memory: int = _bytes(
        GIB,
        (64 * MIB, 1024 * GIB),
        "Memory that a worker may take.",
        "Geheugen dat een werker mag gebruiken.",
    )
    rows: int = _whole(
        1_000_000,
        (1, 1_000_000_000),
        "Rows or triples that an answer may have.",
        "Rijen of triples die een antwoord mag hebben.",
    )
    answer_bytes: int = _bytes(
        128 * MIB,
        (KIB, 16 * GIB),
        "Bytes that an answer may have.",
        "Bytes die een antwoord mag hebben.",
    )
    query_bytes: int = _bytes(
        256 * KIB,
        (64, 16 * MIB),
        "Bytes that the text of a query may have.",
        "Bytes die de tekst van een vraag mag hebben.",
    )
    nesting: int = _whole(
        100,
        (1, 1000),
        "How deep groups, brackets and paths of a query may be nested.",
        "Hoe diep groepen, haakjes en paden van een vraag genest mogen zijn.",
    )
    parts: int = _whole(
        2000,
        (1, 5000),
        "Operators and branches that a query may have.",
        "Operatoren en takken die een vraag mag hebben.",
    )
    query_columns_from: int | str = _setting(
        "whole",
        20_000,
        "From how many observations of a data set queries on it are answered from columns, where "
        "they can be; 0 is always, off never.",
        "Vanaf hoeveel waarnemingen van een dataset vragen erover uit kolommen beantwoord worden, "
        "waar dat kan; 0 is altijd, off nooit.",
        least=0,
        most=1_000_000_000,
        can_be_off=True,
    )
    mcp: bool = _setting(
        "switch",
        False,
        "Whether assistants are answered at /mcp, by the Model Context Protocol.",
        "Of assistenten op /mcp antwoord krijgen, via het Model Context Protocol.",
    )
    mcp_hosts: str = _setting(
        "text",
        "",
        "Names besides the public one by which /mcp may be asked, with commas between them.",
        "Namen naast de publieke waarmee /mcp gevraagd mag worden, met komma's ertussen.",
        pattern=r"[A-Za-z0-9._-]*(?:,[A-Za-z0-9._-]+)*",
        wanted="wanted-names",
    )

    # -- Answers that are kept --------------------------------------------------------------------
    cache_bytes: int = _bytes(
        256 * MIB,
        (0, 1024 * GIB),
        "Bytes of answers that are kept for when they are asked for again; 0 keeps none.",
        "Bytes aan antwoorden die bewaard worden voor als ze opnieuw gevraagd worden; bij 0 geen.",
    )
    cache_answer_bytes: int = _bytes(
        MIB,
        (0, GIB),
        "Bytes of the largest answer that is kept.",
        "Bytes van het grootste antwoord dat bewaard wordt.",
    )

    # -- Connections ------------------------------------------------------------------------------
    connections: int = _whole(
        1000,
        (1, 1_000_000),
        "Connections that may be open, for each process.",
        "Verbindingen die open mogen staan, voor elk proces.",
    )
    connections_per_client: int = _whole(
        200,
        (1, 1_000_000),
        "Connections that one address may have open, for each process; not counted behind a "
        "trusted proxy.",
        "Verbindingen die één adres open mag hebben, voor elk proces; niet geteld achter een "
        "vertrouwde proxy.",
    )
    idle_timeout: float = _seconds(
        20.0,
        (0.1, 3600),
        "Seconds in which the head of a request has to arrive, and that a connection may be idle.",
        "Seconden waarin de kop van een verzoek binnen moet zijn, en die een verbinding stil mag "
        "liggen.",
    )
    body_timeout: float = _seconds(
        20.0,
        (0.1, 3600),
        "Seconds in which the body of a request has to arrive.",
        "Seconden waarin de inhoud van een verzoek binnen moet zijn.",
    )
    body_bytes: int = _bytes(
        2 * MIB,
        (64, GIB),
        "Bytes that the body of a request may have.",
        "Bytes die de inhoud van een verzoek mag hebben.",
    )

    spool_bytes: int = _bytes(
        GIB,
        (MIB, 16 * 1024 * GIB),
        "Bytes of answers above 1 MiB that may lie in the temporary folder until they are sent, "
        "for each process.",
        "Bytes aan antwoorden boven 1 MiB die in de map voor tijdelijke bestanden mogen liggen tot "
        "ze verstuurd zijn, voor elk proces.",
    )
    spool_bytes_per_client: int = _bytes(
        256 * MIB,
        (MIB, 16 * 1024 * GIB),
        "Bytes of them that may be for one client, which besides never has more than are left for "
        "others; more are answered with 503.",
        "Bytes daarvan die voor één client mogen zijn, die bovendien nooit meer heeft dan er voor "
        "anderen overblijven; meer krijgen een 503.",
    )
    buffer_bytes: int = _bytes(
        256 * MIB,
        (MIB, 1024 * GIB),
        "Bytes of requests and replies that may be held in memory until they are received or sent, "
        "for each process; one client never has more than are left for others.",
        "Bytes aan verzoeken en antwoorden die in het geheugen mogen staan tot ze ontvangen of "
        "verstuurd zijn, voor elk proces; één client heeft nooit meer dan er voor anderen "
        "overblijven.",
    )
    least_rate: int = _bytes(
        8 * KIB,
        (1, 16 * MIB),
        "Bytes a second that a client has to read of what it asked for, on average over a minute; "
        "a slower one is cut off.",
        "Bytes per seconde die een client moet lezen van wat hij vroeg, gemiddeld over een minuut; "
        "een tragere wordt afgesneden.",
    )

    # -- What is written down ---------------------------------------------------------------------
    access_log: str = _setting(
        "text",
        "-",
        "Where each request is written as a line of JSON: a file, - for the output, or off.",
        "Waar elk verzoek als een regel JSON geschreven wordt: een bestand, - voor de uitvoer, "
        "of off.",
        pattern=r"[^\x00-\x1f\x7f]+",
        wanted="wanted-log",
    )
    log_queries: bool = _setting(
        "switch",
        False,
        "Whether the access log holds the text of queries, which may be personal.",
        "Of het toegangslog de tekst van vragen bevat, die persoonlijk kan zijn.",
    )
    log_format: str = _setting(
        "choice",
        "auto",
        "How errors are written: json, text, or auto, which is text on a terminal only.",
        "Hoe fouten geschreven worden: json, text, of auto, dat alleen op een terminal text is.",
        choices=("auto", "json", "text"),
    )
    metrics: str = _setting(
        "choice",
        "local",
        "Whom /metrics answers, for Prometheus: local is programs on this machine that ask without "
        "a proxy, on is everybody, off is nobody.",
        "Wie /metrics antwoord geeft, voor Prometheus: local is programma's op deze machine die "
        "zonder proxy vragen, on is iedereen, off is niemand.",
        choices=("local", "on", "off"),
    )


TABLE: Mapping[str, Setting] = {
    item.name.replace("_", "-"): item.metadata["setting"] for item in fields(Settings)
}
"""Every setting by its name."""
