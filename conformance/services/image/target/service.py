"""The image part of the reference target: the document's operations, kept to the letter.

Methods, paths, schemas, success statuses and media types are the contract's; what an operation does is written here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from conformance.model.errors import SuiteError
from conformance.services.image.target.listing import Listing
from conformance.services.image.target.ranges import part_of, told
from conformance.services.image.target.store import ImageStore, StoredImage, document, pointer
from conformance.services.part import Surroundings
from conformance.services.wire import JSON_TYPE, Answer, Call, Caller, Refused, read_json

__all__ = ["ImagePart"]

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PARAMETER = re.compile(r"\{[^}]*\}")


class ImagePart:
    """Answers the calls to the image service from one store. Raises SuiteError when nobody gives tokens."""

    def __init__(self, around: Surroundings) -> None:
        if around.tokens is None:
            raise SuiteError("the image part of the reference needs a part that gives tokens")
        self.endpoint = around.urls["image"]
        self.state = ImageStore(around.contract, around.clock)
        self._contract = around.contract
        self._tokens = around.tokens
        self._hooks = around.hooks
        self._operations = {name: item for name, item in around.contract.operations.items() if item.service == "image"}
        self._of_one_image = [
            re.compile(_PARAMETER.sub("([^/]+)", item.path)) for item in self._operations.values() if "{" in item.path
        ]
        self._listing = Listing(around.contract)
        self._bodies = {
            name: _validator(item.request_schema)
            for name, item in self._operations.items()
            if item.request_schema is not None
        }
        create = self._operations["image.create"].request_schema or {}
        self._members = {name: _validator(schema) for name, schema in create.get("properties", {}).items()}
        self._handlers: Mapping[str, Callable[[Call, Caller], Answer]] = {
            "image.list": self._list,
            "image.create": self._create,
            "image.show": self._show,
            "image.patch": self._patch,
            "image.delete": self._delete,
            "image.download": self._download,
            "image.upload": self._upload,
        }

    def knows(self, call: Call) -> bool:
        """Whether some operation has this path."""
        return any(item.pattern.match(call.path) for item in self._operations.values())

    def addressed(self, call: Call) -> Call:
        """The call with its operation, the image that its path names, and the caller that its token stands for."""
        item = self._contract.match(call.method, call.path)
        operation = item.id if item is not None and item.id in self._operations else ""
        match = next((found for path in self._of_one_image if (found := path.fullmatch(call.path))), None)
        caller = self._tokens.caller(call.headers.get("x-auth-token"))
        return replace(
            call,
            operation=operation,
            image_id=unquote(match.group(1)) if match else "",
            caller=caller,
        )

    def answer(self, call: Call) -> Answer:
        """The answer to a call. Raises Refused."""
        if call.path in {"", "/"}:
            return Answer(300, {"versions": [{"id": "v2.0", "status": "CURRENT", "links": []}]})
        caller = call.caller
        for hooks in self._hooks:
            caller = hooks.authorise(call, caller, self._tokens) if hooks.authorise else caller
        if caller is None:
            headers = {"WWW-Authenticate": 'Keystone uri="/identity"'}
            raise Refused(401, "The request you have made requires authentication.", headers)
        handler = self._handlers.get(call.operation)
        if handler is None:
            raise self._undefined(call)
        if call.operation != "image.download" and not _accepts(call.headers.get("accept", "*/*"), JSON_TYPE):
            raise Refused(406, "This service answers in JSON.")
        if call.body and self._operations[call.operation].request_media_type is None:
            raise Refused(400, "This call has no body.")
        for hooks in self._hooks:
            instead = hooks.handle(call, caller, self.state) if hooks.handle else None
            if instead is not None:
                return instead
        return handler(call, caller)

    def _undefined(self, call: Call) -> Refused:
        """The refusal of what no operation is: 405 where the path has other methods, else 404."""
        allowed = sorted({item.method for item in self._operations.values() if item.pattern.match(call.path)})
        if allowed:
            return Refused(405, f"{call.method} is not defined here.", {"Allow": ", ".join(allowed)})
        return Refused(404, "There is nothing at this path.")

    # --- the operations ---------------------------------------------------------------------------------------------

    def _list(self, call: Call, caller: Caller) -> Answer:
        query: Sequence[tuple[str, str]] = call.query
        for hooks in self._hooks:
            query = hooks.query(call, query) if hooks.query else query
        images = list(self.state.visible(caller))
        for hooks in self._hooks:
            images = hooks.visible(call, images, self.state) if hooks.visible else images
        return self._success(call, self._listing.select(images, query, call.query, self.state.deleted(caller)))

    def _create(self, call: Call, caller: Caller) -> Answer:
        self._check_media_type(call)
        image = self.state.create(caller, self._body(call))
        return self._success(call, self._stored(call, image), {"Location": document(image)["self"]})

    def _show(self, call: Call, caller: Caller) -> Answer:
        return self._success(call, document(self.state.find(caller, call.image_id)))

    def _patch(self, call: Call, caller: Caller) -> Answer:
        self._check_media_type(call)
        self.state.own(caller, call.image_id)
        changes = self._body(call)
        for item in changes:
            if item.keys() - {"op", "path", "value"}:
                raise Refused(400, "An operation has op, path and value.")
            if item["op"] != "remove":
                self._check_member(pointer(item["path"]), item["value"])
        return self._success(call, self._stored(call, self.state.patch(caller, call.image_id, changes)))

    def _delete(self, call: Call, caller: Caller) -> Answer:
        self.state.delete(caller, call.image_id)
        return self._success(call)

    def _download(self, call: Call, caller: Caller) -> Answer:
        data = self.state.find(caller, call.image_id).data
        if not data:
            return self._success(call, data)
        whole = self._success(call, data, {"Accept-Ranges": "bytes"})
        try:
            part = part_of(call.headers.get("range"), len(data))
        except ValueError:
            raise Refused(416, "The file has no such part.", {"Content-Range": f"bytes */{len(data)}"}) from None
        if part is None:
            return whole
        fields = {**whole.headers, "Content-Range": told(part, len(data))}
        return replace(whole, status=206, body=data[part[0] : part[1] + 1], headers=fields)

    def _upload(self, call: Call, caller: Caller) -> Answer:
        self._check_media_type(call)
        self.state.upload(caller, call.image_id, call.body)
        return self._success(call)

    # --- what they share --------------------------------------------------------------------------------------------

    def _success(self, call: Call, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """The documented success of an operation, the one with a body or the one without."""
        spec = next(
            item for item in self._operations[call.operation].responses if (item.media_type is None) is (body is None)
        )
        return Answer(spec.status, body, headers or {}, spec.media_type or JSON_TYPE)

    def _stored(self, call: Call, image: StoredImage) -> dict[str, Any]:
        """The image as it is shown after faults had their way with it."""
        for hooks in self._hooks:
            if hooks.stored:
                hooks.stored(call, image, self.state)
        return document(image)

    def _check_media_type(self, call: Call) -> None:
        wanted = self._operations[call.operation].request_media_type
        if call.media_type != wanted:
            raise Refused(400, f"The media type of the body is {wanted}.")

    def _body(self, call: Call) -> Any:
        """The JSON of a call as faults leave it, when it has the documented form. Raises Refused 400."""
        body = read_json(call.body)
        for hooks in self._hooks:
            body = hooks.members(call, body, self.state) if hooks.members else body
        if not self._bodies[call.operation].is_valid(body):
            raise Refused(400, "The body does not have the documented form.")
        return body

    def _check_member(self, name: str, value: Any) -> None:
        """Refuse a value that the member cannot have; what is no member of the document's is a string or null."""
        if name in self._members:
            if name != "id" and not self._members[name].is_valid(value):
                raise Refused(400, f"{name} does not have the documented form.")
        elif not isinstance(value, str | None):
            raise Refused(400, f"{name} must be a string.")


def _validator(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    formats = {"uuid": lambda text: _UUID.fullmatch(text) is not None}
    return jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, formats=formats)


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
