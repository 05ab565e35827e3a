"""The description of a release: each number is what a query over the dump gives, and each term exists."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyshacl
import pytest
import rdflib
from pyoxigraph import Store
from rdflib import DCTERMS, FOAF, PROV, RDF, SH, VOID, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCMITYPE

import pfocr_rdf
from commands import inside
from conversions import small_database
from pfocr_rdf import vocabulary
from pfocr_rdf.releases import description as module
from pfocr_rdf.releases.counting import TARGETS
from pfocr_rdf.releases.description import description, description_turtle
from pfocr_rdf.releases.publication import Publication
from pfocr_rdf.releases.release import Release
from pfocr_rdf.releases.source import Unlike, read_source
from releases import copy_of, listed, loaded, make, number, rows, tree

DATASET = "https://pfocr.wikipathways.org/dataset/pfocr"
VERSION = f"{DATASET}/2026.11"
GRAPH = f"{VERSION}/rdf"
BASE = "https://data.wikipathways.org/pfocr/2026.11/"
PAV = rdflib.Namespace("http://purl.org/pav/")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
SHAPES = Path(__file__).parent.parent / "shapes" / "description"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("description") / "release"


@pytest.fixture(scope="module")
def released(examples: Path, folder: Path) -> Release:
    return make(examples, folder, issued="2026-11-30")


@pytest.fixture(scope="module")
def publication(released: Release) -> Publication:
    return replace(
        released.publication,
        previous="2026.10",
        created_on="2026-11-02",
        source=replace(released.publication.source, commit="0" * 40, date="2026-11-02"),
    )


@pytest.fixture(scope="module")
def void(released: Release, folder: Path) -> Store:
    return loaded(folder / "void.ttl")


@pytest.fixture(scope="module")
def dump(released: Release, folder: Path) -> Store:
    return loaded(folder / "pfocr-2026.11.nt.gz")


# ------------------------------------------------------------------------------------------------- the numbers


RECOUNTS = {
    "void:triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "void:entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?kind }",
    "void:distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "void:distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "void:classes": "SELECT (COUNT(DISTINCT ?kind) AS ?n) { ?s a ?kind }",
    "void:properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
}


def check_numbers(void: Store, dump: Store) -> None:
    """Compare each number of a description with what a query over the dump gives."""
    for term, query in RECOUNTS.items():
        assert number(void, f"SELECT ?n {{ <{GRAPH}> {term} ?n }}") == number(dump, query), term
    classes = rows(void, f"SELECT ?c ?n {{ <{GRAPH}> void:classPartition [ void:class ?c ; void:entities ?n ] }}")
    found = rows(dump, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    assert sorted(classes) == sorted(found)
    parts = f"<{GRAPH}> void:propertyPartition [ void:property ?p ; void:triples ?n ; void:distinctSubjects ?m ]"
    properties = rows(void, f"SELECT ?p ?n ?m {{ {parts} }}")
    found = rows(dump, "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s ?p ?o } GROUP BY ?p")
    assert sorted(properties) == sorted(found)
    linksets = rows(
        void,
        f"""SELECT ?p ?space ?n {{ <{GRAPH}> void:subset ?links .
            ?links a void:Linkset ; void:subjectsTarget <{GRAPH}> ; void:objectsTarget/void:uriSpace ?space ;
                void:linkPredicate ?p ; void:triples ?n }}""",
    )
    found = [
        (predicate, target.uri_space, count)
        for target in TARGETS
        for predicate, count in rows(
            dump,
            f"""SELECT ?p (COUNT(*) AS ?n) {{ ?s ?p ?o
                FILTER (isIRI(?o) && STRSTARTS(STR(?o), "{target.uri_space}") && ?s != ?o) }} GROUP BY ?p""",
        )
    ]
    assert sorted(linksets) == sorted(found)


def test_every_number_is_what_a_query_over_the_dump_gives(void: Store, dump: Store) -> None:
    check_numbers(void, dump)


def test_links_to_each_other_dataset_are_counted(void: Store) -> None:
    spaces = rows(void, "SELECT DISTINCT ?space { ?links void:objectsTarget/void:uriSpace ?space }")
    assert {space for (space,) in spaces} == {target.uri_space for target in TARGETS}


def test_no_iri_belongs_to_two_datasets() -> None:
    for target in TARGETS:
        assert [other for other in TARGETS if other.uri_space.startswith(target.uri_space)] == [target]


@pytest.mark.slow
def test_every_number_of_the_sample_is_what_a_query_gives(sample: Path, tmp_path: Path) -> None:
    make(sample, tmp_path / "release", jobs=2)
    check_numbers(loaded(tmp_path / "release" / "void.ttl"), loaded(tmp_path / "release" / "pfocr-2026.11.nt.gz"))


# --------------------------------------------------------------------------------------------------- what it says


def test_it_describes_the_files_that_are_there(void: Store, released: Release, folder: Path) -> None:
    said = rows(
        void,
        f"""SELECT ?file ?size ?type ?compression ?sum {{ <{VERSION}> dcat:distribution ?file .
            ?file dcat:downloadURL ?file ; dcat:byteSize ?size ; dcat:mediaType ?type ;
                dcat:compressFormat ?compression ;
                spdx:checksum [ spdx:algorithm spdx:checksumAlgorithm_sha256 ; spdx:checksumValue ?sum ] }}""",
    )
    registry = "https://www.iana.org/assignments/media-types/"
    there = [
        (
            BASE + path,
            str(entry["bytes"]),
            registry + entry["mediaType"],
            registry + entry["compression"],
            entry["sha256"],
        )
        for path, entry in listed(folder).items()
        if path.endswith(".gz")
    ]
    assert len(there) == 3
    assert sorted(said) == sorted(there)
    dumps = rows(void, f"SELECT ?file {{ <{GRAPH}> void:dataDump ?file }}")
    assert sorted(dumps) == [(f"{BASE}pfocr-2026.11.nt.gz",), (f"{BASE}pfocr-2026.11.ttl.gz",)]


def test_examples_are_in_the_data(void: Store, dump: Store) -> None:
    examples = rows(void, f"SELECT ?example {{ <{GRAPH}> void:exampleResource ?example }}")
    assert len(examples) == 7
    for (example,) in examples:
        assert dump.query(f"ASK {{ <{example}> a ?kind }}")


def test_vocabularies_are_those_in_use(void: Store, dump: Store) -> None:
    said = {space for (space,) in rows(void, f"SELECT ?space {{ <{GRAPH}> void:vocabulary ?space }}")}
    terms = rows(dump, "SELECT DISTINCT ?term { { ?s ?term ?o } UNION { ?s a ?term } }")
    assert said == {re.sub(r"[^/#]*$", "", term) for (term,) in terms}


def test_a_copy_is_for_where_programs_look_for_it(released: Release, folder: Path) -> None:
    """Once a server gives it at its root, that is: a release is seldom a root, and does not claim to be."""
    assert (folder / ".well-known" / "void").read_bytes() == (folder / "void.ttl").read_bytes()
    assert "to be served at /.well-known/void of the host" in listed(folder)[".well-known/void"]["title"]


def test_the_version_of_the_data_is_not_that_of_the_software(void: Store) -> None:
    ((data, software, name),) = rows(
        void,
        f"""SELECT ?data ?software ?name {{ <{VERSION}> pav:version ?data ;
            pav:createdWith [ a prov:SoftwareAgent ; pav:version ?software ; foaf:name ?name ] }}""",
    )
    assert (data, software, name) == ("2026.11", pfocr_rdf.__version__, "pfocr-rdf")


def test_provenance_leads_from_the_data_to_its_source(void: Store, examples: Path) -> None:
    ((digest,),) = rows(
        void,
        f"""SELECT ?digest {{ <{GRAPH}> prov:wasGeneratedBy ?conversion ; prov:wasDerivedFrom ?source .
            ?conversion a prov:Activity ; prov:used ?source ; prov:wasAssociatedWith/foaf:name "pfocr-rdf" .
            ?source a prov:Entity ; spdx:checksum/spdx:checksumValue ?digest }}""",
    )
    assert digest == read_source(str(examples))[0].digest


def test_it_has_no_blank_node_and_says_nothing_twice(publication: Publication) -> None:
    statements = list(description(publication))
    assert len(statements) == len(set(statements))
    assert not [term for statement in statements for term in statement if term.startswith("_")]
    graph = Graph().parse(data=description_turtle(publication), format="turtle")
    assert len(graph) == len(statements)


def test_it_is_easy_to_read(publication: Publication) -> None:
    """Each property begins a line of its own, but for the first, which stands beside its subject."""
    for line in description_turtle(publication).decode().splitlines():
        assert "  " not in line.lstrip(" "), line
        assert len(line) - len(line.lstrip(" ")) in (0, 4, 8), line


def test_subjects_stand_together(publication: Publication) -> None:
    subjects = [subject for subject, _, _ in description(publication)]
    runs = [subject for before, subject in zip([None, *subjects], subjects, strict=False) if subject != before]
    assert len(runs) == len(set(subjects))


# ------------------------------------------------------------------------------------------------------- the dates


def dates(folder: Path) -> list[tuple[str, ...]]:
    """Give the dates that a release's description says of the version, with their properties."""
    said = rows(
        loaded(folder / "void.ttl"),
        f"SELECT ?p ?date {{ <{VERSION}> ?p ?date FILTER (datatype(?date) = <{XSD.date}>) }}",
    )
    return sorted((predicate.rpartition("/")[2], date) for predicate, date in said)


