"""Groups of RDF files: sections stay whole, in any order of the triples, and results do not depend on the order."""

from __future__ import annotations

import gzip
import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

import pfocr_rdf
from pfocr_rdf import InputError, Result, ShapesError, sections
from pfocr_rdf.sections import groups_of, read_rdf, survey
from pfocr_rdf.shapefiles import read_shapes
from pfocr_rdf.vocabulary import PREFIXES

GOLDEN = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
FIGURE = "https://pfocr.wikipathways.org/figures/PMC1__{}.html"
MENTION = "https://pfocr.wikipathways.org/mention/PMC1__{}.gene.0123456789"

Key = tuple[str, str, str, str, str]


def results(*inputs: Path, **options: object) -> Counter[Key]:
    found: list[Result] = []
    pfocr_rdf.validate(inputs, report=found.append, **options)  # type: ignore[arg-type]
    return Counter((one.focus, one.path, one.value, one.shape, one.component) for one in found)


def shuffled(source: Path, target: Path, *, seed: int) -> Path:
    lines = source.read_bytes().splitlines(True)
    random.Random(seed).shuffle(lines)
    target.write_bytes(b"".join(lines))
    return target


def lines(*triples: str) -> bytes:
    """Write triples; `F:a` is a figure and `M:a` a mention whose IRI names it."""
    text = "".join(f"{triple} .\n" for triple in triples)
    for kind, form in (("F", FIGURE), ("M", MENTION)):
        for letter in "abc":
            text = text.replace(f"{kind}:{letter}", f"<{form.format(letter)}>")
    short = {
        " type ": " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ",
        " target ": " <http://www.w3.org/ns/oa#hasTarget> ",
        " image ": " <http://xmlns.com/foaf/0.1/img> ",
        " Pathway ": " <http://vocabularies.wikipathways.org/wp#Pathway> ",
    }
    for name, whole in short.items():
        text = text.replace(name, whole)
    return text.encode()


def subjects(path: Path) -> list[list[str]]:
    """The subjects of each group, each once, a letter for a figure's section."""
    known = survey([str(path)])
    return [list(dict.fromkeys(subject for subject, _, _ in group)) for group in groups_of([str(path)], known)]


# ------------------------------------------------------------------------------------------------------- order


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=() if number % 5 == 0 else pytest.mark.slow)
        for number, case in enumerate(GOLDEN)
    ],
)
def test_results_do_not_depend_on_the_order_of_triples(case: Path, tmp_path: Path) -> None:
    source = case / "expected.nt"
    assert survey([str(source)]).in_order
    expected = results(source)
    assert results(case / "expected.ttl") == expected
    mixed = shuffled(source, tmp_path / "mixed.nt", seed=3)
    assert not survey([str(mixed)]).in_order
    assert results(mixed) == expected
    assert results(mixed, jobs=2) == expected


ORDERED = (
    ("F:a type Pathway", "M:a target F:a", "F:b type Pathway", "M:b target F:b", "<urn:x:gene> type <urn:x:Gene>"),
    ("F:a type Pathway", "F:a image <urn:x:i>", "M:a target F:a", "<urn:x:i> type <urn:x:Image>"),
    ("F:a type Pathway", "<urn:x:odd> target F:a", "F:b type Pathway"),
    ("F:a type Pathway", "F:a image <urn:x:i>", "F:b type Pathway", "<urn:x:i> type <urn:x:Image>"),
    ("<urn:x:gene> type <urn:x:Gene>", "F:a type Pathway", "M:a target F:a"),
)
UNORDERED = (
    ("M:a target F:a", "F:a type Pathway"),
    ("F:a type Pathway", "<urn:x:gene> type <urn:x:Gene>", "M:a target F:a"),
    ("F:a type Pathway", "F:b type Pathway", "M:a target F:a"),
    ("F:a type Pathway", "F:b type Pathway", "F:a <urn:x:p> F:b"),
    ("F:a type Pathway", "M:a target F:b", "F:b type Pathway"),
    ("F:a type Pathway", "M:a target F:a", "F:b type Pathway", "M:a target F:b"),
    ("<urn:x:odd> target F:a", "F:a type Pathway"),
    ("<urn:x:g> type <urn:x:Gene>", "<urn:x:h> type <urn:x:Gene>", "<urn:x:g> <urn:x:p> <urn:x:h>"),
    ("F:a type Pathway", "M:a target F:a", "<urn:x:odd> target F:a", "M:a type <urn:x:Mention>"),
)


