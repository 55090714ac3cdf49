"""The tools for assistants over the answer, without the protocol."""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema
import pytest
from asked import Ask, asking, refusal_of
from built import Built

from publish.site.assistants.tools import TOOLS

LDE = "lde-werknemers-leeftijd"


@pytest.fixture(scope="module")
def ask(answer: Built) -> Iterator[Ask]:
    """Ask the answer."""
    with asking(answer.folder) as found:
        yield found


def test_answer_by_the_schemas_that_are_offered(ask: Ask) -> None:
    """Every tool answers what its schema says, and takes what its schema lets through."""
    calls: list[tuple[str, dict[str, object]]] = [
        ("find_data_sets", {}),
        ("find_data_sets", {"words": "werkzoekendn", "language": "en"}),
        ("find_data_sets", {"words": "xyzzy"}),
        ("describe_data_set", {"data_set": LDE}),
        ("describe_data_set", {"data_set": "werknemers-leeftijd-vergelijkbaar"}),
        ("get_figures", {"data_set": LDE, "size": 3}),
        ("get_figures", {"data_set": "werknemers-leeftijd-vergelijkbaar", "totals": False}),
        ("get_figures", {"data_set": LDE, "filters": {"kwartaal": "2023-Q2"}}),
        ("verify_figure", {"data_set": LDE, "value": "1"}),
        ("verify_figure", {"data_set": LDE, "value": "1", "filters": {"kwartaal": "1999-Q1"}}),
        ("verify_figure", {"data_set": "imw-aanvragen", "value": "26", "filters": {"beslissing":
            ["GEWEIGERD"]}}),
    ]  # fmt: skip
    for name, arguments in calls:
        jsonschema.validate(arguments, TOOLS[name].input_schema())
        jsonschema.validate(ask(name, **arguments), TOOLS[name].output_schema())


def test_page_data_sets_and_figures(ask: Ask) -> None:
    """Long answers come in pages that together are everything, each once."""
    first = ask("find_data_sets")
    assert (first["count"], len(first["data_sets"])) == (20, 20)
    seen: list[str] = []
    start: int | None = 0
    while start is not None:
        page = ask("get_figures", data_set=LDE, start=start, size=25, language="en")
        seen += [item["observation"] for item in page["figures"]]
        if start == 0:
            assert page["note"] == (
                "60 figures match and 25 are given. Give filters for kwartaal, leeftijdsgroep to "
                "have fewer, start=25 for the next ones, or take all of them at the address."
            )
        start = page.get("next_start")
    assert len(seen) == len(set(seen)) == 60


def test_take_names_labels_and_ranges_in_filters(ask: Ask) -> None:
    """A dimension is called by its name or a label, and a code by itself or a label."""
    one = ask("get_figures", data_set=LDE, filters={"Quarter": "..2022-Q2", "age group": "_T"})
    other = ask(
        "get_figures",
        data_set=f"https://somewhere.example/id/dataset/{LDE}",
        filters={"kwartaal": ["2022-Q1", "1e kwartaal 2022", "2022-Q2"], "leeftijdsgroep": "total"},
    )
    assert one["figures"] == other["figures"]
    assert one["count"] == 2


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        (
            "get_figures",
            {"data_set": "lde-werknemers-leeftyd"},
            'There is no data set "lde-werknemers-leeftyd". Did you mean '
            '"lde-werknemers-leeftijd"? Use find_data_sets to look for one by words.',
        ),
        (
            "get_figures",
            {"data_set": "../../etc/passwd"},
            'There is no data set "../../etc/passwd". Use find_data_sets to look for one by words.',
        ),
        (
            "get_figures",
            {"data_set": LDE, "filters": {"leeftijd": "1"}},
            f'"leeftijd" is no dimension of {LDE}. Did you mean "leeftijdsgroep"? Its dimensions '
            "are kwartaal, leeftijdsgroep, measure.",
        ),
        (
            "get_figures",
            {"data_set": LDE, "filters": {"format": "csv"}},
            f'"format" is no dimension of {LDE}. Its dimensions are kwartaal, leeftijdsgroep, '
            "measure.",
        ),
        (
            "verify_figure",
            {"data_set": LDE, "value": "10 of 12"},
            '"10 of 12" is not read as one figure. Give the figure alone, as it was written, such '
            'as "10,09", "1.234,5" or "12 %".',
        ),
        (
            "verify_figures",
            {},
            'There is no tool "verify_figures". Did you mean "verify_figure"? The tools are '
            "find_data_sets, describe_data_set, get_figures, verify_figure.",
        ),
    ],
)
def test_refuse_in_sentences_to_act_on(
    ask: Ask, name: str, arguments: dict[str, object], sentence: str
) -> None:
    """What cannot be done is said with the valid names and the nearest."""
    assert refusal_of(ask, name, **arguments) == sentence


def test_name_the_release(ask: Ask, answer: Built) -> None:
    """Each answer says which release it comes from."""
    found = ask("describe_data_set", data_set="contingent")
    assert found["release"]["id"] == answer.manifest["id"]
