"""JSON-LD expansion of `schema-jsonld` blocks with PyLD, offline, many records a call.

The only remote context that is known is schema.org's, and it comes from the package: the facts of release 30.0 (which
terms take IRIs and which take dates, and the prefixes) in `data/schemaorg.json`; every other term follows from
`@vocab`, so that a block expands just as through the published context. Anything else that would have to be fetched
is refused before PyLD sees it. Relative IRIs are left as they stand: what they are relative to differs from record to
record, and `pfocr_rdf.block` knows it.
"""

from __future__ import annotations

import json
import re
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
_MAX_CONTEXT_BYTES: Final = 64 * 1024
_MAX_CONTEXTS: Final = 64


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
        nodes: its top-level nodes; relative IRIs are not resolved.
    """

    nodes: tuple[Node, ...]


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

    A block that is malformed or malicious gives a `BlockError` and leaves the others as they are.

    Args:
        blocks: the values of `schema-jsonld`.
        bases: for each, the absolute IRI of its figure, against which an inline context's `@base` is resolved.

    Returns:
        For each block its expansion, or why there is none.
    """
    results: list[Expanded | BlockError | None] = [None] * len(blocks)
    batch: dict[int, Node] = {}
    for index, block in enumerate(blocks):
        if not isinstance(block, Mapping):
            results[index] = BlockError("jsonld-form", value=str(block))
            continue
        contexts = list(_contexts(block))
        if error := _refused(contexts):
            results[index] = error
        elif (
            len(contexts) == 1
            and isinstance(block.get("@context"), str)
            and "@graph" not in block
            and _MARK not in block
        ):
            batch[index] = {**block, _MARK: str(index)}
            del batch[index]["@context"]
        else:
            results[index] = _expand_alone(block, bases[index])
    with warnings.catch_warnings():
        # PyLD warns of keys that look like keywords and leaves them out, as JSON-LD 1.1 asks
        warnings.simplefilter("ignore")
        results_of_batch = _expand_batch(batch)
    return [result or results_of_batch[index] for index, result in enumerate(results)]


def _contexts(value: object) -> Iterator[object]:
    """Yield every context inside a block, in whatever depth."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "@context":
                yield inner
            if type(inner) is not str:
                yield from _contexts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            if type(inner) is not str:
                yield from _contexts(inner)


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


def _expand_batch(batch: dict[int, Node]) -> dict[int, Expanded | BlockError]:
    """Expand blocks of schema.org's context in one call; where that fails, in halves, down to the one at fault."""
    if not batch:
        return {}
    expanded = _pyld({"@graph": list(batch.values())}, expandContext=_base_less())
    if isinstance(expanded, BlockError):
        if len(batch) == 1:
            return dict.fromkeys(batch, expanded)
        items = list(batch.items())
        middle = len(items) // 2
        return _expand_batch(dict(items[:middle])) | _expand_batch(dict(items[middle:]))
    results: dict[int, Expanded | BlockError] = {}
    for node in expanded:
        mark = node.pop(_MARK)
        results[int(mark[0]["@value"])] = Expanded((node,))
    return results


def _expand_alone(block: Mapping[str, Any], base: str) -> Expanded | BlockError:
    """Expand one block through its own contexts, schema.org's written in for its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
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


def _pyld(document: Node, **options: Any) -> list[Node] | BlockError:
    """Call PyLD; whatever it raises becomes a `BlockError`."""
    try:
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
