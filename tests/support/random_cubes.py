"""Small cubes made at random, sound or with some defects, as lists of statements.

They know every construction that an integrity constraint is about: with and without
qb:measureType, values at the data set or at slices, schemes, collections and hierarchies in both
directions, required and optional attributes.
"""

from __future__ import annotations

import random

Statement = tuple[str, str, str]

PREFIXES = {
    "eg": "http://x.example/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-code": "http://purl.org/linked-data/sdmx/2009/code#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

AREAS, AGES, SEXES = ("eg:north", "eg:south"), ("eg:young", "eg:old"), ("eg:F", "eg:M")
YEARS = ("2021", "2022")
MEASURES = ("eg:persons", "eg:hours")
STATUSES = ("A", "M", "Q", "E")


def turtle(statements: list[Statement]) -> str:
    """Return statements as Turtle, one a line."""
    heads = [f"@prefix {name}: <{iri}> ." for name, iri in PREFIXES.items()]
    lines = (f"{subject} {name} {value} ." for subject, name, value in statements)
    return "\n".join((*heads, *lines)) + "\n"


def sound_cube(rng: random.Random) -> list[Statement]:
    """Return a cube that breaks no constraint."""
    typed, sliced, with_age = (rng.random() < 0.5 for _ in range(3))
    at_set, tree_is_inverse = rng.random() < 0.3, rng.random() < 0.5
    found: list[Statement] = [
        ("eg:set", "a", "qb:DataSet"),
        ("eg:set", "qb:structure", "eg:structure"),
        ("eg:structure", "a", "qb:DataStructureDefinition"),
        ("eg:schema", "a", "skos:ConceptScheme"),
        ("eg:bag", "a", "skos:Collection"),
        ("eg:bag", "skos:member", "eg:inner"),
        ("eg:inner", "skos:member", "eg:young"),
        ("eg:bag", "skos:member", "eg:old"),
        ("eg:tree", "a", "qb:HierarchicalCodeList"),
        ("eg:tree", "qb:hierarchyRoot", "eg:F"),
        ("eg:c-unit", "qb:attribute", "eg:unit"),
        ("eg:c-unit", "qb:componentRequired", "true"),
        ("eg:c-note", "qb:attribute", "eg:note"),
        ("eg:c-note", "qb:componentRequired", "false"),
    ]
    found += [(area, "skos:inScheme", "eg:schema") for area in AREAS]
    if tree_is_inverse:
        found.append(("eg:tree", "qb:parentChildProperty", "_:up"))
        found.append(("_:up", "owl:inverseOf", "eg:parent"))
        found.append(("eg:M", "eg:parent", "eg:F"))
    else:
        found.append(("eg:tree", "qb:parentChildProperty", "eg:child"))
        found.append(("eg:F", "eg:child", "eg:M"))
    dimensions = {"eg:year": YEARS, "eg:area": AREAS, "eg:sex": SEXES}
    if with_age:
        dimensions["eg:age"] = AGES
    lists = {"eg:area": "eg:schema", "eg:sex": "eg:tree", "eg:age": "eg:bag"}
    for name in dimensions:
        component = name.replace("eg:", "eg:c-")
        found.append((component, "qb:dimension", name))
        found.append(("eg:structure", "qb:component", component))
        if name in lists:
            found.append((name, "rdfs:range", "skos:Concept"))
            found.append((name, "qb:codeList", lists[name]))
        else:
            found.append((name, "rdfs:range", "xsd:integer"))
    measures = MEASURES[: rng.randint(1, 2)]
    for name in measures:
        component = name.replace("eg:", "eg:c-")
        if rng.random() < 0.5:
            found.append((component, "qb:measure", name))
        else:
            found.append((component, "qb:componentProperty", name))
            found.append((name, "a", "qb:MeasureProperty"))
        found.append(("eg:structure", "qb:component", component))
    if typed:
        found.append(("eg:c-type", "qb:dimension", "qb:measureType"))
        found.append(("eg:structure", "qb:component", "eg:c-type"))
    found += [("eg:structure", "qb:component", name) for name in ("eg:c-unit", "eg:c-note")]
    if at_set:
        found.append(("eg:c-unit", "qb:componentAttachment", "qb:DataSet"))
        found.append(("eg:set", "eg:unit", "eg:count"))
    elif sliced and rng.random() < 0.5:
        found.append(("eg:c-unit", "qb:componentAttachment", "qb:Slice"))
    at_slice = ("eg:c-unit", "qb:componentAttachment", "qb:Slice") in found
    if sliced:
        found.append(("eg:structure", "qb:sliceKey", "eg:key"))
        found.append(("eg:key", "a", "qb:SliceKey"))
        found.append(("eg:key", "qb:componentProperty", "eg:year"))
    points: list[dict[str, str]] = [{}]
    for name, values in dimensions.items():
        points = [point | {name: value} for point in points for value in values]
    for number, point in enumerate(rng.sample(points, rng.randint(1, min(4, len(points))))):
        year = f"eg:slice-{point['eg:year']}"
        for measure in measures if typed else ("",):
            one = f"eg:o{number}{measure.replace('eg:', '-')}"
            found.append((one, "qb:dataSet", "eg:set"))
            if rng.random() < 0.5:
                found.append((one, "a", "qb:Observation"))
            if sliced:
                found.append((year, "qb:observation", one))
                found.append(("eg:set", "qb:slice", year))
                found.append((year, "qb:sliceStructure", "eg:key"))
                found.append((year, "eg:year", point["eg:year"]))
                if at_slice:
                    found.append((year, "eg:unit", "eg:count"))
            for name, value in point.items():
                if not (sliced and name == "eg:year"):
                    found.append((one, name, value))
            if not at_set and not at_slice:
                found.append((one, "eg:unit", "eg:count"))
            for name in (measure,) if typed else measures:
                found.append((one, name, str(rng.randint(0, 9))))
            if typed:
                found.append((one, "qb:measureType", measure))
    return list(dict.fromkeys(found))


OTHERS = {
    "qb:dataSet": ("eg:set", "eg:set2"),
    "qb:structure": ("eg:structure", "eg:structure2"),
    "qb:sliceStructure": ("eg:key", "eg:key2"),
    "qb:sliceKey": ("eg:key", "eg:key2"),
    "qb:componentProperty": ("eg:year", "eg:area", "eg:persons", "eg:hours", "eg:unit"),
    "qb:dimension": ("eg:year", "eg:area", "eg:sex", "eg:new"),
    "qb:measure": MEASURES,
    "qb:attribute": ("eg:unit", "eg:note", "eg:year"),
    "qb:componentRequired": ("true", "false"),
    "qb:componentAttachment": ("qb:DataSet", "qb:Slice"),
    "qb:codeList": ("eg:schema", "eg:bag", "eg:tree"),
    "qb:measureType": (*MEASURES, "eg:weight"),
    "qb:hierarchyRoot": ("eg:F", "eg:M", "eg:north"),
    "qb:parentChildProperty": ("eg:child",),
    "rdfs:range": ("skos:Concept", "xsd:integer"),
    "skos:inScheme": ("eg:schema", "eg:other"),
    "skos:member": ("eg:young", "eg:old", "eg:north", "eg:inner"),
    "eg:year": (*YEARS, "02021", "2021.0"),
    "eg:area": (*AREAS, "eg:young", '"north"'),
    "eg:age": (*AGES, "eg:north"),
    "eg:sex": (*SEXES, "eg:north"),
    "eg:child": ("eg:M", "eg:F"),
    "eg:parent": ("eg:M", "eg:F"),
    "qb:observation": ("eg:o0", "eg:o1", "eg:o9"),
}
"""What else may stand as object of a property."""

STRAY: tuple[Statement, ...] = (
    ("eg:structure2", "a", "qb:DataStructureDefinition"),
    ("eg:set2", "qb:slice", "eg:slice-2021"),
    ("eg:new", "a", "qb:DimensionProperty"),
    ("eg:key2", "a", "qb:SliceKey"),
    ("eg:key", "qb:componentProperty", "eg:weight"),
    ("eg:c-persons", "qb:componentRequired", "false"),
    ("eg:c-area", "qb:componentRequired", "false"),
    ("eg:set", "qb:slice", "eg:slice-2023"),
    ("eg:o0", "eg:hours", "5"),
    ("eg:o0-persons", "eg:hours", "5"),
    ("eg:c-note", "qb:componentRequired", "true"),
)


def with_defects(rng: random.Random, cube: list[Statement], count: int) -> list[Statement]:
    """Return a cube with so many statements removed, doubled, replaced or added."""
    found = list(cube)
    for _ in range(count):
        # Each property alike, so that observations do not crowd out the structure.
        name = rng.choice(sorted({statement[1] for statement in found}))
        at = rng.choice([place for place, item in enumerate(found) if item[1] == name])
        subject, _, value = found[at]
        other = rng.choice(OTHERS.get(name, (value,)))
        defect = rng.choice(("remove", "double", "replace", "stray", "again", "status"))
        if defect == "remove":
            del found[at]
        elif defect == "double":
            found.append((subject, name, other))
        elif defect == "replace":
            found[at] = (subject, name, other)
        elif defect == "stray":
            found.append(rng.choice(STRAY))
        else:
            ones = sorted({item[0] for item in found if item[1] == "qb:dataSet"})
            if ones:
                one = rng.choice(ones)
                if defect == "again":
                    more = [item for item in found if item[0] == one]
                    found += [("eg:again", *item[1:]) for item in more]
                else:
                    status = f"sdmx-code:obsStatus-{rng.choice(STATUSES)}"
                    found.append((one, "sdmx-attribute:obsStatus", status))
                    values = [item for item in found if item[0] == one and item[1] in MEASURES]
                    for item in values[:1]:
                        found.remove(item)
    return list(dict.fromkeys(found))
