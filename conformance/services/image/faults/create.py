"""Faults of creates: of the request as a whole, of id and owner, of the defaults of members not sent, of when the image
is visible."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import header, refusal
from conformance.services.image.faults.history import Past, after, created
from conformance.services.image.faults.reading import sent
from conformance.services.image.faults.stages import (
    Body,
    answering,
    creating,
    handling,
    patching,
    refuse,
    showing,
    storing,
)
from conformance.services.image.faults.values import members_of_create
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.product import family
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["faults"]

CREATE = "image.create"


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of creates."""
    yield from _requests(contract)
    yield from _ids()
    yield from _defaults()
    yield from _answers()
    yield from _owners()
    yield from _storage(contract)
    yield from _server_errors(contract)


# --- what is understood of the request ------------------------------------------------------------------------------


def _requests(contract: Contract) -> Iterator[Fault]:
    known = members_of_create(contract)
    request = rid.request(CREATE)
    yield Fault(
        "image.create.request.any-object",
        (request,),
        "create takes further properties that are no strings, and makes strings of them",
        creating(partial(_in_strings, known)),
    )
    yield Fault(
        "image.create.request.anything",
        (request, rid.error(400)),
        "create makes an image of what is no object",
        Hooks(members=lambda call, body, _store: body if call.operation != CREATE or isinstance(body, dict) else {}),
    )
    yield Fault(
        "image.create.status.taken",
        (request,),
        "create takes the size from the request",
        replace(
            creating(lambda body: {name: value for name, value in body.items() if name != "size"}),
            answer=answering(CREATE, 201, _with_sent_size).answer,
        ),
    )
    yield Fault(
        "image.create.properties.dropped",
        (request,),
        "create drops the further properties",
        storing(CREATE, lambda image: image.properties.clear()),
    )
    yield Fault(
        "image.create.example.refused",
        (rid.example(CREATE),),
        "a create of the members that the example has is refused",
        creating(partial(_unlike_the_example, contract.operations[CREATE].request_example)),
    )
    yield Fault(
        "image.create.null.accepted",
        (request, rid.response(CREATE, 201)),
        "a create with a format that is null is answered with 202",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, status=202, body={})
                if call.operation == CREATE and _without_format(sent(call))
                else answer
            )
        ),
    )


def _in_strings(known: Mapping[str, Any], body: Body) -> Body:
    return {
        name: value if name in known or isinstance(value, str | None) else str(value) for name, value in body.items()
    }


