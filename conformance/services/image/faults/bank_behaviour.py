"""Faults in what happens: authentication, isolation, lists, changes, files and deletions."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.identity.target.tokens import Identity
from conformance.services.image.faults.bank_answers import header
from conformance.services.image.target.store import Image, Store
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["behaviour_faults"]

OPERATIONS = ("image.list", "image.create", "image.patch", "image.download", "image.delete")


def behaviour_faults(contract: Contract) -> Iterator[Fault]:
    """The faults of behaviour."""
    yield from _authentication(contract)
    yield from _isolation()
    yield from _lists()
    yield from _creations()
    yield from _changes(contract)
    yield from _files(contract)
    yield from _deletions(contract)
    yield from _rare()


def on(operation: str, status: int, change: Callable[[Call, Answer, Store], Answer]) -> Hooks:
    """Act on the answers of an operation with this status."""
    return Hooks(
        answer=lambda call, answer, store: (
            change(call, answer, store) if (call.operation, answer.status) == (operation, status) else answer
        )
    )


def refusal(contract: Contract, status: int, answer: Answer) -> Answer:
    """A failure with its envelope in place of an answer."""
    title = contract.error_codes[status].phrase
    return replace(
        answer,
        status=status,
        raw=None,
        media_type="application/json",
        body={"error": {"message": "No.", "code": status, "title": title}},
    )


# --- who calls ------------------------------------------------------------------------------------------------------


def _taken_for_main(kind: str, operation: str, call: Call, caller: Caller | None, identity: Identity) -> Caller | None:
    token = call.headers.get("x-auth-token")
    held = identity.tokens.get(token or "")
    found = {
        "absent": token is None,
        "empty": token == "",
        "garbage": bool(token) and held is None,
        "unscoped": held is not None and held.caller is None,
    }
    if caller is None and call.operation == operation and found[kind]:
        return Caller(identity.projects["reference"], frozenset({"member"}))
    return caller


def _authentication(contract: Contract) -> Iterator[Fault]:
    for operation in OPERATIONS:
        for kind in ("absent", "empty", "garbage"):
            yield Fault(
                f"{operation}.auth.{kind}",
                ("auth.required", "error.401"),
                f"{operation} is open to a token that is {kind}",
                Hooks(authorise=partial(_taken_for_main, kind, operation)),
            )
        yield Fault(
            f"{operation}.auth.unscoped",
            ("auth.token.project-scope",),
            f"{operation} is open to a token without a project",
            Hooks(authorise=partial(_taken_for_main, "unscoped", operation)),
        )
    yield Fault(
        "auth.token.wrong-password",
        ("auth.token.credentials", "error.401"),
        "a wrong password gets a token",
        Hooks(request=partial(_any_password, {})),
    )
    yield Fault(
        "auth.token.wrong-project",
        ("auth.token.credentials", "error.401"),
        "an unknown project gets a token",
        Hooks(request=_any_project),
    )
    yield Fault(
        "auth.token.useless",
        ("auth.token.response.201.x-subject-token",),
        "X-Subject-Token holds no token that is known",
        Hooks(answer=_useless),
    )
    yield Fault(
        "auth.token.no-project",
        ("auth.token.project-scope",),
        "the token names another project",
        Hooks(answer=_other_project),
    )
    yield Fault(
        "auth.token.lenient",
        ("auth.token.request", "auth.token.body.auth"),
        "a token call of another shape gets 201",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, status=201, body={"token": {}})
                if call.path.endswith("/auth/tokens") and answer.status == 400
                else answer
            )
        ),
    )
    yield Fault(
        "auth.token.refusal",
        ("auth.token.credentials", "error.401"),
        "a wrong password is answered with 403",
        Hooks(
            answer=lambda call, answer, _store: (
                refusal(contract, 403, answer)
                if call.path.endswith("/auth/tokens") and answer.status == 401
                else answer
            )
        ),
    )
    yield Fault(
        "header.x-project-id.refused",
        ("header.x-project-id",),
        "X-Project-Id is refused",
        Hooks(authorise=_no_project_header),
    )
    yield Fault(
        "header.x-project-id.followed",
        ("image.isolation.list", "header.x-project-id"),
        "X-Project-Id opens another project",
        Hooks(authorise=_by_header),
    )


def _identity_body(call: Call) -> Any:
    if not call.path.endswith("/auth/tokens") or call.method != "POST":
        return None
    try:
        return json.loads(call.body)
    except ValueError:
        return None


def _any_password(passwords: dict[str, str], call: Call) -> Call:
    body = _identity_body(call)
    try:
        user = body["auth"]["identity"]["password"]["user"]
        key, given = str(user.get("id") or user.get("name")), user["password"]
    except (KeyError, TypeError):
        return call
    if not str(given).startswith("conformance-invalid-"):
        passwords[key] = given
        return call
    user["password"] = passwords.get(str(user.get("id")), given)
    return replace(call, body=json.dumps(body).encode())


def _any_project(call: Call) -> Call:
    body = _identity_body(call)
    try:
        project = body["auth"]["scope"]["project"]
    except (KeyError, TypeError):
        return call
    if project.get("id") == "0" * 32:
        body["auth"]["scope"] = "unscoped"
    return replace(call, body=json.dumps(body).encode())


def _asked_by_id(call: Call, answer: Answer) -> bool:
    """Whether a token was given to a call that names its project by id; clients that log in by name are spared."""
    return call.path.endswith("/auth/tokens") and answer.status == 201 and b'"project": {"id"' in call.body


def _useless(call: Call, answer: Answer, _store: Store) -> Answer:
    return header(answer, "X-Subject-Token", "useless-token-useless-token") if _asked_by_id(call, answer) else answer


def _other_project(call: Call, answer: Answer, _store: Store) -> Answer:
    if not _asked_by_id(call, answer):
        return answer
    body = copy.deepcopy(answer.body)
    body["token"]["project"] = {"id": "f" * 32, "name": "another"}
    return replace(answer, body=body)


def _no_project_header(call: Call, caller: Caller | None, _identity: Identity) -> Caller | None:
    if "x-project-id" in call.headers:
        raise Refused(400, "X-Project-Id is not known here.")
    return caller


def _by_header(call: Call, caller: Caller | None, _identity: Identity) -> Caller | None:
    project = call.headers.get("x-project-id")
    return replace(caller, project=project) if caller is not None and project else caller


def _isolation() -> Iterator[Fault]:
    for operation in ("image.show", "image.patch", "image.download", "image.delete"):

        def authorise(
            call: Call, caller: Caller | None, _identity: Identity, operation: str = operation
        ) -> Caller | None:
            return (
                replace(caller, roles=caller.roles | {"admin"})
                if caller is not None and call.operation == operation
                else caller
            )

        yield Fault(
            f"image.isolation.{operation.removeprefix('image.')}.open",
            (f"image.isolation.{operation.removeprefix('image.')}",),
            f"{operation} is open to every project",
            Hooks(authorise=authorise),
        )
    yield Fault(
        "image.isolation.list.open",
        ("image.isolation.list",),
        "a list holds the images of all projects",
        Hooks(visible=lambda _call, _images, store: store.all()),
    )
    yield Fault(
        "image.isolation.list.by-name",
        ("image.isolation.list",),
        "a list by name holds the images of all projects",
        Hooks(visible=lambda call, images, store: store.all() if "name" in dict(call.query) else images),
    )
    yield Fault(
        "image.isolation.list.by-owner",
        ("image.isolation.list",),
        "a list by owner holds the images of that owner",
        Hooks(visible=lambda call, images, store: store.all() if "owner" in dict(call.query) else images),
    )


# --- lists and creations --------------------------------------------------------------------------------------------


def _lists() -> Iterator[Fault]:
    ghosts: dict[str, Image] = {}

    def remember(call: Call, _caller: Caller, store: Store) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation == "image.delete" and image is not None:
            ghosts[image.id] = image
        return None

    def ghostly(call: Call, images: list[Image], store: Store) -> list[Image]:
        project = call.caller.project if call.caller is not None else ""
        return [*images, *(image for key, image in ghosts.items() if store.get(key) is None and image.owner == project)]

    def newest_missing(_call: Call, images: list[Image], _store: Store) -> list[Image]:
        return sorted(images, key=lambda image: image.number)[:-1]

    yield Fault(
        "image.list.complete.deleted",
        ("image.list.complete", "image.delete.gone"),
        "deleted images stay in the list",
        Hooks(handle=remember, visible=ghostly),
    )
    yield Fault(
        "image.list.complete.newest",
        ("image.list.complete",),
        "the newest image is not in the list yet",
        Hooks(visible=newest_missing),
    )
    yield Fault(
        "image.list.complete.twice",
        ("image.list.complete",),
        "an image is in the list twice",
        Hooks(visible=lambda _call, images, _store: [*images, *images[-1:]]),
    )
    yield Fault(
        "image.list.complete.stale",
        ("image.list.complete",),
        "a list shows another min_ram than show",
        on("image.list", 200, lambda _call, answer, _store: _rows(answer, lambda row: {**row, "min_ram": 0})),
    )
    yield Fault(
        "image.list.complete.active-only",
        ("image.list.complete",),
        "a list without a filter holds active images only",
        Hooks(
            visible=lambda call, images, _store: (
                [image for image in images if image.data is not None]
                if not {"name", "status"} & dict(call.query).keys()
                else images
            )
        ),
    )
    yield Fault(
        "image.list.page.next.missing",
        ("image.list.page.next",),
        "a page that leaves images out has no next",
        on("image.list", 200, lambda _call, answer, _store: _less(answer, "next")),
    )
    yield Fault(
        "image.list.page.complete.skips",
        ("image.list.page.complete",),
        "the second page skips an image",
        on(
            "image.list",
            200,
            lambda call, answer, _store: (
                replace(answer, body={**answer.body, "images": answer.body["images"][1:]})
                if "marker" in dict(call.query)
                else answer
            ),
        ),
    )
    yield Fault(
        "image.list.example.refused",
        ("image.list.example.request",),
        "a list with limit, sort_key and sort_dir is refused",
        Hooks(
            query=lambda _call, query: (
                _raise(400)
                if {"limit", "sort_key", "sort_dir"} <= dict(query).keys() and dict(query)["limit"] == "20"
                else query
            )
        ),
    )


def _raise(status: int) -> Any:
    raise Refused(status, "No.")


def _less(answer: Answer, name: str) -> Answer:
    return replace(answer, body={key: value for key, value in answer.body.items() if key != name})


def _rows(answer: Answer, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
    return replace(answer, body={**answer.body, "images": [change(row) for row in answer.body["images"]]})


def _creations() -> Iterator[Fault]:
    def twin(_call: Call, image: Image, store: Store) -> None:
        other = copy.deepcopy(image)
        other.id = image.id[:-12] + "000000000000"
        store.put(other)

    def only_create(change: Callable[[Call, Image, Store], None]) -> Hooks:
        return Hooks(
            stored=lambda call, image, store: change(call, image, store) if call.operation == "image.create" else None
        )

    yield Fault("image.create.single.two", ("image.create.single",), "one create makes two images", only_create(twin))
    yield Fault(
        "image.create.not-there",
        ("image.list.complete", "image.create.body.name"),
        "what was created is not there",
        only_create(lambda _call, image, store: store.drop(image.id)),
    )
    for member, value in (
        ("status", "active"),
        ("size", 0),
        ("checksum", "d41d8cd98f00b204e9800998ecf8427e"),
        ("virtual_size", 1),
        ("protected", True),
        ("tags", ["new"]),
    ):

        def changed(call: Call, answer: Answer, _store: Store, member: str = member, value: Any = value) -> Answer:
            sent = json.loads(call.body) if call.body else {}
            return answer if member in sent else replace(answer, body={**answer.body, member: value})

        yield Fault(
            f"image.create.default.{member}.other",
            (f"image.create.default.{member}",),
            f"{member} of a new image is {value!r}",
            on("image.create", 201, changed),
        )
    yield Fault(
        "image.create.relation.file.other",
        ("image.create.relation.file", "image.create.response.201.file"),
        "file does not follow self",
        on(
            "image.create",
            201,
            lambda _call, answer, _store: replace(answer, body={**answer.body, "file": answer.body["self"] + "/data"}),
        ),
    )
    yield Fault(
        "image.create.relation.timestamps.other",
        ("image.create.relation.timestamps",),
        "a new image was changed an hour after its creation",
        on(
            "image.create",
            201,
            lambda _call, answer, _store: replace(answer, body={**answer.body, "updated_at": "2099-01-01T00:00:00Z"}),
        ),
    )
    yield Fault(
        "image.create.created_at.long-ago",
        ("image.create.response.201.created_at",),
        "a new image was created long ago",
        on(
            "image.create",
            201,
            lambda _call, answer, _store: replace(
                answer, body={**answer.body, "created_at": "2001-01-01T00:00:00Z", "updated_at": "2001-01-01T00:00:00Z"}
            ),
        ),
    )
    yield Fault(
        "image.create.owner.other",
        ("image.create.response.201.owner",),
        "a new image belongs to another project",
        on("image.create", 201, lambda _call, answer, _store: replace(answer, body={**answer.body, "owner": "f" * 32})),
    )
    yield Fault(
        "image.create.location.other",
        ("image.create.response.201.location",),
        "Location leads to another image",
        on(
            "image.create",
            201,
            lambda _call, answer, _store: header(answer, "Location", "/v2/images/00000000-0000-4000-8000-000000000000"),
        ),
    )


# --- changes, files, deletions --------------------------------------------------------------------------------------


def _changes(contract: Contract) -> Iterator[Fault]:
    def after(change: Callable[[Image, Store], None]) -> Hooks:
        return Hooks(
            stored=lambda call, image, store: change(image, store) if call.operation == "image.patch" else None
        )

    def neighbour(image: Image, store: Store) -> None:
        for other in store.all():
            if other.id != image.id and other.owner == image.owner:
                other.members["min_ram"] = image.members["min_ram"] + 1

    def half(call: Call, answer: Answer, store: Store) -> Answer:
        image = store.get(call.image_id)
        if (
            call.operation == "image.patch"
            and answer.status >= 400
            and image is not None
            and b"conformance_half" in call.body
        ):
            image.members["min_ram"] = 99
        return answer

    stuck = "image.patch.updated-at"
    yield Fault(
        "image.patch.updated-at.stuck",
        (stuck,),
        "updated_at does not move",
        after(lambda image, _store: setattr(image, "updated", image.created)),
    )
    yield Fault(
        "image.patch.created-at.moves",
        (stuck, "image.patch.unchanged"),
        "created_at moves with each change",
        after(lambda image, _store: setattr(image, "created", image.updated)),
    )
    yield Fault(
        "image.patch.unchanged.tags",
        ("image.patch.unchanged",),
        "a change empties the tags",
        Hooks(
            stored=lambda call, image, _store: (
                image.members.update(tags=[]) if call.operation == "image.patch" and b"/tags" not in call.body else None
            )
        ),
    )
    yield Fault(
        "image.patch.unchanged.properties",
        ("image.patch.unchanged",),
        "a change loses the further properties",
        Hooks(
            stored=lambda call, image, _store: (
                image.properties.clear()
                if call.operation == "image.patch" and b"conformance" not in call.body
                else None
            )
        ),
    )
    yield Fault(
        "image.patch.unchanged.neighbour", ("image.patch.unchanged",), "a change changes other images", after(neighbour)
    )
    yield Fault(
        "image.patch.atomic.half",
        ("image.patch.atomic",),
        "a refused list of operations is half applied",
        Hooks(answer=half),
    )
    yield Fault(
        "image.patch.media-type.refused",
        ("image.patch.media-type",),
        "the patch media type is refused",
        on("image.patch", 200, lambda _call, answer, _store: refusal(contract, 400, answer)),
    )
    for status in ("active", "queued"):

        def refused(call: Call, answer: Answer, store: Store, status: str = status) -> Answer:
            image = store.get(call.image_id)
            return refusal(contract, 409, answer) if image is not None and image.status == status else answer

        yield Fault(
            f"image.patch.precondition.{status}",
            ("image.patch.precondition.status",),
            f"an image that is {status} cannot be changed",
            on("image.patch", 200, refused),
        )
    yield Fault(
        "image.patch.example.refused",
        ("image.patch.example.request",),
        "a patch of three members is refused",
        Hooks(
            members=lambda call, body, _store: (
                _raise(400)
                if call.operation == "image.patch"
                and isinstance(body, list)
                and [item.get("path") for item in body if isinstance(item, dict)] == ["/min_ram", "/min_disk", "/name"]
                else body
            )
        ),
    )
    for operation in ("image.patch", "image.download", "image.delete"):
        success = contract.operations[operation].responses[0].status
        promise = (f"{operation}.path.image_id", "error.404")

        def found(
            _call: Call, answer: Answer, _store: Store, success: int = success, operation: str = operation
        ) -> Answer:
            return replace(
                answer, status=success, body=None if success == 204 else {} if operation == "image.patch" else b""
            )

        yield Fault(
            f"{operation}.absent.found",
            promise,
            f"{operation} of an image that is not there succeeds",
            on(operation, 404, found),
        )


def _files(contract: Contract) -> Iterator[Fault]:
    changes: dict[str, Callable[[bytes], bytes]] = {
        "short": lambda data: data[:-1],
        "long": lambda data: data + b"\n",
        "altered": lambda data: bytes([data[0] ^ 1]) + data[1:] if data else data,
        "line-ends": lambda data: data.replace(b"\r\n", b"\n"),
        "high-bytes": lambda data: bytes(byte & 0x7F for byte in data),
        "first-64k": lambda data: data[:65536],
        "last-byte": lambda data: data[:-1] + bytes([data[-1] ^ 0xFF]) if len(data) > 100000 else data,
        "nul": lambda data: data.replace(b"\0", b""),
    }
    for word, change in changes.items():
        yield Fault(
            f"image.download.bytes.{word}", ("image.download.bytes",), f"a download is changed: {word}", _file(change)
        )
    yield Fault(
        "image.download.bytes.another",
        ("image.download.bytes",),
        "a download gives the file of another image",
        on("image.download", 200, _another),
    )
    yield Fault(
        "image.download.precondition.missing",
        ("image.download.precondition.file", "image.download.bytes"),
        "a file that exists is not found",
        on("image.download", 200, lambda _call, answer, _store: refusal(contract, 404, answer)),
    )
    yield Fault(
        "image.download.no-data.found",
        ("image.download.no-data",),
        "an image without data is downloaded with 200",
        on("image.download", 204, lambda _call, answer, _store: replace(answer, status=201)),
    )
    for place in ("image.show", "image.patch"):
        for word, edit in (
            ("size", lambda body: {**body, "size": (body["size"] or 0) + 1}),
            ("checksum", lambda body: {**body, "checksum": hashlib.md5(b"x", usedforsecurity=False).hexdigest()}),
        ):

            def wrong(
                _call: Call, answer: Answer, _store: Store, edit: Callable[[dict[str, Any]], dict[str, Any]] = edit
            ) -> Answer:
                return replace(answer, body=edit(answer.body)) if answer.body["size"] is not None else answer

            yield Fault(
                f"{place}.{word}.untrue",
                (f"image.download.{word}",),
                f"{place} shows a {word} that is not the file's",
                on(place, 200, wrong),
            )


def _file(change: Callable[[bytes], bytes]) -> Hooks:
    return on("image.download", 200, lambda _call, answer, _store: replace(answer, body=change(answer.body)))


def _another(call: Call, answer: Answer, store: Store) -> Answer:
    others = [image.data for image in store.all() if image.data and image.id != call.image_id]
    return replace(answer, body=others[-1]) if others else answer


def _deletions(contract: Contract) -> Iterator[Fault]:
    held: dict[str, bytes] = {}

    def claimed(call: Call, caller: Caller, store: Store) -> Answer | None:
        if call.operation != "image.delete" or store.own(caller, call.image_id).members["protected"]:
            return None
        return Answer(204)

    def file_stays(call: Call, _caller: Caller, store: Store) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation == "image.delete" and image is not None and image.data is not None:
            held[call.image_id] = image.data
        if call.operation == "image.download" and image is None and call.image_id in held:
            return Answer(200, held[call.image_id], media_type="application/octet-stream")
        return None

    yield Fault(
        "image.delete.gone.not-deleted",
        ("image.delete.gone",),
        "a delete answers 204 and does nothing",
        Hooks(handle=claimed),
    )
    yield Fault(
        "image.delete.gone.file",
        ("image.delete.gone", "image.download.path.image_id", "error.404"),
        "the file of a deleted image stays",
        Hooks(handle=file_stays),
    )
    yield Fault(
        "image.delete.protected.deleted",
        ("image.delete.protected", "error.403"),
        "a protected image is deleted",
        Hooks(answer=_forced),
    )
    yield Fault(
        "image.delete.protected.half",
        ("image.delete.protected",),
        "a refused delete spoils the protected image",
        on("image.delete", 403, _spoilt),
    )
    yield Fault(
        "image.delete.collateral.namesake",
        ("image.delete.collateral",),
        "a delete takes all images of the name",
        Hooks(handle=_namesakes),
    )
    yield Fault(
        "image.delete.collateral.file",
        ("image.delete.collateral",),
        "a delete takes the file of every image with the same content",
        Hooks(handle=_same_file),
    )
    yield Fault(
        "image.delete.again",
        ("image.delete.path.image_id", "error.404"),
        "a second delete answers 204",
        on("image.delete", 404, lambda _call, answer, _store: replace(answer, status=204, body=None)),
    )
    yield Fault(
        "image.delete.example.refused",
        ("image.delete.example.request",),
        "a delete without Accept is refused",
        Hooks(
            authorise=lambda call, caller, _identity: (
                _raise(400) if call.operation == "image.delete" and "accept" not in call.headers else caller
            )
        ),
    )


def _forced(call: Call, answer: Answer, store: Store) -> Answer:
    if (call.operation, answer.status) != ("image.delete", 403):
        return answer
    store.drop(call.image_id)
    return replace(answer, status=204, body=None)


def _spoilt(call: Call, answer: Answer, store: Store) -> Answer:
    image = store.get(call.image_id)
    if image is not None:
        image.members |= {"tags": [], "min_ram": 4242}
    return answer


def _namesakes(call: Call, caller: Caller, store: Store) -> Answer | None:
    if call.operation == "image.delete":
        gone = store.own(caller, call.image_id)
        for image in store.all():
            if image.id != gone.id and image.members["name"] == gone.members["name"]:
                store.drop(image.id)
    return None


def _same_file(call: Call, caller: Caller, store: Store) -> Answer | None:
    if call.operation == "image.delete":
        gone = store.own(caller, call.image_id)
        for image in store.all():
            if image.id != gone.id and image.data == gone.data:
                image.data = b"" if image.data else image.data
    return None


# --- rare ones ------------------------------------------------------------------------------------------------------


def _rare() -> Iterator[Fault]:
    count = {"calls": 0}

    def one_in_forty(_call: Call, answer: Answer, _store: Store) -> Answer:
        count["calls"] += 1
        if count["calls"] % 40:
            return answer
        body = {"error": {"message": "Try again.", "code": 500, "title": "Internal Server Error"}}
        return replace(answer, status=500, body=body, raw=None, media_type="application/json")

    yield Fault(
        "rare.one-in-forty",
        ("status.server-error",),
        "one answer in forty is 500",
        Hooks(
            answer=lambda call, answer, store: one_in_forty(call, answer, store) if call.service == "image" else answer
        ),
    )