@pytest.mark.parametrize("triples", ORDERED)
def test_what_stands_together_is_in_order(triples: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "x.nt").write_bytes(lines(*triples))
    assert survey([str(tmp_path / "x.nt")]).in_order


@pytest.mark.parametrize("triples", UNORDERED)
def test_what_does_not_stand_together_is_not(triples: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "x.nt").write_bytes(lines(*triples))
    assert not survey([str(tmp_path / "x.nt")]).in_order


@pytest.mark.parametrize("seed", range(4))
def test_sections_are_whole_in_any_order(seed: int, tmp_path: Path) -> None:
    triples = [f"{kind}:{letter} type <urn:x:{kind}>" for kind in "FM" for letter in "abc"]
    triples += [f"F:{letter} type Pathway" for letter in "abc"] + [f"M:{letter} target F:{letter}" for letter in "abc"]
    triples += ["F:a image <urn:x:i>", "<urn:x:i> type <urn:x:Image>", "<urn:x:odd> target F:c", "<urn:x:odd> type F:c"]
    random.Random(seed).shuffle(triples)
    (tmp_path / "x.nt").write_bytes(lines(*triples))
    expected = [{f"<{FIGURE.format(x)}>", f"<{MENTION.format(x)}>"} for x in "abc"]
    expected[2].add("<urn:x:odd>")
    groups = [set(group) for group in subjects(tmp_path / "x.nt") if group != ["<urn:x:i>"]]
    assert sorted(groups, key=sorted) == sorted(expected, key=sorted)


def test_a_cleaner_of_temporary_files_takes_nothing_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "TRIPLES_A_FILE", 2)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    triples = [f"F:{letter} type Pathway" for letter in "abc"] + [f"M:{letter} target F:{letter}" for letter in "abc"]
    (tmp_path / "x.nt").write_bytes(lines(*triples))
    files = [str(tmp_path / "x.nt")]
    groups = groups_of(files, survey(files))
    found = [next(groups)]
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    shutil.rmtree(folder)
    assert len([*found, *groups]) == 3


def test_a_mention_of_two_figures_holds_their_sections_together(tmp_path: Path) -> None:
    (tmp_path / "x.nt").write_bytes(
        lines("F:a type Pathway", "M:a target F:a", "M:a target F:b", "F:b type Pathway", "M:b target F:b")
    )
    (group,) = subjects(tmp_path / "x.nt")
    assert len(group) == 4


def test_figures_that_are_each_others_targets_end(tmp_path: Path) -> None:
    (tmp_path / "x.nt").write_bytes(lines("F:a target F:b", "F:b target F:a", "F:a type Pathway", "F:b type Pathway"))
    (group,) = subjects(tmp_path / "x.nt")
    assert len(group) == 2


# ----------------------------------------------------------------------------------------------------- reading


