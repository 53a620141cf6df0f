"""What answers give away of another project: its id and name, its user, and what only its resources hold (ruling 55).

Rules
- What an actor's own is, is read from its tokens, and from the resources that it has made in this run.
- Looked at are the headers of every answer and the bodies of failures. Whether a list or a show holds a resource of
  another project is judged by the cases of isolation, which know what may be seen.
- Nothing is given away to who says it in the very request, to who was shown the resource, nor to an administrator, who
  sees everything.
- Only what stands for itself is looked for: ids, and values of letters and digits that are long enough.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.judge.answer import json_or_none
from conformance.judge.answer_texts import leaves, said, squeezed, texts
from conformance.judge.exposure import one_resource
from conformance.judge.registry import Look, RunLook, run_check
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON, Unreadable, moment, read_json
from conformance.model.message import Exchange, Request
from conformance.model.phrase import Phrase

__all__ = ["OF_ANOTHER", "OTHER_PROJECT"]

OTHER_PROJECT = "answer.other-project"
OF_ANOTHER = "answer-other-project"
_NAME, _VALUE = 6, 10
"""Characters of a name and of a value that are looked for: a shorter one stands in other words by accident."""
_SHOWN = 120
MOST = 20_000
"""Texts of an actor that are looked for: those of its first resources."""


@dataclass
class _Owned:
    """What is an actor's alone: text -> what it is (`project`), text -> the id of the resource that it belongs to."""

    texts: dict[str, str] = field(default_factory=dict)
    of_resource: dict[str, str] = field(default_factory=dict)
    admin: bool = False

    def holds(self, text: str, what: str, resource: str) -> None:
        """Write down a text of a resource."""
        if len(self.texts) >= MOST:
            return
        self.texts.setdefault(text, what)
        self.of_resource.setdefault(text, resource)


@run_check(OF_ANOTHER, covers=OTHER_PROJECT)
def data_of_another_project(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
    """For each answer of a run with several actors: whether it names what is another's alone."""
    owned = _owned(exchanges, contract)
    if len(owned) < 2:
        return
    ours = {number for item in owned.values() for number in item.of_resource.values()}
    shown = _shown(exchanges, contract, ours)
    theirs: dict[str, Mapping[str, str]] = {}
    for exchange in exchanges:
        actor = exchange.request.actor
        if actor in owned and owned[actor].admin:
            continue
        if actor not in theirs:
            theirs[actor] = dict(_of_others(actor, owned, shown.get(actor, frozenset())))
        deviation = None
        for text, what, part in _named(exchange, contract, theirs[actor]):
            if squeezed(text) not in said(exchange.request):
                terms = (("what", Phrase.of(what)), ("part", part))
                deviation = Deviation("gives-away-of-another", terms=terms, seen=(("got", text[:_SHOWN]),))
                break
        yield RunLook(exchange, Look(OTHER_PROJECT, deviation))


def _named(exchange: Exchange, contract: Contract, theirs: Mapping[str, str]) -> Iterator[tuple[str, str, Phrase]]:
    """What an answer names of this: the text, what it is, and the part of the answer."""
    for item in texts(exchange, contract):
        for text, what in theirs.items():
            if text in item.text and _whole(text, item.text):
                yield text, what, item.part


def _whole(text: str, within: str) -> bool:
    return re.search(rf"(?<![0-9A-Za-z_-]){re.escape(text)}(?![0-9A-Za-z_-])", within) is not None


def _of_others(actor: str, owned: Mapping[str, _Owned], shown: Collection[str]) -> Iterator[tuple[str, str]]:
    """What is another actor's: the text, and what it is."""
    mine = owned[actor].texts if actor in owned else {}
    for other, theirs in owned.items():
        if other != actor:
            for text, what in theirs.texts.items():
                if text not in mine and theirs.of_resource.get(text) not in shown:
                    yield text, what


def _owned(exchanges: Sequence[Exchange], contract: Contract) -> dict[str, _Owned]:
    """Actor -> what is its alone."""
    owned: dict[str, _Owned] = {}
    token = contract.token_operation
    for exchange in exchanges:
        actor = exchange.request.actor
        if exchange.response.status >= 300 or actor == "anonymous":
            continue
        if token is not None and exchange.operation == token.id:
            _of_token(owned.setdefault(actor, _Owned()), json_or_none(exchange))
        resource = contract.resource_of(exchange.operation)
        if resource is not None and exchange.operation in {resource.create, resource.change}:
            number = (one_resource(exchange, contract) or {}).get(resource.id)
            if isinstance(number, str):
                holder = owned.setdefault(actor, _Owned())
                holder.holds(number, "id-of-a-resource", number)
                for text in _values(exchange.request):
                    holder.holds(text, "value-of-a-resource", number)
    return owned


def _values(request: Request) -> Iterator[str]:
    """The values of a request's body that stand for themselves."""
    try:
        body = read_json(request.body) if request.body else None
    except Unreadable:
        return
    for place, text in leaves(body):
        telling = len(text) >= _VALUE and re.search(r"[A-Za-z]", text) and re.search(r"\d", text)
        if telling and place != "path" and moment(text) is None:
            yield text


def _of_token(holder: _Owned, body: JSON) -> None:
    """Read project and user of a token, and whether it is an administrator's (OpenStack Identity API v3)."""
    content = next(iter(body.values()), None) if isinstance(body, dict) else None
    if not isinstance(content, dict):
        return
    roles = content.get("roles")
    names = [item.get("name") for item in roles if isinstance(item, dict)] if isinstance(roles, list) else []
    holder.admin = holder.admin or "admin" in names
    for member in ("project", "user"):
        node = content.get(member)
        for name in ("id", "name"):
            value = node.get(name) if isinstance(node, dict) else None
            # A name that is a word is said for other reasons.
            if isinstance(value, str) and len(value) >= _NAME and (name == "id" or re.search(r"[\d_-]", value)):
                holder.texts[value] = member


def _shown(exchanges: Sequence[Exchange], contract: Contract, ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Actor -> those of the ids of resources that an answer has shown to it, be it by right or not."""
    found: dict[str, set[str]] = {}
    for exchange in exchanges:
        actor, response = exchange.request.actor, exchange.response
        if actor != "main" and response.status < 300 and contract.resource_of(exchange.operation) is not None:
            text = response.body.decode("utf-8", "replace")
            seen = re.finditer(r'"([0-9A-Za-z-]{8,64})"', text)
            found.setdefault(actor, set()).update(own for match in seen if (own := match.group(1)) in ids)
    return {actor: frozenset(ids) for actor, ids in found.items()}
