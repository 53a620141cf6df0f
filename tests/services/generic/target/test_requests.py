"""What the reference refuses of a request before it does anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.model.contract import Authority, Contract, Parameter
from conformance.services.generic.target.requests import Requests
from conformance.services.generic.target.routes import Routes
from conformance.services.generic.target.store import GenericStore
from conformance.services.wire import Call, Refused

HEX = "69b774f8ccbe423e9fe8c7f410769605"


def test_the_project_of_a_token_has_the_id_that_it_has(any_contract: Contract) -> None:
    operation = next(item for item in any_contract.operations.values() if item.request_schema is None)
    requests = Requests(any_contract, Routes(any_contract, []), GenericStore(lambda: 0.0), [])
    for name, kept in (("project_id", True), ("crate_id", False)):
        uuid = Parameter(name, "path", True, {"type": "string", "format": "uuid"}, Authority.DOCUMENT, ())
        asked = replace(operation, parameters=(uuid,))
        call = Call("any", operation.method, "/", (), {}, b"", names={name: HEX})
        if kept:
            requests.check(call, asked)
        else:
            with pytest.raises(Refused):
                requests.check(call, asked)
