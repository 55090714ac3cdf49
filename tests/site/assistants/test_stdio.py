"""``publish mcp`` as an assistant starts it: a process of its own, and the client of the SDK."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from built import PROGRAM, Built
from small_project import make_small_project
from sparql_server import project_over

SLUG = "lde-werknemers-leeftijd"
PLACE = {"kwartaal": "2023-Q1", "leeftijdsgroep": "65 jaar en ouder"}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_answer_the_client_of_the_sdk(answer: Built, tmp_path: Path, mode: str) -> None:
    """Tools are listed and called over stdin and stdout; answers come structured and as text."""
    from mcp import Client, MCPError, StdioServerParameters

    folder = project_over(answer.folder, tmp_path)
    command = StdioServerParameters(command=PROGRAM, args=["--project", str(folder), "mcp"])

    async def talk() -> None:
        async with Client(command, mode=mode) as client:
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == [
                "find_data_sets",
                "describe_data_set",
                "get_figures",
                "verify_figure",
            ]
            assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
            arguments = {"data_set": SLUG, "value": "10,09", "filters": PLACE}
            verified = await client.call_tool("verify_figure", arguments)
            assert verified.structured_content["verdict"] == "equal"
            assert json.loads(verified.content[0].text) == verified.structured_content  # type: ignore[union-attr]
            refused = await client.call_tool("verify_figure", {"data_set": SLUG, "value": 10.09})
            assert refused.is_error
            assert refused.content[0].text.startswith("value has to be a text.")  # type: ignore[union-attr]
            with pytest.raises(MCPError, match='There is no tool "run_query"'):
                await client.call_tool("run_query", {})
            many = [client.call_tool("get_figures", {"data_set": SLUG}) for _ in range(20)]
            assert {
                len(item.structured_content["figures"]) for item in await asyncio.gather(*many)
            } == {50}

    asyncio.run(talk())


def lines_of(folder: Path, *lines: bytes, until: int) -> list[dict[str, Any]]:
    """Return what a process answers to lines on its stdin, up to the answer with an id."""
    command = [PROGRAM, "--project", str(folder), "mcp"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"\n".join(lines) + b"\n")
        process.stdin.flush()
        answers = []
        for line in process.stdout:
            answers.append(json.loads(line))
            if answers[-1].get("id") == until:
                break
        process.stdin.close()
        assert process.wait(30) == 0
    return answers


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_survive_lines_that_are_no_requests(answer: Built, tmp_path: Path) -> None:
    """Whatever comes in, the next request is answered, and stdout holds the protocol only."""
    call = {"jsonrpc": "2.0", "id": 7, "method": "tools/call"}
    huge = {**call, "params": {"name": "get_figures", "arguments": {"data_set": "x" * 5_000_000}}}
    begin = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    answers = lines_of(
        project_over(answer.folder, tmp_path),
        json.dumps(begin).encode(),
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
        b"no json",
        b"[" * 100_000,
        b"\xff\xfe\x00",
        json.dumps(huge).encode(),
        b'{"jsonrpc":"2.0","id":8,"method":"tools/list"}',
        until=8,
    )
    by_id = {item.get("id"): item for item in answers}
    assert by_id[1]["result"]["serverInfo"]["name"] == "publish"
    assert "never from memory" in by_id[1]["result"]["instructions"]
    assert by_id[7]["result"]["content"][0]["text"].startswith("data_set is longer than 500")
    assert len(by_id[8]["result"]["tools"]) == 4


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_take_up_a_new_release(answer: Built, odd_exports: Built, tmp_path: Path) -> None:
    """The next question is answered from the release that is current by then."""
    from mcp import Client, StdioServerParameters

    folder = project_over(answer.folder, tmp_path)
    command = StdioServerParameters(command=PROGRAM, args=["--project", str(folder), "mcp"])

    async def talk() -> None:
        async with Client(command) as client:
            before = await client.call_tool("find_data_sets", {})
            link = folder / "build" / "current"
            link.unlink()
            link.symlink_to(odd_exports.folder)
            after = await client.call_tool("find_data_sets", {})
            assert before.structured_content["count"] == 20
            assert after.structured_content["count"] == 6
            first, second = (item.structured_content["release"]["id"] for item in (before, after))
            assert first != second

    asyncio.run(talk())


@pytest.mark.slow
def test_need_a_release(tmp_path: Path) -> None:
    """Without a release there is nothing to ask, and that is said in a sentence."""
    make_small_project(tmp_path / "project")
    done = subprocess.run(
        [PROGRAM, "--project", str(tmp_path / "project"), "mcp"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no release to serve yet" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    ["import publish.cli.main", "import publish.site.process"],
)
def test_load_the_protocol_only_where_it_is_wanted(code: str) -> None:
    """Neither the command line nor a server without the setting loads the SDK."""
    check = f"{code}; import sys; sys.exit('mcp' in sys.modules or 'pydantic' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)
