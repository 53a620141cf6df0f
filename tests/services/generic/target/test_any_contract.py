"""The generic part keeps the contract, whichever it is: drawn requests, and what their answers have to be."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemas import values_of
from targets import Offline

from conformance.model.contract import Contract, Operation
from conformance.services.rest import unclaimed
from conformance.services.wire import Answer


def operations(contract: Contract) -> list[Operation]:
    return [item for item in unclaimed(contract) if "patch+json" not in str(item.request_media_type)]


def check(contract: Contract, operation: Operation, answer: Answer) -> None:
    """What holds for every answer to a request that has the documented form."""
    if answer.status >= 400:
        assert answer.status in contract.error_codes
        jsonschema.validate(answer.body, dict(contract.envelope))
        return
    spec = operation.responses[0]
    assert (spec.status, set(spec.headers)) == (answer.status, set(answer.headers) - {"x-openstack-request-id"})
    if spec.media_type is None:
        assert answer.encoded() == b""
    elif spec.schema is not None:
        assert answer.media_type == spec.media_type
        jsonschema.validate(json.loads(answer.encoded()), dict(spec.schema), format_checker=jsonschema.FormatChecker())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_asked_is_answered_as_the_contract_has_it(any_contract: Contract, data: st.DataObject) -> None:
    target = Offline(any_contract)
    ids: list[str] = []
    for _ in range(data.draw(st.integers(1, 12))):
        operation = data.draw(st.sampled_from(operations(any_contract)))
        path = operation.path
        while "{" in path:
            own = data.draw(st.sampled_from(ids or ["there-is-none"]))
            path = re.sub(r"\{[^}]*\}", own, path, count=1)
        given: dict[str, Any] = {}
        if operation.request_schema is not None:
            given["json"] = data.draw(values_of(operation.request_schema))
        answer = target.call(operation.method, path, service=operation.service, **given)
        check(any_contract, operation, answer)
        ids += re.findall(r'"(?:id|card|name)": "?([0-9A-Za-z-]+)', json.dumps(answer.body, default=str))


@pytest.mark.parametrize("token", [None, "no-such-token"])
def test_nothing_is_done_without_a_token(any_contract: Contract, token: str | None) -> None:
    target = Offline(any_contract)
    for operation in operations(any_contract):
        path = re.sub(r"\{[^}]*\}", "x", operation.path)
        answer = target.call(operation.method, path, service=operation.service, token=token)
        assert (operation.id, 401) == (operation.id, answer.status)


def test_a_resource_that_is_not_there_is_not_found(any_contract: Contract) -> None:
    target = Offline(any_contract)
    for operation in operations(any_contract):
        resource = any_contract.resource_of(operation.id)
        if "{" in operation.path and operation.method in {"GET", "DELETE"} and resource is not None:
            path = re.sub(r"\{[^}]*\}", "7", operation.path)
            answer = target.call(operation.method, path, service=operation.service)
            assert (operation.id, 404) == (operation.id, answer.status)