def test_blank_nodes_are_named_by_their_order_in_all_files(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text("<urn:x:s> <urn:x:p> [ <urn:x:q> _:same ] , _:same .")
    names = [str(tmp_path / name) for name in ("a.ttl", "b.ttl")]
    read = list(read_rdf(names))
    assert read == list(read_rdf(names))
    first, second = (
        {term for statement in part for term in statement if term[0] == "_"} for part in (read[:3], read[3:])
    )
    assert len(first) == len(second) == 2
    assert not first & second


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.ttl", b"<urn:x:a> <urn:x:b>", "no valid Turtle"),
        ("x.nt", b"<a> <b> <c> .", "no valid N-Triples"),
        ("x.nt.gz", b"no gzip", "is no gzip file"),
        ("x.nt.gz", b"", "is damaged or cut"),
        ("x.nt.gz", gzip.compress(b"<urn:x:a> <urn:x:b> <urn:x:c> .\n", mtime=0)[:-8] + bytes(8), "is damaged or cut"),
        ("x.nt", b'<urn:x:a> <urn:x:b> "' + b"x" * (1 << 25) + b'" .', "larger than 16 MiB"),
        ("x.nt", b'<urn:x:a> <urn:x:b> "c"@en--ltr .', "RDF 1.2"),
        ("x.ttl", b"<urn:x:a> <urn:x:b> <<( <urn:x:c> <urn:x:d> <urn:x:e> )>> .", "RDF 1.2"),
        ("x.ttl", b"<urn:x:a>\n<urn:x:\n\x1b[31m> <urn:x:b> .", r"code point '\\n'$"),
        ("x.ttl", b"@prefix a: <urn:x:> .", "no triple"),
        ("x.nt.gz", gzip.compress(b"<urn:x:a> <urn:x:b> <urn:x:c> .\n" * 999, mtime=0)[:-12], "damaged or cut"),
        ("x.ttl", None, "no such file"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_file(
    name: str, content: bytes | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as raised:
        results(tmp_path / name)
    assert str(tmp_path / name) in str(raised.value)


def test_rdf_and_records_are_not_mixed(examples: Path) -> None:
    with pytest.raises(InputError, match="not both"):
        results(examples, GOLDEN[0] / "expected.nt")


def test_what_is_not_data_of_pfocr_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text("<urn:x:s> a <urn:x:C> ; <http://www.w3.org/2002/07/owl#sameAs> [ a <urn:x:D> ] .")
    assert {shape.rpartition("/")[2] for _, _, _, shape, _ in results(tmp_path / "x.ttl")} == {
        "common#same-as",
        "common#Node",
    }


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("engine", ["pyshacl", "turbo"])
def test_no_blank_node_is_passed_over(engine: str, jobs: int, tmp_path: Path) -> None:
    """Neither one without a type, nor one that is but referred to."""
    pytest.importorskip("pyshacl_turbo" if engine == "turbo" else "pyshacl")
    (tmp_path / "x.ttl").write_text("""
        <urn:x:a> <urn:x:p> [ <urn:x:q> "c" ] , _:only .
        <urn:x:b> <urn:x:q> [ a <urn:x:C> ] .
    """)
    found = results(tmp_path / "x.ttl", engine=engine, jobs=jobs)
    assert sorted((one[0], one[3].rpartition("/")[2], count) for one, count in found.items()) == [
        ("_:b0", "common#Node", 1),
        ("_:b1", "common#Node", 1),
        ("_:b2", "common#Node", 1),
    ]


@pytest.mark.parametrize("content", ["", "\n# nothing\n"])
def test_a_graph_without_triples_is_not_taken_for_a_valid_one(content: str, tmp_path: Path) -> None:
    """A dump may have been cut to nothing; a part may have nothing."""
    (tmp_path / "empty.nt").write_text(content)
    with pytest.raises(InputError, match="no triple"):
        results(tmp_path / "empty.nt")
    assert not results(tmp_path / "empty.nt", part=True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_which_can_be_read_but_once_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.nt")
    with pytest.raises(InputError, match="no file that can be read twice"):
        results(tmp_path / "x.nt")


def test_the_case_of_a_suffix_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "X.NT").write_bytes(b"<urn:x:a> <http://www.w3.org/2002/07/owl#sameAs> <urn:x:b> .\n")
    (tmp_path / "X.TTL.GZ").write_bytes(gzip.compress((tmp_path / "X.NT").read_bytes()))
    assert len(results(tmp_path / "X.NT")) == len(results(tmp_path / "X.TTL.GZ")) == 1


def test_what_stands_twice_is_counted_once(tmp_path: Path) -> None:
    source = GOLDEN[0] / "expected.nt"
    once, twice = (pfocr_rdf.validate([source] * number) for number in (1, 2))
    assert (twice.figures, twice.triples, twice.results) == (once.figures, once.triples, once.results)
    (tmp_path / "x.ttl").write_bytes(b"<urn:x:a> <urn:x:b> <urn:x:c> , <urn:x:d> , <urn:x:c> .")
    assert pfocr_rdf.validate([tmp_path / "x.ttl"]).triples == 2


# -------------------------------------------------------------------------------------------------- own shapes

TITLE = "https://pfocr.wikipathways.org/shapes/figure#title-given"


def own(folder: Path, text: str, name: str = "own.ttl") -> Path:
    (folder / name).write_text(f"@prefix sh: <http://www.w3.org/ns/shacl#> .\n{text}")
    return folder


def test_a_shape_of_pfocr_can_be_given_another_severity_or_none(examples: Path, tmp_path: Path) -> None:
    def severities() -> set[str]:
        found: list[Result] = []
        pfocr_rdf.validate([examples], report=found.append, shapes=tmp_path)
        return {one.severity for one in found if one.shape == TITLE}

    own(tmp_path, f"<{TITLE}> sh:severity sh:Violation .")
    assert severities() == {"Violation"}
    own(tmp_path, f"<{TITLE}> sh:deactivated true .")
    assert severities() == set()
    own(tmp_path, "<https://pfocr.wikipathways.org/shapes/references#Paper> sh:deactivated true .")
    assert severities() == {"Warning"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("own.ttl", "<urn:x:a> a sh:NodeShape ; sh:targetClass", "own.ttl: no valid Turtle"),
        ("own.ttl", '<urn:x:a> a sh:NodeShape ; sh:targetClass <urn:x:C> ; sh:minLength "a" .', "no valid SHACL"),
        ("own.ttl", '<urn:x:a> a sh:NodeShape ; sh:targetClass <urn:x:C> ; sh:pattern "(" .', "no regular expression"),
        ("references.ttl", "<urn:x:a> sh:targetObjectsOf <urn:x:p> ; sh:nodeKind sh:IRI .", "not sh:nodeKind"),
        ("own.txt", "", "no shapes"),
        ("own.ttl", "<urn:x:a> a <urn:x:C> .", "no shape with a target"),
        ("own.ttl", "<urn:x:a> a sh:NodeShape ; sh:property [ sh:path <urn:x:p> ; sh:maxCount 0 ] .", "with a target"),
        (
            "own.ttl",
            "<urn:x:a> a sh:NodeShape ; sh:targetClass <urn:x:C> ; sh:minCuont 1 .",
            "sh:minCuont: SHACL has no",
        ),
        ("own.ttl", "<urn:x:a> a sh:NodeShape ; sh:target [ a sh:SPARQLTarget ] .", "sh:target: is not of SHACL Core"),
        (
            "own.ttl",
            "<urn:x:a> a sh:NodeShape ; sh:targetClass <urn:x:C> ; sh:rule [] .",
            "sh:rule: is not of SHACL Core",
        ),
        ("own.ttl", "<urn:x:a> a sh:NodeShape ; <urn:x:p> <<( <urn:x:a> <urn:x:b> <urn:x:c> )>> .", "RDF 1.2"),
    ],
)
def test_shapes_that_are_none_are_said_to_be(name: str, text: str, message: str, tmp_path: Path) -> None:
    for instead in (False, True):
        with pytest.raises(ShapesError, match=message):
            read_shapes(str(own(tmp_path, text, name)), instead=instead)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ShapesError, match="no such file"):
        read_shapes(str(tmp_path / "none"))


def test_a_folder_without_a_name_is_not_the_one_that_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own(tmp_path, "<urn:x:a> a sh:NodeShape ; sh:targetClass <urn:x:C> ; sh:minLength 1 ."))
    with pytest.raises(ShapesError, match="name of the folder of shapes is empty"):
        read_shapes("")


