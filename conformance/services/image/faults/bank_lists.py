"""Faults of lists: parameters that do not go together, values that are read otherwise, pages that lose or repeat, images left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import Image, Store
from conformance.services.wire import Answer, Call, Refused

__all__ = ["asks", "list_faults", "rows"]


def list_faults() -> Iterator[Fault]:
    """The faults of lists."""

    def asked(change: Callable[[dict[str, str]], dict[str, str]]) -> Hooks:
        return Hooks(query=lambda _call, query: list(change(dict(query)).items()))

    def unless(dropped: str, other: str) -> Callable[[dict[str, str]], dict[str, str]]:
        return lambda query: {key: value for key, value in query.items() if key != dropped or other not in query}

    for dropped, other in (
        ("name", "limit"),
        ("name", "sort_key"),
        ("name", "status"),
        ("status", "name"),
        ("status", "limit"),
        ("limit", "name"),
        ("limit", "sort_key"),
        ("sort_key", "limit"),
        ("sort_dir", "name"),
        ("changes-since", "name"),
    ):
        yield Fault(
            f"image.list.query.{dropped}.not-with-{other.replace('_', '-')}",
            (f"image.list.query.{dropped}",),
            f"{dropped} is ignored when {other} is given too",
            asked(unless(dropped, other)),
        )
    yield Fault(
        "image.list.query.limit.before-filter",
        ("image.list.query.limit", "image.list.query.name"),
        "limit is applied before the filters",
        _limit_first(),
    )
    yield Fault(
        "image.list.query.limit.at-most-two",
        ("image.list.query.limit", "image.list.complete", "image.list.query.name"),
        "no page holds more than two images",
        asked(
            lambda query: {
                **query,
                "limit": str(min(int(query.get("limit", 1000)), 2))
                if query.get("limit", "0").isdecimal()
                else query["limit"],
            }
        ),
    )
    yield Fault(
        "image.list.query.limit.zero-is-refused",
        ("image.list.query.limit",),
        "limit=0 is refused",
        asked(lambda query: {**query, "limit": "-1"} if query.get("limit") == "0" else query),
    )
    yield Fault(
        "image.list.query.limit.decimal",
        ("image.list.query.limit",),
        "a limit of 1.5 is taken",
        asked(
            lambda query: {**query, "limit": query["limit"].split(".")[0]} if "." in query.get("limit", "") else query
        ),
    )
    yield Fault(
        "image.list.query.limit.empty",
        ("image.list.query.limit",),
        "an empty limit is taken",
        asked(lambda query: {key: value for key, value in query.items() if (key, value) != ("limit", "")}),
    )
    yield Fault(
        "image.list.query.changes-since.after",
        ("image.list.query.changes-since",),
        "changes-since leaves out what changed in that second",
        Hooks(visible=lambda call, images, _store: _later(call, images)),
    )
    yield Fault(
        "image.list.query.changes-since.day",
        ("image.list.query.changes-since",),
        "changes-since goes by the day",
        asked(
            lambda query: (
                {**query, "changes-since": query["changes-since"][:10] + "T00:00:00Z"}
                if "changes-since" in query and "T" in query["changes-since"]
                else query
            )
        ),
    )
    yield Fault(
        "image.list.query.changes-since.before",
        ("image.list.query.changes-since",),
        "changes-since selects what changed before",
        Hooks(query=lambda _call, query: [pair for pair in query if pair[0] != "changes-since"], visible=_earlier),
    )
    yield Fault(
        "image.list.query.status.upper-case",
        ("image.list.query.status",),
        "status selects nothing but ACTIVE",
        asked(
            lambda query: (
                {**query, "status": "queued" if query["status"] == "active" else query["status"]}
                if "status" in query
                else query
            )
        ),
    )
    yield Fault(
        "image.list.query.type.snapshot",
        ("image.list.query.type",),
        "type=snapshot is refused",
        _refusing("type", "snapshot"),
    )
    yield Fault(
        "image.list.query.name.chinese-refused",
        ("image.list.query.name",),
        "a name that is not ASCII is refused",
        Hooks(query=lambda _call, query: query if all(value.isascii() for _, value in query) else _no()),
    )
    yield Fault(
        "image.list.query.name.plus",
        ("image.list.query.name",),
        "a plus in a name is read as a blank",
        asked(lambda query: {**query, "name": query["name"].replace("+", " ")} if "name" in query else query),
    )
    yield Fault(
        "image.list.query.name.wildcard",
        ("image.list.query.name",),
        "an underscore in a name stands for any character",
        _wildcard(),
    )
    for key in ("created_at", "updated_at", "size", "name", "status", "id", "disk_format", "container_format"):
        yield Fault(
            f"image.list.query.sort_dir.{key}",
            ("image.list.query.sort_dir",),
            f"sort_dir=asc is taken for desc with sort_key={key}",
            asked(partial(_descending, key)),
        )
    yield Fault(
        "image.list.query.sort_key.size-as-text",
        ("image.list.query.sort_key",),
        "sort_key=size compares sizes as text",
        _size_as_text(),
    )
    yield Fault(
        "image.list.query.sort_key.page-wise",
        ("image.list.query.sort_key", "image.list.query.sort_dir", "image.list.page.complete"),
        "each page is sorted for itself",
        Hooks(answer=_turned_page),
    )
    pages: dict[str, Callable[[Call, Answer], Answer]] = {
        "repeats": lambda call, answer: rows(answer, lambda rows: rows[-1:] + rows) if asks(call, "marker") else answer,
        "empty-third": lambda call, answer: (
            rows(answer, lambda rows: rows[:1]) if asks(call, "marker") and len(answer.body["images"]) > 1 else answer
        ),
        "larger": lambda call, answer: rows(answer, lambda rows: rows + rows[:1]) if asks(call, "marker") else answer,
    }
    for word, change in pages.items():
        yield Fault(
            f"image.list.page.complete.{word}",
            ("image.list.page.complete",) if word == "empty-third" else ("image.list.query.limit",),
            f"pages after the first are wrong: {word}",
            Hooks(answer=partial(_page, change)),
        )
    yield Fault(
        "image.list.page.next.endless", ("image.list.page.next",), "the last page has a next", Hooks(answer=_endless)
    )
    yield Fault(
        "image.list.page.next.first-page",
        ("image.list.page.next", "image.list.page.complete"),
        "only the first page has a next",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, body={key: value for key, value in answer.body.items() if key != "next"})
                if (call.operation, answer.status) == ("image.list", 200) and asks(call, "marker")
                else answer
            )
        ),
    )
    yield Fault(
        "image.list.complete.queued",
        ("image.list.complete",),
        "a list without a filter leaves queued images out",
        Hooks(
            visible=lambda call, images, _store: [
                image for image in images if image.data is not None or {"name", "status"} & dict(call.query).keys()
            ]
        ),
    )
    yield Fault(
        "image.list.complete.protected",
        ("image.list.complete",),
        "a list leaves protected images out",
        Hooks(visible=lambda _call, images, _store: [image for image in images if not image.members["protected"]]),
    )
    yield Fault(
        "image.list.complete.nameless",
        ("image.list.complete",),
        "a list leaves images without a name out",
        Hooks(visible=lambda _call, images, _store: [image for image in images if image.members["name"] is not None]),
    )
    yield Fault(
        "image.list.complete.chinese",
        ("image.list.complete",),
        "a list leaves images with Chinese names out",
        Hooks(
            visible=lambda _call, images, _store: [image for image in images if str(image.members["name"]).isascii()]
        ),
    )


def _descending(key: str, query: dict[str, str]) -> dict[str, str]:
    return {**query, "sort_dir": "desc"} if query.get("sort_key") == key and "sort_dir" in query else query


def _page(change: Callable[[Call, Answer], Answer], call: Call, answer: Answer, _store: Store) -> Answer:
    return change(call, answer) if (call.operation, answer.status) == ("image.list", 200) else answer


def asks(call: Call, name: str) -> bool:
    """Whether a list was asked for with this parameter."""
    return name in dict(call.query)


def rows(answer: Answer, change: Callable[[list[Any]], list[Any]]) -> Answer:
    """The answer with other images."""
    return replace(answer, body={**answer.body, "images": change(answer.body["images"])})


def _no() -> Any:
    raise Refused(400, "No.")


def _refusing(name: str, value: str) -> Hooks:
    return Hooks(query=lambda _call, query: _no() if (name, value) in query else query)


def _limit_first() -> Hooks:
    def visible(call: Call, images: list[Image], _store: Store) -> list[Image]:
        limit = dict(call.query).get("limit", "")
        newest = sorted(images, key=lambda image: image.number, reverse=True)
        return newest[: int(limit)] if limit.isdecimal() and {"name", "status"} & dict(call.query).keys() else images

    return Hooks(visible=visible)


def _later(call: Call, images: list[Image]) -> list[Image]:
    since = dict(call.query).get("changes-since", "")
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        return images
    return [image for image in images if image.updated.replace(microsecond=0) > moment]


def _earlier(call: Call, images: list[Image], _store: Store) -> list[Image]:
    since = dict(call.query).get("changes-since")
    if since is None:
        return images
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise Refused(400, "No time.") from None
    return [image for image in images if image.updated <= moment]


def _wildcard() -> Hooks:
    def visible(call: Call, images: list[Image], _store: Store) -> list[Image]:
        wanted = dict(call.query).get("name")
        if wanted is None:
            return images
        return [
            image
            for image in images
            if len(str(image.members["name"])) == len(wanted)
            and all(left in (right, "_") for left, right in zip(wanted, str(image.members["name"]), strict=True))
        ]

    return Hooks(query=lambda _call, query: [pair for pair in query if pair[0] != "name"], visible=visible)


def _size_as_text() -> Hooks:
    def answer(call: Call, answer: Answer, _store: Store) -> Answer:
        query = dict(call.query)
        if (call.operation, answer.status) != ("image.list", 200) or query.get("sort_key") != "size":
            return answer
        return rows(
            answer, lambda rows: sorted(rows, key=lambda row: str(row["size"]), reverse=query.get("sort_dir") != "asc")
        )

    return Hooks(answer=answer)


def _turned_page(call: Call, answer: Answer, _store: Store) -> Answer:
    if (call.operation, answer.status) != ("image.list", 200) or not asks(call, "limit"):
        return answer
    return rows(answer, lambda rows: rows[::-1])


def _endless(call: Call, answer: Answer, _store: Store) -> Answer:
    if (call.operation, answer.status) != ("image.list", 200) or not asks(call, "limit") or "next" in answer.body:
        return answer
    return replace(
        answer,
        body={
            **answer.body,
            "next": f"/v2/images?limit={dict(call.query)['limit']}&marker=00000000-0000-4000-8000-000000000000",
        },
    )
