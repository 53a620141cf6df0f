"""Faults of likeness: what is like an id, a password, a token, an owner or a parameter is taken for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.bank_combinations import PROPERTY, leads_to, operations_of
from conformance.services.image.faults.bank_lists import asks, rows
from conformance.services.image.target.store import DEFAULTS, Image, Store, document
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["likeness_faults"]

LIKENESSES: Mapping[str, Callable[[str], str]] = {
    "half": lambda password: password[: len(password) // 2],
    "empty": lambda _password: "",
    "longer": lambda password: f"{password}x",
    "case": str.swapcase,
}


def likeness_faults() -> Iterator[Fault]:
    """The faults of who may, what is found, and what a list holds by likeness; and numbers and headers that break the service."""
    yield from _strangers()
    yield from _likenesses()
    yield from _lists()
    yield from _identities()
    yield from _answers()


def _strangers() -> Iterator[Fault]:
    for name in (*DEFAULTS, PROPERTY):
        yield Fault(
            f"image.isolation.patch.{name}",
            ("image.isolation.patch",),
            f"another project may change {name}, and nothing else",
            Hooks(handle=partial(_changed_by_stranger, name)),
        )
    yield Fault(
        "image.isolation.upload",
        ("image.isolation.patch",),
        "another project may give an image its data",
        Hooks(handle=_uploaded_by_stranger),
    )
    for value in ("public", "community"):
        yield Fault(
            f"image.isolation.default.{value}",
            ("image.isolation.list", "image.isolation.show", "image.isolation.download"),
            f"an image of which the request says nothing is {value}",
            Hooks(stored=partial(_opened, value)),
        )


def _uploaded_by_stranger(call: Call, caller: Caller, store: Store) -> Answer | None:
    image = store.get(call.image_id)
    if call.operation != "image.upload" or image is None or image.owner == caller.project:
        return None
    image.data = call.body
    return Answer(204)


def _opened(value: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == "image.create" and b'"visibility"' not in call.body:
        image.members["visibility"] = value


def _changed_by_stranger(name: str, call: Call, caller: Caller, store: Store) -> Answer | None:
    image = store.get(call.image_id)
    operations = operations_of(call)
    if image is None or image.owner == caller.project or len(operations) != 1 or not leads_to(name, operations[0]):
        return None
    if name == PROPERTY:
        image.properties["touched"] = "x"
    else:
        image.members[name] = operations[0].get("value")
    return Answer(200, document(image))


def _likenesses() -> Iterator[Fault]:
    likes: dict[str, Callable[[Image, str], bool]] = {
        "start": lambda image, text: image.id.startswith(text),
        "longer": lambda image, text: text.startswith(image.id),
        "name": lambda image, text: image.members["name"] == text,
    }
    for operation in ("image.download", "image.patch", "image.delete"):
        for word, like in likes.items():
            yield Fault(
                f"{operation}.path.like.{word}",
                (f"{operation}.path.image_id",),
                f"{operation} finds an image by what is like its id: {word}",
                Hooks(handle=partial(_found_by_likeness, operation, like)),
            )


def _found_by_likeness(
    operation: str, like: Callable[[Image, str], bool], call: Call, caller: Caller, store: Store
) -> Answer | None:
    if call.operation != operation or store.get(call.image_id) is not None:
        return None
    image = next((item for item in store.all() if item.owner == caller.project and like(item, call.image_id)), None)
    if image is None:
        return None
    if operation == "image.delete":
        store.drop(image.id)
        return Answer(204)
    return (
        Answer(200, document(image))
        if operation == "image.patch"
        else Answer(200, image.data or b"", media_type="application/octet-stream")
    )


def _lists() -> Iterator[Fault]:
    def asked(change: Callable[[dict[str, str]], dict[str, str]]) -> Hooks:
        return Hooks(query=lambda _call, query: list(change(dict(query)).items()))

    def unless(dropped: str, other: str) -> Callable[[dict[str, str]], dict[str, str]]:
        return lambda query: {key: value for key, value in query.items() if key != dropped or other not in query}

    for dropped, other in (
        ("limit", "changes-since"),
        ("limit", "status"),
        ("sort_key", "status"),
        ("sort_key", "changes-since"),
        ("sort_dir", "status"),
        ("sort_dir", "limit"),
        ("sort_dir", "changes-since"),
        ("status", "changes-since"),
        ("status", "sort_key"),
        ("changes-since", "status"),
        ("changes-since", "limit"),
        ("changes-since", "sort_key"),
    ):
        yield Fault(
            f"image.list.query.{dropped}.not-with-{other.replace('_', '-')}",
            (f"image.list.query.{dropped}",),
            f"{dropped} is ignored when {other} is given too",
            asked(unless(dropped, other)),
        )
    known = {"queued", "active"}
    yield Fault(
        "image.list.query.status.unknown-is-all",
        ("image.list.query.status",),
        "a status that does not exist selects all images",
        asked(lambda query: {key: value for key, value in query.items() if key != "status" or value in known}),
    )
    for word, mark in {"comma": ",", "bar": "|"}.items():
        yield Fault(
            f"image.list.query.name.{word}",
            ("image.list.query.name",),
            f"a {word} in a name separates several",
            Hooks(
                query=lambda _call, query: [pair for pair in query if pair[0] != "name"], visible=partial(_either, mark)
            ),
        )
    yield Fault(
        "image.list.query.name.hash",
        ("image.list.query.name",),
        "a name ends at its hash sign",
        asked(lambda query: {**query, "name": query["name"].partition("#")[0]} if "name" in query else query),
    )
    yield Fault(
        "image.list.complete.ten",
        ("image.list.complete",),
        "no list holds more than ten images, and none has a next then",
        Hooks(answer=_ten),
    )
    for word, letters in {"accents": "ÉE", "width": "ＥE"}.items():
        yield Fault(
            f"image.list.query.name.{word}",
            ("image.list.query.name",),
            f"name selects whatever the {word}",
            Hooks(
                query=lambda _call, query: [pair for pair in query if pair[0] != "name"],
                visible=partial(_alike, letters),
            ),
        )
    yield Fault(
        "image.list.query.sort_key.first-page",
        ("image.list.query.sort_key",),
        "pages after the first are sorted by another key",
        asked(lambda query: {**query, "sort_key": "id"} if "marker" in query and "sort_key" in query else query),
    )
    yield Fault(
        "image.list.page.next.not-encoded",
        ("image.list.page.next", "image.list.page.complete"),
        "next holds the query without its encoding",
        Hooks(answer=_not_encoded),
    )


def _either(mark: str, call: Call, images: list[Image], _store: Store) -> list[Image]:
    wanted = dict(call.query).get("name")
    return images if wanted is None else [image for image in images if str(image.members["name"]) in wanted.split(mark)]


def _ten(call: Call, answer: Answer, _store: Store) -> Answer:
    if call.operation != "image.list" or answer.status != 200 or len(answer.body["images"]) <= 10:
        return answer
    return rows(
        replace(answer, body={name: value for name, value in answer.body.items() if name != "next"}),
        lambda found: found[:10],
    )


def _alike(letters: str, call: Call, images: list[Image], _store: Store) -> list[Image]:
    wanted = dict(call.query).get("name")
    if wanted is None:
        return images
    return [
        image
        for image in images
        if str(image.members["name"]).replace(letters[0], letters[1]) == wanted.replace(letters[0], letters[1])
    ]


def _not_encoded(call: Call, answer: Answer, _store: Store) -> Answer:
    if call.operation != "image.list" or answer.status != 200 or "next" not in answer.body or not asks(call, "name"):
        return answer
    marker = answer.body["next"].rpartition("marker=")[2]
    query = "&".join(
        f"{name}={value}" for name, value in [*(pair for pair in call.query if pair[0] != "marker"), ("marker", marker)]
    )
    return replace(answer, body={**answer.body, "next": f"/v2/images?{query}"})


def _identities() -> Iterator[Fault]:
    for name in ("cookie", "authorization", "x-subject-token"):
        yield Fault(
            f"auth.token.header.{name}",
            ("auth.token.header",),
            f"a token in {name} opens a call",
            Hooks(authorise=partial(_from_another, name)),
        )
    yield Fault(
        "auth.required.claims",
        ("auth.required", "error.401"),
        "who says in headers to be confirmed needs no token",
        Hooks(authorise=_claimed),
    )
    for word in ("show", "download", "patch", "delete"):
        yield Fault(
            f"header.x-project-id.followed-by-{word}",
            (f"image.isolation.{word}",),
            f"X-Project-Id opens another project to {word}",
            Hooks(authorise=partial(_header_followed, f"image.{word}")),
        )
    for word, change in LIKENESSES.items():
        yield Fault(
            f"auth.token.password.{word}",
            ("auth.token.credentials",),
            f"a password is taken by its likeness: {word}",
            Hooks(request=partial(_password_like, change, {})),
        )


def _answers() -> Iterator[Fault]:
    yield Fault(
        "image.create.null.accepted",
        ("image.create.request", "image.create.response.201"),
        "a create with a format that is null is answered with 202",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, status=202, body={}) if b'"disk_format": null' in call.body else answer
            )
        ),
    )
    yield Fault(
        "image.list.query.sort_key.by-length",
        ("image.list.query.sort_key",),
        "sort_key=name goes by the length of names first",
        Hooks(answer=_by_length),
    )
    yield Fault(
        "image.create.null.server-error",
        ("status.server-error",),
        "a create with a format that is null is answered with 500",
        Hooks(members=_stumble_over_null),
    )
    accepts: dict[str, tuple[int, Callable[[str], bool]]] = {
        "quality": (500, lambda accept: accept == "application/json;q=0.9"),
        "range": (406, lambda accept: accept.startswith("application/*")),
        "second": (406, lambda accept: accept.startswith("text/html")),
        "absent": (400, lambda accept: not accept),
    }
    for word, (status, match) in accepts.items():
        yield Fault(
            f"image.list.accept.{word}",
            ("image.list.response.200", "status.server-error"),
            f"a list is answered with {status} for its Accept: {word}",
            Hooks(handle=partial(_picky, status, match)),
        )
    yield Fault(
        "image.create.property.camel-case",
        ("image.create.request",),
        "a further property that is named like a member in another spelling is taken for it",
        Hooks(
            members=lambda call, body, _store: (
                {{"minRam": "conformance_taken"}.get(name, name): value for name, value in body.items()}
                if call.operation == "image.create" and isinstance(body, dict)
                else body
            )
        ),
    )
    yield Fault(
        "image.download.bytes.byte-order-mark",
        ("image.download.bytes",),
        "a download loses a byte order mark",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, body=answer.body.removeprefix(b"\xef\xbb\xbf"))
                if call.operation == "image.download" and isinstance(answer.body, bytes)
                else answer
            )
        ),
    )
    yield Fault(
        "image.download.content-md5",
        ("image.download.checksum",),
        "Content-MD5 of a download is that of no bytes",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, headers={**answer.headers, "Content-MD5": "d41d8cd98f00b204e9800998ecf8427e"})
                if (call.operation, answer.status) == ("image.download", 200)
                else answer
            )
        ),
    )
    for operation, promise in (
        ("image.create", "image.create.body.min_disk"),
        ("image.patch", "image.patch.body.value"),
    ):
        yield Fault(
            f"{operation}.large-number",
            ("status.server-error", promise),
            "a number beyond 64 bits is answered with 500",
            Hooks(members=partial(_stumble, operation)),
        )


def _by_length(call: Call, answer: Answer, _store: Store) -> Answer:
    query = dict(call.query)
    if call.operation != "image.list" or answer.status != 200 or query.get("sort_key") != "name":
        return answer
    return rows(
        answer,
        lambda found: sorted(
            found, key=lambda row: (len(str(row["name"])), str(row["name"])), reverse=query.get("sort_dir") == "desc"
        ),
    )


def _stumble_over_null(call: Call, body: Any, _store: Store) -> Any:
    if (
        call.operation == "image.create"
        and isinstance(body, dict)
        and "disk_format" in body
        and body["disk_format"] is None
    ):
        raise Refused(500, "Something went wrong.")
    return body


def _picky(status: int, match: Callable[[str], bool], call: Call, _caller: Caller, _store: Store) -> Answer | None:
    if call.operation == "image.list" and match(call.headers.get("accept", "")):
        raise Refused(status, "This is not to our taste.")
    return None


def _from_another(name: str, call: Call, caller: Caller | None, identity: Any) -> Caller | None:
    given = call.headers.get(name, "")
    return caller or next((token.caller for value, token in identity.tokens.items() if given and value in given), None)


def _claimed(call: Call, caller: Caller | None, _identity: Any) -> Caller | None:
    confirmed = call.headers.get("x-identity-status") == "Confirmed"
    return caller or (Caller(call.headers.get("x-project-id", ""), frozenset({"member"})) if confirmed else None)


def _header_followed(operation: str, call: Call, caller: Caller | None, _identity: Any) -> Caller | None:
    project = call.headers.get("x-project-id")
    return (
        replace(caller, project=project) if caller is not None and project and call.operation == operation else caller
    )


def _password_like(change: Callable[[str], str], passwords: dict[str, str], call: Call) -> Call:
    if call.service != "identity" or call.method != "POST":
        return call
    try:
        body = json.loads(call.body)
        user = body["auth"]["identity"]["password"]["user"]
        key, given = str(user.get("id") or user.get("name")), str(user["password"])
    except (ValueError, KeyError, TypeError):
        return call
    right = (
        given if given.startswith("conformance-invalid-") else passwords.setdefault(key, given)
    )  # clients log in before they try anything else
    if given != change(right):
        return call
    user["password"] = right
    return replace(call, body=json.dumps(body).encode())


def _stumble(operation: str, call: Call, body: Any, _store: Store) -> Any:
    if call.operation == operation and any(
        isinstance(value, int) and value >= 2**63
        for item in (body if isinstance(body, list) else [body])
        if isinstance(item, dict)
        for value in item.values()
    ):
        raise Refused(500, "Something went wrong.")
    return body
