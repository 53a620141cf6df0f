"""The error codes that one operation has for itself: a target may answer with them there, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.model.contract import Contract, ErrorCode
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.run.session import Session
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call, Caller, Refused
from conformance.target.cloud import Settings


def refusing(call: Call, _caller: Caller, _store: object) -> Answer | None:
    """What is called `gone` is refused with a status that is no common one."""
    if call.method == "GET" and call.path.endswith("/gone"):
        raise Refused(410, "it was here")
    return None


def kinds(contract: Contract, operation: str) -> set[str]:
    """What is found in the answer of a target that refuses so."""
    fault = Fault("gone", ("status.documented",), "", Hooks(handle=refusing))
    options = Options(Settings(reference=True), "smoke", embedded=lambda known: Reference(known, faults=(fault,)))
    with Session(options, contract) as session:
        client = next(iter(session.clients.values()))
        assert 410 == client.call(operation, "gone").response.status
        found = {item.deviation.kind for item in session.recorder.findings}
        session.cleanup()
    return found


@pytest.mark.parametrize("operation", ["crate.show", "rack.show"])
def test_a_code_of_one_operation_is_no_finding_there_and_one_at_another(goods: Contract, operation: str) -> None:
    crate = goods.operations["crate.show"]
    assert 410 not in goods.error_codes
    own = replace(crate, errors={410: ErrorCode(410, "Gone", 1)})
    contract = replace(goods, operations={**goods.operations, crate.id: own})
    assert (set() if operation == crate.id else {"undocumented-status"}) == kinds(contract, operation)
    assert {"undocumented-status"} == kinds(goods, operation)
