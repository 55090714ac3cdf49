"""Printed tables as CSV for spreadsheets."""

from __future__ import annotations

from built import Built
from exported import written
from odd_exports import OPGETELD, VREEMD
from sheets import empty_of, read_csv, table_of, text_of

from publish.exports.view import PRINTED, DataView


def test_printed_csv_is_the_table_as_printed(answer: Built) -> None:
    """Title and document stand above the rows as they are printed, with their lines."""
    view = DataView(layout=PRINTED, decimal=",")
    records = read_csv(written(answer.folder, "lde-werknemers-leeftijd", "csv", view), ";")
    said = text_of(records[: empty_of(records)[0]])
    assert said.startswith("Doelgroepwerknemers in de lokale diensteneconomie per leeftijd, in VTE")
    assert " en contingent Antwoord op schriftelijke vraag nr. 19 van 12 oktober 2023" in said
    found = table_of(records)
    assert found[0] == ["", *(f"2022 - K{n}" for n in range(1, 5)), "2023 - K1", "regel in de bron"]
    assert found[1] == ["18-19", "2,05", "4,64", "5,71", "2,98", "1,74", "71"]
    assert found[12][:2] == ["Totaal", "1676,15"]
    assert found[13][:2] == ["Contingent", "2.152,54"]


def test_printed_csv_has_a_block_for_each_table(answer: Built) -> None:
    """Several tables follow each other, each with title, document and an empty line."""
    view = DataView(layout=PRINTED, decimal=",")
    records = read_csv(written(answer.folder, "wzw-uitstroom", "csv", view), ";")
    _, end, above, below = empty_of(records)
    said = text_of(records[end + 1 : above])
    assert said.startswith("Uitstroom van werkzoekenden zonder werk met een advies lokale diensten")
    assert records[above + 1][0] == "Uitstroom LDE - jaargemiddelden"
    assert records[above + 2][:4] == ["2020", "1126", "75", "6,6"]
    assert records[below + 1][0].startswith("[1] Gedrukt is 6,6 %")


def test_printed_csv_keeps_signs_with_their_notes(odd_exports: Built) -> None:
    """A sign is as it is printed, with the mark of its reason, and a label is no formula."""
    view = DataView(layout=PRINTED, language="en")
    found = table_of(read_csv(written(odd_exports.folder, VREEMD, "csv", view), ","))
    assert found[2][:6] == ["klein, groot", "hoog", "1234", "-1.50", "12.5", "<5 [3]"]
    assert found[5][:6] == ["'+1+1", "hoog", "(12) [2]", "-1000.75", "x [1]", "- [3]"]


def test_printed_csv_of_sums_says_that_there_is_none(odd_exports: Built) -> None:
    """What no source prints is not made up."""
    view = DataView(layout=PRINTED, language="en")
    records = read_csv(written(odd_exports.folder, OPGETELD, "csv", view), ",")
    assert table_of(records)[0][0] == "This data set consists of sums, which no source prints."
