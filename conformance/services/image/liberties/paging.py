"""Liberties of lists: any total order, pages of any size, any way in which one leads to the next, and links as they may be
written."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from conformance.model import requirement_id as rid
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.reading import asked
from conformance.services.image.faults.stages import Body, answering
from conformance.services.image.target.store import ImageStore, document
from conformance.services.product import FaultRows, family
from conformance.services.wire import Answer, Call, Caller, Pairs, Refused

__all__ = ["liberties"]

LIST = "image.list"
PAGE = 1000


def liberties() -> Iterator[Fault]:
    """The liberties of lists and of links."""
    yield from family("liberty.order", (), _orders())
    yield from family("liberty.paging", (), _pages())
    yield from family("liberty.link", (), _links())
    yield Fault(
        "liberty.paging.gone-marker",
        (),
        "a page after an image that was deleted meanwhile is refused",
        Hooks(handle=_refusing_a_gone_marker),
        remarks=(rid.stated(LIST, "page", "deleted"),),
    )


# --- orders ---------------------------------------------------------------------------------------------------------


def _orders() -> FaultRows:
    yield "collation", "texts are ordered without regard to case", _ordered(fold=True)
    yield "nulls-last", "images without a value come last, in either direction", _ordered(nulls=1)
    yield "nulls-first", "images without a value come first, in either direction", _ordered(nulls=-1)
    yield "ties-by-id", "equals are ordered by their ids, upwards", _ordered(ids=1)
    yield "ties-by-id-down", "equals are ordered by their ids, downwards", _ordered(ids=-1)


def _ordered(*, fold: bool = False, nulls: int = 0, ids: int = 0) -> Hooks:
    """Lists in order of their keys, those without a value first (-1), last (1), or as the least (0), equals newest first
    or by their ids. A page goes on from its marker also when that was deleted."""

    def whole(_call: Call, query: Pairs) -> Pairs:
        return [pair for pair in query if pair[0] not in {"limit", "marker"}] if _counts(query) else query

    def page(call: Call, answer: Answer, store: ImageStore) -> Answer:
        if call.operation != LIST or answer.status != 200 or not _counts(call.query) or call.caller is None:
            return answer
        query = asked(call)
        gone = [document(image) for image in store.deleted(call.caller) if image.id == query.get("marker")]
        made = {image.id: (image.created, image.number) for image in (*store.all(), *store.deleted(call.caller))}
        rows = sorted([*answer.body["images"], *gone], key=lambda row: made[row["id"]], reverse=True)
        if ids:
            rows.sort(key=lambda row: str(row["id"]), reverse=ids < 0)
        for key, down in reversed(_keys(call.query)):
            rows.sort(key=partial(_rank, key, fold, nulls != 0 and (nulls > 0) is not down), reverse=down)
        begin = next((place + 1 for place, row in enumerate(rows) if row["id"] == query.get("marker")), 0)
        return _cut(call, answer, rows[begin:], int(query.get("limit", PAGE)))

    return Hooks(query=whole, answer=page)


def _counts(query: Pairs) -> bool:
    """Whether the limit of a query is one."""
    limit = dict(query).get("limit", "1")
    return limit.isascii() and limit.isdecimal() and (limit == "0" or limit[0] != "0")


def _keys(query: Pairs) -> list[tuple[str, bool]]:
    """The sort keys of a query, each with whether it goes downwards."""
    keys = [value for name, value in query if name in {"sort_key", "sort-key"}] or ["created_at"]
    downs = [value == "desc" for name, value in query if name in {"sort_dir", "sort-dir"}] or [True]
    return list(zip(keys, [*downs, *[downs[-1]] * len(keys)], strict=False))


def _rank(key: str, fold: bool, greatest: bool, row: Body) -> Any:
    value = row.get(key)
    missing = value is None
    text = value.casefold() if fold and isinstance(value, str) else value
    return missing is greatest, "" if missing else text


def _cut(call: Call, answer: Answer, rows: list[Body], limit: int) -> Answer:
    """The answer with as many rows as the limit allows, and a link to those that are left."""
    found = rows[:limit]
    body = {name: value for name, value in answer.body.items() if name != "next"} | {"images": found}
    if found and len(rows) > limit:
        body["next"] = _after(call, found)
    return replace(answer, body=body)


def _after(call: Call, found: list[Body]) -> str:
    """The link to what comes after these rows."""
    stay = [pair for pair in call.query if pair[0] != "marker"]
    return f"/v2/images?{urlencode([*stay, ('marker', str(found[-1]['id']))])}"


# --- pages ----------------------------------------------------------------------------------------------------------


def _pages() -> FaultRows:
    def linked(write: Callable[[Call, str], str]) -> Hooks:
        def change(call: Call, answer: Answer, _store: ImageStore) -> Answer:
            link = answer.body.get("next")
            return replace(answer, body={**answer.body, "next": write(call, link)}) if link else answer

        return answering(LIST, 200, change)

    yield "smaller", "a page holds half of what is asked for", Hooks(query=_halved)
    for word, most in (("one", 1), ("two", 2)):
        yield f"at-most-{word}", f"no page holds more than {word}, whatever is asked for", Hooks(query=_at_most(most))
    token = linked(lambda _call, link: f"/v2/images?page_token={_packed(link)}")
    yield "token", "next has one parameter that only the service can read", replace(token, request=_unpacked)
    yield "query-only", "next is a query alone", linked(lambda _call, link: "?" + link.partition("?")[2])
    yield "from-root", "next is a path from the root of the host", linked(lambda _call, link: f"/image{link}")
    yield (
        "any-case",
        "next is absolute, its scheme in capitals",
        linked(lambda call, link: f"HTTP://{call.headers.get('host', 'localhost')}/image{link}"),
    )
    yield "full-has-next", "a page that is full has a next, be the one after it empty", answering(LIST, 200, _if_full)
    yield (
        "next-null",
        "next is null on the last page",
        answering(LIST, 200, lambda _call, answer, _store: replace(answer, body={"next": None, **answer.body})),
    )
    yield "snapshot", "pages go on by a number, in what was there when the first was asked for", _snapshot()


def _halved(_call: Call, query: Pairs) -> Pairs:
    if not _counts(query):
        return query
    return [(name, str((int(value) + 1) // 2) if name == "limit" else value) for name, value in query]


def _at_most(most: int) -> Callable[[Call, Pairs], Pairs]:
    """Read a limit that is larger, or none, as this one."""

    def capped(call: Call, query: Pairs) -> Pairs:
        if call.operation != LIST or not _counts(query):
            return query
        limit = min(int(dict(query).get("limit", PAGE)), most)
        return [*(pair for pair in query if pair[0] != "limit"), ("limit", str(limit))]

    return capped


def _packed(link: str) -> str:
    return base64.urlsafe_b64encode(link.partition("?")[2].encode()).decode()


def _unpacked(call: Call) -> Call:
    token = dict(call.query).get("page_token") if call.service == "image" else None
    if token is None:
        return call
    try:
        query = base64.urlsafe_b64decode(token).decode()
    except ValueError:
        raise Refused(400, "This is no token of a page.") from None
    return replace(call, query=parse_qsl(query, keep_blank_values=True))


def _if_full(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    found = answer.body["images"]
    if "next" in answer.body or not found or str(len(found)) != asked(call).get("limit"):
        return answer
    return replace(answer, body={**answer.body, "next": _after(call, found)})


def _snapshot() -> Hooks:
    """The first page keeps all that there is; those after it count in that, without what was deleted since."""
    kept: dict[str, list[Body]] = {}

    def whole(_call: Call, query: Pairs) -> Pairs:
        applies = "marker" not in dict(query) and _counts(query)
        return [pair for pair in query if pair[0] not in {"limit", "view", "offset"}] if applies else query

    def page(call: Call, answer: Answer, store: ImageStore) -> Answer:
        query = asked(call)
        if call.operation != LIST or answer.status != 200 or "marker" in query:
            return answer
        view, begin, limit = query.get("view", ""), int(query.get("offset", "0")), int(query.get("limit", PAGE))
        rows = kept.get(view, answer.body["images"])
        found = [row for row in rows[begin : begin + limit] if store.get(row["id"]) is not None]
        body = {name: value for name, value in answer.body.items() if name != "next"} | {"images": found}
        if limit and len(rows) > begin + limit:
            view = view or str(len(kept) + 1)
            kept[view] = rows
            stay = [pair for pair in call.query if pair[0] not in {"view", "offset"}]
            body["next"] = f"/v2/images?{urlencode([*stay, ('view', view), ('offset', str(begin + limit))])}"
        return replace(answer, body=body)

    return Hooks(query=whole, answer=page)


def _refusing_a_gone_marker(call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
    if call.operation == LIST and "marker" in asked(call) and store.get(asked(call)["marker"]) is None:
        raise Refused(400, "There is no such marker.")
    return None


# --- links ----------------------------------------------------------------------------------------------------------


def _links() -> FaultRows:
    def host(call: Call) -> str:
        return call.headers.get("host", "localhost")

    yield "absolute", "all links are absolute", _linked(lambda call, path: f"http://{host(call)}/image{path}")
    yield "from-root", "all links are paths from the root of the host", _linked(lambda _call, path: f"/image{path}")
    yield "stronger-scheme", "all links are of HTTPS", _linked(lambda call, path: f"https://{host(call)}/image{path}")
    yield "alternate", "rows have links to a mirror elsewhere", answering(LIST, 200, _with_mirrors)


def _linked(write: Callable[[Call, str], str]) -> Hooks:
    """Write every link of every answer otherwise."""

    def written(call: Call, node: Any) -> Any:
        if isinstance(node, list):
            return [written(call, item) for item in node]
        if not isinstance(node, dict):
            return node
        return {
            name: write(call, value)
            if name in LINKS and isinstance(value, str) and value.startswith("/v2/")
            else written(call, value)
            for name, value in node.items()
        }

    def change(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if call.service != "image" or answer.status not in {200, 201} or not isinstance(answer.body, dict):
            return answer
        place = answer.headers.get("Location")
        moved = {"Location": write(call, place)} if place is not None else {}
        return replace(answer, body=written(call, answer.body), headers={**answer.headers, **moved})

    return Hooks(answer=change)


LINKS = frozenset({"self", "file", "schema", "first", "next", "href"})
"""Members that are links, wherever they stand."""


def _with_mirrors(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
    mirror = {"href": "http://mirror.example/images", "rel": "alternate"}
    found = [{**row, "links": [*row.get("links", ()), mirror]} for row in answer.body["images"]]
    return replace(answer, body={**answer.body, "images": found})
