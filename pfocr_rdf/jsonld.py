"""JSON-LD expansion of `schema-jsonld` blocks with PyLD, offline, many records a call.

The only remote context that is known is schema.org's, and it comes from the package: the facts of release 30.0 (which
terms take IRIs and which take dates, and the prefixes) in `data/schemaorg.json`; every other term follows from
`@vocab`, so that a block expands just as through the published context. Anything else that would have to be fetched
is refused before PyLD sees it. In a block of schema.org's context relative IRIs are left as they stand: what they are
relative to differs from record to record, and is told to `pfocr_rdf.block` with the expansion.
"""

from __future__ import annotations

import json
import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pyld import jsonld

__all__ = ["BlockError", "Expanded", "Node", "expand_blocks", "schema_org_context"]

Node = dict[str, Any]
"""A node object of expanded JSON-LD."""

_SCHEMA_ORG: Final = re.compile(r"https?://schema\.org(/|/docs/jsonldcontext\.json(ld)?)?")
_MARK: Final = "urn:pfocr-rdf:block"
_PLAIN_TERMS: Final = {term: f"http://schema.org/{term}" for term in ("description", "keywords", "name")}
"""Terms without coercion in schema.org's context: a text under one of them expands to itself, whatever it says."""

_CACHED: Final = 1024
_CACHED_BYTES: Final = 4096
_MAX_CONTEXT_BYTES: Final = 64 * 1024
_MAX_CONTEXTS: Final = 64
_MAX_WORK: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BlockError:
    """Why a block cannot be expanded.

    Attributes:
        code: the diagnostic's code.
        message: what is wrong; empty where the code says it all.
        value: what it is about.
    """

    code: str
    message: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Expanded:
    """An expanded block.

    Attributes:
        nodes: its top-level nodes.
        base: what relative IRIs in them are relative to; empty where the block's context has settled that.
    """

    nodes: tuple[Node, ...]
    base: str = ""


@cache
def schema_org_context() -> dict[str, Any]:
    """Give schema.org's context, as a context object that expands as the published one does.

    >>> schema_org_context()["license"]
    {'@id': 'http://schema.org/license', '@type': '@id'}
    """
    facts = json.loads(files("pfocr_rdf").joinpath("data", "schemaorg.json").read_text("utf-8"))
    vocabulary = facts["vocabulary"]
    context: dict[str, Any] = {"@vocab": vocabulary, **facts["keywords"], **facts["prefixes"]}
    context.update(facts["terms"])
    for coercion, terms in (("@id", facts["iri_valued"]), (f"{vocabulary}Date", facts["date_valued"])):
        for term in terms:
            context[term] = {"@id": vocabulary + term, "@type": coercion}
    return context


@cache
def _base_less() -> dict[str, Any]:
    """Give schema.org's context with relative IRIs left relative."""
    return {"@context": {**schema_org_context(), "@base": None}}


def expand_blocks(blocks: Sequence[object], bases: Sequence[str]) -> list[Expanded | BlockError]:
    """Expand blocks, those with schema.org's context in one call.

    What every block has of the template (type, licence, creator) is expanded once and remembered; what differs (the
    figure's IRI and the texts) expands to itself. A block that is malformed or malicious gives a `BlockError` and
    leaves the others as they are.

    Args:
        blocks: the values of `schema-jsonld`.
        bases: for each, the absolute IRI that relative IRIs in it are relative to, unless its context says otherwise.

    Returns:
        For each block its expansion, or why there is none.
    """
    results: list[Expanded | BlockError | None] = [None] * len(blocks)
    batch: list[tuple[int, Mapping[str, Any]]] = []
    for index, block in enumerate(blocks):
        if not isinstance(block, Mapping):
            results[index] = BlockError("jsonld-form", value=str(block))
            continue
        contexts = _contexts(block)
        if error := _refused(contexts):
            results[index] = error
        elif len(contexts) == 1 and isinstance(block.get("@context"), str) and not block.keys() & {"@graph", _MARK}:
            batch.append((index, block))
        else:
            results[index] = _refused_scoped(block, contexts) or _expand_alone(block, bases[index])
    for index, result in _expand_together(batch):
        results[index] = Expanded(result.nodes, bases[index]) if isinstance(result, Expanded) else result
    return [result for result in results if result is not None]


