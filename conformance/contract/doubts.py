"""What the specs say and the document's own examples deny is promised by nobody, unless the errata decide it.

Rules
- A row beside a list or an object whose member all examples have inside that alone is wrong, or the examples are; a wrong
  promise is worse than a lost one. Its member may be there and need not.
- It is taken back where rulings have been applied, so that the specs as extracted say what the document says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.contract.services import is_success, operations_of

__all__ = ["without_doubts"]


def without_doubts(specs: Mapping[str, dict[str, Any]]) -> Mapping[str, dict[str, Any]]:
    """The effective specs (service -> OpenAPI document), changed in place: no answer needs what its examples have
    elsewhere."""
    for spec in specs.values():
        for _, _, operation in operations_of(spec):
            for status, answer in operation.get("responses", {}).items():
                for media in answer.get("content", {}).values() if is_success(status) else ():
                    _take_back(media.get("schema", {}), _examples(media))
    return specs


def _take_back(schema: dict[str, Any], examples: Iterable[Mapping[str, Any]]) -> None:
    shown = list(examples)
    required = schema.get("required")
    if not shown or not isinstance(required, list) or "x-ruling" in schema:
        return
    top = {name for value in shown for name in value}
    inside = {name for value in shown for inner in value.values() for name in _names_in(inner)}
    kept = [name for name in required if name in top or name not in inside]
    if kept != required:
        schema["required"] = kept


def _examples(media: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for example in media.get("examples", {}).values():
        value = example.get("value") if isinstance(example, Mapping) else None
        if isinstance(value, Mapping):
            yield value


def _names_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return {name for item in value for name in (item if isinstance(item, Mapping) else ())}
    return set(value) if isinstance(value, Mapping) else set()
