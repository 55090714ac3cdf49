"""What nobody remembers to check: terms, names, imports, documents, lock files, top level."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from built import REPOSITORY
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS

from publish.cli.main import main
from publish.faults.fault import KINDS
from publish.rdf.unknown_terms import unknown_terms

BASE = "https://data.sociale-economie.example"
PACKAGE = REPOSITORY / "publish"
OWN_SHAPES = PACKAGE / "validation" / "shapes" / "turtle"


def tracked() -> list[Path]:
    """Return the files of the repository."""
    found = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.skip("this copy is no git repository")
    paths = [REPOSITORY / name for name in found.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    """Yield the tracked files with their text; pictures have none."""
    for path in tracked():
        if path.suffix == ".png":
            continue
        yield path, path.read_text(encoding="utf-8")


def turtle_files() -> list[Path]:
    folders = ("ontology", "shapes", "publish")
    return sorted(path for name in folders for path in (REPOSITORY / name).rglob("*.ttl"))


def filled(path: Path) -> bytes:
    """Return a Turtle file; those of a new project have marks that are filled in."""
    text = path.read_text(encoding="utf-8")
    if path.is_relative_to(PACKAGE / "project" / "skeleton"):
        text = text.replace("{vocabulary}", "proef").replace("{base}", BASE)
    return text.encode()


def triples(path: Path) -> list[ox.Quad]:
    return list(ox.parse(filled(path), format=ox.RdfFormat.TURTLE, base_iri=BASE + "/"))


def iris(path: Path) -> Iterator[str]:
    """Yield every IRI in a Turtle file."""
    for triple in triples(path):
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.NamedNode):
                yield term.value
            if isinstance(term, ox.Literal):
                yield term.datatype.value


@pytest.fixture(scope="module")
def own_terms() -> set[str]:
    """Everything that the Turtle files of the repository describe."""
    return {
        triple.subject.value
        for path in turtle_files()
        for triple in triples(path)
        if isinstance(triple.subject, ox.NamedNode)
    }


@pytest.mark.parametrize("path", turtle_files(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_use_only_terms_that_exist(path: Path, own_terms: set[str]) -> None:
    """Every Turtle file parses strictly, and each of its terms is in its vocabulary."""
    found = set(iris(path))
    assert not unknown_terms(found)
    for iri in found:
        if iri.startswith((f"{BASE}/ns/", f"{BASE}/id/concept")) and "proef" not in iri:
            assert iri in own_terms, f"{iri} is not defined"


@pytest.mark.parametrize("path", turtle_files(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_declare_prefixes_in_order_and_use_them(path: Path) -> None:
    """Prefixes are sorted, none is declared in vain, and none is absolute that is ours."""
    text = path.read_text(encoding="utf-8")
    prefixes = re.findall(r"^@prefix ([\w-]*): <([^>]*)>", text, re.MULTILINE)
    names = [name for name, _ in prefixes if name]
    assert names == sorted(names)
    body = re.sub(r"^@prefix.*$", "", text, flags=re.MULTILINE)
    for name, iri in prefixes:
        assert re.search(rf"(?<![\w-]){name}:", body), f"{name}: is not used"
        assert "sociale-economie.example" not in iri
    assert "@base" not in text


def shape_files() -> list[Path]:
    return sorted(
        [
            *(REPOSITORY / "shapes").glob("*.ttl"),
            *OWN_SHAPES.glob("*.ttl"),
        ]
    )


@pytest.mark.parametrize("path", shape_files(), ids=lambda path: path.stem)
def test_describe_every_document_of_shapes(path: Path) -> None:
    """A file of shapes is a document with a title and description in two languages, and a version.

    It holds shapes of its own only, and each constraint that it names exists.
    """
    document = f"{BASE}/shapes/{path.stem}"
    header: dict[str, set[str]] = {}
    for triple in triples(path):
        assert isinstance(triple.predicate, ox.NamedNode)
        if isinstance(triple.subject, ox.NamedNode):
            assert triple.subject.value.partition("#")[0] == document
            if triple.subject.value == document:
                assert isinstance(triple.object, (ox.NamedNode, ox.Literal))
                tag = triple.object.language if isinstance(triple.object, ox.Literal) else None
                value = tag or triple.object.value
                header.setdefault(triple.predicate.value, set()).add(value)
        if triple.predicate.value == str(RDFS.seeAlso):
            assert isinstance(triple.object, ox.NamedNode)
            cube = re.fullmatch(
                r"https://www\.w3\.org/TR/vocab-data-cube/#ic-(\d+)", triple.object.value
            )
            assert cube is None or 1 <= int(cube[1]) <= 21, triple.object.value
            assert cube or re.match(
                r"https://www\.w3\.org/TR/(skos-reference|void)/#", triple.object.value
            )
    assert header[str(DCTERMS.title)] == header[str(DCTERMS.description)] == {"nl", "en"}
    assert header[str(RDF.type)] == {str(OWL.Ontology)}
    [version] = header[str(OWL.versionInfo)]
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def test_name_integrity_constraints_that_shapes_implement() -> None:
    """The shapes name the constraints of RDF Data Cube that they implement."""
    found = {
        int(number)
        for path in shape_files()
        for number in re.findall(r"vocab-data-cube/#ic-(\d+)>", path.read_text(encoding="utf-8"))
    }
    assert found >= {1, 2, 3, 4, 5, 9, 13, 15}  # 11, 14 and 19: the shape of each data set


def test_keep_blank_nodes_out_of_ontology() -> None:
    """What is published as data has addresses only."""
    for path in turtle_files():
        if path.is_relative_to(REPOSITORY / "shapes") or path.is_relative_to(OWN_SHAPES):
            continue
        for triple in triples(path):
            assert isinstance(triple.subject, ox.NamedNode), path
            assert not isinstance(triple.object, ox.BlankNode), path


def test_name_code_lists_after_their_file() -> None:
    """The file of a code list has its name; it holds its codes, and remarks on their quality."""
    for path in sorted((REPOSITORY / "ontology" / "codelists").glob("*.ttl")):
        scheme = f"{BASE}/id/conceptscheme/{path.stem}"
        subjects = {t.subject.value for t in triples(path) if isinstance(t.subject, ox.NamedNode)}
        assert scheme in subjects
        heads = (f"{BASE}/id/concept/{path.stem}/", f"{BASE}/id/kwaliteit/{path.stem}/")
        assert all(iri == scheme or iri.startswith(heads) for iri in subjects)


def test_find_tables_of_every_mapping() -> None:
    """Every mapping has its tables, and every printed table its mapping."""
    folder, used = REPOSITORY / "mappings", set()
    for path in sorted(folder.glob("*.yaml")):
        mapping = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in mapping.get("tables", []):
            name = entry if isinstance(entry, str) else entry["table"]
            assert (folder / f"{name}.csv").is_file(), f"{path.name}: {name}"
            used.add(name)
    assert used == {f"{path.parent.name}/{path.stem}" for path in folder.glob("*/*.csv")}


def test_use_every_fault_code_and_no_other() -> None:
    """Every code of faults/kinds is used in the program, and every code used stands there."""
    used, named = set(), {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add(node.value)
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "fault" and isinstance(node.args[0], ast.Constant):
                named[node.args[0].value] = path.name
    assert set(KINDS) <= used, set(KINDS) - used
    assert named.keys() <= set(KINDS), {code: named[code] for code in named.keys() - set(KINDS)}


def test_word_every_fault_well() -> None:
    """Every fault has a title, a finding that ends in a stop, and a fix that is a sentence."""
    for code, kind in KINDS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)
        assert kind.title[0].isupper(), code
        assert not kind.title.endswith("."), code
        assert kind.finding.endswith((".", "?", "}", '"')), code
        assert kind.fix.endswith((".", "}")), code


LISTS_OF_OTHERS = {PACKAGE / "rdf" / "terms.toml", PACKAGE / "project" / "authorities.toml"}
"""Words of public vocabularies and lists."""


def test_keep_social_economy_out_of_the_program() -> None:
    """Nothing in the program knows what it publishes, but for the words of vocabularies."""
    words = re.compile(
        r"sociale|economie|maatwerk|leeftijdsgroep|werkzoekend|vdab|arbeidsmatig|\bLDE\b|\bCMW\b",
        re.IGNORECASE,
    )
    for path in sorted(set(PACKAGE.rglob("*")) - LISTS_OF_OTHERS):
        if path.suffix in (".py", ".ttl", ".rq", ".html", ".json", ".toml", ".md"):
            found = words.search(path.read_text(encoding="utf-8"))
            assert not found, f"{path.relative_to(REPOSITORY)}: {found and found[0]}"


def test_explain_every_verb_in_readme() -> None:
    """The README mentions every verb and the options before it, in 150 lines at most."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for verb in main.commands:
        assert f"publish {verb}" in readme, verb
    for option in ("--base", "--public-url", "--format", "--language", "--project"):
        assert option in readme, option
    assert len(readme.splitlines()) <= 150