def _contexts(value: object) -> list[object]:
    """Give every context inside a block, in whatever depth."""
    found: list[object] = []
    _add_contexts(value, found)
    return found


def _add_contexts(value: object, found: list[object]) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "@context":
                found.append(inner)
            if type(inner) is not str:
                _add_contexts(inner, found)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            if type(inner) is not str:
                _add_contexts(inner, found)


def _refused(contexts: list[object]) -> BlockError | None:
    """Say why contexts are refused before PyLD sees them, or None: what is remote, and what is too much."""
    if len(contexts) > _MAX_CONTEXTS:
        return BlockError("jsonld-context-size", value=f"{len(contexts)} contexts")
    size = 0
    for context in contexts:
        for part in context if isinstance(context, (list, tuple)) else (context,):
            if isinstance(part, str):
                size += len(part)
                if not _SCHEMA_ORG.fullmatch(part):
                    return BlockError("jsonld-remote-context", value=part)
            elif isinstance(part, Mapping):
                size += len(json.dumps(part, default=str))
                if "@import" in part:
                    return BlockError("jsonld-remote-context", value=str(part["@import"]))
        if size > _MAX_CONTEXT_BYTES:
            return BlockError("jsonld-context-size", value=f"{size} bytes")
    return None


def _refused_scoped(block: Mapping[str, Any], contexts: list[object]) -> BlockError | None:
    """Say why contexts inside contexts are refused, or None: PyLD may process each of them anew for each value."""
    scoped = [inner for context in contexts for inner in _contexts(context)]
    if not scoped:
        return None
    work = _count(block) * sum(_weight(context) for context in scoped)
    return BlockError("jsonld-context-size", value=f"{work} bytes of scoped contexts") if work > _MAX_WORK else None


def _weight(context: object) -> int:
    """Give a context's size, once that of schema.org's is written in."""
    parts = context if isinstance(context, (list, tuple)) else (context,)
    return sum(_MAX_CONTEXT_BYTES if isinstance(part, str) else len(json.dumps(part, default=str)) for part in parts)


def _count(value: object) -> int:
    """Count the values in a block, in whatever depth."""
    if isinstance(value, Mapping):
        return 1 + sum(map(_count, value.values()))
    if isinstance(value, (list, tuple)):
        return 1 + sum(map(_count, value))
    return 1


_remembered: dict[str, Node] = {}
"""Expanded template parts by their texts."""


def _expand_together(batch: list[tuple[int, Mapping[str, Any]]]) -> Iterator[tuple[int, Expanded | BlockError]]:
    """Expand blocks of schema.org's context, each template part once."""
    divided = [(index, *_divided(block)) for index, block in batch]
    known_before = {text: _remembered.get(text) for _, _, text, _ in divided}  # other threads may clear it meanwhile
    old = {text: node for text, node in known_before.items() if node is not None}
    new = {text: part for _, part, text, _ in divided if text not in old}
    expanded: dict[str, Node | BlockError] = dict(_expand_batch(new))
    if len(_remembered) + len(expanded) > _CACHED:
        _remembered.clear()
    for text, node in expanded.items():
        if isinstance(node, dict) and len(text) <= _CACHED_BYTES:
            _remembered[text] = node  # noqa: PERF403 - an update in place
    for index, _, text, own in divided:
        known = expanded[text] if text in expanded else old[text]
        if isinstance(known, BlockError):
            yield index, known
        else:
            both = {key: known[key] + own[key] for key in own.keys() & known.keys()}  # "name" beside "schema:name"
            yield index, Expanded((dict(sorted({**known, **own, **both}.items())),))


