"""Answers as no right target gives them, made of those of the reference: any member of any answer is missing, null, of
another type, of another size, twice or old; and so are whole bodies, headers and statuses.

A `Spoiler` is a hook of the reference: it spoils the answers to some operations in one way, another member each time.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call

__all__ = ["KINDS", "OPERATIONS", "mixed", "spoiled"]

DISCOVERY, TOKENS = "discovery", "/auth/tokens"
OPERATIONS = (
    "image.list",
    "image.show",
    "image.create",
    "image.patch",
    "image.delete",
    "image.upload",
    "image.download",
    "auth.token",
    DISCOVERY,
)

Path = tuple[str | int, ...]


def _nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = [value]
    return value


INFINITE = "\0infinite\0"
"""Stands for 1e999, which JSON allows and Python reads as infinite."""
SURROGATE = "\0surrogate\0"
VALUES: dict[str, Callable[[Any], Any]] = {
    "null": lambda _: None,
    "integer": lambda _: 7,
    "string": lambda _: "x",
    "empty-string": lambda _: "",
    "array": lambda _: ["x", 1, None],
    "empty-array": lambda _: [],
    "object": lambda _: {"a": {"b": None}},
    "empty-object": lambda _: {},
    "true": lambda _: True,
    "false": lambda _: False,
    "number": lambda _: 1.5,
    "huge-integer": lambda _: 10**40,
    "infinite": lambda _: INFINITE,
    "surrogate": lambda _: SURROGATE,
    "nested": lambda _: _nested(300),
    "long": lambda _: "x" * 5_000,
    "odd-text": lambda _: "\0\x1b[2J\u202e\r\n/../%zz",
    "wrapped": lambda value: [value],
    "twice": lambda value: value * 2 if isinstance(value, list | str) else [value, value],
    "boundary-time": lambda _: "9999-12-31T23:59:59-14:00",
}
"""Kind -> what stands in place of a value."""
HEADERS = (
    "Content-Type",
    "Location",
    "X-Subject-Token",
    "x-openstack-request-id",
    "Date",
    "Content-MD5",
    "Retry-After",
)
STATUSES = (200, 201, 202, 204, 206, 300, 302, 304, 400, 401, 403, 404, 408, 409, 410, 413, 416, 500, 503, 599)
KINDS = (*VALUES, "missing", "stale", "body", "items", "header", "status", "no-json")
"""In which ways an answer is spoiled."""


def _paths(value: Any, depth: int = 4) -> Iterator[Path]:
    """Where something stands in a document; items of an array are one place, "*"."""
    if depth == 0:
        return
    if isinstance(value, dict):
        for name, below in value.items():
            yield (name,)
            yield from ((name, *rest) for rest in _paths(below, depth - 1))
    elif isinstance(value, list) and value:
        yield ("*",)
        yield from (("*", *rest) for rest in _paths(value[0], depth - 1))


def _edited(value: Any, path: Path, change: Callable[[Any], Any] | None, chance: random.Random) -> Any:
    """The document with a change at a path; in some or all items of an array. None takes the member away."""
    first, *rest = path
    if isinstance(value, list):
        some = chance.random() < 0.5
        edited = []
        for item in value:
            if some and chance.random() < 0.5:
                edited.append(item)
            elif rest:
                edited.append(_edited(item, tuple(rest), change, chance))
            elif change is not None:
                edited.append(change(item))
        return edited
    if isinstance(value, dict) and first in value:
        if rest:
            return {**value, first: _edited(value[first], tuple(rest), change, chance)}
        if change is None:
            return {name: item for name, item in value.items() if name != first}
        return {**value, first: change(value[first])}
    return value


class Spoiler:
    """Spoils the answers to these operations in these ways, each with the chance `often`."""

    def __init__(self, operations: Sequence[str], kinds: Sequence[str], seed: int, often: float = 1.0) -> None:
        self._operations = operations
        self._kinds = kinds
        self._chance = random.Random(seed)
        self._often = often
        self._turn = 0
        self._earlier: dict[tuple[str, str], list[Answer]] = {}

    def __call__(self, call: Call, answer: Answer, _store: Any) -> Answer:
        """The hook: an answer in place of the one that is right."""
        operation = call.operation or ("auth.token" if call.path.endswith(TOKENS) else DISCOVERY)
        before = self._earlier.setdefault((operation, call.image_id), [])
        kept, latest = list(before), replace(answer, body=copy.deepcopy(answer.body))
        before.append(latest)
        del before[:-3]
        if operation not in self._operations or self._chance.random() >= self._often:
            return answer
        if operation == "auth.token" and self._turn < 2 and len(self._kinds) > 1:
            self._turn += 1
            return answer
        self._turn += 1
        return self._spoiled(self._chance.choice(self._kinds), answer, kept)

    def _spoiled(self, kind: str, answer: Answer, earlier: Sequence[Answer]) -> Answer:
        chance = self._chance
        if kind == "stale":
            return replace(chance.choice(earlier), headers=answer.headers) if earlier else answer
        if kind == "header":
            name = HEADERS[self._turn % len(HEADERS)]
            kept = {key: value for key, value in answer.headers.items() if key.lower() != name.lower()}
            value = chance.choice(["", "x", "http://[bad/", "-1", "9" * 400, "Mon, 99 Foo 99999 99:99:99 GMT", None])
            if name == "Content-Type":
                return replace(answer, media_type=value or "")
            return replace(answer, headers=kept if value is None else {**kept, name: value})
        if kind == "status":
            return replace(answer, status=STATUSES[self._turn % len(STATUSES)])
        if kind == "no-json":
            raw = chance.choice([b"", b"{", b"\xff", b"[" * 100_000, b'{"a": NaN}', b"<html>", b"9" * 5000])
            return replace(answer, raw=raw)
        if not isinstance(answer.body, dict):
            return answer
        if kind == "body":
            name = list(VALUES)[self._turn % len(VALUES)]
            return _sent(answer, VALUES[name](answer.body))
        body = json.loads(json.dumps(answer.body))
        if kind == "items":  # each list of the answer with something strange among its items
            for name, value in body.items():
                if isinstance(value, list):
                    odd = chance.choice([None, 1, "x", [], {}, [[]], {"id": None}, True, *value[:1]])
                    value.insert(chance.randrange(len(value) + 1), odd)
                    body[name] = value
            return _sent(answer, body)
        places = list(_paths(body))
        if not places:
            return answer
        path = places[self._turn % len(places)]
        return _sent(answer, _edited(body, path, None if kind == "missing" else VALUES[kind], chance))


def _sent(answer: Answer, body: Any) -> Answer:
    data = json.dumps(body, ensure_ascii=False)
    data = data.replace(json.dumps(INFINITE), "1e999").replace(json.dumps(SURROGATE), '"\\ud800"')
    return replace(answer, body=body, raw=data.encode("utf-8", "replace"))


def spoiled(operation: str, kind: str, seed: int = 1) -> Fault:
    """Answers to one operation are spoiled in one way: half of them, so that cases get on."""
    return Fault(f"spoiled.{operation}.{kind}", (), "", Hooks(answer=Spoiler([operation], [kind], seed, 0.5)))


def mixed(seed: int, often: float = 0.1) -> Fault:
    """Some answers to any operation are spoiled in any way."""
    return Fault(f"mixed.{seed}", (), "", Hooks(answer=Spoiler(OPERATIONS, KINDS, seed, often)))