def test_explain_every_key_of_mappings() -> None:
    """mappings/README.md explains every key that a mapping can have."""
    schema = (PACKAGE / "mappings" / "schema" / "mapping.schema.json").read_text(encoding="utf-8")
    readme = (REPOSITORY / "mappings" / "README.md").read_text(encoding="utf-8")
    keys = yaml.safe_load(schema)["properties"]
    for key in keys:
        assert f"`{key}`" in readme, key


def test_link_to_files_that_exist() -> None:
    """Relative links in the texts lead somewhere."""
    for path, text in texts():
        if path.suffix == ".md" and not path.is_relative_to(PACKAGE / "project" / "skeleton"):
            for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
                assert (path.parent / target).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize("name", ["DECISIONS.md", "ontology/README.md", "shapes/README.md"])
def test_name_files_that_exist(name: str) -> None:
    """A file or folder that a text names is there: from the top, in the package or beside it."""
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    for path in re.findall(r"`([a-z_]+/(?:[\w.-]+/)*(?:[\w-]+\.(?:py|md|toml|ttl))?)`", text):
        if not path.startswith("build/"):
            roots = (REPOSITORY, PACKAGE, (REPOSITORY / name).parent)
            assert any((root / path).exists() for root in roots), path


def test_show_nothing_of_one_machine() -> None:
    """No tracked file holds a path of somebody's machine or the address of a package index."""
    machine = re.compile(r"(?<![\w.\]/])/(?:work|root|home|tmp|Users)/[\w.]")
    index = re.compile(r"pypi\.org|pythonhosted|--(?:extra-)?index-url|npmjs|find-links")
    own = Path(__file__).resolve()
    for path, text in texts():
        if path == own:
            continue
        for found in (machine.search(text), index.search(text)):
            place = (
                f"{path.relative_to(REPOSITORY)}:{text.count(chr(10), 0, found.start()) + 1}"
                if found
                else ""
            )
            assert not found, place