def _with_sent_size(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    return replace(answer, body={**answer.body, "size": sent(call)["size"]}) if "size" in sent(call) else answer


def _unlike_the_example(example: Body, body: Body) -> Body:
    return refuse() if body.keys() == example.keys() and body["disk_format"] == example["disk_format"] else body


def _without_format(body: Body) -> bool:
    return body.get("disk_format", ...) is None


# --- ids ------------------------------------------------------------------------------------------------------------


def _ids() -> Iterator[Fault]:
    of_id = rid.body(CREATE, "id")
    used = (of_id, rid.error(409))
    yield Fault(
        "image.create.id.reused", used, "create gives another id when the one that is sent is used", _by_id(_fresh)
    )
    yield Fault("image.create.id.replaced", used, "create replaces the image that has the id", _by_id(_replaced))
    yield Fault("image.create.id.upper-case", (of_id,), "an own id comes back in capitals", _by_id(_capital))
    yield Fault(
        "state.create.overwrites",
        (of_id,),
        "a refused create with a used id renames the image that has it",
        _renaming(),
    )


def _by_id(change: Callable[[Body, ImageStore], Body]) -> Hooks:
    """Understand a create with an id otherwise."""

    def members(call: Call, body: Any, store: ImageStore) -> Any:
        with_id = call.operation == CREATE and isinstance(body, dict) and isinstance(body.get("id"), str)
        return change(body, store) if with_id else body

    return Hooks(members=members)


def _fresh(body: Body, store: ImageStore) -> Body:
    return {name: value for name, value in body.items() if name != "id" or store.get(value) is None}


def _replaced(body: Body, store: ImageStore) -> Body:
    store.drop(body["id"])
    return body


def _capital(body: Body, _store: ImageStore) -> Body:
    return {**body, "id": body["id"].upper()}


def _renaming() -> Hooks:
    def change(call: Call, said: Answer, store: ImageStore, _past: Past) -> Answer:
        image = store.get(str(sent(call).get("id"))) if call.operation == CREATE and said.status == 409 else None
        if image is not None and "name" in sent(call):
            image.members["name"] = sent(call)["name"]
        return said

    return after(change)


# --- what is answered -----------------------------------------------------------------------------------------------


def _defaults() -> Iterator[Fault]:
    no_bytes = "d41d8cd98f00b204e9800998ecf8427e"
    for member, value in (
        ("status", "active"),
        ("size", 0),
        ("checksum", no_bytes),
        ("virtual_size", 1),
        ("protected", True),
        ("tags", ["unasked"]),
    ):
        yield Fault(
            f"{rid.default(CREATE, member)}.other",
            (rid.default(CREATE, member),),
            f"{member} of a new image of which the request does not say it is {value!r}",
            answering(CREATE, 201, partial(_defaulting, member, value)),
        )


def _defaulting(member: str, value: Any, call: Call, answer: Answer, _store: ImageStore) -> Answer:
    if member in sent(call) or not isinstance(answer.body, dict):  # another fault may have made it something else
        return answer
    return replace(answer, body={**answer.body, member: value})


def _answers() -> Iterator[Fault]:
    def answered(word: str, breaks: tuple[str, ...], said: str, change: Callable[[Body], Body]) -> Fault:
        return Fault(f"{CREATE}.{word}", breaks, said, showing(CREATE, 201, change))

    times = {"created_at": "1999-12-31T23:59:59Z", "updated_at": "1999-12-31T23:59:59Z"}
    yield answered(
        "relation.file.other",
        ("image.create.relation.file", rid.response(CREATE, 201, "file")),
        "file does not follow self",
        lambda body: {**body, "file": f"{body['self']}/data"},
    )
    yield answered(
        "relation.timestamps.other",
        ("image.create.relation.timestamps",),
        "a new image was changed long after its creation",
        lambda body: {**body, "updated_at": "2099-01-01T00:00:00Z"},
    )
    yield answered(
        "created_at.long-ago",
        (rid.response(CREATE, 201, "created_at"),),
        "a new image was created long ago",
        lambda body: {**body, **times},
    )
    yield answered(
        "owner.other",
        (rid.response(CREATE, 201, "owner"),),
        "a new image is answered as another project's",
        lambda body: {**body, "owner": "f" * 32},
    )
    location = rid.response_header(CREATE, 201, "Location")
    elsewhere = "/v2/images/00000000-0000-4000-8000-00000000beef"
    yield Fault(
        "image.create.location.other",
        (location,),
        "Location leads to another image",
        answering(CREATE, 201, lambda _call, answer, _store: header(answer, "Location", elsewhere)),
    )


# --- what is stored -------------------------------------------------------------------------------------------------


def _owners() -> Iterator[Fault]:
    yield Fault(
        "image.create.stored.wrong-owner",
        (rid.response(CREATE, 201, "owner"), rid.body(CREATE, "name")),
        "a new image belongs to another project",
        storing(CREATE, lambda image: setattr(image, "owner", "f" * 32)),
    )
    yield Fault(
        "image.create.owner.taken", (rid.request(CREATE),), "create takes the owner from the request", _owner_taken()
    )


def _owner_taken() -> Hooks:
    def take(call: Call, image: StoredImage, _store: ImageStore) -> None:
        if call.operation == CREATE and isinstance(sent(call).get("owner"), str):
            image.owner = sent(call)["owner"]

    ignoring = creating(
        lambda body: {name: value for name, value in body.items() if name != "owner" or not isinstance(value, str)}
    )
    return replace(ignoring, stored=take)


def _storage(contract: Contract) -> Iterator[Fault]:
    every = tuple(rid.body(CREATE, name) for name in members_of_create(contract))
    name = rid.body(CREATE, "name")
    seen = ("image.list.complete", name)
    yield Fault("image.create.single.two", ("image.create.single",), "one create makes two images", _twins())
    yield Fault("image.create.not-there", seen, "what was created is not there", Hooks(stored=_dropped))
    made = rid.response(CREATE, 201)
    yield Fault("image.create.stored.late", (made, *every), "a new image is not found at first", _not_at_first())
    yield Fault(
        "state.create.late", seen, "a new image can be seen only after the next request", _after_the_next(contract)
    )
    yield Fault(
        "image.create.stored.as-the-last",
        (*(rid.body(CREATE, member) for member in ("min_ram", "tags", "min_disk")), rid.default(CREATE, "tags")),
        "a new image has the members of the one before where the request says nothing",
        _as_the_last(),
    )
    yield Fault(
        "state.create.pair-lost",
        (rid.body(CREATE, "protected"),),
        "an image made with tags and protected is not stored as protected",
        created(lambda image: image.members.update(protected=False) if image.members["tags"] else None),
    )


def _twins() -> Hooks:
    def twin(call: Call, image: StoredImage, store: ImageStore) -> None:
        if call.operation == CREATE:
            other = copy.deepcopy(image)
            other.id = image.id[:-12] + "0" * 12
            store.put(other)

    return Hooks(stored=twin)


def _dropped(call: Call, image: StoredImage, store: ImageStore) -> None:
    if call.operation == CREATE:
        store.drop(image.id)


def _not_at_first() -> Hooks:
    seen: set[str] = set()

    def show(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if call.image_id not in seen:
            seen.add(call.image_id)
            raise Refused(404, "Not yet.")
        return None

    return handling("image.show", show)


def _after_the_next(contract: Contract) -> Hooks:
    fresh: set[str] = set()

    def change(call: Call, said: Answer, _store: ImageStore, _past: Past) -> Answer:
        hidden = call.operation == "image.show" and call.image_id in fresh
        fresh.clear()
        if call.operation == CREATE and said.status == 201:
            fresh.add(said.body["id"])
        return refusal(contract, 404, said) if hidden else said

    return after(change)


def _as_the_last() -> Hooks:
    last: Body = {}

    def remember(call: Call, image: StoredImage, _store: ImageStore) -> None:
        if call.operation == CREATE:
            last.update({name: image.members[name] for name in ("min_ram", "min_disk", "tags")})

    return replace(creating(lambda body: {**last, **body}), stored=remember)


# --- 500 ------------------------------------------------------------------------------------------------------------


def _server_errors(contract: Contract) -> Iterator[Fault]:
    known = members_of_create(contract)
    yield from family(
        "image.create",
        ("status.server-error",),
        [
            (
                "open.server-error",
                "create answers 500 to a member that the contract leaves open",
                creating(lambda body: _stumble(body, any(_is_open(known, *member) for member in body.items()))),
            ),
            (
                "null.server-error",
                "a create with a format that is null is answered with 500",
                creating(lambda body: _stumble(body, _without_format(body))),
            ),
        ],
    )
    yield Fault(
        "image.patch.open.server-error",
        ("status.server-error",),
        "patch answers 500 to operations of odd members, or very many of them",
        patching(lambda items: _stumble(items, len(items) >= 100 or any(map(_is_odd, items)))),
    )
    said = "a number beyond 64 bits is answered with 500"
    yield Fault(
        "image.create.large-number",
        ("status.server-error", rid.body(CREATE, "min_disk")),
        said,
        creating(lambda body: _stumble(body, _has_large(body))),
    )
    yield Fault(
        "image.patch.large-number",
        ("status.server-error", rid.body("image.patch", "value")),
        said,
        patching(lambda items: _stumble(items, any(map(_has_large, items)))),
    )


def _stumble(body: Any, stumbling: bool) -> Any:
    return refuse(500) if stumbling else body


def _is_open(known: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether the contract neither allows nor forbids what stands at a member of a create."""
    if name not in known:
        return value is None
    if isinstance(value, str):
        return name == "id" and value != value.lower()
    if isinstance(value, float):
        return value.is_integer() and 0 <= value < 2**31
    return isinstance(value, list) and all(isinstance(item, str) for item in value) and len(value) > len(set(value))


def _is_odd(item: Any) -> bool:
    """Whether an operation of a patch has members besides those of RFC 6902 that the contract speaks of."""
    return isinstance(item, dict) and bool(item.keys() - {"op", "path", "value"})


def _has_large(item: Any) -> bool:
    return isinstance(item, dict) and any(isinstance(value, int) and value >= 2**63 for value in item.values())
