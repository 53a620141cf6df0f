"""The preflight: before any case it is seen whether the service does for us what every case needs: one list, one create,
one show.

Rules
- What fails is tried again, a few times: a service may be starting, and one connection may break.
- When neither list nor create works, the service does not, and no case could say more about it: the run does not start,
  and says that one thing, with what was sent and what came.
- When one of them fails, that is found here, once. Cases that need it are not exercised for that reason and send nothing of
  the kind; all others run.
- A refusal of the create for who asks is no failure: a document may give that to administrators, OpenStack gives it to
  members (ruling 39). Nor is one for a quota.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.errors import ConnectionBroken, NotACloud
from conformance.model.finding import Assertion
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.reading import body_of
from conformance.run.sending.client import Client, made_by
from conformance.run.sending.sender import token_variable
from conformance.run.unexercised import NotExercised

__all__ = ["CHECK", "look_over"]

START = "start"
"""The case of what is sent before the first one."""
CHECK = "documented-status"
"""The check that what is found here belongs to: an operation answers with a status that is documented for it."""
PAUSES = (0.5, 1.0, 2.0)
"""Seconds after which what failed is tried again."""
REFUSED = frozenset({401, 403})
SHOWN = 160
"""Characters of an answer that are quoted."""


def look_over(client: Client) -> tuple[Phrase, ...]:
    """Find out what of the service works for us; returns what is to be said of the run. Raises NotACloud when nothing
    does."""
    recorder, resource = client.recorder, client.resource
    recorder.case = START
    listed = _steadily(client, client.list) if resource.list is not None else None
    if client.read_only:
        _judge(client, listed)
        return (Phrase.of("read-only-run"),)
    notes: list[Phrase] = []
    try:
        made = _steadily(client, lambda: client.create(client.needed()))
    except NotExercised as reason:  # a quota is used up
        _judge(client, listed)
        return (reason.reason,)
    failed = [item for item in (listed, made) if item is not None and not _works(client, item) and not _is_json(item)]
    if len(failed) == 2:
        raise NotACloud(_says(client, failed))
    _judge(client, listed)
    status = made.response.status
    recorder.may_create[resource.name] = status not in REFUSED
    if status in REFUSED:
        return (Phrase.of("may-create-nothing", operation=made.operation, status=status),)
    _judge(client, made)
    own = made_by(made, resource)
    if own is not None and resource.show is not None:
        client.shows = client.can_show(own)
        if not client.shows:
            notes.append(Phrase.of("does-not-answer", operation=resource.show))
    return tuple(notes)


def _steadily(client: Client, ask: Callable[[], Exchange]) -> Exchange:
    """The answer when it is right, else the last of several. A connection that breaks is tried again, too."""
    for pause in PAUSES:
        try:
            exchange = ask()
        except ConnectionBroken:
            client.wait(pause)
            continue
        if _works(client, exchange) or (exchange.response.status in REFUSED and exchange.request.method != "GET"):
            return exchange
        client.wait(pause)
    return ask()


def _works(client: Client, exchange: Exchange) -> bool:
    """Whether an answer is a success that says something of the kind that is due."""
    due = client.operation(exchange.operation).response(exchange.response.status)
    bodiless = due is not None and due.media_type is None
    return exchange.response.status < 300 and (bodiless or body_of(exchange) is not None)


def _is_json(exchange: Exchange) -> bool:
    """Whether an answer is a success that calls itself JSON: the service answers, and what is wrong with it is found by
    the cases. A page for people is no answer of a service."""
    return exchange.response.status < 300 and "json" in (exchange.response.media_type or "")


def _judge(client: Client, exchange: Exchange | None) -> None:
    """Keep the cases from what is refused or fails. The finding is that of the checks of each exchange, but for a status
    that is documented and not due. A success that cannot be read is left to the cases."""
    if exchange is None or exchange.response.status < 300:
        return
    operation, status = client.operation(exchange.operation), exchange.response.status
    if status < 500:
        due = tuple(item.status for item in operation.responses)
        act = Phrase.of("call", operation=operation.id)
        deviation = Deviation("status", status=status, act=act, terms=(("due", due),))
        name = requirement_id.response(operation.id, due[0])
        client.recorder.add(Assertion(name, CHECK, deviation), exchange)
    client.unfit[operation.id] = Phrase.of("does-not-work", operation=operation.id, status=status)


def _says(client: Client, failed: Sequence[Exchange]) -> str:
    """The one thing, in one line: what was sent, what came, and how to see it again."""
    first, second = failed
    both = {item.response.status for item in failed} == {401}
    what = (
        "refuses the token that the identity service has just given"
        if both
        else "does not work: neither a list nor a create is answered as it should be"
    )
    said = " ".join(first.response.body[:1024].decode("utf-8", "replace").split())[:SHOWN]
    return (
        f"the {client.service.name} service {what}. {first.request.method} {first.request.url} is answered with "
        f"{first.response.status} ({said or 'nothing'}), {second.request.method} with {second.response.status}; "
        f"to see it: {_curl(first)}"
    )


def _curl(exchange: Exchange) -> str:
    request = exchange.request
    words = ["curl", "-i", "-X", request.method, "-H", f"X-Auth-Token: {token_variable(request.actor)}", request.url]
    return " ".join(shlex.quote(word).replace("'", '"') if "$" in word else shlex.quote(word) for word in words)
