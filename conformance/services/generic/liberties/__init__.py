"""Liberties of any contract: what the reference target does in another way than the plain one and may, because no line of
a document forbids it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from conformance.model.contract import Contract, Operation, Resource
from conformance.services.fault import Fault, Hooks
from conformance.services.generic import NAMING
from conformance.services.generic.faults.reading import succeeded, with_rows
from conformance.services.generic.faults.refusals import in_use
from conformance.services.generic.liberties.later import later
from conformance.services.generic.target.documents import success_of
from conformance.services.generic.target.shapes import kind_of_schema
from conformance.services.generic.target.store import GenericStore, Stored
from conformance.services.product import FaultRows, family
from conformance.services.wire import Answer, Call, Caller, Pairs, Refused

__all__ = ["liberties"]

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def liberties(contract: Contract, operations: Iterable[Operation]) -> Iterator[Fault]:
    """Every liberty of these operations."""
    names = frozenset(item.id for item in operations)
    if names:
        for area, rows in (
            ("answers", _answers(names)),
            ("refusals", _refusals(contract, names)),
            ("lists", _lists(contract, names)),
            ("state", _state(contract, names)),
            ("later", later(contract, names)),
        ):
            yield from family(f"liberty.any.{area}", (), rows)


def _answering(names: frozenset[str], change: Callable[[Call, Answer], Answer]) -> Hooks:
    return Hooks(answer=lambda call, answer, _store: change(call, answer) if call.operation in names else answer)


def _on_success(names: frozenset[str], change: Callable[[Any], Any]) -> Hooks:
    """Change the documents of successes."""

    def changed(_call: Call, answer: Answer) -> Answer:
        if not succeeded(answer) or not isinstance(answer.body, dict | list):
            return answer
        return replace(answer, body=change(json.loads(json.dumps(answer.body))))

    return _answering(names, changed)


def _everywhere(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with each of its values changed, the inner ones first."""
    if isinstance(value, dict):
        value = {name: _everywhere(item, change) for name, item in value.items()}
    elif isinstance(value, list):
        value = [_everywhere(item, change) for item in value]
    return change(value)


# --- how answers are written ----------------------------------------------------------------------------------------


def _answers(names: frozenset[str]) -> FaultRows:
    open_objects = _on_success(names, lambda body: _everywhere(body, _with_more) if isinstance(body, dict) else body)
    yield "members", "resources have members that the document does not have", open_objects
    turned = _on_success(names, lambda body: _everywhere(body, _turned))
    yield "order", "members come in another order", turned
    spaced = Hooks(answer=lambda call, answer, _store: _spaced(answer) if call.operation in names else answer)
    yield "blanks", "JSON is written with blanks and line ends", spaced
    headers = _answering(
        names, lambda _call, answer: replace(answer, headers={**answer.headers, "X-Further": "further"})
    )
    yield "header", "answers have a header that the document does not have", headers
    charset = _answering(names, lambda _call, answer: _with_charset(answer))
    yield "charset", "the media type names its charset", charset
    china = timezone(timedelta(hours=8))
    for word, said, write in (
        ("offset", "times carry the offset +08:00", lambda time: time.astimezone(china).isoformat()),
        ("fraction", "times have a fraction of a second", lambda time: time.strftime("%Y-%m-%dT%H:%M:%S.250000Z")),
    ):
        yield f"times-{word}", said, _on_success(names, _timed(write))


def _with_more(value: Any) -> Any:
    """A resource with one more member; what has texts as members alone may be a map of a user's own."""
    if isinstance(value, dict) and ("id" in value or "name" in value) and len(value) > 1:
        return {**value, "x_further": None}
    return value


def _turned(value: Any) -> Any:
    return dict(reversed(value.items())) if isinstance(value, dict) else value


def _spaced(answer: Answer) -> Answer:
    if answer.raw is not None or not isinstance(answer.body, dict | list):
        return answer
    return replace(answer, raw=json.dumps(answer.body, indent=4).encode())


def _with_charset(answer: Answer) -> Answer:
    written = answer.media_type == "application/json" and answer.body is not None
    return replace(answer, media_type="application/json; charset=UTF-8") if written else answer


def _timed(write: Callable[[datetime], str]) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        if isinstance(value, str) and _TIME.fullmatch(value):
            return write(datetime.fromisoformat(value).astimezone(UTC))
        return value

    return lambda body: _everywhere(body, change)


# --- how it refuses -------------------------------------------------------------------------------------------------


def _refusals(contract: Contract, names: frozenset[str]) -> FaultRows:
    if 403 in contract.error_codes:
        yield "others-403", "what belongs to another project is refused with 403", _forbidden(contract, names)
    yield "message", "refusals say more", _answering(names, _wordy)
    yield "request-id-again", "refusals name the request in their body too", _answering(names, _named)
    if 413 in contract.error_codes:
        yield "large", "a body above 64 KiB is refused with 413", Hooks(members=_bounded)


