"""Request -> answer of the reference target: the document's operations, kept to the letter. No sockets here."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from conformance.model.contract import Contract
from conformance.services.fault import Fault
from conformance.services.identity.target.tokens import Identity
from conformance.services.image.target.listing import select
from conformance.services.image.target.store import Store, document, pointer
from conformance.services.wire import JSON_TYPE, Answer, Call, Caller, Refused

__all__ = ["LARGEST", "Service"]

LARGEST = 10 * 1024 * 1024


class Service:
    """Both services of the target, over one store."""

    def __init__(self, contract: Contract, identity: Identity, faults: Sequence[Fault]) -> None:
        self.contract = contract
        self.identity = identity
        self.store = Store(identity.clock)
        self.hooks = tuple(fault.hooks for fault in faults)
        formats = {
            "uuid": lambda text: re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None
        }
        self._bodies = {
            item.id: jsonschema_rs.Draft202012Validator(
                dict(item.request_schema), validate_formats=True, formats=formats
            )
            for item in contract.operations.values()
            if item.request_schema is not None and item.service == "image"
        }
        create = contract.operations["image.create"].request_schema or {}
        self._members = {
            name: jsonschema_rs.Draft202012Validator(dict(schema))
            for name, schema in create.get("properties", {}).items()
        }
        self._handlers: Mapping[str, Callable[[Call, Caller], Answer]] = {
            "image.list": self._list,
            "image.create": self._create,
            "image.show": self._show,
            "image.patch": self._patch,
            "image.delete": self._delete,
            "image.download": self._download,
            "image.upload": self._upload,
        }

    def answer(self, call: Call) -> Answer:
        """The answer to any request; never raises."""
        call = self._addressed(call)
        for hooks in self.hooks:
            call = hooks.request(call) if hooks.request else call
        try:
            with self.store.lock:
                answer = self._identity(call) if call.service == "identity" else self._image(call)
        except Refused as refusal:
            answer = self.refusal(refusal.status, refusal.message)
        headers = {"x-openstack-request-id": f"req-{uuid.uuid4()}", **answer.headers}
        answer = replace(answer, headers=headers)
        with self.store.lock:
            for hooks in self.hooks:
                answer = hooks.answer(call, answer, self.store) if hooks.answer else answer
        return answer

    def refusal(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The envelope of a failure (document lines 408-424)."""
        title = self.contract.error_codes[status].phrase
        return Answer(status, {"error": {"message": message, "code": status, "title": title}}, headers or {})

    # --- the image service ------------------------------------------------------------------------------------------

    def _addressed(self, call: Call) -> Call:
        match = re.fullmatch(r"/v2/images/([^/]+)(?:/file)?", call.path)
        item = self.contract.match(call.method, call.path) if call.service == "image" else None
        caller = self.identity.caller(call.headers.get("x-auth-token"))
        image_id = unquote(match.group(1)) if match else ""
        return replace(call, operation=item.id if item else "", image_id=image_id, caller=caller)

    def _image(self, call: Call) -> Answer:
        if call.path in {"", "/"}:
            return Answer(300, {"versions": [{"id": "v2.0", "status": "CURRENT", "links": []}]})
        caller = call.caller
        for hooks in self.hooks:
            caller = hooks.authorise(call, caller, self.identity) if hooks.authorise else caller
        if caller is None:
            headers = {"WWW-Authenticate": 'Keystone uri="/identity"'}
            return self.refusal(401, "The request you have made requires authentication.", headers)
        handler = self._handlers.get(call.operation)
        if handler is None:
            allowed = sorted(
                {item.method for item in self.contract.operations.values() if self._is_at(item.path, call.path)}
            )
            if allowed:
                return self.refusal(405, f"{call.method} is not defined here.", {"Allow": ", ".join(allowed)})
            raise Refused(404, "There is nothing at this path.")
        if call.operation != "image.download" and not _accepts(call.headers.get("accept", "*/*"), JSON_TYPE):
            raise Refused(406, "This service answers in JSON.")
        for hooks in self.hooks:
            instead = hooks.handle(call, caller, self.store) if hooks.handle else None
            if instead is not None:
                return instead
        return handler(call, caller)

    def _is_at(self, template: str, path: str) -> bool:
        return re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path) is not None

    def _list(self, call: Call, caller: Caller) -> Answer:
        query: Sequence[tuple[str, str]] = call.query
        for hooks in self.hooks:
            query = hooks.query(call, query) if hooks.query else query
        images = list(self.store.visible(caller))
        for hooks in self.hooks:
            images = hooks.visible(call, images, self.store) if hooks.visible else images
        return Answer(200, select(images, query, caller))

    def _create(self, call: Call, caller: Caller) -> Answer:
        body = self._json(call)
        for hooks in self.hooks:
            body = hooks.members(call, body, self.store) if hooks.members else body
        self._check(call.operation, body)
        image = self.store.create(caller, body)
        for hooks in self.hooks:
            if hooks.stored:
                hooks.stored(call, image, self.store)
        return Answer(201, document(image), {"Location": f"/v2/images/{image.id}"})

    def _show(self, call: Call, caller: Caller) -> Answer:
        return Answer(200, document(self.store.find(caller, call.image_id)))

    def _patch(self, call: Call, caller: Caller) -> Answer:
        media_type = self.contract.operations["image.patch"].request_media_type
        if call.headers.get("content-type", "").split(";")[0].strip().lower() != media_type:
            raise Refused(400, f"The media type of a patch is {media_type}.")
        self.store.own(caller, call.image_id)
        operations = self._json(call)
        for hooks in self.hooks:
            operations = hooks.members(call, operations, self.store) if hooks.members else operations
        self._check(call.operation, operations)
        for item in operations:
            name = pointer(item["path"])
            if item["op"] != "remove" and name in self._members:
                self._fits(name, item["value"])
            elif item["op"] != "remove" and not isinstance(item["value"], str | None):
                raise Refused(400, f"{name} must be a string.")
        image = self.store.patch(caller, call.image_id, operations)
        for hooks in self.hooks:
            if hooks.stored:
                hooks.stored(call, image, self.store)
        return Answer(200, document(image))

    def _fits(self, name: str, value: Any) -> None:
        if name != "id" and not self._members[name].is_valid(value):
            raise Refused(400, f"{name} does not have the documented form.")

    def _delete(self, call: Call, caller: Caller) -> Answer:
        self.store.delete(caller, call.image_id)
        return Answer(204)

    def _download(self, call: Call, caller: Caller) -> Answer:
        image = self.store.find(caller, call.image_id)
        if image.data is None:
            return Answer(204)
        return Answer(200, image.data, media_type="application/octet-stream")

    def _upload(self, call: Call, caller: Caller) -> Answer:
        if call.headers.get("content-type", "").split(";")[0].strip().lower() != "application/octet-stream":
            raise Refused(400, "The media type of a file is application/octet-stream.")
        self.store.upload(caller, call.image_id, call.body)
        return Answer(204)

    def _json(self, call: Call) -> Any:
        media_type = call.headers.get("content-type", JSON_TYPE).split(";")[0].strip().lower()
        if call.operation == "image.create" and media_type != JSON_TYPE:
            raise Refused(400, "The media type of the body is application/json.")
        return read_json(call.body)

    def _check(self, operation: str, body: Any) -> None:
        if not self._bodies[operation].is_valid(body):
            raise Refused(400, "The body does not have the documented form.")

    # --- the identity service ---------------------------------------------------------------------------------------

    def _identity(self, call: Call) -> Answer:
        path = call.path.rstrip("/")
        if path == "" and call.method == "GET":
            return Answer(300, {"versions": {"values": [self.identity.versions()]}})
        if path == "/v3" and call.method == "GET":
            return Answer(200, {"version": self.identity.versions()})
        if path != "/v3/auth/tokens":
            raise Refused(404, "There is nothing at this path.")
        if call.method != "POST":
            return self.refusal(405, f"{call.method} is not defined here.", {"Allow": "POST"})
        token = self.identity.issue(read_json(call.body))
        return Answer(201, token.body, {"X-Subject-Token": token.value})


def read_json(data: bytes) -> Any:
    """The JSON of a body: UTF-8, no NaN, no repeated member, no lone surrogate. Raises Refused 400."""

    def refuse(token: str) -> Any:
        raise Refused(400, f"{token} is no JSON number.")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise Refused(400, "A member is there twice.")
        return dict(pairs)

    if len(data) > LARGEST:
        raise Refused(400, "The body is too large.")
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=refuse, object_pairs_hook=once)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refused(400, "The body is no JSON in UTF-8.") from None
    return value


def _accepts(accept: str, media_type: str) -> bool:
    """Whether an Accept field allows a media type (RFC 9110, 12.5.1), the most specific range first."""
    best: tuple[int, float] = (-1, 0.0)
    for item in accept.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        rank = {media_type: 2, media_type.split("/")[0] + "/*": 1, "*/*": 0}.get(name, -1)
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        if rank > best[0]:
            best = (rank, float(quality) if re.fullmatch(r"[01](\.\d*)?", quality) else 1.0)
    return best[1] > 0
