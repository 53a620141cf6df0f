"""Faults of authentication: calls without a valid token are served, calls with one are refused, a token is taken from a
place where it does not belong (another header, the query), X-Project-Id leads into another project, the endpoint
refuses a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.identity.target.tokens import Accounts
from conformance.services.image.faults.reading import asked
from conformance.services.image.faults.stages import asking, refuse
from conformance.services.product import Effect, Where, family, product
from conformance.services.wire import Call, Caller

__all__ = ["faults"]

OPERATIONS = ("image.list", "image.create", "image.patch", "image.download", "image.delete")
REQUIRED = ("auth.required", rid.error(401))
OF_TOKEN, OF_PROJECT = rid.header("x-auth-token"), rid.header("x-project-id")
HEADER = "auth.token.header"


def faults(_contract: Contract) -> Iterator[Fault]:
    """The faults of who may call."""
    for operation in OPERATIONS:
        place = Where(f"{operation}.auth", f"{operation} is open", partial(_open, operation))
        yield from product([place], _tokens())
    alike = Where("auth.required", "a token is taken by its likeness", _by_likeness, REQUIRED)
    yield from product([alike], [Effect(f"token-{word}", word, change) for word, change in LIKENESSES.items()])
    yield from _headers()
    yield from _projects()
    yield Fault(
        "catalogue.endpoint.another",
        ("catalogue.endpoint",),
        "the endpoint of the catalogue answers a list of nothing but a few images with 404",
        asking(lambda query: refuse(404) if query.keys() == {"limit"} and _is_few(query["limit"]) else query),
    )


def _is_few(limit: str) -> bool:
    return limit.isdecimal() and 0 < int(limit) < 10


# --- tokens ---------------------------------------------------------------------------------------------------------

TokenKind = Callable[[Call, Accounts], bool]


def _tokens() -> Iterator[Effect[TokenKind]]:
    """Kinds of tokens with which no call may be served."""
    yield Effect("absent", "without a token", lambda call, _identity: _token(call) is None, REQUIRED)
    yield Effect("empty", "with an empty token", lambda call, _identity: _token(call) == "", REQUIRED)
    yield Effect("garbage", "with a token that is none", _is_garbage, REQUIRED)
    yield Effect("unscoped", "with a token without a project", _is_unscoped, ("auth.token.project-scope",))


def _token(call: Call) -> str | None:
    return call.headers.get("x-auth-token")


def _is_garbage(call: Call, accounts: Accounts) -> bool:
    return bool(_token(call)) and _token(call) not in accounts.tokens


def _is_unscoped(call: Call, accounts: Accounts) -> bool:
    held = accounts.tokens.get(_token(call) or "")
    return held is not None and held.caller is None


def _open(operation: str, kind: TokenKind) -> Hooks:
    """Serve an operation to a caller whose token is of this kind, as a member of the first project."""

    def authorise(call: Call, caller: Caller | None, accounts: Accounts) -> Caller | None:
        if caller is None and call.operation == operation and kind(call, accounts):
            return Caller(next(iter(accounts.projects.values())), frozenset({"member"}))
        return caller

    return Hooks(authorise=authorise)


LIKENESSES: Mapping[str, Callable[[str], str]] = {
    "prefix": lambda token: token[:-1],
    "upper-case": str.upper,
    "suffix": lambda token: f"{token}x",
}
"""Changed copies of a valid token that are accepted in its place."""


def _by_likeness(change: Callable[[str], str]) -> Hooks:
    def authorise(call: Call, caller: Caller | None, accounts: Accounts) -> Caller | None:
        given = _token(call)
        if caller is not None or not given:
            return caller
        alike = (
            token.caller for value, token in accounts.tokens.items() if given == change(value) or value == change(given)
        )
        return next(alike, None)

    return Hooks(authorise=authorise)


# --- headers and parameters that stand for a token ------------------------------------------------------------------


def _headers() -> Iterator[Fault]:
    for name in ("cookie", "authorization", "x-subject-token"):
        hooks = Hooks(authorise=partial(_from_another, name))
        yield Fault(f"{HEADER}.{name}", (HEADER,), f"a token in {name} opens a call", hooks)
    yield Fault(
        f"{HEADER}.bearer",
        (HEADER, OF_TOKEN),
        "a show is refused unless its token stands in Authorization",
        Hooks(
            authorise=partial(
                _none_when, lambda call: call.operation == "image.show" and "authorization" not in call.headers
            )
        ),
    )
    yield Fault(
        "auth.token.header.query",
        (HEADER, "auth.required"),
        "a token in the query opens a call",
        Hooks(
            authorise=lambda call, caller, accounts: caller or (_first(accounts) if "token" in asked(call) else None)
        ),
    )
    yield Fault(
        f"{OF_TOKEN}.refused",
        (OF_TOKEN, HEADER),
        "a create with a valid token is refused as one without when its body is not ASCII",
        Hooks(authorise=partial(_none_when, lambda call: call.operation == "image.create" and not call.body.isascii())),
    )
    yield Fault(
        "auth.required.claims",
        REQUIRED,
        "who says in headers to be confirmed needs no token",
        Hooks(authorise=_claimed),
    )


def _from_another(name: str, call: Call, caller: Caller | None, accounts: Accounts) -> Caller | None:
    given = call.headers.get(name, "")
    return caller or next((token.caller for value, token in accounts.tokens.items() if given and value in given), None)


def _none_when(holds: Callable[[Call], bool], call: Call, caller: Caller | None, _identity: Any) -> Caller | None:
    return None if holds(call) else caller


def _first(accounts: Accounts) -> Caller | None:
    return next((token.caller for token in accounts.tokens.values() if token.caller is not None), None)


def _claimed(call: Call, caller: Caller | None, _identity: Any) -> Caller | None:
    """Believe the header by which Keystone's middleware tells the service behind it that the token was good."""
    confirmed = call.headers.get("x-identity-status", "").lower() == "confirmed"
    return caller or (Caller(call.headers.get("x-project-id", ""), frozenset({"member"})) if confirmed else None)


def _projects() -> Iterator[Fault]:
    yield from family(
        OF_PROJECT,
        (OF_PROJECT,),
        [("refused", "X-Project-Id is refused", Hooks(authorise=_without_project_header))],
    )
    yield Fault(
        f"{OF_PROJECT}.followed",
        ("image.isolation.list", OF_PROJECT),
        "X-Project-Id opens another project",
        Hooks(authorise=partial(_following, None)),
    )
    for operation in ("image.show", "image.download", "image.patch", "image.delete"):
        word = operation.removeprefix("image.")
        yield Fault(
            f"{OF_PROJECT}.followed-by-{word}",
            (rid.stated("image", "isolation", word),),
            f"X-Project-Id opens another project to {word}",
            Hooks(authorise=partial(_following, operation)),
        )


def _without_project_header(call: Call, caller: Caller | None, _identity: Any) -> Caller | None:
    return refuse() if "x-project-id" in call.headers else caller


def _following(operation: str | None, call: Call, caller: Caller | None, _identity: Any) -> Caller | None:
    project = call.headers.get("x-project-id")
    if caller is None or not project or operation not in {None, call.operation}:
        return caller
    return replace(caller, project=project)