def test_a_link_to_shapes_that_leads_nowhere_is_not_passed_over(tmp_path: Path) -> None:
    own(tmp_path, "<urn:x:a> a sh:NodeShape ; sh:targetClass <urn:x:C> ; sh:minLength 1 .")
    (tmp_path / "b.ttl").symlink_to("nowhere.ttl")
    with pytest.raises(ShapesError, match=r"b\.ttl: no such file"):
        read_shapes(str(tmp_path))


def test_own_references_are_checked_over_the_whole(examples: Path, tmp_path: Path) -> None:
    own(
        tmp_path,
        "<urn:x:a> a sh:NodeShape ; sh:targetObjectsOf <http://www.w3.org/ns/oa#hasBody> ; sh:class <urn:x:None> .",
        "references.ttl",
    )
    bodies = {one[0] for one in results(examples, shapes=tmp_path, instead=True)}
    assert bodies
    assert all(body.startswith(("https://identifiers.org/", "http://")) for body in bodies)


@pytest.mark.parametrize(
    ("constraint", "component"),
    [
        ("sh:path ( [ sh:inversePath oa:hasTarget ] pfocr:word ) ; sh:minLength 2", "MinLength"),
        ("sh:path [ sh:alternativePath ( dc:title dc:source ) ] ; sh:maxCount 1", "MaxCount"),
        ("sh:path dc:title ; sh:in ( 'a' 'b' )", "In"),
        ("sh:path dc:title ; sh:or ( [ sh:maxLength 3 ] [ sh:pattern '^x' ] )", "Or"),
        ("sh:path dc:title ; sh:xone ( [ sh:minLength 1 ] [ sh:nodeKind sh:Literal ] )", "Xone"),
        ("sh:path dc:title ; sh:languageIn ( 'en' )", "LanguageIn"),
    ],
)
def test_own_shapes_may_hold_lists(constraint: str, component: str, examples: Path, tmp_path: Path) -> None:
    prefixes = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("dc", "oa", "pfocr", "wp"))
    own(tmp_path, f"{prefixes}<urn:x:a> a sh:NodeShape ; sh:targetClass wp:Pathway ; sh:property [ {constraint} ] .")
    found = results(examples, shapes=tmp_path, instead=True)
    assert {one[4].rpartition("#")[2] for one in found} == {f"{component}ConstraintComponent"}


