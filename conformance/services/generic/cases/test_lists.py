"""What is listed as the contract says."""

from __future__ import annotations

from conformance.contract.producers import parameters_of
from conformance.model import requirement_id
from conformance.run.cases import Expect, verifies
from conformance.run.sending.client import Client
from conformance.run.service import unclaimed


@verifies("*.response.*", smoke=True, reads=True)
def test_what_needs_nothing_is_read(cloud: Client, expect: Expect) -> None:
    for operation in unclaimed(cloud.contract):
        needs_more = parameters_of(operation) or any(item.required for item in operation.query)
        due = [item.status for item in operation.responses]
        if operation.method == "GET" and not needs_more and due:
            exchange = cloud.call(operation.id)
            expect.status(requirement_id.response(operation.id, due[0]), exchange, *due)
