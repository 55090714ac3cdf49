"""What the profile of a catalogue demands of settings and mappings, told in one fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from publish.faults.fault import Fault, Words, fault, phrase, some_of
from publish.mappings.mapping import Mapping
from publish.project.project import SETTINGS, Project

OF_DATA_SETS = ("keywords", "themes")
"""What each data set of a catalogue must have, by its own mapping or for all."""


def check_portal_demands(project: Project, mappings: Sequence[Mapping]) -> Iterator[Fault]:
    """Yield one fault that says all that is missing; none for a project without a catalogue."""
    publication = project.publication
    if publication is None:
        return
    missing: list[Words] = [
        phrase(f"missing-{section}")
        for section in ("publisher", "contact")
        if section not in publication.settings
    ]
    if not project.licence:
        missing.append(phrase("missing-licence"))
    for key in OF_DATA_SETS:
        slugs = [mapping.slug for mapping in mappings if key not in mapping.for_portals]
        if slugs and not publication.of("catalogue", key):
            missing.append(phrase("missing-of-data-sets", key=key, slugs=some_of(slugs)))
    if missing:
        told = missing[0]
        for item in missing[1:]:
            told = told + Words("; ") + item
        yield fault(
            "catalogue-incomplete",
            SETTINGS,
            *publication.place,
            profile=publication.profile,
            missing=told,
        )