def test_own_shapes_in_several_files_keep_their_blank_nodes_apart(examples: Path, tmp_path: Path) -> None:
    """The second path of `own1.ttl` and the twelfth of `own.ttl` are two."""
    for name, first, count in (("own.ttl", "oa:hasTarget", 12), ("own1.ttl", "oa:hasBody", 2), ("ü x.ttl", "oa:x", 1)):
        paths = "".join(f"[ sh:path [ sh:inversePath {first} ] ; sh:maxCount {1000 + n} ] , " for n in range(count - 1))
        own(
            tmp_path,
            f"@prefix oa: <http://www.w3.org/ns/oa#> . <urn:x:{count}> a sh:NodeShape ; "
            f"sh:targetClass <http://vocabularies.wikipathways.org/wp#Pathway> ; "
            f"sh:property {paths} [ sh:path [ sh:inversePath {first} ] ; sh:maxCount 1 ] .",
            name,
        )
    found = {one[1] for one in results(examples, shapes=tmp_path, instead=True)}
    assert found == {"^<http://www.w3.org/ns/oa#hasTarget>"}


def test_a_shape_without_a_name_is_named_by_its_file_or_its_iri(examples: Path, tmp_path: Path) -> None:
    own(
        tmp_path,
        "<https://example.org/#Title> a sh:NodeShape ; sh:maxLength 1 ; "
        "sh:targetClass <http://vocabularies.wikipathways.org/wp#Pathway> ; "
        "sh:property [ sh:path <http://purl.org/dc/elements/1.1/title> ; sh:maxLength 1 ] .",
    )
    found: list[Result] = []
    pfocr_rdf.validate([examples], report=found.append, shapes=tmp_path, instead=True)
    assert {one.name for one in found} == {"Title", "own: Title <http://purl.org/dc/elements/1.1/title>"}


DATASET = "https://pfocr.wikipathways.org/dataset/pfocr"


@pytest.mark.parametrize("engine", ["pyshacl", "turbo"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_node_that_own_shapes_target_is_checked_once_where_it_is_described(
    engine: str, jobs: int, examples: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pyshacl_turbo" if engine == "turbo" else "pyshacl")
    own(
        tmp_path,
        f"""<urn:x:a> a sh:NodeShape ; sh:targetNode <{DATASET}> , <urn:x:b> , "c" ;
            sh:targetNode <https://identifiers.org/ncbigene/7157> ;
            sh:property [ sh:path <http://purl.org/dc/terms/license> ; sh:minCount 1 ] ,
                [ sh:path <http://purl.org/pav/createdOn> ; sh:minCount 1 ] .""",
    )
    found = results(examples, shapes=tmp_path, instead=True, engine=engine, jobs=jobs)
    pav, licence = "<http://purl.org/pav/createdOn>", "<http://purl.org/dc/terms/license>"
    expected = {(DATASET, pav)}
    for node in ("https://identifiers.org/ncbigene/7157", "urn:x:b", '"c"'):
        expected |= {(node, pav), (node, licence)}
    assert Counter(one[:2] for one in found.elements()) == Counter(expected)


def test_a_part_need_not_hold_the_nodes_that_own_shapes_target(tmp_path: Path) -> None:
    own(tmp_path, f"<urn:x:a> a sh:NodeShape ; sh:targetNode <{DATASET}> , <urn:x:b> ; sh:class <urn:x:C> .")
    (tmp_path / "x.nt").write_text("<urn:x:b> <urn:x:p> <urn:x:c> .\n")
    found = results(tmp_path / "x.nt", shapes=tmp_path, instead=True, part=True)
    assert {one[0] for one in found} == {"urn:x:b"}
