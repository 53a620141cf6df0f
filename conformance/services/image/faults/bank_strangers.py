"""Faults of who may: other projects that reach some images or some lists, and tokens that are looked at too little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.bank_lists import asks, rows
from conformance.services.image.target.store import Image, Store, document
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["stranger_faults"]


def stranger_faults() -> Iterator[Fault]:
    """The faults of isolation and authentication that depend on the image, the query or the token."""

    def open_to_all(operation: str, picks: Callable[[Image], bool]) -> Hooks:
        def handle(call: Call, caller: Caller, store: Store) -> Answer | None:
            image = store.get(call.image_id)
            if call.operation == operation and image is not None and image.owner != caller.project and picks(image):
                if operation == "image.download":
                    return (
                        Answer(204)
                        if image.data is None
                        else Answer(200, image.data, media_type="application/octet-stream")
                    )
                if operation == "image.delete":
                    store.drop(image.id)
                    return Answer(204)
                if operation == "image.patch":
                    image.members["min_ram"] = 77
                    return Answer(200, document(image))
            return None

        return Hooks(handle=handle)

    for operation in ("image.download", "image.delete", "image.patch"):
        breaks = (f"image.isolation.{operation.removeprefix('image.')}",)
        yield Fault(
            f"{breaks[0]}.active",
            breaks,
            f"{operation} of an image with data is open to every project",
            open_to_all(operation, lambda image: image.data is not None),
        )
        yield Fault(
            f"{breaks[0]}.queued",
            breaks,
            f"{operation} of an image without data is open to every project",
            open_to_all(operation, lambda image: image.data is None),
        )
    for word, query in (
        ("by-status", "status"),
        ("by-visibility", "visibility"),
        ("sorted", "sort_key"),
        ("with-limit", "limit"),
        ("later-pages", "marker"),
        ("changed", "changes-since"),
    ):
        yield Fault(
            f"image.isolation.list.{word}",
            ("image.isolation.list",),
            f"a list with {query} holds the images of all projects",
            Hooks(visible=partial(_all_when_asked, query)),
        )
    yield Fault(
        "image.isolation.list.named",
        ("image.isolation.list",),
        "a list holds images of other projects as id and name",
        Hooks(answer=_named),
    )
    yield Fault(
        "image.isolation.refusal-leaks",
        ("image.isolation.patch",),
        "a refused change of another project is stored all the same",
        Hooks(answer=_stored_though_refused),
    )
    for word, change in {
        "prefix": lambda token: token[:-1],
        "upper-case": str.upper,
        "suffix": lambda token: token + "x",
    }.items():
        yield Fault(
            f"auth.required.token-{word}",
            ("auth.required", "error.401"),
            f"a token is taken by its likeness: {word}",
            _likeness(change),
        )
    yield Fault(
        "auth.token.header.bearer",
        ("auth.token.header", "header.x-auth-token"),
        "X-Auth-Token is not looked at, only Authorization",
        Hooks(
            authorise=lambda call, caller, _identity: (
                None if "authorization" not in call.headers and call.operation == "image.show" else caller
            )
        ),
    )
    yield Fault(
        "auth.token.header.query",
        ("auth.token.header", "auth.required"),
        "a token in the query opens a call",
        Hooks(
            authorise=lambda call, caller, identity: (
                caller or (_first(identity) if "token" in dict(call.query) else None)
            )
        ),
    )
    yield Fault(
        "header.x-auth-token.refused",
        ("header.x-auth-token", "auth.token.header"),
        "a create with a valid token is refused as one without",
        Hooks(
            authorise=lambda call, caller, _identity: (
                None if call.operation == "image.create" and "字节".encode() in call.body else caller
            )
        ),
    )
    yield Fault(
        "catalogue.endpoint.another",
        ("catalogue.endpoint",),
        "the endpoint of the catalogue answers the smallest list with 404",
        Hooks(query=lambda _call, query: _missing() if list(query) == [("limit", "1")] else query),
    )


def _all_when_asked(query: str, call: Call, images: list[Image], store: Store) -> list[Image]:
    return store.all() if asks(call, query) else images


def _missing() -> Any:
    raise Refused(404, "There is nothing at this path.")


def _first(identity: Any) -> Caller | None:
    return next((token.caller for token in identity.tokens.values() if token.caller is not None), None)


def _likeness(change: Callable[[str], str]) -> Hooks:
    def authorise(call: Call, caller: Caller | None, identity: Any) -> Caller | None:
        given = call.headers.get("x-auth-token")
        if caller is not None or not given:
            return caller
        alike = (
            token.caller for value, token in identity.tokens.items() if change(value) == given or value == change(given)
        )
        return next(alike, None)

    return Hooks(authorise=authorise)


def _named(call: Call, answer: Answer, store: Store) -> Answer:
    if (call.operation, answer.status) != ("image.list", 200) or call.caller is None or asks(call, "name"):
        return answer
    project = call.caller.project
    foreign = [{"id": image.id, "name": image.members["name"]} for image in store.all() if image.owner != project]
    return rows(answer, lambda rows: rows + foreign)


def _stored_though_refused(call: Call, answer: Answer, store: Store) -> Answer:
    image = store.get(call.image_id)
    if (call.operation, answer.status) == ("image.patch", 404) and image is not None:
        image.members["min_ram"] = 77
    return answer