def _forbidden(contract: Contract, names: frozenset[str]) -> Hooks:
    def handle(call: Call, caller: Caller, store: GenericStore) -> Answer | None:
        resource = contract.resource_of(call.operation)
        if call.operation not in names or resource is None or caller.admin:
            return None
        item = store.get(resource.name, call.names.get(resource.parameter, ""))
        if item is not None and item.owner != caller.project and not item.shared:
            raise Refused(403, "It belongs to another project.")
        return None

    return Hooks(handle=handle)


def _wordy(_call: Call, answer: Answer) -> Answer:
    if answer.status < 400 or not isinstance(answer.body, dict):
        return answer

    def longer(value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("message"), str):
            return {**value, "message": f"{value['message']} Ask the one who runs this service, or try again later."}
        return value

    return replace(answer, body=_everywhere(answer.body, longer))


def _named(_call: Call, answer: Answer) -> Answer:
    if answer.status < 400 or not isinstance(answer.body, dict):
        return answer
    own = answer.headers.get("x-openstack-request-id", "")
    return replace(answer, body={**answer.body, "request_id": own})


def _bounded(call: Call, body: Any, _store: GenericStore) -> Any:
    if len(call.body) > 1 << 16:
        raise Refused(413, "The body is too large.")
    return body


# --- lists ----------------------------------------------------------------------------------------------------------


def _lists(contract: Contract, names: frozenset[str]) -> FaultRows:
    lists = {item.list: item for item in contract.resources.values() if item.list in names}

    def oldest_first(call: Call, answer: Answer) -> Answer:
        plain = not any(name.startswith("sort") or name in {"limit", "marker", "offset"} for name, _ in call.query)
        if call.operation in lists and succeeded(answer) and plain:
            return with_rows(answer, lists[call.operation], lambda rows: rows[::-1])
        return answer

    yield "oldest-first", "lists without a sort key begin with the oldest", _answering(names, oldest_first)
    free = {name: _free_filters(contract.operations[name]) for name in lists if name is not None}
    if any(free.values()):
        yield "parts", "a filter by a text selects what has it as a part, in any case", _by_parts(free)


def _free_filters(operation: Operation) -> frozenset[str]:
    """The parameters of a list that hold any text of a resource."""
    limited = {"enum", "const", "format", "pattern"}
    return frozenset(item.name for item in operation.query if item.name in NAMING and not item.schema.keys() & limited)


def _by_parts(free: Mapping[str, frozenset[str]]) -> Hooks:
    def query(call: Call, pairs: Pairs) -> Pairs:
        return [(name, value) for name, value in pairs if name not in free.get(call.operation or "", ())]

    def visible(call: Call, found: list[Stored], _store: GenericStore) -> list[Stored]:
        asked = [pair for pair in call.query if pair[0] in free.get(call.operation or "", ())]
        return [
            item
            for item in found
            if all(value.lower() in str(item.members.get(name, "")).lower() for name, value in asked)
        ]

    return Hooks(query=query, visible=visible)


# --- what is there --------------------------------------------------------------------------------------------------


def _is_single(operation: Operation) -> bool:
    """Whether what an operation answers with holds no list."""
    spec = success_of(operation)
    members = (spec.schema or {}).get("properties", {}) if spec is not None else {}
    return bool(members) and all(kind_of_schema(node) != "array" for node in members.values())


def _state(contract: Contract, names: frozenset[str]) -> FaultRows:
    def already(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        """Before anything is asked there are resources of a third project."""
        for resource in contract.resources.values():
            if resource.create in names and "{" not in resource.collection and not store.all(resource.name):
                other = Caller("a" * 32, frozenset({"member"}))
                store.create(other, resource.name, {}, {})
        return None

    made: dict[str | None, Resource] = {
        item.create: item for item in contract.resources.values() if item.create in names
    }
    if made:
        taken = in_use(contract, made, 409 if 409 in contract.error_codes else 400)
        yield "names", "a name that is in use is refused", Hooks(handle=taken)
    yield "others", "there are resources of other projects from the beginning", Hooks(handle=already)

    def plainly(_call: Call, item: Stored, _store: GenericStore) -> None:
        for name in NAMING:
            text = item.members.get(name)
            if isinstance(text, str):
                item.members[name] = text.strip().lower()

    yield "plainly", "names and texts are kept in small letters, without the blanks around them", Hooks(stored=plainly)
    alone = {
        item.id
        for item in contract.operations.values()
        if item.id in names and item.method == "GET" and "{" not in item.path and _is_single(item)
    }

    def unset(call: Call, _caller: Caller, _store: GenericStore) -> Answer | None:
        if call.operation in alone:
            raise Refused(404, "Nobody has set it.")
        return None

    if alone and 404 in contract.error_codes:
        yield "unset", "what is no collection is not there before it is set", Hooks(handle=unset)
