"""What a create leaves out has the value that the document names for it."""

from __future__ import annotations

from conformance.contract.producers import inner_of
from conformance.model import requirement_id
from conformance.model.contract import Resource
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised
from conformance.services.generic.arrange import inner, moving, settled, success_of, unready
from conformance.services.generic.client import GenericClient
from conformance.services.generic.subjects import judges


@judges("{create}.unsent.*", parts=("create", "remove"))
def test_what_is_left_out_has_its_default(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    operation = cloud.contract.operations[str(resource.create)]
    members = inner_of(operation.request_schema)[1].get("properties", {})
    promises = {name: requirement_id.unsent(operation.id, name) for name, node in members.items() if "default" in node}
    due = {name: members[name]["default"] for name, item in promises.items() if item in cloud.contract.requirements}
    if not due:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.unsent(operation.id, "*")))
    exchange = cloud.create({name: value for name, value in cloud.needed().items() if name not in due})
    own = cloud.made_of(exchange)
    if exchange.response.status not in success_of(cloud.contract, operation.id) or own is None:
        raise unready(exchange)
    answered, seen = inner(exchange, resource), settled(cloud, resource, own)
    unseen = []
    for name, value in due.items():
        # What is still being made need not have all of its values.
        if name in answered and not moving(answered):
            expect.equal(promises[name], value, answered.get(name), name, exchange, where="answer")
        if name in seen:
            expect.equal(promises[name], value, seen.get(name), name, seen.source, where="shown")
        elif name not in answered or moving(answered):
            unseen.append(promises[name])
    if unseen:
        raise NotExercised(Phrase.of("nothing-shows", resource=resource.name), *unseen)
