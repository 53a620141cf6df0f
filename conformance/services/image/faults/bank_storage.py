"""Faults of persistence: not stored, stored otherwise, stored late, mixed up, and changed by what should change nothing."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import Image, Store, document
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["storage_faults"]


def storage_faults(contract: Contract) -> Iterator[Fault]:
    """The faults of storage."""
    yield from _creations(contract)
    yield from _changes()
    yield from _reads()


def stored(operation: str, change: Callable[[Image, Store], None]) -> Hooks:
    """Store something else, so that the answer shows it too."""
    return Hooks(stored=lambda call, image, store: change(image, store) if call.operation == operation else None)


def _member(name: str, change: Callable[[Any], Any]) -> Callable[[Image, Store], None]:
    return lambda image, _store: image.members.update({name: change(image.members[name])})


def _text(change: Callable[[str], str]) -> Callable[[Any], Any]:
    return lambda value: change(value) if isinstance(value, str) else value


# --- create ---------------------------------------------------------------------------------------------------------


def _creations(contract: Contract) -> Iterator[Fault]:
    every = tuple(
        f"image.create.body.{name}" for name in (contract.operations["image.create"].request_schema or {})["properties"]
    )
    changes: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "tags.first-only": ("tags", lambda tags: tags[:1]),
        "tags.cut-at-64": ("tags", lambda tags: [tag[:64] for tag in tags]),
        "tags.ascii": ("tags", lambda tags: [tag.encode("ascii", "replace").decode() for tag in tags]),
        "tags.upper-case": ("tags", lambda tags: [tag.upper() for tag in tags]),
        "tags.joined": ("tags", lambda tags: [",".join(tags)] if tags else []),
        "min_ram.rounded": ("min_ram", lambda ram: ram // 64 * 64),
        "min_ram.16-bit": ("min_ram", lambda ram: ram % 65536),
        "min_ram.24-bit": ("min_ram", lambda ram: min(ram, 2**24)),
        "min_ram.at-least-one": ("min_ram", lambda ram: max(ram, 1)),
        "min_disk.8-bit": ("min_disk", lambda disk: disk % 256),
        "min_disk.largest": ("min_disk", lambda disk: min(disk, 2147483646)),
        "protected.always": ("protected", lambda _value: True),
        "protected.never": ("protected", lambda _value: False),
        "name.decomposed": ("name", _text(lambda text: unicodedata.normalize("NFD", text))),
        "name.compatible": ("name", _text(lambda text: unicodedata.normalize("NFKC", text))),
        "name.trailing-space": ("name", _text(str.rstrip)),
        "name.title-case": ("name", _text(str.title)),
        "name.cut-at-200": ("name", _text(lambda text: text[:200])),
        "name.cut-at-255-bytes": ("name", _text(lambda text: text.encode()[:255].decode("utf-8", "ignore"))),
        "name.backslash": ("name", _text(lambda text: text.replace("\\", "\\\\"))),
        "name.plus": ("name", _text(lambda text: text.replace("+", " "))),
        "name.null-is-empty": ("name", lambda name: "" if name is None else name),
        "visibility.private-is-shared": ("visibility", lambda value: "shared" if value == "private" else value),
        "visibility.shared-is-private": ("visibility", lambda value: "private" if value == "shared" else value),
        "disk_format.iso-is-raw": ("disk_format", lambda value: "raw" if value == "iso" else value),
        "container_format.only-bare": ("container_format", lambda value: "bare" if value else value),
    }
    for word, (name, change) in changes.items():
        breaks = (
            f"image.create.body.{name}",
            *((f"image.create.default.{name}",) if f"image.create.default.{name}" in contract.requirements else ()),
            *(("encoding.utf-8",) if "ascii" in word else ()),
        )
        yield Fault(
            f"image.create.stored.{word}",
            breaks,
            f"create stores {name} otherwise: {word.partition('.')[2]}",
            stored("image.create", _member(name, change)),
        )
    yield Fault("image.create.stored.late", every, "a new image is not found at first", _late_create())
    yield Fault(
        "image.create.stored.as-the-last",
        (
            "image.create.body.min_ram",
            "image.create.body.tags",
            "image.create.body.min_disk",
            "image.create.default.tags",
        ),
        "a new image has the members of the one before where the request says nothing",
        _as_the_last(),
    )
    yield Fault(
        "image.create.stored.wrong-owner",
        ("image.create.response.201.owner", "image.create.body.name"),
        "a new image belongs to another project",
        stored("image.create", lambda image, _store: setattr(image, "owner", "f" * 32)),
    )
    yield Fault(
        "image.create.owner.taken", ("image.create.request",), "create takes the owner from the request", _owner_taken()
    )
    yield Fault(
        "image.create.properties.dropped",
        ("image.create.request",),
        "create drops the further properties",
        stored("image.create", lambda image, _store: image.properties.clear()),
    )
    yield Fault(
        "image.create.example.refused",
        ("image.create.example.request",),
        "a create of the example's members is refused",
        Hooks(members=lambda call, body, _store: _refuse_example(contract, call, body)),
    )
    yield Fault(
        "image.create.id.upper-case",
        ("image.create.body.id",),
        "an own id comes back in capitals",
        Hooks(
            members=lambda call, body, _store: (
                {**body, "id": body["id"].upper()}
                if call.operation == "image.create" and isinstance(body, dict) and isinstance(body.get("id"), str)
                else body
            )
        ),
    )


def _refuse_example(contract: Contract, call: Call, body: Any) -> Any:
    example = contract.operations["image.create"].request_example
    if (
        call.operation == "image.create"
        and isinstance(body, dict)
        and set(body) == set(example)
        and body["disk_format"] == example["disk_format"]
    ):
        raise Refused(400, "No.")
    return body


def _late_create() -> Hooks:
    seen: set[str] = set()

    def handle(call: Call, _caller: Caller, _store: Store) -> Answer | None:
        if call.operation == "image.show" and call.image_id not in seen:
            seen.add(call.image_id)
            raise Refused(404, "Not yet.")
        return None

    return Hooks(handle=handle)


def _as_the_last() -> Hooks:
    last: dict[str, Any] = {}

    def members(call: Call, body: Any, _store: Store) -> Any:
        if call.operation != "image.create" or not isinstance(body, dict):
            return body
        return {**last, **body}

    def remember(call: Call, image: Image, _store: Store) -> None:
        if call.operation == "image.create":
            last.update({name: image.members[name] for name in ("min_ram", "min_disk", "tags")})

    return Hooks(members=members, stored=remember)


def _owner_taken() -> Hooks:
    owners: dict[str, str] = {}

    def members(call: Call, body: Any, _store: Store) -> Any:
        if call.operation == "image.create" and isinstance(body, dict) and isinstance(body.get("owner"), str):
            owners[str(body.get("name"))] = body["owner"]
            return {key: value for key, value in body.items() if key != "owner"}
        return body

    def change(call: Call, image: Image, _store: Store) -> None:
        if call.operation == "image.create":
            image.owner = owners.pop(str(image.members["name"]), image.owner)

    return Hooks(members=members, stored=change)


# --- patch ----------------------------------------------------------------------------------------------------------


def _changes() -> Iterator[Fault]:
    changes: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "name.trimmed": ("name", _text(lambda text: " ".join(text.split()))),
        "name.ascii": ("name", _text(lambda text: text.encode("ascii", "replace").decode())),
        "name.lower-case": ("name", _text(str.lower)),
        "min_disk.one-less": ("min_disk", lambda value: max(value - 1, 0)),
        "min_ram.one-more": ("min_ram", lambda value: value + 1),
        "tags.ascii": ("tags", lambda tags: [tag.encode("ascii", "replace").decode() for tag in tags]),
        "tags.first-only": ("tags", lambda tags: tags[:1]),
        "protected.never": ("protected", lambda _value: False),
        "visibility.private": ("visibility", lambda _value: "private"),
    }
    for word, (name, change) in changes.items():
        yield Fault(
            f"image.patch.stored.{word}",
            ("image.patch.stored", "image.patch.unchanged"),
            f"patch stores {name} otherwise: {word.partition('.')[2]}",
            stored("image.patch", _member(name, change)),
        )
    for word, old in {
        "added-tags": lambda image, before: image.members.update(
            tags=sorted({*before.members["tags"], *image.members["tags"]})
        ),
        "kept-name": lambda image, before: image.members.update(name=before.members["name"]),
    }.items():
        yield Fault(
            f"image.patch.stored.{word}",
            ("image.patch.stored",),
            f"patch mixes the old with the new: {word.replace('-', ' ')}",
            _against_before(old),
        )
    for name in ("min_disk", "min_ram", "protected", "visibility", "container_format", "disk_format", "name"):
        value: Any = {"min_disk": 0, "min_ram": 0, "protected": False, "visibility": "shared", "name": "reset"}.get(
            name, "ova" if "container" in name else "vhdx"
        )
        yield Fault(
            f"image.patch.unchanged.{name}",
            ("image.patch.unchanged",),
            f"a change of another member resets {name}",
            _resetting(name, value),
        )
    yield Fault(
        "image.patch.unchanged.owner",
        ("image.patch.unchanged",),
        "a change gives the image to another project",
        Hooks(answer=lambda call, answer, store: _given_away(call, answer, store)),
    )
    yield Fault(
        "image.patch.unchanged.file",
        ("image.patch.unchanged", "image.download.bytes"),
        "a change empties the file",
        stored("image.patch", lambda image, _store: setattr(image, "data", b"" if image.data else image.data)),
    )
    yield Fault(
        "image.patch.unchanged.namesakes",
        ("image.patch.unchanged",),
        "a change reaches every image of the name",
        stored("image.patch", _namesakes),
    )
    yield Fault(
        "image.patch.stored.late",
        ("image.patch.stored",),
        "the first look after a change shows the old image",
        _late_patch(),
    )
    yield Fault(
        "image.patch.atomic.first",
        ("image.patch.atomic",),
        "operations before one that is refused are kept",
        _kept_first(),
    )
    yield Fault(
        "image.patch.atomic.last-only",
        ("image.patch.atomic", "image.patch.operation.add", "image.patch.operation.replace"),
        "of several operations only the last is applied",
        Hooks(
            members=lambda call, body, _store: (
                body[-1:] if call.operation == "image.patch" and isinstance(body, list) else body
            )
        ),
    )
    yield Fault(
        "image.patch.atomic.reversed",
        ("image.patch.atomic",),
        "operations are applied from the last to the first",
        Hooks(
            members=lambda call, body, _store: (
                body[::-1] if call.operation == "image.patch" and isinstance(body, list) else body
            )
        ),
    )
    yield Fault(
        "image.patch.operation.add.merged",
        ("image.patch.operation.add",),
        "of several properties that are added the first is lost",
        _first_add_lost(),
    )
    yield Fault(
        "image.patch.operation.add.existing",
        ("image.patch.operation.add",),
        "add of a property that is there is ignored",
        _add_existing(),
    )
    yield Fault(
        "image.patch.operation.add.ascii",
        ("image.patch.operation.add",),
        "a property loses what is not ASCII",
        stored(
            "image.patch",
            lambda image, _store: image.properties.update(
                {key: value.encode("ascii", "ignore").decode() for key, value in image.properties.items() if value}
            ),
        ),
    )
    yield Fault(
        "image.patch.operation.remove.emptied",
        ("image.patch.operation.remove",),
        "remove leaves an empty property behind",
        _emptied(),
    )
    yield Fault(
        "image.patch.updated-at.backwards",
        ("image.patch.updated-at",),
        "updated_at goes back with a change",
        stored("image.patch", lambda image, _store: setattr(image, "updated", image.created - timedelta(hours=1))),
    )
    yield Fault(
        "image.patch.updated-at.once",
        ("image.patch.updated-at",),
        "updated_at moves with the first change only",
        _moves_once(),
    )


def _against_before(change: Callable[[Image, Image], Any]) -> Hooks:
    before: dict[str, Image] = {}

    def handle(call: Call, _caller: Caller, store: Store) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation == "image.patch" and image is not None:
            before[image.id] = copy.deepcopy(image)
        return None

    return Hooks(
        handle=handle,
        stored=lambda call, image, _store: (
            change(image, before[image.id]) if image.id in before and call.operation == "image.patch" else None
        ),
    )


def _resetting(name: str, value: Any) -> Hooks:
    path = f'"/{name}"'.encode()
    return Hooks(
        stored=lambda call, image, _store: (
            image.members.update({name: value}) if call.operation == "image.patch" and path not in call.body else None
        )
    )


def _given_away(call: Call, answer: Answer, store: Store) -> Answer:
    image = store.get(call.image_id)
    if call.operation == "image.patch" and answer.status == 200 and image is not None:
        image.owner = "e" * 32
        image.members["visibility"] = "community"
    return answer


def _namesakes(image: Image, store: Store) -> None:
    for other in store.all():
        if other.id != image.id and other.members["name"] == image.members["name"]:
            other.members |= {"min_ram": image.members["min_ram"], "tags": list(image.members["tags"])}


def _late_patch() -> Hooks:
    old: dict[str, Any] = {}

    def handle(call: Call, _caller: Caller, store: Store) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation == "image.patch" and image is not None:
            old[image.id] = document(image)
        if call.operation == "image.show" and call.image_id in old and image is not None:
            return Answer(200, old.pop(call.image_id))
        return None

    return Hooks(handle=handle)


def _kept_first() -> Hooks:
    def answer(call: Call, answer: Answer, store: Store) -> Answer:
        image = store.get(call.image_id)
        if (
            call.operation == "image.patch"
            and answer.status >= 400
            and image is not None
            and b"conformance_half" in call.body
        ):
            image.properties["conformance_half"] = "done"
        return answer

    return Hooks(answer=answer)


def _first_add_lost() -> Hooks:
    def members(call: Call, body: Any, _store: Store) -> Any:
        adds = (
            [item for item in body if isinstance(item, dict) and item.get("op") == "add"]
            if isinstance(body, list)
            else []
        )
        return (
            [item for item in body if item is not adds[0]]
            if call.operation == "image.patch" and len(adds) > 1
            else body
        )

    return Hooks(members=members)


def _add_existing() -> Hooks:
    def members(call: Call, body: Any, store: Store) -> Any:
        image = store.get(call.image_id)
        if call.operation != "image.patch" or not isinstance(body, list) or image is None:
            return body
        held = {f"/{name}" for name in image.properties}
        return [
            item
            for item in body
            if not (isinstance(item, dict) and item.get("op") == "add" and item.get("path") in held)
        ]

    return Hooks(members=members)


def _emptied() -> Hooks:
    def change(call: Call, image: Image, _store: Store) -> None:
        if call.operation == "image.patch" and b'"remove"' in call.body:
            image.properties["conformance_property"] = image.properties.get("conformance_property", "")

    return Hooks(stored=change)


def _moves_once() -> Hooks:
    first: dict[str, datetime] = {}

    def change(call: Call, image: Image, _store: Store) -> None:
        if call.operation == "image.patch":
            image.updated = first.setdefault(image.id, image.updated)

    return Hooks(stored=change)


# --- what reads must change nothing ---------------------------------------------------------------------------------


def _reads() -> Iterator[Fault]:
    def touching(operation: str, change: Callable[[Image, Store], None]) -> Hooks:
        def answer(call: Call, answer: Answer, store: Store) -> Answer:
            images = (
                store.all()
                if operation == "image.list"
                else [image for image in [store.get(call.image_id)] if image is not None]
            )
            if call.operation == operation and answer.status < 300:
                for image in images:
                    change(image, store)
            return answer

        return Hooks(answer=answer)

    def moved(image: Image, store: Store) -> None:
        image.updated = store.clock.now()

    def used(image: Image, _store: Store) -> None:
        image.members["min_ram"] = min(image.members["min_ram"] + 1, 2147483647)

    for operation in ("image.list", "image.download"):
        yield Fault(
            f"{operation}.reading.updated-at",
            ("image.patch.updated-at",),
            f"{operation} moves updated_at",
            touching(operation, moved),
        )
        yield Fault(
            f"{operation}.reading.changes",
            ("image.patch.unchanged",),
            f"{operation} changes the image",
            touching(operation, used),
        )
