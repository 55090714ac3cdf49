"""Figures with all that is needed to cite them."""

from __future__ import annotations

import json
from io import BytesIO

from built import Built
from exported import chosen

from publish.exports.forms.cited_figures import MOST_FIGURES, write_figures
from publish.exports.view import DataView


def test_give_a_figure_with_unit_codes_and_source(answer: Built) -> None:
    """A figure comes with its exact value as text, its line, its IRI and its address."""
    view = DataView(
        codes={"kwartaal": ("2023-Q1",), "leeftijdsgroep": ("Y_GE65",)}, language="en", size=10
    )
    target = BytesIO()
    with chosen(answer.folder, "lde-werknemers-leeftijd", view) as found:
        write_figures(found, target)
    content = json.loads(target.getvalue())
    assert content["count"] == 1
    figure = content["figures"][0]
    assert (figure["value"], figure["unit"]["code"]) == ("10.09", "FTE")
    assert figure["codes"]["leeftijdsgroep"] == {"code": "Y_GE65", "label": "65 years and over"}
    assert figure["status"] == {"code": "A", "label": "normal value"}
    assert figure["source"]["cell"] == "row 12, column 6"
    assert figure["source"]["line"] == "81"
    query = f"SELECT ?value {{ <{figure['observation']}> se:werknemersVte ?value }}"
    assert answer.ask(query) == [{"value": "10.09"}]


def test_give_no_more_than_so_many(answer: Built) -> None:
    """Without a page only the first are given, and how many there are."""
    target = BytesIO()
    with chosen(answer.folder, "cmw-werknemers-leeftijd", DataView(size=7, start=70)) as found:
        write_figures(found, target)
    content = json.loads(target.getvalue())
    assert (content["count"], len(content["figures"])) == (72, 2)
    assert MOST_FIGURES == 500
