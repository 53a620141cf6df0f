"""The operations of a document under ids of their own, made of path and method, so that they survive a new edition.

Rules
- GET /v2/servers is `server.list`, DELETE /v2/servers/{id} is `server.delete`.
- Several operations on one method and path whose bodies have one member each, every one another, are actions: each is
  an operation of its own that is called after its member (`server.act.reboot`). So is a POST whose path ends in `action`.
- Operations that the value of a member or parameter tells apart are not written (selectors.py).
- Other operations on one method and path: the first is written, and the rest where it says the same.
- An operation without a method and a path cannot be called and has no id.
- Where two ids are equal, that with the shorter path keeps it, the other has all words of its path.
- What the edition before had keeps its id and the names of its path (earlier.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.document.addresses import PathTemplate, address, same_paths
from conformance.document.contradiction import Contradiction, at
from conformance.document.earlier import Earlier
from conformance.document.model import ApiOperation, Document, Position, Row
from conformance.document.nouns import nouns, segments, singular
from conformance.document.selectors import told_by_a_value

__all__ = ["Inventory", "NamedOperation", "ids_of", "inventory", "named_operations", "operation_id"]

METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"})
"""The methods that an operation can have (OpenAPI 3.1, Path Item Object)."""
ACTION = "action"
"""The last segment of a path on which every body is an operation of its own (OpenStack API guidelines, actions)."""

_VERBS = {
    (False, "GET"): "list",
    (False, "POST"): "create",
    (False, "PUT"): "replace",
    (False, "PATCH"): "patch",
    (False, "DELETE"): "clear",
    (False, "HEAD"): "head",
    (True, "GET"): "show",
    (True, "POST"): "act",
    (True, "PUT"): "replace",
    (True, "PATCH"): "patch",
    (True, "DELETE"): "delete",
    (True, "HEAD"): "head",
}
"""(path ends in a parameter, method) -> the verb of the operation's id."""


@dataclass(frozen=True)
class NamedOperation:
    """An operation that is written, with its id and the address it is written at. `action` is the only member of its
    body where others share method and path; `again` are operations that say the same once more."""

    id: str
    operation: ApiOperation
    address: PathTemplate
    action: str = ""
    again: tuple[ApiOperation, ...] = ()

    @property
    def method(self) -> str:
        """The method in capitals."""
        return self.operation.method.upper()

    @property
    def path(self) -> str:
        """The path that is written."""
        return self.address.path


@dataclass(frozen=True)
class Inventory:
    """The operations that are written, in the document's order, and what was found in naming them."""

    operations: tuple[NamedOperation, ...]
    found: tuple[Contradiction, ...]


def operation_id(method: str, path: str, *, json_answer: bool = True) -> str:
    """The operation's dotted id, as long as no other has it: GET /v2/servers -> server.list."""
    parts, words = segments(path), [_word(noun) for noun in nouns(path)]
    ends_in_parameter = bool(parts) and parts[-1].startswith("{")
    # A parameter that no noun stands before (a project's id) is none of a resource.
    below_an_item = any(part.startswith("{") for part in parts[1:-1]) and not parts[0].startswith("{")
    if below_an_item and not ends_in_parameter and not json_answer and method in {"GET", "PUT"}:
        return ".".join([*words[:-1], "download" if method == "GET" else "upload"])
    return ".".join([*words, _VERBS.get((ends_in_parameter, method), method.lower())])


def inventory(document: Document) -> Inventory:
    """Every operation of the document that can be written."""
    found: list[Contradiction] = []
    known = [item for item in document.operations if _has_address(item)]
    found += (
        Contradiction(at(item.line), "no address", "the operation has no method with a path", subject=str(number))
        for number, item in enumerate(document.operations, start=1)
        if not _has_address(item)
    )
    earlier = Earlier(document.earlier, (operation_id(item.method, item.path) for item in document.earlier))
    groups: dict[tuple[str, str], list[NamedOperation]] = {}
    places: dict[int, PathTemplate] = {}
    for item, place in zip(known, same_paths(address(item.path) for item in known), strict=True):
        named = NamedOperation("", item, earlier.written(place))
        places[id(item)] = place
        groups.setdefault((named.method, named.path), []).append(named)
    chosen: list[NamedOperation] = []
    kept: dict[int, str] = {}
    for (_, path), group in groups.items():
        several = _chosen(_without_told(group, path, document, found), found)
        for one in several:
            action = _only_member(one)
            was = earlier.id(one.method, one.path, action, shared=len(several) > 1 or _is_action(one))
            if was:
                kept[id(one.operation)] = was
            else:
                one = replace(
                    one, id=earlier.beside(one.method, one.path, action if _is_action(one) else one.action, one.id)
                )
            chosen.append(one)
    order = {id(item): number for number, item in enumerate(document.operations)}
    named_all = _distinct(sorted(chosen, key=lambda item: order[id(item.operation)]), kept, found)
    for named in named_all:
        found += _of_address(named, places[id(named.operation)])
    return Inventory(named_all, tuple(found))


def named_operations(document: Document) -> tuple[tuple[str, ApiOperation], ...]:
    """(id, operation) of every operation that is written, also where it says the same once more."""
    return tuple((item.id, one) for item in inventory(document).operations for one in (item.operation, *item.again))


def _has_address(operation: ApiOperation) -> bool:
    return operation.method.upper() in METHODS and bool(operation.path.strip())


def _without_told(
    group: list[NamedOperation], path: str, document: Document, found: list[Contradiction]
) -> list[NamedOperation]:
    """Those operations on one method and path that no value tells apart."""
    told = told_by_a_value([item.operation for item in group], path, document.lines)
    found += (contradiction for _, contradiction in told)
    left_out = {id(operation) for operation, _ in told}
    return [item for item in group if id(item.operation) not in left_out]


