"""``/mcp`` on a real server: the client of the SDK, and requests of those who mean no good."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import Built
from raw_http import Reply, fetch
from sparql_server import Server, health, memory_of, project_over, serving, until

SLUG = "lde-werknemers-leeftijd"
JSON = "application/json"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def server(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the answer, to assistants too."""
    folder = project_over(answer.folder, tmp_path_factory.mktemp("served"))
    with serving(folder, {"mcp": True, "workers": 2, "per-client": 3}) as found:
        yield found


def call(name: str, **arguments: object) -> bytes:
    """Return a call of a tool."""
    params = {"name": name, "arguments": arguments}
    content = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return json.dumps(content).encode()


def post(server: Server, body: bytes, *more: tuple[str, str], method: str = "POST") -> Reply:
    """Send a request to the door as a client of an earlier revision does."""
    fields = {
        "Content-Type": JSON,
        "Accept": f"{JSON}, text/event-stream",
        "MCP-Protocol-Version": "2025-11-25",
        "Host": f"127.0.0.1:{server.port}",
        **dict(more),
    }
    host = fields.pop("Host")
    return fetch(server.port, "/mcp", method, list(fields.items()), body, host=host)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_answer_the_client_of_the_sdk(server: Server, mode: str) -> None:
    """The tools answer over HTTP as they do over stdin, by either revision of the protocol."""
    from mcp import Client

    async def talk() -> None:
        async with Client(f"http://127.0.0.1:{server.port}/mcp", mode=mode) as client:
            assert len((await client.list_tools()).tools) == 4
            found = await client.call_tool("find_data_sets", {"words": "65 jaar en ouder"})
            assert SLUG in [item["data_set"] for item in found.structured_content["data_sets"]]
            filters = {"kwartaal": "2023-Q1", "leeftijdsgroep": "Y_GE65"}
            arguments = {"data_set": SLUG, "value": "10,1", "filters": filters, "language": "en"}
            verified = await client.call_tool("verify_figure", arguments)
            assert verified.structured_content["verdict"] == "equal-when-rounded"
            figures = await client.call_tool("get_figures", {"data_set": SLUG, "filters": filters})
            (figure,) = figures.structured_content["figures"]
            assert (figure["value"], figure["source"]["line"]) == ("10.09", "81")

    asyncio.run(talk())


def test_take_posts_only(server: Server) -> None:
    """There are no sessions, so there is nothing to listen to or to end."""
    for method in ("GET", "DELETE", "PUT"):
        reply = post(server, b"", method=method)
        assert (reply.status, reply["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("Host", "evil.example", 421),
        ("Host", "localhost.evil.example:80", 421),
        ("Host", "data.sociale-economie.example", 200),
        ("Host", "192.0.2.7:8000", 200),
        ("Origin", "http://evil.example", 403),
        ("Origin", "null", 403),
        ("Origin", "https://data.sociale-economie.example", 200),
    ],
)
def test_answer_no_pages_of_others(server: Server, name: str, value: str, status: int) -> None:
    """A page of another site can neither ask nor read, whatever name it gives this machine."""
    reply = post(server, call("find_data_sets", words="x"), (name, value))
    assert reply.status == status
    assert reply.get("Access-Control-Allow-Origin") is None


def test_open_nothing_to_a_preflight(server: Server) -> None:
    """A browser that asks for leave gets none."""
    reply = post(server, b"", ("Origin", "http://evil.example"), method="OPTIONS")
    assert reply.status == 204
    assert reply.get("Access-Control-Allow-Methods") is None


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "Parse error"),
        (b"[" * 60_000, 400, "Parse error"),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 400, "alid"),
        (b" " * 70_000, 413, "64 KB"),
        (call("get_figures", data_set="x" * 60_000), 200, "data_set is longer than 500"),
        (call("get_figures", data_set=SLUG, filters={"kwartaal": ["x"] * 501}), 200, "500 values"),
        (call("get_figures", data_set="file:///etc/passwd"), 200, "There is no data set"),
        (call("get_figures", data_set=SLUG, size="all"), 200, "whole number from 1 to 200"),
        (call("x" * 5_000), 200, "There is no tool"),
        (b'{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///etc/passwd"}}',
         200, "Method not found"),
    ],
)  # fmt: skip
def test_refuse_what_is_no_question(server: Server, body: bytes, status: int, words: str) -> None:
    """Huge, wrong and strange requests are refused in words, and the server goes on."""
    reply = post(server, body)
    assert reply.status == status
    assert words in reply.text
    assert post(server, b'{"jsonrpc":"2.0","id":1,"method":"ping"}').status == 200


def test_bound_what_a_client_has_under_way(server: Server) -> None:
    """Many sessions at once leave no memory behind, and one client does not get all workers."""
    before = memory_of(server.process.pid)
    statuses: list[int] = []

    def ask() -> None:
        for _ in range(10):
            statuses.append(post(server, call("get_figures", data_set=SLUG)).status)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = Counter(statuses)
    assert set(counted) <= {200, 429}
    assert counted[200]
    assert counted[429]
    assert memory_of(server.process.pid) - before < 40 << 20
    assert health(server)["busy"] == 0


def test_count_and_log_requests(server: Server) -> None:
    """The log says that an assistant asked and not what; the metrics count it."""

    def answered() -> list[dict[str, object]]:
        """Return what is logged of requests that were answered, those of other tests too."""
        lines = (json.loads(row) for row in server.log.read_text().splitlines() if row[:1] == "{")
        return [line for line in lines if (line.get("route"), line.get("status")) == ("mcp", 200)]

    before = len(answered())
    assert post(server, call("find_data_sets", words="geheim")).status == 200
    until(lambda: len(answered()) > before)  # a line is written when its answer has been sent
    assert answered()[-1]["outcome"] == "answered"
    assert "geheim" not in server.log.read_text()
    metrics = fetch(server.port, "/metrics", host=f"127.0.0.1:{server.port}").text
    assert 'publish_requests_total{route="mcp",status="2xx"}' in metrics


def test_answer_nobody_unless_switched_on(answer: Built, tmp_path: Path) -> None:
    """Without the setting there is nothing at that address."""
    with serving(project_over(answer.folder, tmp_path), {"workers": 1}) as found:
        assert post(found, call("find_data_sets")).status == 404
        assert found.fetch("/mcp").status == 404
