"""What the generic part of the reference asks of a request before it does anything: that path, query, headers and body
are as the contract has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.contract.producers import OWN
from conformance.model.contract import Contract, Operation, Parameter, Schema
from conformance.services.fault import Hooks
from conformance.services.generic.target.documents import success_of
from conformance.services.generic.target.routes import Route, Routes
from conformance.services.generic.target.shapes import fits, kind_of_schema, strict, validator, wrapper_of
from conformance.services.generic.target.store import GenericStore
from conformance.services.wire import JSON_TYPE, Call, Caller, Refused, read_json

__all__ = ["Requests", "read_as"]


class Requests:
    """Checks the calls of the operations of a contract."""

    def __init__(self, contract: Contract, routes: Routes, store: GenericStore, hooks: Sequence[Hooks]) -> None:
        self._codes = contract.error_codes
        self._routes = routes
        self._store = store
        self._hooks = hooks
        self._bodies = {
            route.operation.id: validator(strict(route.operation.request_schema))
            for route in routes.routes
            if route.operation.request_schema is not None
        }

    def refused(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> Refused:
        """A refusal with this status where the document has it, else with the one that is right for any."""
        rather = {406: 400, 415: 400, 409: 400, 422: 400, 405: 404}
        known = self._codes
        code = status if status in known or rather.get(status) not in known else rather[status]
        return Refused(code, message, headers)

    def check(self, call: Call, operation: Operation) -> None:
        """Refuse what the contract does not allow in path, query, headers and body."""
        spec = success_of(operation)
        answers_json = spec is None or spec.media_type is None or "json" in spec.media_type
        if answers_json and not _accepts(call.headers.get("accept", "*/*")):
            raise self.refused(406, "This service answers in JSON.")
        if call.body and operation.request_media_type is None:
            raise Refused(400, "This call has no body.")
        wanted = operation.request_media_type
        given = call.body or operation.request_schema is not None
        if given and wanted is not None and call.media_type != wanted:
            raise self.refused(415, f"The media type of the body is {wanted}.")
        for item in operation.parameters:
            self._check_parameter(call, item)
        known = {item.name for item in operation.query}
        if any(name not in known for name, _ in call.query):
            raise Refused(400, "There is no such parameter.")

    def _check_parameter(self, call: Call, item: Parameter) -> None:
        if item.location == "path":
            # The project and the user of a token have the ids that they have, whatever form is said of ids.
            if item.name not in OWN and not read_as(item.schema, call.names.get(item.name, "")):
                raise Refused(404, f"There is no such {item.name}.")
            return
        given = [value for name, value in call.query if name == item.name]
        if item.location == "header":
            value = call.headers.get(item.name.lower())
            given = [] if value is None else [value]
        if item.required and not given and item.name.lower() != "x-auth-token":
            raise Refused(400, f"{item.name} is missing.")
        if not all(read_as(item.schema, value) for value in given):
            raise Refused(400, f"{item.name} cannot be that.")

    def members(self, call: Call, route: Route) -> Any:
        """What the body of a call says of its resource, as faults leave it, when it has the documented form; a JSON
        Patch as it is. Raises Refused 400."""
        operation = route.operation
        if operation.request_media_type is None or operation.request_schema is None:
            return {}
        body = read_json(call.body)
        for hooks in self._hooks:
            body = hooks.members(call, body, self._store) if hooks.members else body
        if not self._bodies[operation.id].is_valid(body):
            raise Refused(400, "The body does not have the documented form.")
        wrapper = wrapper_of(operation.request_schema)
        inner = body[wrapper] if wrapper and isinstance(body, Mapping) and wrapper in body else body
        return inner if isinstance(inner, Mapping | list) else {}

    def check_references(self, caller: Caller, members: Any) -> None:
        """Refuse what is said of resources that are not there."""
        for name, value in members.items() if isinstance(members, Mapping) else ():
            kinds = self._routes.meant(name) if isinstance(value, str) else ()
            if kinds and not self._store.known(kinds, value, caller):
                raise Refused(404 if 404 in self._codes else 400, f"There is no such {name}.")


def read_as(schema: Schema, text: str) -> bool:
    """Whether a text of a path, a query or a header stands for a value that the schema allows."""
    kind = kind_of_schema(schema)
    if kind == "integer":
        return re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text) is not None and fits(schema, int(text))
    if kind == "number":
        return re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?", text) is not None and fits(schema, float(text))
    if kind == "boolean":
        return text in {"true", "false"}
    if kind == "array":
        return all(read_as(schema.get("items", {}), part) for part in text.split(","))
    return kind == "object" or fits(schema, text)


def _accepts(accept: str) -> bool:
    """Whether an Accept field allows JSON (RFC 9110, 12.5.1), the most specific range first."""
    best: tuple[int, float] = (-1, 0.0)
    for item in accept.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        rank = {JSON_TYPE: 2, "application/*": 1, "*/*": 0}.get(name, -1)
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        if rank > best[0]:
            best = (rank, float(quality) if re.fullmatch(r"[01](\.\d*)?", quality) else 1.0)
    return best[1] > 0