def committed(database: Path, date: str = "2026-03-04T23:30:00-05:00") -> str:
    """Make a database a checkout with one commit; give the commit."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    environment = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, "PATH": "/usr/bin:/bin:/usr/local/bin"}
    for command in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "All")):
        subprocess.run(["git", "-C", database, *command], check=True, env=environment)
    done = subprocess.run(["git", "-C", database, "rev-parse", "HEAD"], check=True, capture_output=True)
    return done.stdout.decode().strip()


@cache
def has_git() -> bool:
    try:
        return subprocess.run(["git", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


needs_git = pytest.mark.skipif(not has_git(), reason="git is not installed")


def test_dates_that_are_not_known_are_left_out(examples: Path, tmp_path: Path) -> None:
    make(copy_of(examples, tmp_path / "database"), tmp_path / "release", issued=None)
    assert dates(tmp_path / "release") == []
    assert b"pav:createdOn" not in (tmp_path / "release" / "void.ttl").read_bytes()


def test_the_date_of_publication_is_given(released: Release, folder: Path) -> None:
    assert dates(folder) == [("issued", "2026-11-30")]


@needs_git
def test_dates_and_commit_are_those_of_the_checkout(examples: Path, tmp_path: Path) -> None:
    database = copy_of(examples, tmp_path / "database")
    commit = committed(database)
    make(database, tmp_path / "release", issued=None)
    assert dates(tmp_path / "release") == [("createdOn", "2026-03-05"), ("issued", "2026-03-05")]
    store = loaded(tmp_path / "release" / "void.ttl")
    assert rows(store, f"SELECT ?commit {{ <{VERSION}/source> dcterms:identifier ?commit }}") == [(commit,)]
    dumped = loaded(tmp_path / "release" / "pfocr-2026.11.nt.gz")
    assert rows(dumped, f"SELECT ?date {{ <{DATASET}> pav:createdOn ?date }}") == [("2026-03-05",)]


@needs_git
def test_a_folder_inside_a_checkout_of_something_else_has_no_commit(examples: Path, tmp_path: Path) -> None:
    copy_of(examples, tmp_path / "something" / "database")
    committed(tmp_path / "something")
    assert read_source(str(tmp_path / "something" / "database"))[0].commit is None


def change(database: Path, how: str) -> str:
    """Make a checkout other than its commit; give the first file that is."""
    record = database / "_figures" / "PMC99000003__gr2.md"
    if how == "modified":
        record.write_bytes(record.read_bytes().replace(b"glycolysis", b"Glycolysis"))
    elif how == "gone":
        record.unlink()
    elif how == "untracked":
        (record := database / "_data" / "new-genes.tsv").write_bytes(b"word\n")
    elif how == "staged":
        record.write_bytes(record.read_bytes() + b"\n")
        subprocess.run(["git", "-C", database, "add", "-A"], check=True)
    elif how == "link":
        (database / "elsewhere.md").write_bytes(record.read_bytes() + b"\n")
        record.unlink()
        record.symlink_to("../elsewhere.md")
    elif how == "folder":
        record = min((database / "_organisms").iterdir())
        shutil.rmtree(database / "_organisms")
    return record.relative_to(database).as_posix()


@needs_git
@pytest.mark.parametrize("how", ["modified", "gone", "untracked", "staged", "link", "folder"])
def test_a_commit_is_not_named_where_what_is_read_is_not_what_it_holds(
    examples: Path, tmp_path: Path, how: str
) -> None:
    database = copy_of(examples, tmp_path / "database")
    commit = committed(database)
    count = len(list((database / "_organisms").iterdir())) if how == "folder" else 1
    first = change(database, how)
    source, unlike = read_source(str(database))
    assert (source.commit, source.date) == (None, None)
    assert unlike == Unlike(commit, first, count)


@needs_git
def test_a_release_of_a_changed_checkout_says_so_and_claims_no_commit_nor_date(examples: Path, tmp_path: Path) -> None:
    database = copy_of(examples, tmp_path / "database")
    commit = committed(database)
    for how in ("modified", "untracked"):
        change(database, how)
    done = inside("release", database, tmp_path / "release", "--version", "2026.11", "-q")
    assert done.returncode == 0
    assert done.stderr.decode().splitlines() == [
        f"pfocr-rdf: note: _data/new-genes.tsv: is not as commit {commit[:12]} has it (the first of 2 such files), so "
        "the release names no commit, nor its day; commit what is to be published, or restore it",
        "pfocr-rdf: note: the release says no day of publication, which --issued gives; and no day of the data, which "
        "--created-on gives",
    ]
    assert dates(tmp_path / "release") == []
    for path, data in tree(tmp_path / "release").items():
        assert commit.encode() not in data, path


@needs_git
def test_what_a_release_does_not_read_may_differ_from_the_commit(examples: Path, tmp_path: Path) -> None:
    database = copy_of(examples, tmp_path / "database")
    (database / "_data" / ".gitkeep").touch()
    (database / "_data" / "old").mkdir()
    (database / "_data" / "old" / "a.tsv").touch()
    commit = committed(database)
    shutil.rmtree(database / "_data" / "old")
    (database / "_data" / ".gitkeep").unlink()
    (database / "_figures" / ".swap").touch()
    (database / "index.md").touch()
    assert read_source(str(database))[0].commit == commit


@needs_git
def test_line_ends_that_git_writes_are_no_difference(examples: Path, tmp_path: Path) -> None:
    database = copy_of(examples, tmp_path / "database")
    commit = committed(database)
    record = database / "_figures" / "PMC99000003__gr2.md"
    record.write_bytes(record.read_bytes().replace(b"\n", b"\r\n"))
    assert read_source(str(database))[0].commit == commit
    record.write_bytes(record.read_bytes().replace(b"\r\n", b"\n\n"))
    assert read_source(str(database))[0].commit is None


@needs_git
def test_a_commit_whose_files_git_does_not_tell_is_not_named(examples: Path, tmp_path: Path) -> None:
    database = copy_of(examples, tmp_path / "database")
    commit = committed(database)
    done = subprocess.run(["git", "-C", database, "rev-parse", "HEAD^{tree}"], check=True, capture_output=True)
    tree_name = done.stdout.decode().strip()
    (database / ".git" / "objects" / tree_name[:2] / tree_name[2:]).unlink()
    source, unlike = read_source(str(database))
    assert (source.commit, unlike) == (None, Unlike(commit, "", 0))
    assert str(unlike).startswith(f"git does not tell what commit {commit[:12]} holds")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (("--issued", "2026-11-30"), "no day of the data, which --created-on gives"),
        (("--created-on", "2026-11-02"), "no day of publication, which --issued gives"),
        (("--issued", "2026-11-30", "--created-on", "2026-11-02"), ""),
    ],
)
def test_dates_that_a_release_lacks_are_named_with_the_options_that_give_them(
    given: tuple[str, ...], missing: str, tmp_path: Path
) -> None:
    database = small_database(tmp_path / "database", ["PMC1__a"])
    done = inside("release", database, tmp_path / "release", "--version", "2026.11", "-q", *given)
    said = f"pfocr-rdf: note: the release says {missing}\n" if missing else ""
    assert (done.returncode, done.stderr.decode()) == (0, said)


@needs_git
def test_nothing_that_a_checkout_names_is_run(examples: Path, tmp_path: Path) -> None:
    database = copy_of(examples, tmp_path / "database")
    commit = committed(database)
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    hooks = database / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / hook).write_text(trap.read_text())
        (hooks / hook).chmod(0o755)
    with open(database / ".git" / "config", "a") as config:
        config.write(
            f"[core]\n\tfsmonitor = {trap}\n\tpager = {trap}\n\tsshCommand = {trap}\n\thooksPath = {hooks}\n"
            f"[gpg]\n\tprogram = {trap}\n[log]\n\tshowSignature = true\n"
            "[pager]\n\tcat-file = true\n\trev-parse = true\n"
            f'[filter "x"]\n\tclean = {trap}\n\tsmudge = {trap}\n[diff "x"]\n\ttextconv = {trap}\n'
            f"[alias]\n\trev-parse = !{trap}\n\tcat-file = !{trap}\n"
        )
    (database / ".gitattributes").write_text("* filter=x diff=x\n")
    assert read_source(str(database))[0].commit == commit
    (database / "_figures" / "PMC99000003__gr2.md").touch()  # git would run the filter to see that it is the same
    assert read_source(str(database))[0].commit == commit
    assert not (tmp_path / "sprung").exists()


def test_the_digest_of_the_source_is_that_of_its_files(examples: Path, tmp_path: Path) -> None:
    database = copy_of(examples, tmp_path / "database")
    digest = read_source(str(database))[0].digest
    assert digest == read_source(str(examples))[0].digest == read_source(str(database / "_figures"))[0].digest
    page = next((database / "_organisms").iterdir())
    page.write_bytes(page.read_bytes() + b"\n")
    assert read_source(str(database))[0].digest != digest


# ------------------------------------------------------------------------------------------------------- its terms


def rdflib_namespace(namespace: type[rdflib.namespace.DefinedNamespace]) -> set[str]:
    names = {*namespace.__annotations__, *namespace._extras}  # those that Python's words forbid as attributes
    return {str(namespace) + name for name in names if not name.startswith("_")}


PUBLISHED: dict[str, Callable[[], set[str]]] = {
    # DCAT 3, which rdflib does not know yet, has these besides
    "http://www.w3.org/ns/dcat#": lambda: (
        rdflib_namespace(DCAT)
        | {
            str(DCAT) + name
            for name in ("hasCurrentVersion", "hasVersion", "isVersionOf", "previousVersion", "version")
        }
    ),
    "http://purl.org/dc/dcmitype/": lambda: rdflib_namespace(DCMITYPE),
    "http://purl.org/dc/terms/": lambda: rdflib_namespace(DCTERMS),
    "http://xmlns.com/foaf/0.1/": lambda: rdflib_namespace(FOAF),
    "http://www.w3.org/ns/prov#": lambda: rdflib_namespace(PROV),
    "http://rdfs.org/ns/void#": lambda: rdflib_namespace(VOID),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": lambda: rdflib_namespace(RDF),
    "http://www.w3.org/2000/01/rdf-schema#": lambda: rdflib_namespace(rdflib.RDFS),
    "http://www.w3.org/2001/XMLSchema#": lambda: rdflib_namespace(XSD),
    "http://purl.org/pav/": lambda: {
        str(PAV[name]) for name in ("createdOn", "createdWith", "hasCurrentVersion", "previousVersion", "version")
    },
    "http://spdx.org/rdf/terms#": lambda: {
        str(SPDX[name]) for name in ("Checksum", "algorithm", "checksum", "checksumAlgorithm_sha256", "checksumValue")
    },
}
"""The terms of vocabularies, as published."""


def test_every_term_of_the_vocabulary_module_is_one_that_was_published() -> None:
    constants = {
        str(value)[1:-1] for name, value in vars(vocabulary).items() if name.isupper() and str(value)[:1] == "<"
    }
    for namespace, published in PUBLISHED.items():
        own = {iri for iri in constants if iri.startswith(namespace)}
        assert own, namespace
        assert own <= published(), namespace


def test_a_description_has_no_other_terms(publication: Publication) -> None:
    constants = {str(value) for name, value in vars(vocabulary).items() if name.isupper() and str(value)[:1] == "<"}
    for _, predicate, value in description(publication):
        assert predicate in constants
        if predicate == vocabulary.RDF_TYPE:
            assert value in constants


@pytest.mark.parametrize("name", ["DCTERMS_ACCURAL_PERIODICITY", "DCAT_CHECKSUM", "VOID_DATA_DUMPS", "PAV_ISSUED"])
def test_a_term_that_does_not_exist_cannot_be_written(name: str) -> None:
    with pytest.raises(ImportError):
        exec(f"from pfocr_rdf.vocabulary import {name}")


def test_the_description_makes_no_terms_of_its_own() -> None:
    """Its IRIs are those of a release's things, under PFOCR's site, and of IANA's registry; the rest are constants."""
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
    }
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in docs]
    assert [text for text in texts if isinstance(text, str) and "://" in text] == [
        "https://www.iana.org/assignments/media-types/"
    ]


