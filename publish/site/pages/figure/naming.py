"""What a figure is called: "10,09 VTE: 65 jaar en ouder, NOORD, K1 2023".

The value and its unit come first, then the codes that tell it from its neighbours, then what its
data set is about in short, and the period last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from publish.exports.description import (
    CODE,
    PERIOD,
    DataSetDescription,
    DimensionDescription,
    MeasureDescription,
)
from publish.exports.figure_text import DECIMAL_SIGNS, absence_text, one_line, written_number
from publish.exports.observation import Observation
from publish.project.iris import Uris
from publish.site.pages.data_set.heads import short_period
from publish.site.rendering import read_texts

PERCENT = "PC"
"""The code of the unit percent in SDMX."""
_ABBREVIATION = re.compile(r"\(([^\W\d_a-zà-ÿ]{2,8})\)")
"""An abbreviation in capitals between parentheses, as titles and units introduce it."""


def value_text(observation: Observation, language: str) -> str:
    """Return a figure as readers write it: its number, or what is known where there is none."""
    if observation.value is None:
        return absence_text(observation, DECIMAL_SIGNS[language])
    return written_number(observation.value, language)


def unit_name(measure: MeasureDescription, language: str) -> str:
    """Return the unit of a measure in short: the abbreviation that its label introduces, if any."""
    if measure.unit_code == PERCENT:
        return "%"
    return short_unit(measure.unit_label[language])


def short_unit(label: str) -> str:
    """Return the abbreviation that the label of a unit introduces, else the label."""
    label = one_line(label)
    found = _ABBREVIATION.search(label)
    return found[1] if found else label


def value_with_unit(
    description: DataSetDescription, observation: Observation, language: str
) -> str:
    """Return a figure with its unit, as ``10,09 VTE``, or that none is shown."""
    measure = description.measure_by_name[observation.codes[-1]]
    if observation.value is None and not observation.bounds:
        return str(read_texts()[language]["no-value"])
    return f"{value_text(observation, language)} {unit_name(measure, language)}"


def place_name(
    description: DataSetDescription,
    codes: Sequence[str],
    language: str,
    *,
    with_subject: bool = True,
) -> str:
    """Return what a figure is about: ``65 jaar en ouder, NOORD, K1 2023``.

    ``codes`` has a code for each dimension of the description, in their order. Without its subject
    it is what stands behind the title of the data set.
    """
    found: list[str] = []
    periods: list[str] = []
    for dimension, code in zip(description.dimensions, codes, strict=True):
        if dimension.kind == PERIOD:
            periods.append(short_period(dimension.by_code[code], language))
        elif dimension.kind == CODE and len(dimension.codes) > 1:
            found.append(_code_name(dimension, code, language))
    subject = data_set_abbreviation(description, language)
    measure = description.measure_by_name[codes[-1]]
    if len(description.measures) > 1 or (with_subject and not subject):
        found.insert(0, measure_name(measure, language))
    if subject and with_subject:
        found.append(subject)
    return ", ".join([*found, *periods])


def observation_iri(description: DataSetDescription, codes: Sequence[str]) -> str:
    """Return the IRI of an observation, which its codes make in their order."""
    uris = Uris(base=description.base, vocabulary=description.vocabulary)
    return uris.iri("observation", slug=description.slug, codes="/".join(codes))


def figure_name(description: DataSetDescription, observation: Observation, language: str) -> str:
    """Return what a figure is called: ``10,09 VTE: 65 jaar en ouder, NOORD, K1 2023``."""
    value = value_with_unit(description, observation, language)
    value = value[:1].upper() + value[1:]
    return f"{value}: {place_name(description, observation.codes, language)}"


def measure_name(measure: MeasureDescription, language: str) -> str:
    """Return the label of a measure without the unit between parentheses that ends it."""
    label = one_line(measure.label[language])
    return label.removesuffix(f" ({unit_name(measure, language)})")


def data_set_abbreviation(description: DataSetDescription, language: str) -> str:
    """Return the one abbreviation that the title of a data set introduces, or nothing."""
    found = set(_ABBREVIATION.findall(description.title[language]))
    return found.pop() if len(found) == 1 else ""


def _code_name(dimension: DimensionDescription, code: str, language: str) -> str:
    """Return the label of a code, with the code where another has the same label.

    What follows a comma goes between parentheses, as in "totaal (alle groottes)": names are lists.
    """
    label = one_line(dimension.by_code[code].label[language])
    same = [item for item in dimension.codes if one_line(item.label[language]) == label]
    if len(same) > 1:
        return f"{label} ({code})"
    first, comma, rest = label.partition(", ")
    return f"{first} ({rest})" if comma and "(" not in label else label
