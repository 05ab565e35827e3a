"""Scripts that load a release into a store, and end by comparing what the store holds with what the release says.

Each is run in the release's folder, and fails when a count differs: a load that lost a shard does not go unnoticed. The
description is loaded, too, into the same graph, so that a store knows the version and the days of what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from pfocr_rdf.releases.description import VOID_FILE
from pfocr_rdf.releases.publication import DUMP, SHARD, Publication
from pfocr_rdf.serialization import FORMATS
from pfocr_rdf.stores.loading import COUNTED, Counted, count_query
from pfocr_rdf.terms import Term, iri_term, iri_text
from pfocr_rdf.vocabulary import GRAPH

__all__ = ["LoadScript", "load_scripts"]

_STAGING: Final = iri_term(f"{iri_text(GRAPH)}#release")
"""Where Virtuoso has the new data until they are whole."""


class LoadScript(NamedTuple):
    """A script: its path in the release, what it is, its media type, and its text."""

    path: str
    title: str
    media_type: str
    text: str


def load_scripts(publication: Publication, *, described: int) -> Iterator[LoadScript]:
    """Write the scripts that load a release.

    Args:
        publication: the release, with the files that hold its data.
        described: the triples of its description that are not in the data, too.
    """
    expected = _expected(publication, described)
    yield LoadScript(
        "load/virtuoso.sql",
        "loads the shards into Virtuoso, by isql",
        "application/sql",
        _virtuoso(publication, expected),
    )
    yield LoadScript(
        "load/oxigraph.sh", "loads the shards into Oxigraph", "application/x-sh", _oxigraph(publication, expected)
    )
    yield LoadScript(
        "load/fuseki.sh", "loads the dump into Apache Jena Fuseki", "application/x-sh", _fuseki(publication, expected)
    )
    yield LoadScript("load/Qleverfile", "settings to load the dump into QLever", "text/plain", _qleverfile(publication))
    yield LoadScript("load/qlever.sh", "loads the dump into QLever", "application/x-sh", _qlever(publication, expected))


def _expected(publication: Publication, described: int) -> dict[Counted, int]:
    """Give what a store holds in the end; a description has no figures and mentions."""
    counts = publication.counts
    return {"triples": counts.triples + described, "figures": counts.figures, "mentions": counts.mentions}


def _dump(publication: Publication) -> str:
    """Give the path of the whole dump in N-Triples."""
    media_type = FORMATS["ntriples"].media_type
    (path,) = (file.path for file in publication.of_role(DUMP) if file.media_type == media_type)
    return path


def _shell(publication: Publication, expected: dict[Counted, int], about: str, load: str, count: str) -> str:
    """Write a shell script: how to load, then for each count the command that asks for it and what it must say."""
    checks = "".join(f"check {what} {expected[what]} '{count_query(what)}'\n" for what in COUNTED)
    return f"""#!/bin/sh
# PFOCR {publication.version}: {about}
set -eu
cd "$(dirname "$0")/.."

{load}
check() {{ # WHAT EXPECTED QUERY: compare what the store holds with what was released
  held=$({count} | tr -d '\\r' | tail -n 1)
  if [ "$held" != "$2" ]; then
    echo "not loaded: the store holds $held $1, the release $2" >&2
    exit 1
  fi
  echo "$1: $held"
}}

{checks}"""


def _oxigraph(publication: Publication, expected: dict[Counted, int]) -> str:
    return _shell(
        publication,
        expected,
        """loads the shards into Oxigraph (`pip install oxigraph`), in parallel.
#
#   sh load/oxigraph.sh STORE
#
# STORE is a folder for the store; it is made where it is not there. Then: oxigraph serve-read-only --location STORE""",
        f"""case "${{1:?give a folder for the store}}" in
  /*) store=$1 ;;
  *) store=$OLDPWD/$1 ;;
esac
oxigraph load --location "$store" --file shards/*.nt.gz {VOID_FILE}
""",
        'oxigraph query --location "$store" --query "$3" --results-format tsv',
    )


def _fuseki(publication: Publication, expected: dict[Counted, int]) -> str:
    return _shell(
        publication,
        expected,
        """loads the dump into a TDB2 database, for Apache Jena Fuseki. Needs Jena's command line.
#
#   sh load/fuseki.sh DATABASE
#
# DATABASE is a folder for the database. Then: fuseki-server --loc=DATABASE /pfocr""",
        f"""case "${{1:?give a folder for the database}}" in
  /*) store=$1 ;;
  *) store=$OLDPWD/$1 ;;
esac
tdb2.tdbloader --loc "$store" {_dump(publication)} {VOID_FILE}
""",
        'tdb2.tdbquery --loc "$store" --results=TSV "$3"',
    )


