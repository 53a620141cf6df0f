"""What is read with values that a file gives, for nothing of the contract makes or lists them."""

from __future__ import annotations

from conformance.contract.producers import parameters_of
from conformance.model import requirement_id
from conformance.model.contract import Operation
from conformance.model.message import READING
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable
from conformance.services.generic.arrange import about, success_of, unready
from conformance.services.generic.client import GenericClient, as_text
from conformance.services.generic.subjects import judges


@judges("{operation}.response.*", reads=True)
def test_what_values_are_given_for_is_answered(cloud: GenericClient, expect: Expect, operation: Operation) -> None:
    given = cloud.values_for(operation)
    names = parameters_of(operation)
    query = {item.name: as_text(given[item.name]) for item in operation.query if item.name in given}
    known = all(name in given for name in names) and (names or query)
    if operation.method not in READING or not known or not operation.responses:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.response(operation.id)))
    for asked in ({}, *({name: value} for name, value in query.items())):
        exchange = cloud.call(operation.id, query=asked)
        if exchange.response.status not in success_of(cloud.contract, operation.id):
            raise unready(exchange)  # the value may be of what is there no more
        expect.kept(about(cloud.contract, operation.id), exchange)
