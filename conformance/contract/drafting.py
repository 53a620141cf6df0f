"""Errata drafted for contradictions on which nobody has ruled: each with what the specs do, ready to be edited.

Rules
- A draft changes no promise: it writes down what the specs say where no ruling decides, and whose word that is.
- Where a promise of the specs bears the contradiction, its place gets the number of the ruling; that of a member goes for
  all of its lines.
- A contradiction is answered where the errata have a range of a few lines, or the same range, about one of its lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.contract.overlay import Overlay
from conformance.contract.reading import answers, spans_of
from conformance.contract.services import operations_of
from conformance.contract.yamlfiles import dump_yaml
from conformance.document.contradictions import Contradiction

__all__ = ["drafted", "unanswered"]


def unanswered(found: Sequence[Contradiction], overlay: Overlay) -> tuple[Contradiction, ...]:
    """The contradictions on which the errata do not rule."""
    sources = [item.source for item in overlay.rulings.values()] + [item.source for item in overlay.actions]
    return tuple(item for item in found if not any(answers(source, item) for source in sources))


def drafted(
    found: Sequence[Contradiction],
    specs: Mapping[str, Mapping[str, Any]],
    title: str,
    version: str,
    sha256: str,
    first: int = 1,
) -> str:
    """The text of the errata (schema: specs/schemas/overlay.schema.json), numbers from `first` on; `specs` are those
    before any ruling."""
    common = next((name for name, spec in specs.items() if "x-common" in spec), None)
    rulings: dict[int, Any] = {}
    actions: list[dict[str, Any]] = []
    for number, item in enumerate(found, start=first):
        source = [list(span) for span in spans_of(item)]
        rulings[number] = {"x-source": source, "ruling": _sentence(item.default), "reason": f"{item.text}."}
        for service, target in _targets(item, specs):
            named = {} if service == common else {"x-spec": service}
            actions.append(
                {
                    "target": target,
                    **named,
                    "x-ruling": number,
                    "x-source": source,
                    "description": f"{item.text}.",
                    "update": {"x-ruling": number},
                }
            )
    info = {"title": f"Errata of {title}", "version": version, "x-document-sha256": sha256}
    head = (
        "# A draft: one ruling for each contradiction on which nobody has ruled, with what the specs do without one. Edit what\n"
        "# is to be otherwise, delete what needs no ruling, then `conformance extract DOCUMENT --out DIR --errata FILE`.\n"
    )
    return head + dump_yaml({"overlay": "1.0.0", "info": info, "x-rulings": rulings, "actions": actions})


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _targets(item: Contradiction, specs: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(service, JSONPath) of the promises of the operation that are about the subject and stand on lines of the
    contradiction."""
    for service, spec in specs.items():
        for method, path, operation in operations_of(spec):
            if item.operation and operation.get("operationId") == item.operation:
                start = f"$.paths[{_quoted(path)}].{method.lower()}"
                yield from ((service, found) for found in _promises(operation, start, item))


def _promises(operation: Mapping[str, Any], start: str, item: Contradiction) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        if _borne(parameter, item):
            place = f"?@.name == {_quoted(parameter['name'])} && @.in == {_quoted(parameter['in'])}"
            yield f"{start}.parameters[{place}]"
    body = operation.get("requestBody", {})
    for media, node in body.get("content", {}).items():
        yield from _members(node.get("schema", {}), f"{start}.requestBody.content[{_quoted(media)}].schema", item)
    for status, response in operation.get("responses", {}).items():
        for media, node in response.get("content", {}).items():
            place = f"{start}.responses[{_quoted(status)}].content[{_quoted(media)}].schema"
            yield from _members(node.get("schema", {}), place, item)


def _members(schema: Mapping[str, Any], place: str, item: Contradiction) -> Iterator[str]:
    for name, node in schema.get("properties", {}).items():
        own = f"{place}.properties[{_quoted(name)}]"
        if _borne(node, item):
            yield own
        yield from _members(node, own, item)
    if isinstance(schema.get("items"), Mapping):
        yield from _members(schema["items"], f"{place}.items", item)


def _borne(node: Mapping[str, Any], item: Contradiction) -> bool:
    """Whether a promise stands on a line of the contradiction."""
    return any(
        (first <= low and high <= last) or low <= first <= high
        for first, last in node.get("x-source", ())
        for low, high in spans_of(item)
        if high == low
    )


def _quoted(name: object) -> str:
    text = str(name).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"