# ------------------------------------------------------------------------------------------------------ its shapes


@cache
def shapes() -> Graph:
    graph = Graph()
    for path in SHAPES.glob("*.ttl"):
        graph.parse(path)
    return graph


def results(graph: Graph) -> set[str]:
    """Give the shapes that a description breaks, and how."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes())
    assert isinstance(report, Graph)
    namespace = "https://pfocr.wikipathways.org/shapes/description/"
    broken = set()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        shape = str(report.value(result, SH.sourceShape)).removeprefix(namespace)
        component = str(report.value(result, SH.sourceConstraintComponent)).removeprefix(str(SH))
        broken.add(f"{shape} {component.removesuffix('ConstraintComponent')}")
    return broken


@cache
def turtle_of(publication: Publication) -> Graph:
    return Graph().parse(data=description_turtle(publication), format="turtle")


@pytest.fixture
def described(publication: Publication) -> Graph:
    graph = Graph()
    graph += turtle_of(publication)
    return graph


def test_a_description_is_what_its_shapes_ask_for(described: Graph, released: Release) -> None:
    assert results(described) == set()
    assert results(turtle_of(released.publication)) == set()


FILE = URIRef(f"{BASE}pfocr-2026.11.nt.gz")
NODES = {
    "dataset": URIRef(DATASET),
    "version": URIRef(VERSION),
    "graph": URIRef(GRAPH),
    "file": FILE,
    "checksum": URIRef(f"{FILE}#sha256"),
    "class": URIRef(f"{VERSION}/class/wp:Pathway"),
    "property": URIRef(f"{VERSION}/property/dc:title"),
    "links": URIRef(f"{VERSION}/linkset/doi/schema:sameAs"),
    "target": URIRef("https://pfocr.wikipathways.org/dataset/doi"),
    "conversion": URIRef(f"{VERSION}/conversion"),
    "source": URIRef(f"{VERSION}/source"),
    "software": URIRef(f"https://pfocr.wikipathways.org/software/pfocr-rdf/{pfocr_rdf.__version__}"),
}
OTHER = URIRef("https://example.org/other")
WORD = Literal("word")

BROKEN: list[tuple[str, URIRef, list[URIRef | Literal], str]] = [
    # node, property, the values that it gets instead, and what reports it
    ("dataset", RDF.type, [DCAT.Dataset], "dataset#Dataset Class"),
    ("dataset", RDF.type, [DCMITYPE.Dataset], "dataset#catalogued Class"),
    ("dataset", DCTERMS.title, [], "dataset#title MinCount"),
    ("dataset", DCTERMS.title, [WORD, Literal("other")], "dataset#title MaxCount"),
    ("dataset", DCTERMS.title, [Literal("word", lang="en")], "dataset#title Datatype"),
    ("dataset", DCTERMS.description, [WORD], "dataset#description MinLength"),
    ("dataset", DCTERMS.publisher, [], "dataset#publisher MinCount"),
    ("dataset", DCTERMS.publisher, [WORD], "dataset#publisher NodeKind"),
    ("dataset", DCTERMS.license, [Literal("CC0")], "dataset#license HasValue"),
    ("dataset", DCTERMS.accrualPeriodicity, [], "dataset#periodicity MinCount"),
    ("dataset", PAV.hasCurrentVersion, [], "dataset#current-version MinCount"),
    ("dataset", PAV.version, [WORD], "dataset#no-version MaxCount"),
    ("dataset", DCTERMS.issued, [WORD], "dataset#no-issued MaxCount"),
    ("dataset", DCTERMS.creator, [OTHER], "dataset#no-creator MaxCount"),
    ("dataset", DCAT.distribution, [FILE], "dataset#no-distribution MaxCount"),
    ("dataset", VOID.triples, [Literal(1)], "dataset#no-numbers MaxCount"),
    ("version", RDF.type, [DCAT.Dataset], "version#Version Class"),
    ("version", RDF.type, [DCMITYPE.Dataset], "version#catalogued Class"),
    ("version", VOID.triples, [Literal(1)], "version#no-numbers MaxCount"),
    ("version", DCTERMS.accrualPeriodicity, [OTHER], "version#no-periodicity MaxCount"),
    ("version", URIRef(f"{DCAT}version"), [WORD], "version#version Equals"),
    ("version", DCTERMS.isVersionOf, [OTHER], "version#of-dataset HasValue"),
    ("version", URIRef(f"{DCAT}previousVersion"), [OTHER], "version#previous-version Equals"),
    ("version", DCAT.distribution, [FILE], "version#distributions MinCount"),
    ("version", FOAF.page, [OTHER], "version#page Equals"),
    ("version", DCTERMS.title, [], "common#title MinCount"),
    ("version", DCTERMS.license, [OTHER], "common#license HasValue"),
    ("graph", DCTERMS.description, [], "common#description MinCount"),
    ("graph", DCTERMS.publisher, [], "common#publisher MinCount"),
    ("graph", DCTERMS.creator, [], "common#creator MinCount"),
    ("file", DCTERMS.creator, [WORD], "common#creator NodeKind"),
    ("file", PAV.version, [Literal("../1")], "common#pav-version Pattern"),
    ("file", PAV.version, [], "common#pav-version MinCount"),
    ("graph", PAV.previousVersion, [WORD], "common#previous NodeKind"),
    ("graph", PAV.createdOn, [Literal("2026-11-02")], "common#created-on Datatype"),
    ("graph", DCTERMS.issued, [Literal("2026")], "common#issued Datatype"),
    ("graph", PAV.createdWith, [OTHER], "common#created-with Class"),
    ("graph", PROV.wasDerivedFrom, [], "common#derived MinCount"),
    ("graph", PROV.wasGeneratedBy, [], "common#generated MinCount"),
    ("file", DCTERMS["format"], [Literal("nt")], "common#format NodeKind"),
    ("graph", DCAT.accessURL, [], "common#access MinCount"),
    ("file", DCAT.accessURL, [WORD], "common#access NodeKind"),
    ("graph", VOID.dataDump, [FILE], "graph#dumps MinCount"),
    ("graph", VOID.uriSpace, [], "graph#uri-space MinCount"),
    ("graph", VOID.vocabulary, [], "graph#vocabulary MinCount"),
    ("graph", VOID.exampleResource, [], "graph#example MinCount"),
    ("graph", VOID.triples, [], "graph#triples MinCount"),
    ("graph", VOID.triples, [Literal(6987)], "graph#triples Datatype"),
    ("graph", VOID.entities, [], "graph#entities MinCount"),
    ("graph", VOID.distinctSubjects, [], "graph#subjects MinCount"),
    ("graph", VOID.distinctObjects, [], "graph#objects MinCount"),
    ("graph", VOID.classes, [], "graph#classes MinCount"),
    ("graph", VOID.properties, [], "graph#properties MinCount"),
    ("graph", VOID.classPartition, [], "graph#class-partitions MinCount"),
    ("graph", VOID.propertyPartition, [], "graph#property-partitions MinCount"),
    ("graph", VOID.subset, [OTHER], "graph#linksets Class"),
    ("class", VOID["class"], [], "partitions#class MinCount"),
    ("class", VOID.entities, [], "partitions#class-entities MinCount"),
    ("property", VOID.property, [], "partitions#property MinCount"),
    ("property", VOID.triples, [], "partitions#property-triples MinCount"),
    ("property", VOID.distinctSubjects, [], "partitions#property-subjects MinCount"),
    ("links", DCTERMS.title, [], "partitions#link-title MinCount"),
    ("links", VOID.linkPredicate, [], "partitions#link-predicate MinCount"),
    ("links", VOID.subjectsTarget, [OTHER], "partitions#link-subjects Class"),
    ("links", VOID.triples, [], "partitions#link-triples MinCount"),
    ("target", VOID.uriSpace, [], "partitions#target-space MinCount"),
    ("target", FOAF.homepage, [], "partitions#target-page MinCount"),
    ("file", DCAT.downloadURL, [], "files#url MinCount"),
    ("file", DCAT.byteSize, [], "files#size MinCount"),
    ("file", DCAT.mediaType, [Literal("text/turtle")], "files#media-type Pattern"),
    ("file", DCAT.compressFormat, [], "files#compression MinCount"),
    ("file", SPDX.checksum, [Literal("00")], "files#checksum Class"),
    ("file", VOID.triples, [Literal(1)], "files#no-numbers MaxCount"),
    ("checksum", SPDX.algorithm, [SPDX.checksumAlgorithm_md5], "files#algorithm HasValue"),
    ("checksum", SPDX.checksumValue, [Literal("00", datatype=XSD.hexBinary)], "files#value Pattern"),
    ("checksum", SPDX.checksumValue, [Literal("0" * 64)], "files#value Datatype"),
    ("conversion", PROV.used, [], "provenance#used MinCount"),
    ("conversion", PROV.wasAssociatedWith, [], "provenance#by MinCount"),
    ("source", SPDX.checksum, [], "provenance#source-digest MinCount"),
    ("source", DCTERMS.identifier, [Literal("main")], "provenance#commit Pattern"),
    ("software", FOAF.name, [], "provenance#software-name MinCount"),
    ("software", PAV.version, [], "provenance#software-version MinCount"),
]


@pytest.mark.parametrize(("node", "predicate", "values", "expected"), BROKEN, ids=[case[-1] for case in BROKEN])
def test_a_fault_of_a_description_is_reported(
    described: Graph, node: str, predicate: URIRef, values: list[URIRef | Literal], expected: str
) -> None:
    subject = NODES[node]
    assert (subject, RDF.type if node not in ("class", "property") else None, None) in described
    described.remove((subject, predicate, None))
    for value in values:
        described.add((subject, predicate, value))
    assert expected in results(described)


def test_every_shape_of_the_description_is_broken_by_a_case() -> None:
    namespace = "https://pfocr.wikipathways.org/shapes/description/"
    named = {str(shape).removeprefix(namespace) for shape in shapes().subjects(SH.severity)}
    # faults of these show as those of others: what is described at all is found by its type
    unbroken = {"version#no-graph", "graph#Graph", "graph#catalogued", "files#File", "partitions#link-objects"}
    assert named - unbroken == {expected.partition(" ")[0] for *_, expected in BROKEN}


def test_no_statement_says_two_things_of_shapes() -> None:
    for shape in shapes().subjects(SH.severity):
        for predicate in (SH.name, SH.description, SH.message, SH.severity):
            assert len(list(shapes().objects(shape, predicate))) == 1, shape


def test_a_description_that_breaks_its_shapes_stops_a_release(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pfocr_rdf.releases.gate import Refused

    monkeypatch.setattr("pfocr_rdf.releases.description.KEYWORDS", ())
    monkeypatch.setattr(
        "pfocr_rdf.releases.description.MONTHLY", vocabulary.XSD_STRING.replace("<", '"').replace(">", '"')
    )
    with pytest.raises(Refused, match="the description: dataset: periodicity"):
        make(examples, tmp_path / "release")
    assert not (tmp_path / "release").exists()


def test_base_url_and_creators_can_be_given(examples: Path, tmp_path: Path) -> None:
    target = tmp_path / "release"
    creators = ("https://orcid.org/0000-0002-1825-0097", "https://example.org/lab")
    options = [item for creator in creators for item in ("--creator", creator)]
    url = "https://example.org/{version}/rdf"
    assert inside("release", examples, target, "--version", "7", "--base-url", url, "-q", *options).returncode == 0
    store = loaded(target / "void.ttl")
    said = rows(store, f"SELECT ?creator {{ <{DATASET}/7> dcterms:creator ?creator }}")
    assert sorted(said) == sorted((creator,) for creator in creators)
    files = rows(store, "SELECT ?file { ?graph void:dataDump ?file }")
    assert sorted(files) == [(f"https://example.org/7/rdf/pfocr-7.{end}.gz",) for end in ("nt", "ttl")]
