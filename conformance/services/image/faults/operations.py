"""Faults of the operations of a JSON Patch: which are accepted, how their paths are read, their order, and that all or
none are applied."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import jsonschema_rs

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import refusal
from conformance.services.image.faults.history import done
from conformance.services.image.faults.reading import PROPERTY, leads_to, name_of, operations
from conformance.services.image.faults.stages import answering, patching, refuse
from conformance.services.image.faults.values import CLASSES, members_of_create, reset
from conformance.services.image.target.store import DEFAULTS, ImageStore, StoredImage, pointer
from conformance.services.product import Effect, Where, family, product
from conformance.services.wire import Answer, Call

__all__ = ["faults"]

PATCH = "image.patch"
ATOMIC, ADD, REMOVE, REPLACE = (
    "image.patch.atomic",
    "image.patch.operation.add",
    "image.patch.operation.remove",
    "image.patch.operation.replace",
)
Items = list[Any]
ItemsRewrite = Callable[[Items], Any]


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of the operations of a change."""
    kinds = (contract.operations[PATCH].request_schema or {})["items"]["properties"]["op"]["enum"]
    for op in kinds:
        promise = rid.stated(PATCH, "operation", op)
        place: Where[ItemsRewrite] = Where(promise, f"the operation {op}", patching, (promise,))
        yield from product([place], _of_one(op))
    yield from _requests(contract, kinds)
    yield from _refusals(contract)
    yield from _orders()
    yield from _properties()
    yield from _paths()
    yield from _halves()


def _op(item: Any) -> Any:
    return item.get("op") if isinstance(item, dict) else None


def _of_one(op: str) -> Iterator[Effect[ItemsRewrite]]:
    yield Effect("ignored", "it is ignored", lambda items: [item for item in items if _op(item) != op])
    yield Effect("refused", "it is refused", lambda items: refuse() if op in map(_op, items) else items)


# --- what is understood ---------------------------------------------------------------------------------------------


def _requests(contract: Contract, kinds: list[str]) -> Iterator[Fault]:
    validator = jsonschema_rs.Draft202012Validator(dict(contract.operations[PATCH].request_schema or {}))
    parts = tuple(rid.body(PATCH, part) for part in ("op", "path", "value"))
    yield Fault(
        "image.patch.request.lenient",
        (rid.request(PATCH), *parts),
        "patch does nothing and says 200 to what it does not understand",
        Hooks(
            members=lambda call, body, _store: [] if call.operation == PATCH and not validator.is_valid(body) else body
        ),
    )
    good: Mapping[str, Callable[[dict[str, Any]], bool]] = {
        "op": lambda item: item.get("op") in kinds,
        "path": lambda item: _is_pointer(item.get("path")),
        "value": lambda item: "value" in item or item.get("op") == "remove",
    }
    for part, holds in good.items():
        yield Fault(
            f"{rid.body(PATCH, part)}.lenient",
            (rid.body(PATCH, part),),
            f"patch leaves out operations with a wrong {part}",
            patching(partial(_that_are, holds)),
        )
    answered: Mapping[str, Any] = (contract.operations["image.create"].responses[0].schema or {})["properties"]
    kept = answered.keys() - (members_of_create(contract).keys() - {"id"})
    yield Fault(
        "image.patch.read-only.lenient",
        ("image.patch.read-only",),
        "patch says 200 to a change of what the service keeps",
        patching(partial(_that_are, lambda item: name_of(item) not in kept)),
    )


def _is_pointer(path: Any) -> bool:
    """Whether this is a JSON pointer to a member (RFC 6901, 3)."""
    return isinstance(path, str) and len(path) > 1 and path.startswith("/") and not re.search("~(?![01])", path)


def _that_are(good: Callable[[dict[str, Any]], bool], items: Items) -> Items:
    return [item for item in items if not isinstance(item, dict) or good(item)]


def _refusals(contract: Contract) -> Iterator[Fault]:
    refused = partial(refusal, contract)
    yield Fault(
        "image.patch.media-type.refused",
        ("image.patch.media-type",),
        "the patch media type is refused",
        answering(PATCH, 200, lambda _call, answer, _store: refused(400, answer)),
    )
    for status in ("active", "queued"):
        yield Fault(
            f"{PATCH}.precondition.{status}",
            ("image.patch.precondition.status",),
            f"an image that is {status} cannot be changed",
            answering(PATCH, 200, partial(_refused_in, status, refused)),
        )
    example = [name_of(item) for item in contract.operations[PATCH].request_example]
    yield Fault(
        "image.patch.example.refused",
        (rid.example(PATCH),),
        "a patch of the members that the example has is refused",
        patching(lambda items: refuse() if [name_of(item) for item in items] == example else items),
    )


def _refused_in(
    status: str, refused: Callable[[int, Answer], Answer], call: Call, answer: Answer, store: ImageStore
) -> Answer:
    image = store.get(call.image_id)
    return refused(409, answer) if image is not None and image.status == status else answer


# --- several operations ---------------------------------------------------------------------------------------------


def _orders() -> Iterator[Fault]:
    yield Fault(
        "image.patch.atomic.last-only",
        (ATOMIC, ADD, REPLACE),
        "of several operations only the last is applied",
        patching(lambda items: items[-1:]),
    )
    yield Fault(
        "image.patch.atomic.reversed",
        (ATOMIC,),
        "operations are applied from the last to the first",
        patching(lambda items: items[::-1]),
    )
    for word, op in {"removes": "remove", "adds": "add"}.items():
        yield Fault(
            f"{ATOMIC}.{word}-last",
            (ATOMIC, REPLACE),
            f"of a list of operations the {word} come last",
            patching(partial(sorted, key=lambda item, op=op: _op(item) == op)),
        )
    yield Fault(
        "image.patch.operation.add.merged",
        (ADD,),
        "of several properties that are added the first is lost",
        patching(partial(_without_some, "add", slice(0, 1))),
    )
    yield Fault(
        "image.patch.remove.last-only",
        (REMOVE,),
        "of several removes the last one is done",
        patching(partial(_without_some, "remove", slice(0, -1))),
    )