def _chosen(group: list[NamedOperation], found: list[Contradiction]) -> list[NamedOperation]:
    """Those operations on one method and path that are written, with base ids."""
    if not group:
        return []
    keys = [_only_member(item) for item in group]
    acting = group[0].method in {"POST", "PUT", "PATCH"} and len({key for key in keys if key}) > 1
    chosen: dict[str, NamedOperation] = {}
    for key, item in zip(keys, group, strict=True):
        kept = key if acting else ""
        if acting and not key:
            kept = next(iter(chosen), "")
        if kept not in chosen:
            chosen[kept] = replace(item, id=_base(item, key, acting), action=kept)
            continue
        first = chosen[kept]
        if _said(first.operation) == _said(item.operation):
            chosen[kept] = replace(first, again=(*first.again, item.operation))
        else:
            lines = at(first.operation.uri_line, item.operation.uri_line)
            text = f"{item.method} {item.path} is described twice, and differently"
            found.append(Contradiction(lines, "two operations", text, first.id, key))
    return list(chosen.values())


def _base(item: NamedOperation, key: str, acting: bool) -> str:
    operation = item.operation
    answers = bool(operation.response_tables) or any(example.kind == "json" for example in operation.response_examples)
    base = operation_id(item.method, item.path, json_answer=answers)
    if not acting and not (_is_action(item) and key):
        return base
    *words, verb = base.split(".")
    if words[-1:] == [ACTION]:
        words, verb = words[:-1], "act"
    return ".".join([*words, verb, _word(key)]) if key else base


def _is_action(item: NamedOperation) -> bool:
    return item.method == "POST" and segments(item.path)[-1:] == [ACTION]


def _only_member(item: NamedOperation) -> str:
    """The only member of the request's body, as its examples show it, else as its tables have it; else nothing."""
    shown = [example.value for example in item.operation.request_examples if example.kind == "json"]
    if shown:
        names = {
            name for value in shown for name in (value if isinstance(value, dict) and len(value) == 1 else ("", " "))
        }
    else:
        names = {re.split(r"[.\[]", row.name)[0] for row in _tops(item)}
    return names.pop() if len(names) == 1 else ""


def _tops(item: NamedOperation) -> Iterator[Row]:
    for table in item.operation.request_tables:
        for row in table.rows:
            place = row.place or table.place
            in_path = item.address.name(row.name) in item.address.names and place in {Position.OPEN, Position.PATH}
            if not in_path and place in {Position.OPEN, Position.BODY} and row.depth == 0 and not table.owner:
                yield row


def _said(operation: ApiOperation) -> tuple[object, ...]:
    """What an operation says, without where."""
    rows = [
        [(row.name, row.type, row.required, row.description, row.place or table.place, row.depth) for row in table.rows]
        for table in (*operation.request_tables, *operation.response_tables)
    ]
    codes = sorted({code for code, _ in operation.success_codes}), sorted(item.code for item in operation.error_codes)
    examples = [item.value for item in (*operation.request_examples, *operation.response_examples)]
    return rows, codes, examples


def _distinct(
    operations: Iterable[NamedOperation], kept: Mapping[int, str], found: list[Contradiction]
) -> tuple[NamedOperation, ...]:
    """The operations with ids that differ; `kept` are those of operations (by identity) that have one already."""
    items = list(operations)
    order = sorted(range(len(items)), key=lambda one: (len(segments(items[one].path)), items[one].path, one))
    taken: dict[str, int] = {}
    for number in order:
        taken.setdefault(kept.get(id(items[number].operation), ""), number)
    taken.pop("", None)
    ids = {number: name for name, number in taken.items()}
    for number in order:
        item = items[number]
        name = ids.get(number) or next(name for name in ids_of(item.id, item.method, item.path) if name not in taken)
        taken[name] = number
        ids[number] = name
    for number in order:
        item = items[number]
        if ids[number] != item.id and item.id in taken:
            other = items[taken[item.id]]
            lines = at(*sorted([other.operation.uri_line, item.operation.uri_line]))
            text = f"{item.method} {item.path} would be called as {other.method} {other.path} is"
            found.append(Contradiction(lines, "equal ids", text, ids[number]))
    return tuple(replace(item, id=ids[number]) for number, item in enumerate(items))


def ids_of(base: str, method: str, path: str) -> Iterator[str]:
    """The ids that an operation can have, that which says least first: the next ones are for where others have it."""
    yield base
    verb = base.split(".")[len(nouns(path)) :] or [base.rpartition(".")[2]]
    words = [_word(part if part.startswith("{") else singular(part)) for part in segments(path)]
    yield ".".join([*words, *verb])
    whole = ".".join([*(_word(part) for part in path.split("/") if part), *verb, method.lower()])
    yield whole
    number = 2
    while True:
        yield f"{whole}-{number}"
        number += 1


def _word(text: str) -> str:
    """A word as an id has it."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text.strip("{}")).strip("-") or "_"


def _of_address(item: NamedOperation, place: PathTemplate) -> Iterator[Contradiction]:
    """What is odd about an address; `place` is that of the first operation of this document with its path."""
    line = at(item.operation.uri_line)
    if place.odd:
        yield Contradiction(line, "odd address", place.odd, item.id)
    for mine, theirs in place.renamed.items():
        text = f"{mine} is called {theirs} where the same path stands first"
        yield Contradiction(line, "renamed in path", text, item.id, mine)
