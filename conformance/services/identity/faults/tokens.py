"""Faults of tokens: who is given one, what the answer contains, and the form of a refusal.

A client may log in by names before anything else; faults that would let nothing be run spare it, and act on calls that
name their project by its id.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import changing, form_faults, header, refusal
from conformance.services.product import Effect, Where, product
from conformance.services.wire import Answer, Call

__all__ = ["faults"]

TOKEN = "auth.token"
CREDENTIALS = "auth.token.credentials"
REFUSED = (CREDENTIALS, rid.error(401))
PATH = "/auth/tokens"


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of tokens; where the document says no more than what is sent for one, that of its shape alone."""
    if TOKEN not in contract.operations:
        operation = contract.token_operation
        if operation is not None and operation.id.startswith(TOKEN):
            yield _taking_any_shape(operation.id)
        return
    yield from form_faults(contract, contract.operations[TOKEN], _names_project_by_id)
    yield from _credentials()
    yield from _answers()
    yield from _refusals(contract)


# --- what a token call says -----------------------------------------------------------------------------------------


def _is_token_call(call: Call) -> bool:
    return call.service == "identity" and call.path.endswith(PATH)


def _auth(call: Call) -> dict[str, Any]:
    """The member auth of a token call; empty when it cannot be read."""
    try:
        body = json.loads(call.body) if _is_token_call(call) else None
    except ValueError:
        return {}
    auth = body.get("auth") if isinstance(body, dict) else None
    return auth if isinstance(auth, dict) else {}


def _at(node: Any, *names: str) -> dict[str, Any]:
    """The object below these members; empty when it is not there."""
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def _user(auth: Mapping[str, Any]) -> dict[str, Any]:
    return _at(auth, "identity", "password", "user")


def _names_project_by_id(call: Call) -> bool:
    return "id" in _at(_auth(call), "scope", "project")


# --- who gets a token -----------------------------------------------------------------------------------------------

LIKENESSES: Mapping[str, Callable[[str], str]] = {
    "half": lambda password: password[: len(password) // 2],
    "empty": lambda _password: "",
    "longer": lambda password: f"{password}x",
    "case": str.swapcase,
}
"""What is taken for a password: a text that is made of it."""


def _credentials() -> Iterator[Fault]:
    yield Fault(
        "auth.token.wrong-password",
        REFUSED,
        "a wrong password gets a token",
        _taking_passwords(lambda _given, _right: True),
    )
    place = Where("auth.token.password", "a password is taken by its likeness", _like_passwords, (CREDENTIALS,))
    yield from product([place], [Effect(word, word, change) for word, change in LIKENESSES.items()])
    yield Fault("auth.token.wrong-project", REFUSED, "an unknown project gets a token", _taking_projects())


def _like_passwords(change: Callable[[str], str]) -> Hooks:
    return _taking_passwords(lambda given, right: given == change(right))


def _taking_passwords(takes: Callable[[str, str], bool]) -> Hooks:
    """Take another password for a user's, which is known once the user has logged in."""
    passwords: dict[str, str] = {}

    def request(call: Call) -> Call:
        auth = _auth(call)
        user = _user(auth)
        given, right = user.get("password"), passwords.get(str(user.get("id") or user.get("name")))
        if right is None or not isinstance(given, str) or not takes(given, right):
            return call
        user["password"] = right
        return replace(call, body=json.dumps({"auth": auth}).encode())

    def answer(call: Call, answer: Answer, _store: Any) -> Answer:
        if _is_token_call(call) and answer.status == 201:
            known = _at(answer.body, "token", "user")
            passwords.update({str(known[name]): _user(_auth(call))["password"] for name in ("id", "name")})
        return answer

    return Hooks(request=request, answer=answer)


def _taking_projects() -> Hooks:
    """Give a token without a scope to who names a project that nobody has logged in to."""
    known: set[str] = set()

    def request(call: Call) -> Call:
        auth = _auth(call)
        project = _at(auth, "scope", "project").get("id")
        if project is None or project in known:
            return call
        return replace(call, body=json.dumps({"auth": {**auth, "scope": "unscoped"}}).encode())

    def answer(call: Call, answer: Answer, _store: Any) -> Answer:
        if _is_token_call(call) and answer.status == 201:
            known.add(str(_at(answer.body, "token", "project").get("id")))
        return answer

    return Hooks(request=request, answer=answer)


# --- what is answered -----------------------------------------------------------------------------------------------


def _answers() -> Iterator[Fault]:
    def given(change: Callable[[Answer], Answer]) -> Hooks:
        return changing(lambda call, answer: answer.status == 201 and _names_project_by_id(call), change)

    yield Fault(
        "auth.token.useless",
        (rid.response_header(TOKEN, 201, "X-Subject-Token"),),
        "X-Subject-Token holds no token that is known",
        given(lambda answer: header(answer, "X-Subject-Token", "useless-token-useless-token")),
    )
    yield Fault(
        "auth.token.no-project", ("auth.token.project-scope",), "the token names another project", given(_of_another)
    )


def _of_another(answer: Answer) -> Answer:
    body = copy.deepcopy(answer.body)
    body["token"]["project"] = {"id": "f" * 32, "name": "another"}
    return replace(answer, body=body)


def _refused(status: int, change: Callable[[Answer], Answer]) -> Hooks:
    return changing(lambda call, answer: answer.status == status and _is_token_call(call), change)


def _taking_any_shape(operation: str) -> Fault:
    return Fault(
        f"{TOKEN}.lenient",
        (rid.request(operation), rid.body(operation, "auth")),
        "a token call of another shape gets 201",
        _refused(400, lambda answer: replace(answer, status=201, body={"token": {}})),
    )


def _refusals(contract: Contract) -> Iterator[Fault]:
    yield _taking_any_shape(TOKEN)
    yield Fault(
        "auth.token.refusal",
        REFUSED,
        "a wrong password is answered with 403",
        _refused(401, lambda answer: refusal(contract, 403, answer)),
    )
