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
from conftest import REPOSITORY
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS

from publish.cli.main import main
from publish.faults.fault import KINDS
from publish.rdf.unknown_terms import unknown_terms

BASE = "https://data.sociale-economie.example"
PACKAGE = REPOSITORY / "publish"

LAYERS = [
    ["namespaces", "faults", "formulas", "uris", "numerals", "periods", "files", "statements"],
    ["tomlfile", "setting_kinds"],
    ["settings_table"],
    ["settings"],
    ["project", "yamlfile", "scan", "misprints"],
    ["facts"],
    ["mapping", "document"],
    ["query_limits", "query_from"],
    ["query_guard"],
    ["query_faults", "query_order"],
    ["samples"],
    ["starter", "vocabulary"],
    ["levels", "links"],
    ["classes"],
    ["extract", "table", "marks"],
    ["words", "ranges"],
    ["entries", "range_texts"],
    ["alike", "foreign"],
    ["matching"],
    ["suggestions"],
    ["suggest"],
    ["cube"],
    ["columns"],
    ["lost"],
    ["cells"],
    ["crosstab"],
    ["assemble", "accounted"],
    ["derive"],
    ["limits", "bounds"],
    ["totals", "shares", "acknowledged", "order"],
    ["checks", "structure", "quality"],
    ["agreement"],
    ["shacl", "structure_shapes"],
    ["column_shapes", "batch_columns"],
    ["triples", "jsonld", "graph_counts", "rdf_xml"],
    ["dumps"],
    ["code_list_parts"],
    ["terms"],
    ["shape_files", "idle_shapes"],
    ["cube_graph", "breaches"],
    ["code_lists", "same_point"],
    ["cube_rules"],
    ["observation_constraints"],
    ["constraints"],
    ["ntriples"],
    ["rdf_files"],
    ["rdf_places"],
    ["rdf_store"],
    ["validate"],
    ["observations", "structure_constraints"],
    ["rdf_shapes"],
    ["validate_files"],
    ["grid", "numbers_of_others", "shown_numbers"],
    ["incoming", "workbook"],
    ["outline"],
    ["joined_quarters"],
    ["guess_axes"],
    ["guess_figures", "still_open"],
    ["draft"],
    ["newtable", "tidy"],
    ["one_data_set"],
    ["preview"],
    ["preview_text"],
    ["content"],
    ["dump_forms"],
    ["release_store"],
    ["release"],
    ["client_address", "processes"],
    ["client_table", "access_log", "metrics"],
    ["query_frames", "query_merge", "query_sandbox", "spool"],
    ["negotiate"],
    ["query_worker", "query_answers", "query_errors"],
    ["query_nursery", "query_run"],
    ["nursery_process"],
    ["nursery_keeper", "query_process"],
    ["query_crew"],
    ["queries"],
    ["answer_cache", "served", "shape_documents", "wsgi_bridge", "run_folder"],
    ["supervisor", "replies", "protocol", "file_answers", "rdf_release", "once_per_release"],
    ["figures", "kept_bodies", "graph_descriptions", "triples_about"],
    ["http_connection", "query_failures", "service_description", "descriptions", "pivot"],
    ["exchange", "sparql_service"],
    ["rendering", "examples"],
    ["thing_pages", "lost_and_found"],
    ["documents", "dump_pages", "shape_pages", "endpoint"],
    ["linked"],
    ["server"],
    ["front"],
    ["http_server"],
    ["front_process"],
    ["explain", "shacl_report"],
    ["sarif"],
    ["reports"],
    ["cli_faults"],
    ["settings_shown"],
    ["cli_serve"],
    ["cli"],
]
"""The order in which data flow: a module imports from its own layer or from those before it."""


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
    """Yield the tracked files with their text."""
    for path in tracked():
        yield path, path.read_text(encoding="utf-8")


def turtle_files() -> list[Path]:
    folders = ("ontology", "shapes", "publish")
    return sorted(path for name in folders for path in (REPOSITORY / name).rglob("*.ttl"))