def _qlever(publication: Publication, expected: dict[Counted, int]) -> str:
    return _shell(
        publication,
        expected,
        """loads the dump into QLever (`pip install qlever`), and starts it.
#
#   sh load/qlever.sh
#
# What QLever makes of the dump is left in the folder load/, beside the settings in load/Qleverfile.""",
        """cd load
qlever index --overwrite-existing
qlever start
""",
        'qlever query "$3" --accept text/tab-separated-values --no-time',
    )


def _qleverfile(publication: Publication) -> str:
    dump = _dump(publication)
    return f"""# PFOCR {publication.version} in QLever: run load/qlever.sh, or `qlever index` and `qlever start` here.

[data]
NAME        = pfocr
DESCRIPTION = {publication.title}, version {publication.version}, {publication.counts.triples} triples
FORMAT      = ttl

[index]
INPUT_FILES     = ../{VOID_FILE} ../{dump}
CAT_INPUT_FILES = zcat -f ${{INPUT_FILES}}
SETTINGS_JSON   = {{ "num-triples-per-batch": 1000000 }}

[server]
PORT               = 7055
ACCESS_TOKEN       = ${{data:NAME}}
MEMORY_FOR_QUERIES = 4G

[runtime]
SYSTEM = docker
IMAGE  = docker.io/adfreiburg/qlever:latest

[ui]
UI_CONFIG = default
"""


def _virtuoso(publication: Publication, expected: dict[Counted, int]) -> str:
    graph, staging = iri_text(GRAPH), iri_text(_STAGING)
    listed = f"select count (*) from DB.DBA.load_list where ll_graph = '{staging}'"  # noqa: S608 - a constant
    counts: dict[str, tuple[int, str]] = {
        "files": (len(publication.of_role(SHARD)) + 1, listed),
        "errors": (0, f"{listed} and ll_error is not null"),
        **{what: (number, _virtuoso_count(what, _STAGING)) for what, number in expected.items()},
    }
    checks = "".join(f"PFOCR_CHECK ('{what}', {number}, ({query}));\n" for what, (number, query) in counts.items())
    again = "".join(
        f"PFOCR_CHECK ('{what}', {number}, ({_virtuoso_count(what, GRAPH)}));\n" for what, number in expected.items()
    )
    right = " and ".join(f"({query}) = {number}" for number, query in counts.values())
    last = " and ".join(f"({_virtuoso_count(what, GRAPH)}) = {number}" for what, number in expected.items())
    return f"""-- PFOCR {publication.version}: loads the shards and the description into Virtuoso, as the graph
-- <{graph}>, in place of what that held.
--
--   isql 1111 dba PASSWORD load/virtuoso.sql -u folder=/where/the/release/is
--
-- Debian calls the program isql-vt. The folder must be one that DirsAllowed in virtuoso.ini names. More loaders may run
-- at the same time, each by `rdf_loader_run ();` in an isql of its own. A count that differs is an error; isql goes on
-- after errors, and ends with exit code 0, so see that the last line says that all is loaded.
--
-- The new data go into the graph <{staging}>, and are counted there. Only when all
-- of them are there, one MOVE puts them in the place of the old; till then, and where loading fails, the old stay as
-- they are. The database needs room for both.

create procedure PFOCR_CHECK (in what varchar, in expected integer, in held integer)
{{
  if (held <> expected)
    signal ('PFOCR', sprintf ('not loaded: the store holds %d %s, the release %d', held, what, expected));
  result_names (what, held);
  result (what, held);
}}
;

create procedure PFOCR_REPLACE (in complete integer)
{{
  if (complete = 0)
    signal ('PFOCR', 'nothing is replaced: the graph holds what it held before');
  log_enable (1, 1);
  exec ('SPARQL MOVE <{staging}> TO <{graph}>');
  commit work;
}}
;

log_enable (3, 1);
SPARQL CLEAR GRAPH <{staging}>;
delete from DB.DBA.load_list where ll_graph = '{staging}';
ld_dir ('$U{{folder}}/shards', '*.nt.gz', '{staging}');
ld_dir ('$U{{folder}}', '{VOID_FILE}', '{staging}');
rdf_loader_run ();
checkpoint;

{checks}PFOCR_REPLACE ((select count (*) from SYS_USERS where U_NAME = 'dba' and {right}));
checkpoint;

{again}drop procedure PFOCR_REPLACE;
drop procedure PFOCR_CHECK;
select 'all of PFOCR {publication.version} is loaded' as state from SYS_USERS where U_NAME = 'dba' and {last}
  and ({_virtuoso_count("triples", _STAGING)}) = 0;
"""  # noqa: S608 - numbers and constants


def _virtuoso_count(what: Counted, graph: Term) -> str:
    """Give the query that counts, as Virtuoso's SQL takes it."""
    return f"SPARQL {count_query(what, graph)}"