def _without_some(op: str, which: slice, items: Items) -> Items:
    """The operations without these of one kind, when there are several of it."""
    of_kind = [item for item in items if _op(item) == op]
    lost = of_kind[which] if len(of_kind) > 1 else []
    return [item for item in items if not any(item is gone for gone in lost)]


def _halves() -> Iterator[Fault]:
    """A change that is refused, and stored in part."""
    rows: list[tuple[str, str, Hooks]] = [
        ("atomic.half", "the first half of a refused list of operations is stored", _refused(_first_half)),
        ("atomic.first", "properties that are added before a refused operation are kept", _refused(_added_before)),
    ]
    yield from family(PATCH, (ATOMIC,), rows)
    before = "what stands before the refused operation is stored"
    later = f"of an image changed before, {before}"
    yield from family(
        "state.patch",
        (ATOMIC,),
        [
            (
                "refused-first",
                before,
                done(PATCH, lambda call, image, _store, _past: _stored_before(call, image), refused=True),
            ),
            (
                "refused-later",
                later,
                done(
                    PATCH,
                    lambda call, image, _store, past: _stored_before(call, image) if past.changes(image) else None,
                    refused=True,
                ),
            ),
        ],
    )
    promises = (ATOMIC, rid.request(PATCH), rid.body(PATCH, "value"), "image.patch.read-only")
    for name in (*CLASSES, PROPERTY):
        yield Fault(
            f"{PATCH}.refused.{name}",
            promises,
            f"a refused patch resets {name}",
            answering(PATCH, 400, partial(_reset_though_refused, name)),
        )


def _refused(act: Callable[[Call, StoredImage], None]) -> Hooks:
    """Act on the image of a project that was refused a change of it."""

    def answer(call: Call, answer: Answer, store: ImageStore) -> Answer:
        image = store.get(call.image_id) if call.operation == PATCH and answer.status >= 400 else None
        if image is not None and call.caller is not None and call.caller.project == image.owner:
            act(call, image)
        return answer

    return Hooks(answer=answer)


def _first_half(call: Call, image: StoredImage) -> None:
    items = operations(call)
    for item in items[: (len(items) + 1) // 2]:
        name, value = name_of(item), item.get("value")
        if name in DEFAULTS and type(value) is type(DEFAULTS[name]) and len(items) > 1:
            image.members[name] = value


def _added_before(call: Call, image: StoredImage) -> None:
    for item in operations(call)[:-1]:
        if _op(item) == "add" and leads_to(PROPERTY, item):
            image.properties[name_of(item)] = item.get("value")


def _stored_before(call: Call, image: StoredImage) -> None:
    for item in operations(call)[:-1]:
        if name_of(item) in image.members and _op(item) != "remove":
            image.members[name_of(item)] = item["value"]


def _reset_though_refused(name: str, call: Call, answer: Answer, store: ImageStore) -> Answer:
    image = store.get(call.image_id)
    if image is not None:
        reset(image, name)
    return answer


# --- further properties, and the paths to them ----------------------------------------------------------------------


def _properties() -> Iterator[Fault]:
    yield Fault(
        "image.patch.operation.add.existing",
        (ADD,),
        "add of a property that is there is ignored",
        Hooks(members=_only_new),
    )
    yield Fault(
        "image.patch.operation.remove.emptied",
        (REMOVE,),
        "remove leaves an empty property behind",
        Hooks(stored=_emptied),
    )
    for word, alike in {"prefix": str.startswith, "suffix": str.endswith}.items():
        yield Fault(
            f"{PATCH}.remove.by-{word}",
            ("image.patch.unchanged", REMOVE),
            f"a remove takes out properties of the same {word}",
            Hooks(stored=partial(_removed_alike, alike)),
        )


def _only_new(call: Call, body: Any, store: ImageStore) -> Any:
    image = store.get(call.image_id)
    if call.operation != PATCH or not isinstance(body, list) or image is None:
        return body
    return [item for item in body if _op(item) != "add" or name_of(item) not in image.properties]


def _removed(call: Call) -> list[str]:
    return [pointer(item["path"]) for item in operations(call) if _op(item) == "remove"]


def _emptied(call: Call, image: StoredImage, _store: ImageStore) -> None:
    for name in _removed(call):
        image.properties.setdefault(name, "")


def _removed_alike(alike: Callable[[str, str], bool], call: Call, image: StoredImage, _store: ImageStore) -> None:
    gone = _removed(call)
    image.properties = {
        name: value for name, value in image.properties.items() if not any(alike(name, item) for item in gone)
    }


def _paths() -> Iterator[Fault]:
    misreadings: Mapping[str, Callable[[str], str]] = {
        "order": lambda path: path.replace("~01", "~1"),
        "tilde": lambda path: path.replace("~0", "~00"),
    }
    for word, read in misreadings.items():
        yield Fault(
            rid.path(PATCH, word),
            (rid.body(PATCH, "path"),),
            f"the escapes of a path are read wrongly: {word}",
            patching(partial(_with_paths, read)),
        )


def _with_paths(read: Callable[[str], str], items: Items) -> Items:
    return [
        {**item, "path": read(item["path"])} if isinstance(item, dict) and isinstance(item.get("path"), str) else item
        for item in items
    ]