def filled(path: Path) -> bytes:
    """Return a Turtle file; those of a new project have marks that are filled in."""
    text = path.read_text(encoding="utf-8")
    if path.is_relative_to(PACKAGE / "new_project"):
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
    return sorted([*(REPOSITORY / "shapes").glob("*.ttl"), *(PACKAGE / "shapes").glob("*.ttl")])


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
        if path.is_relative_to(REPOSITORY / "shapes") or path.is_relative_to(PACKAGE / "shapes"):
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
    """Every code of fault_kinds is used in the program, and every code used stands there."""
    used = set()
    for path in sorted(PACKAGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add(node.value)
    assert set(KINDS) <= used, set(KINDS) - used
    for path in sorted(PACKAGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = (
                node.func.id
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                else ""
            )
            if name == "fault" and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
                assert node.args[0].value in KINDS, f"{path.name}: {node.args[0].value}"  # type: ignore[attr-defined]


def test_word_every_fault_well() -> None:
    """Every fault has a title, a finding that ends in a stop, and a fix that is a sentence."""
    for code, kind in KINDS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)
        assert kind.title[0].isupper(), code
        assert not kind.title.endswith("."), code
        assert kind.finding.endswith((".", "?", "}", '"')), code
        assert kind.fix.endswith((".", "}")), code


def imports(path: Path) -> set[str]:
    """Return the modules of the package that a module imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module.startswith("publish."):
                found.add(node.module.split(".")[1])
            elif node.module == "publish":
                found |= {alias.name for alias in node.names if not alias.name.startswith("_")}
        if isinstance(node, ast.Import):
            found |= {
                alias.name.split(".")[1]
                for alias in node.names
                if alias.name.startswith("publish.")
            }
    return found


@pytest.fixture(scope="module")
def modules() -> dict[str, set[str]]:
    """Every module of the package with those it imports."""
    names = {path.stem for path in PACKAGE.glob("*.py")}
    return {path.stem: imports(path) & names for path in sorted(PACKAGE.glob("*.py"))}


def test_import_one_way(modules: dict[str, set[str]]) -> None:
    """There are no cycles among the modules."""
    done: set[str] = set()
    while len(done) < len(modules):
        ready = {name for name, needs in modules.items() if name not in done and needs <= done}
        assert ready, {name: needs - done for name, needs in modules.items() if name not in done}
        done |= ready


def test_import_in_the_order_of_the_data(modules: dict[str, set[str]]) -> None:
    """A module imports, by whatever way, only from those that come before it in the flow."""
    rank = {name: number for number, layer in enumerate(LAYERS) for name in layer}

    def reached(name: str, seen: set[str]) -> set[str]:
        for other in modules[name] - seen:
            seen.add(other)
            reached(other, seen)
        return seen

    for name in rank:
        for other in reached(name, set()) & set(rank):
            assert rank[other] <= rank[name], f"{name} imports {other}"
    serving = {"server", "linked", "endpoint", "queries", "served", "shape_pages"}
    for name in reached("release", set()):
        assert name not in serving, f"building imports {name}"


def test_keep_social_economy_out_of_the_program() -> None:
    """Nothing in the program knows what it publishes."""
    words = re.compile(
        r"sociale|economie|maatwerk|leeftijdsgroep|werkzoekend|vdab|arbeidsmatig|\bLDE\b|\bCMW\b",
        re.IGNORECASE,
    )
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".py", ".ttl", ".rq", ".html", ".json", ".toml", ".md"):
            found = words.search(path.read_text(encoding="utf-8"))
            assert not found, f"{path.relative_to(REPOSITORY)}: {found and found[0]}"


def test_explain_every_verb_in_readme() -> None:
    """The README mentions every verb and every setting."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for verb in main.commands:
        assert f"publish {verb}" in readme, verb
    for option in ("--base", "--public-url", "--format", "--language", "--project"):
        assert option in readme, option


def test_explain_every_key_of_mappings() -> None:
    """mappings/README.md explains every key that a mapping can have."""
    schema = (PACKAGE / "schema" / "mapping.schema.json").read_text(encoding="utf-8")
    readme = (REPOSITORY / "mappings" / "README.md").read_text(encoding="utf-8")
    keys = yaml.safe_load(schema)["properties"]
    for key in keys:
        assert f"`{key}`" in readme, key


def test_link_to_files_that_exist() -> None:
    """Relative links in the texts lead somewhere."""
    for path, text in texts():
        if path.suffix == ".md" and not path.is_relative_to(PACKAGE / "new_project"):
            for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_show_nothing_of_one_machine() -> None:
    """No tracked file holds a path of somebody's machine or the address of a package index."""
    machine = re.compile(r"(?<![\w.\]/])/(?:work|root|home|tmp|Users)/[\w.]")
    index = re.compile(r"pypi\.org|pythonhosted|--(?:extra-)?index-url|npmjs|find-links")
    own = Path(__file__).resolve()
    for path, text in texts():
        if path == own:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            place = f"{path.relative_to(REPOSITORY)}:{number}"
            assert not machine.search(line), place
            assert not index.search(line), place


def test_lock_every_package_with_its_hash() -> None:
    """The lock files pin every package with hashes; the tests' one holds all of the program's."""
    pins = {}
    for name in ("requirements.lock", "requirements-dev.lock"):
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
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for lock, wanted in (
        ("requirements.lock", [*project["dependencies"], *extras["build"]]),
        ("requirements-dev.lock", extras["dev"]),
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
        "CHANGELOG.md",
        "DECISIONS.md",
        "FAULTS.md",
        "LICENSE",
        "Makefile",
        "README.md",
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


def test_name_tests_after_modules() -> None:
    """Every file of tests has the name of what it tests: a module, or something larger."""
    larger = {
        "answer",
        "answer_served",
        "attacks",
        "conformance",
        "repository",
        "package",
        "pages_browser",
        "environment",
        "fault_fixtures",
        "load",
        "properties",
        "sparql_protocol",
        "w3c_sparql",
    }
    named = {path.stem.removeprefix("test_") for path in (REPOSITORY / "tests").glob("test_*.py")}
    assert named - {path.stem for path in PACKAGE.glob("*.py")} <= larger


def test_say_in_every_test_what_is_required() -> None:
    """The docstring of a test is the requirement; its name is a verb with its object."""
    for path in sorted((REPOSITORY / "tests").glob("test_*.py")):
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