def _divided(block: Mapping[str, Any]) -> tuple[Node, str, Node]:
    """Divide a block into the part to expand, its text, and what is its own and expands to itself."""
    part: Node = {}
    own: Node = {}
    for key, value in block.items():
        if key == "@context":
            continue
        if key == "@id" and type(value) is str and value.startswith(("https://", "http://")) and "id" not in block:
            own["@id"] = value  # neither relative nor a compact IRI (JSON-LD 1.1 API, section 5.2)
        elif (iri := _PLAIN_TERMS.get(key)) is not None and _is_text(value):
            own[iri] = [{"@value": text} for text in ((value,) if type(value) is str else value)]
        else:
            part[key] = value
    return part, repr(part), own


def _is_text(value: object) -> bool:
    """Tell whether a value is a text or a list of texts."""
    return type(value) is str or (type(value) is list and all(type(item) is str for item in value))


def _expand_batch(batch: dict[str, Node]) -> dict[str, Node | BlockError]:
    """Expand nodes of schema.org's context in one call; where that fails, in halves, down to the one at fault."""
    if not batch:
        return {}
    texts = list(batch)
    marked = [{**batch[text], _MARK: str(number)} for number, text in enumerate(texts)]
    nodes = _pyld({"@graph": marked}, expandContext=_base_less())
    if isinstance(nodes, BlockError):
        if len(batch) == 1:
            return dict.fromkeys(batch, nodes)
        middle = len(texts) // 2
        halves = ({text: batch[text] for text in half} for half in (texts[:middle], texts[middle:]))
        return {text: result for half in halves for text, result in _expand_batch(half).items()}
    results: dict[str, Node | BlockError] = {}
    for node in nodes:
        mark = node.pop(_MARK)
        results[texts[int(mark[0]["@value"])]] = node
    return results


def _expand_alone(block: Mapping[str, Any], base: str) -> Expanded | BlockError:
    """Expand one block through its own contexts, schema.org's written in for its address."""
    expanded = _pyld(_with_schema_org(block), base=base)
    return expanded if isinstance(expanded, BlockError) else Expanded(tuple(expanded))


def _with_schema_org(value: Any) -> Any:
    """Copy a block with the context object in place of schema.org's address."""
    if isinstance(value, Mapping):
        return {
            key: _contexts_written(inner) if key == "@context" else _with_schema_org(inner)
            for key, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_with_schema_org(inner) for inner in value]
    return value


def _contexts_written(context: Any) -> Any:
    if isinstance(context, str):
        return schema_org_context()
    if isinstance(context, (list, tuple)):
        return [schema_org_context() if isinstance(part, str) else _with_schema_org(part) for part in context]
    return _with_schema_org(context)


_ONE_AT_A_TIME: Final = threading.Lock()
"""PyLD's caches of contexts, and Python's filters of warnings, are those of all threads, and for one at a time."""


def _pyld(document: Node, **options: Any) -> list[Node] | BlockError:
    """Call PyLD; whatever it raises becomes a `BlockError`."""
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            # PyLD warns of keys that look like keywords and leaves them out, as JSON-LD 1.1 asks
            warnings.simplefilter("ignore")
            expanded = jsonld.expand(document, {"documentLoader": _no_loader, **options})
    except jsonld.JsonLdError as error:
        cause: BaseException = error
        while isinstance(cause.__cause__, jsonld.JsonLdError):
            cause = cause.__cause__
        code = getattr(cause, "code", None)
        if code in ("loading remote context failed", "loading document failed"):
            return BlockError("jsonld-remote-context", str(cause.args[0]))
        return BlockError("jsonld-invalid", f"{cause.args[0]}" + (f" [{code}]" if code else ""))
    except Exception as error:  # PyLD meets some malformed values with a TypeError or a RecursionError of its own
        return BlockError("jsonld-invalid", f"{type(error).__name__}: {error}")
    return [node for node in expanded if isinstance(node, dict)]


def _no_loader(url: str, _options: object = None) -> Any:
    raise jsonld.JsonLdError(
        f"the context {url} is not fetched", "jsonld.LoadDocumentError", code="loading remote context failed"
    )
