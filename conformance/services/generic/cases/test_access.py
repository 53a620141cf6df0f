"""Who may call: no operation without a valid token, and what belongs to a project is that project's alone."""

from __future__ import annotations

import contextlib

from conformance.contract.producers import head_of, parameters_of
from conformance.contract.resources import lists_of
from conformance.model import requirement_id
from conformance.model.contract import Operation, Resource
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import equal
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call
from conformance.services.generic.arrange import (
    first_of,
    other_project,
    own_of,
    plain_call,
    sent_members,
    settled,
    shown,
    some_rows,
    success_of,
    unready,
)
from conformance.services.generic.client import GenericClient
from conformance.services.generic.subjects import judges
from conformance.target.secrets import MADE_UP

NO_TOKENS = {"no-token": None, "empty-token": "", "garbage-token": f"{MADE_UP}token"}


@judges("auth.required", "error.401", "{operation}.auth", smoke=True)
def test_an_operation_refuses_a_call_without_a_valid_token(
    cloud: GenericClient, expect: Expect, operation: Operation
) -> None:
    if not operation.secured or 401 not in cloud.contract.error_codes:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(401)))
    resource = cloud.contract.resource_of(operation.id)
    own = ""
    if resource is not None and operation.path == resource.item:
        with contextlib.suppress(NotExercised):  # what is not there needs a token, too
            own = own_of(cloud, resource)
    for how, token in NO_TOKENS.items():
        before = settled(cloud, resource, own) if own and resource is not None else None
        exchange = plain_call(cloud, operation, own or cloud.uuid(), anonymous=True, token=token)
        expect.code(401, exchange, call(operation.id, how))
        if own and resource is not None and before is not None:
            after = shown(cloud, resource, own)
            names = sent_members(cloud.contract, resource.change, resource) if resource.change else {}
            same = after is not None and all(equal(before.get(name), after.get(name)) for name in names)
            changed = Deviation("changed-without-a-token")
            expect(first_of(cloud.contract, "auth.required", requirement_id.error(401)), same, changed, exchange)


@judges("auth.required", "error.401", "{operation}.auth")
def test_what_is_like_a_valid_token_opens_nothing(cloud: GenericClient, expect: Expect, operation: Operation) -> None:
    reads = operation.method == "GET" and not parameters_of(operation)
    if not operation.secured or not reads or 401 not in cloud.contract.error_codes:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(401)))
    token = cloud.target.main.token()
    likes = {
        "half-a-token": token[: len(token) // 2],
        "token-without-its-end": token[:-1],
        "token-and-more": f"{token}x",
    }
    for how, like in likes.items():
        cloud.secrets.learn(like, "$OS_TOKEN_WRONG")
        exchange = cloud.call(operation.id, anonymous=True, token=like)
        expect.code(401, exchange, call(operation.id, how))


@judges(
    "{resource}.isolation.*",
    "{show}.isolation",
    "{change}.isolation",
    "{remove}.isolation",
    "{list}.isolation",
    "answer.other-project",
    "error.403",
    parts=("create", "remove"),
    chance=("error.403",),
)
def test_what_belongs_to_a_project_is_kept_from_another(
    cloud: GenericClient, expect: Expect, resource: Resource
) -> None:
    words = {"show": resource.show, "list": resource.list, "change": resource.change, "remove": resource.remove}
    due = {word: _isolation(cloud, resource, word, name) for word, name in words.items() if name is not None}
    if not any(due.values()):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.stated(resource.name, "isolation")))
    other = other_project(cloud)
    own = own_of(cloud, resource)
    before = settled(cloud, resource, own)
    for listing in lists_of(cloud.contract, resource) if due.get("list") else ():
        exchange = cloud.call(str(listing.list), actor=other)
        listed = exchange.response.status < 300 and own.encode() in exchange.response.body
        shows = Deviation("listed-to-another-project", terms=(("how", "private"),))
        expect(due["list"], not listed, shows, exchange)
    for word in ("show", "change", "remove"):
        name = words[word]
        if not due.get(word) or name is None:
            continue
        exchange = plain_call(cloud, cloud.contract.operations[name], own, actor=other)
        act = Phrase.of("by-another-project", operation=name, how="private")
        expect.refused(due[word], exchange, act)
        if exchange.response.status == 403 and 403 in cloud.contract.error_codes:
            expect.code(403, exchange, act)
        if word != "show":
            after = shown(cloud, resource, own)
            names = sent_members(cloud.contract, resource.change, resource) if resource.change else {}
            same = after is not None and all(equal(before.get(item), after.get(item)) for item in names)
            how = "changed" if word == "change" else "deleted"
            reached = Deviation("reached-by-another-project", terms=(("how", how),))
            expect(due[word], same, reached, exchange)


@judges("{operation}.path.*", "error.403", "status.failure", chance=("error.403",))
def test_a_path_of_a_project_that_is_not_ours_is_refused(
    cloud: GenericClient, expect: Expect, operation: Operation
) -> None:
    head = head_of(operation)
    requirement = requirement_id.path(operation.id, head or "project_id")
    names = parameters_of(operation)
    if not head or not operation.secured or len(names) > 1 or requirement not in cloud.contract.requirements:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement))
    if cloud.target.main.admin:
        raise NotExercised(Phrase.of("administrator"))
    resource = cloud.contract.resource_of(operation.id)
    own = _there(cloud, resource) if names else ""
    if operation.method == "GET":
        exchange = plain_call(cloud, operation, own)  # so that it is the project for which it is refused then
        if exchange.response.status not in success_of(cloud.contract, operation.id):
            raise unready(exchange)
    creates = resource is not None and operation.id == resource.create
    for how, project in _not_ours(cloud).items():
        if creates and resource is not None:
            # What was made for a project that nobody has would be there for good: nothing is, where a list is refused.
            if how != "no-such-project" or resource.list is None:
                continue
            listed = cloud.call(resource.list, names={head: project})
            if listed.response.status < 400:
                raise unready(listed)
        exchange = plain_call(cloud, operation, own, names={head: project})
        act = call(operation.id, how)
        expect.refused(requirement, exchange, act)
        if exchange.response.status == 403 and 403 in cloud.contract.error_codes:
            expect.code(403, exchange, act)


def _not_ours(cloud: GenericClient) -> dict[str, str]:
    """Projects that the token is not good for."""
    other = cloud.target.actors.get("other")
    others = {"another-project": other.project_id} if other is not None else {}
    return {**others, "no-such-project": cloud.uuid().replace("-", "")}


def _there(cloud: GenericClient, resource: Resource | None) -> str:
    """The id of something that is there. Raises NotExercised when there is nothing."""
    if resource is None:
        raise NotExercised(Phrase.of("nothing-there"))
    if cloud.service.about == resource.name:
        return own_of(cloud, resource)
    if resource.list is None:
        raise NotExercised(Phrase.of("nothing-there"))
    return some_rows(cloud, resource, 1)[0].text(resource.id)


def _isolation(cloud: GenericClient, resource: Resource, word: str, operation: str) -> str:
    """The requirement that says that an operation reaches nothing of another project, "" when the contract has none."""
    last = operation.rpartition(".")[2]
    names = (
        requirement_id.stated(resource.name, "isolation", word),
        requirement_id.stated(resource.name, "isolation", last),
        requirement_id.stated(operation, "isolation"),
    )
    return next((name for name in names if name in cloud.contract.requirements), "")