def test_lock_every_package_with_its_hash() -> None:
    """The lock files pin every package with hashes; the tests' one holds all of the program's."""
    pins = {}
    of_harvesters = [f"tests/harvesters/{name}.lock" for name in ("ckan", "croissant")]
    for name in ("requirements.lock", "requirements-dev.lock", *of_harvesters):
        text = (REPOSITORY / name).read_text(encoding="utf-8").replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert lines
        for line in lines:
            assert re.match(r"[a-z0-9._-]+==[^ ]+", line), line
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line
        pins[name] = {re.split(r"[ ;]", line)[0] for line in lines}
    assert pins["requirements.lock"] <= pins["requirements-dev.lock"]


def test_lock_what_the_project_needs() -> None:
    """Every package that pyproject.toml names is in the lock file."""
    read = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    project = read["project"]
    extras = project["optional-dependencies"]
    groups = read["dependency-groups"]
    for lock, wanted in (
        ("requirements.lock", [*project["dependencies"], *extras["build"]]),
        ("requirements-dev.lock", extras["dev"]),
        *((f"tests/harvesters/{name}.lock", wanted) for name, wanted in groups.items()),
    ):
        text = (REPOSITORY / lock).read_text(encoding="utf-8").lower()
        for package in wanted:
            name = re.split(r"[<>=\[ ]", package)[0].lower().replace("_", "-")
            assert re.search(rf"^{re.escape(name)}==", text, re.MULTILINE), package


def test_keep_top_level_as_agreed() -> None:
    """The top level holds these folders and files, and nothing else."""
    found = {path.relative_to(REPOSITORY).parts[0] for path in tracked()}
    assert found == {
        ".ci",
        ".editorconfig",
        ".gitattributes",
        ".gitignore",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "DECISIONS.md",
        "FAULTS.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "assets",
        "docs",
        "mappings",
        "ontology",
        "publish",
        "publish.toml",
        "pyproject.toml",
        "requirements-dev.lock",
        "requirements.lock",
        "shapes",
        "tests",
    }


LARGER = {
    "cli/test_properties.py",
    "exports/forms/sheets/test_opened_by_libreoffice.py",
    "exports/forms/test_sdmx.py",
    "exports/test_same_figures.py",
    "faults/test_fault_fixtures.py",
    "harvesters/test_addresses.py",
    "harvesters/test_ckan.py",
    "harvesters/test_croissant.py",
    "harvesters/test_rules.py",
    "mappings/drafting/test_doubt.py",
    "release/test_replay.py",
    "site/data/test_data_attacks.py",
    "site/pages/query/test_query_browser.py",
    "site/pages/test_pages_browser.py",
    "site/pages/test_ways_browser.py",
    "site/test_attacks.py",
    "site/test_load.py",
    "site/test_reliability.py",
    "site/test_start.py",
    "sparql/cubes/test_cube_questions.py",
    "sparql/cubes/test_differential.py",
    "sparql/cubes/test_found_differences.py",
    "sparql/cubes/test_w3c_beside_stars.py",
    "sparql/test_clients.py",
    "sparql/test_columns_served.py",
    "sparql/test_sparql_protocol.py",
    "sparql/test_w3c_sparql.py",
    "tables/workbook/test_as_shown.py",
    "validation/constraints/test_conformance.py",
    "validation/shapes/test_mutated_shapes.py",
    "validation/test_mutations.py",
}
"""Tests of more than a module; those of the whole program lie at the top of ``tests/``."""


def test_mirror_the_rooms_in_the_tests() -> None:
    """Every file of tests lies where what it tests lies in the package, and has its name."""
    tests = REPOSITORY / "tests"
    for path in sorted(tests.glob("*/**/test_*.py")):
        place = path.relative_to(tests)
        module = PACKAGE / place.with_name(place.name.removeprefix("test_"))
        assert module.is_file() != (place.as_posix() in LARGER), place


def test_say_in_every_test_what_is_required() -> None:
    """The docstring of a test is the requirement; its name is a verb with its object."""
    for path in sorted((REPOSITORY / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                assert ast.get_docstring(node), f"{path.name}: {node.name}"


def test_repeat_no_version() -> None:
    """There is one version number, in the package; the formats have numbers of their own."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    from publish import __version__

    assert f"## {__version__}" in changelog
