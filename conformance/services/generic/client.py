"""Requests to any service: bodies as the schemas of its contract have them, after what they need was made.

Rules
- What a body needs is, in this order: as the file of values says, the token's own, a new resource of another client, the
  first one of a list, the example of the document, the plainest value that the schema allows.
- What can harm is not sent unless it is allowed (harm.py). What changes or removes goes to what this run has made, and to
  ids that nothing has, whatever is allowed.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.contract.producers import OWN, inner_of, needs_of, parameters_of, producer_of
from conformance.generate.allowed import allowed_values, is_allowed
from conformance.generate.values import plain_value
from conformance.model.contract import Operation, Parameter, Resource, Schema
from conformance.model.errors import TargetError
from conformance.model.jsonvalue import JSON
from conformance.model.message import GONE, READING, Exchange, Request
from conformance.model.phrase import Phrase
from conformance.run.reading import Members, identified, reading
from conformance.run.recorder import CLEANUP
from conformance.run.sending.caller import NO_NAMES, Query
from conformance.run.sending.client import NOT_HEARD, Client, made_by
from conformance.run.sending.listing import listed_by
from conformance.run.sending.provenance import Whose
from conformance.run.service import unclaimed
from conformance.run.unexercised import NotExercised
from conformance.services.generic.delay import accepted, seen_after
from conformance.services.generic.drawing import Offer, drawn, kinds_of, refers
from conformance.services.generic.harm import harmful_action, held_back, links, names_nothing
from conformance.services.generic.rest import PATIENCE, PAUSE, moving, no_more
from conformance.target.secret_members import names_secret

__all__ = ["GenericClient", "as_text", "sent_in"]

_REFERENCE = re.compile(r".+(_ids?|_uuid|_ref|Ref|Id)")
_HEAD = re.compile(r"\^([\w-]+)(?![\w*+?{|-])")
"""The letters that a pattern has every text begin with."""
_LONGEST_NAME = 255
SENT = frozenset(
    {
        *("x-auth-token", "content-type", "content-length", "content-encoding", "transfer-encoding"),
        *("accept", "accept-encoding", "host", "connection", "user-agent", "date"),
    }
)
"""Headers that every request has that needs them, or that are nobody's to choose."""
_DIGITS = 6
"""Digits that tell short names of a run apart."""
_PLAIN = (str, int, float, bool)


def as_text(value: Any) -> str:
    """A value as a path or a query has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _member(item: Parameter) -> str:
    """What a parameter is called as a member: that of a header without its `X-` and its hyphens."""
    if item.location != "header":
        return item.name
    return item.name.lower().removeprefix("x-").replace("-", "_")


def sent_in(exchange: Exchange, operation: Operation) -> Mapping[str, Any]:
    """The members of a resource that a request has set."""
    wrapper, _ = inner_of(operation.request_schema)
    body = json.loads(exchange.request.body)
    found: Mapping[str, Any] = body.get(wrapper, {}) if wrapper else body
    return found


class GenericClient(Client):
    """Makes, shows, lists, changes and removes the resources of one kind. Those of the other kinds are made by the other
    `clients` of the run."""

    _supply = ""  # what was made for other resources, and is there until the case is over

    # --- what is given ------------------------------------------------------------------------------------------------

    def values_for(self, operation: Operation) -> dict[str, Any]:
        """Member or parameter -> value of the file of values, for requests of an operation."""
        resource = self.contract.resource_of(operation.id)
        about = self.values.get(resource.name, {}) if resource is not None else {}
        return {**about, **self.values.get(operation.id, {})}

    def path(
        self, operation: Operation, resource_id: str = "", actor: str = "main", names: Mapping[str, str] = NO_NAMES
    ) -> str:
        """The path of an operation, with the actor's project at its head, and what is given for its other parameters; for
        that of the resource itself where no id is said."""
        resource = self.contract.resource_of(operation.id)
        own = resource.parameter if resource is not None and resource_id else ""
        given = self.values_for(operation)
        known = {name: as_text(given[name]) for name in parameters_of(operation) if name in given and name != own}
        return super().path(operation, resource_id, actor, {**known, **names})

    def send(
        self, method: str, path: str, *, operation: str | None = None, query: Query = (), **options: Any
    ) -> Exchange:
        """Send any request, with the parameters and headers that it cannot do without. Raises NotExercised when one cannot
        be had."""
        item = self.contract.operations.get(operation or "")
        needed = self.asked(item) if item is not None else {}
        pairs = [(name, str(value)) for name, value in (query.items() if isinstance(query, Mapping) else query)]
        said = {name for name, _ in pairs}
        added = [pair for pair in needed.items() if pair[0] not in said]
        headers: Mapping[str, str | None] = options.pop("headers", None) or {}
        own = {name.lower() for name in headers}
        fields = {name: text for name, text in self.headed(item).items() if name.lower() not in own} if item else {}
        headers = {**fields, **headers}
        return super().send(method, path, operation=operation, query=[*pairs, *added], headers=headers, **options)

    @staticmethod
    def _needed(operation: Operation, location: str) -> Iterator[Parameter]:
        for item in operation.parameters:
            if item.required and item.location == location and item.name.lower() not in SENT:
                yield item

    # --- bodies -----------------------------------------------------------------------------------------------------

    def encoded(self, operation: Operation, members: JSON) -> bytes:
        """What a request sends of these members, in what the contract wraps them in."""
        wrapper, _ = inner_of(operation.request_schema)
        wraps = wrapper and isinstance(members, dict)
        return json.dumps({wrapper: members} if wraps else members, ensure_ascii=False).encode()

    def told(self, exchange: Exchange) -> Members:
        """The members of the resource that an answer tells of, out of what wraps them."""
        whole, resource = reading(exchange), self.resource
        row = identified(whole.members(resource.wrapper) if resource.wrapper else whole, resource)
        if exchange.operation != resource.create or self._tells_id(exchange):
            return row
        own = made_by(exchange, resource)
        return row if own is None else Members(exchange, {**row, resource.id: own})

    def _tells_id(self, exchange: Exchange) -> bool:
        """Whether the body of an answer is documented to have the id of its resource; else the Location has it (RFC 9110,
        15.3.2)."""
        spec = self.operation(exchange.operation).response(exchange.response.status)
        schema = spec.schema if spec is not None and spec.schema is not None else {}
        node = schema.get("properties", {}).get(self.resource.wrapper, schema) if self.resource.wrapper else schema
        return self.resource.id in node.get("properties", {})

    def make(self, **members: Any) -> Members:
        """A new resource as create answers it, with the id by which it is known (`made_of`)."""
        exchange = self.create({**self.needed(), **members})
        if self.operation(exchange.operation).response(exchange.response.status) is None:
            raise NotExercised(Phrase.of("prerequisite", operation=exchange.operation, status=exchange.response.status))
        made = self.told(exchange)
        own = self.made_of(exchange) if accepted(exchange) else None
        made = made if own is None else Members(exchange, {**made, self.resource.id: own})
        made.text(self.resource.id)
        return made

    def made_of(self, exchange: Exchange) -> str | None:
        """The id of what a create has made. What was only accepted may be answered with the job that makes it (RFC 9110,
        15.3.3): where the answer does not show our name, and nothing is shown by its id, it is what a list has under that
        name."""
        own, named = made_by(exchange, self.resource), self.service.marks.name
        if not accepted(exchange):
            return own
        name = sent_in(exchange, self.operation(exchange.operation)).get(named)
        if not isinstance(name, str) or self.told(exchange).get(named) == name:
            return own
        return seen_after(self, exchange, partial(self._found, exchange.actor, own, name), bool) or own

    def _found(self, actor: str, own: str | None, name: str) -> str | None:
        """The id under which a resource of this name is there now, None when it is not."""
        if own is not None and (self.resource.show is None or self.show(own, actor=actor).response.status not in GONE):
            return own
        rows = [row for row in self._rows(actor) or () if row.maybe_text(self.service.marks.name) == name]
        ids = (row.maybe_text(self.resource.id) for row in rows)
        made = next((item for item in ids if item is not None and item not in self.journal.others), None)
        if made is not None and made != own:
            self.journal.created(made, name=name, project=self.project(actor))
            self._made[made] = actor
            self._of_case.add(made)
        return made

    def removed(self, body: JSON) -> bool:
        """Some services show for a while what is deleted, and say so."""
        inner = body.get(self.resource.wrapper, body) if isinstance(body, dict) and self.resource.wrapper else body
        return isinstance(inner, dict) and no_more(inner)

    def needed(self) -> dict[str, Any]:
        """What a create cannot do without, and a name of ours. Raises NotExercised when something of that cannot be had."""
        operation = self.operation(str(self.resource.create))
        _, schema = inner_of(operation.request_schema)
        members: Mapping[str, Schema] = schema.get("properties", {})
        found = dict(self.given(operation))
        for name in schema.get("required", ()):
            if name not in found and name != self.service.marks.name:
                found[name] = self.member(operation, name, members.get(name, {}))
        name = self.service.marks.name
        if name in members:
            found[name] = self.mark(operation, members[name])
        return found

    def given(self, operation: Operation) -> dict[str, Any]:
        """The members of the body of an operation that the file of values has."""
        members = inner_of(operation.request_schema)[1].get("properties", {})
        return {name: value for name, value in self.values_for(operation).items() if name in members}

    def tries(self, name: str, **options: Any) -> Exchange:
        """Send a create of this name, "" for none, that may have to be refused; `options` are those of `call`. What it makes all
        the same is removed as whoever sees it, for the path may have named the project of another; where nobody sees it,
        it is told as what may be left."""
        if name:
            self.journal.intend(name)
        with self._creating(name):
            exchange = self.call(str(self.resource.create), **options)
        status = exchange.response.status
        if 400 <= status < 500 and (status != 401 or options.get("anonymous")):
            self.journal.refused(name)
            return exchange  # 401 to a good token is a gateway's, which may have passed the request on
        made = self._seen(name, exchange) if status < 300 else None
        if made is not None:
            own, actor = made
            self.journal.created(own, name=name, project=self.project(actor))
            self._made[own] = actor
            return exchange
        self.journal.unclear(name, taken=status < 300)
        self.loses(name)
        if status in NOT_HEARD:
            self.journal.cut_off(name)
        return exchange

    def _seen(self, name: str, create: Exchange) -> tuple[str, str] | None:
        """The id of what a create of this name has made, and the actor that sees it; None where none does."""
        own = made_by(create, self.resource)
        for actor in self.target.actors:
            if own is None:
                break
            # Asked before it is shown: what is shown without a mark of ours is somebody's from then on.
            ours = self._is_made(create, own, actor)
            shown = self._looked(actor, own)
            if ours and shown is not None and shown.response.status < 300:
                return own, actor
        for actor in self.target.actors if self.journal.run_id in name.lower() else ():
            with contextlib.suppress(TargetError, NotExercised):
                for row in self._rows(actor) or ():
                    listed = row.maybe_text(self.resource.id)
                    if listed and row.maybe_text(self.service.marks.name) == name:
                        return listed, actor
        return None

    def _is_made(self, create: Exchange, own: str, actor: str) -> bool:
        """Whether an id is that of what a create has made, and nobody else's."""
        look = partial(self._looked, actor)
        return self._provenance is not None and self._provenance.whose(create, own, look) is Whose.OURS

    def mark(self, operation: Operation, node: Schema) -> str:
        """A name of ours that a schema allows. Raises NotExercised where it could not be recognised any more."""
        name = self.name()
        short = self.journal.run_id + sha256(name.encode()).hexdigest()[:_DIGITS]
        bare, least = re.sub(r"[^A-Za-z0-9]", "", name), node.get("minLength", 0)
        bases = (name, name.replace("-", "_"), bare, short, f"c{short}", f"C{short}", short.upper())
        head = _HEAD.match(node.get("pattern", ""))
        forms = (*bases, *(f"{head[1]}{form}" for form in bases if head))
        allowed = (form.ljust(least, "0") for form in forms if is_allowed(node, form.ljust(least, "0")))
        found = next((form for form in allowed if len(form) <= node.get("maxLength", _LONGEST_NAME)), None)
        if found is None:
            raise NotExercised(Phrase.of("no-room-for-a-mark", operation=operation.id, name=self.service.marks.name))
        return found

    def nobody_has(self, chosen: str) -> bool:
        """Where clients choose ids these are words, such as names: one that holds no mark of ours may be somebody's."""
        return self.journal.run_id in chosen.lower() or chosen in self.drawn

    def member(self, operation: Operation, name: str, node: Schema) -> Any:
        """A value for a member that the body of an operation needs. Raises NotExercised when none can be had."""
        if _REFERENCE.fullmatch(name):
            own = self._referred(operation, name)
            if own is not None:
                return [own] if node.get("type") == "array" else own
        chosen = node.keys() & {"enum", "const", "default"}
        if names_secret(name) and not chosen and node.get("type", "string") == "string":
            return self._password(name, node)
        wrapper, _ = inner_of(operation.request_schema)
        example = operation.request_example
        shown = example.get(wrapper) if wrapper and isinstance(example, Mapping) else example
        value = shown.get(name) if isinstance(shown, Mapping) else None
        if isinstance(value, _PLAIN) and not _REFERENCE.fullmatch(name):
            return value
        made = plain_value(node)
        if made is not None and not is_allowed(node, made):
            made = next(allowed_values(node), None)
            if made is None:
                raise NotExercised(Phrase.of("value-missing", operation=operation.id, name=name))
        return made

    def _password(self, name: str, node: Schema) -> str:
        """A secret of this run alone, so that no account that is there for a moment has one that anybody knows."""
        drawn = f"Aa1-{secrets.token_hex(16)}"[: node.get("maxLength", 36)]
        self.secrets.learn(drawn, f"$OS_{name.upper()}")
        return drawn

    def _referred(self, operation: Operation, name: str) -> str | None:
        """The id of a resource that a member or parameter names, None when its name names none. Raises NotExercised when
        none can be had."""
        producer = producer_of(self.contract, name, operation.service)
        own = {"project_id": self.target.main.project_id, "user_id": self.target.main.user_id}
        own["tenant_id"] = own["project_id"]
        if name in OWN and (producer is None or not self._maker_of(producer)):
            return own[name]
        if producer is None:
            raise NotExercised(Phrase.of("value-missing", operation=operation.id, name=name))
        maker = self._maker_of(producer)
        if maker is not None and maker is not self:
            return maker.supplied()
        # Nothing is hung on an account that is somebody's, nor linked to what somebody uses.
        if producer.create in self.held_back or links(operation, self.allow):
            raise NotExercised(Phrase.of("value-missing", operation=operation.id, name=name))
        found = self._first_listed(producer)
        if found is None:
            raise NotExercised(Phrase.of("value-missing", operation=operation.id, name=name))
        return found

    def _maker_of(self, resource: Resource) -> GenericClient | None:
        found = (item for item in self.clients.values() if item.service.about == resource.name)
        maker = next(found, None)
        usable = isinstance(maker, GenericClient) and resource.create not in maker.unfit
        return maker if usable else None

    def supplied(self) -> str:
        """The id of a resource that others may need, made when there is none, once the service is done with it. Raises
        NotExercised when none can be made."""
        if self._supply not in self.journal.ids:
            self._supply = self.make().text(self.resource.id)
            self._await(self._supply)
        return self._supply

    def _await(self, own: str) -> None:
        """Wait until the service is done with a resource. Raises NotExercised when it is not in a time."""
        waited = 0.0
        while self.resource.show is not None:
            exchange = self.show(own)
            status = moving(self.told(exchange))
            if not status and exchange.response.status not in GONE:
                return
            if waited >= PATIENCE and not status:
                raise NotExercised(Phrase.of("shows-nothing", where="shown"))
            if waited >= PATIENCE:
                raise NotExercised(Phrase.of("still-moving", resource=self.resource.name, status=status))
            self.wait(PAUSE)
            waited += PAUSE

    def _first_listed(self, resource: Resource) -> str | None:
        """The id of the first resource that a list has; it is used and never changed."""
        if resource.list is None or parameters_of(self.operation(resource.list)):
            return None
        try:
            rows = listed_by(self.call(resource.list), resource)
        except TargetError:
            return None
        return next((own for row in rows if (own := row.maybe_text(resource.id))), None)

    # --- queries and headers ----------------------------------------------------------------------------------------------------

    def asked(self, operation: Operation) -> dict[str, str]:
        """The parameters that the query of an operation cannot do without. Raises NotExercised when one cannot be had; what is
        deleted at the end, and looked for, is tried without."""
        return self._had(operation, "query")

    def headed(self, operation: Operation) -> dict[str, str]:
        """The headers that an operation cannot do without, beside those of any request. Raises NotExercised when one cannot be
        had; what is deleted at the end, and looked for, is tried without."""
        return self._had(operation, "header")

    def _had(self, operation: Operation, location: str) -> dict[str, str]:
        given, found = self.values_for(operation), {}
        for item in self._needed(operation, location):
            try:
                found[item.name] = as_text(given[item.name] if item.name in given else self._parameter(operation, item))
            except NotExercised:
                if self.recorder.case != CLEANUP:
                    raise
        return found

    def _parameter(self, operation: Operation, item: Parameter) -> Any:
        """A value of a parameter. Raises NotExercised when none is known: a text may mean what is not there."""
        offer = self._told_of(item)
        name = _member(item)
        producer = producer_of(self.contract, name, operation.service)
        own = None
        if offer is None and refers(name, item.schema) and (producer is None or producer.list != operation.id):
            own = self._referred(operation, name)
        if own is None and (offer is None or not offer.known):
            raise NotExercised(Phrase.of("value-missing", operation=operation.id, name=item.name))
        return own if offer is None else offer.value

    @staticmethod
    def _told_of(item: Parameter) -> Offer | None:
        """A value of a parameter, where the contract tells values of it."""
        told = item.schema.keys() & {"enum", "const", "default"} or "string" not in kinds_of(item.schema)
        return drawn(item.name, item.schema) if told else None

    # --- what is not sent -------------------------------------------------------------------------------------------

    def foresees(self) -> Iterator[Phrase]:
        """What cannot be exercised of the service, known before anything is sent; that is not sent later either."""
        for word in self.allow:
            if names_nothing(word, unclaimed(self.contract)):
                yield Phrase.of("allow-names-nothing", word=word)
        for operation in unclaimed(self.contract):
            word = held_back(operation, self.allow)
            if word:
                yield self._hold_back(operation, Phrase.of("not-allowed", operation=operation.id, word=word))
        for operation in unclaimed(self.contract):
            if operation.method in READING and operation.service == self.service.name:
                for name in self._wanting(operation):
                    yield Phrase.of("value-missing", operation=operation.id, name=name)
        for resource in self.contract.resources.values():
            create, remove = resource.create, resource.remove
            if resource.service == self.service.name and create is not None and create not in self.unfit and remove:
                for name in self._unknown(self.operation(remove)):  # what would be made could not be deleted
                    reason = Phrase.of("value-missing", operation=remove, name=name)
                    yield self._hold_back(self.operation(create), reason)
        if not self.makes or self.resource.create in self.unfit:
            return
        operation = self.operation(str(self.resource.create))
        given = self.values_for(operation)
        for name in inner_of(operation.request_schema)[1].get("required", ()):
            if _REFERENCE.fullmatch(name) and name not in given and not self._can_be_had(operation, name):
                yield self._hold_back(operation, Phrase.of("value-missing", operation=operation.id, name=name))

    def _wanting(self, operation: Operation) -> Iterator[str]:
        """The parameters of what reads for which nothing is given, made or listed."""
        given = self.values_for(operation)
        for need in needs_of(self.contract, operation):
            producer = self.contract.resources.get(need.resource)
            there = producer is not None and (producer.list or producer.create)
            if not need.member and not there and need.name not in given:
                yield need.name
        yield from self._unknown(operation)

    def _unknown(self, operation: Operation) -> Iterator[str]:
        """The parameters of the query and the headers that an operation needs, and of which no value is known."""
        given = self.values_for(operation)
        for item in (*self._needed(operation, "query"), *self._needed(operation, "header")):
            listed = refers(_member(item), item.schema) and self._can_be_had(operation, _member(item))
            offer = self._told_of(item)
            if item.name not in given and not listed and (offer is None or not offer.known):
                yield item.name

    def _hold_back(self, operation: Operation, reason: Phrase) -> Phrase:
        self.unfit[operation.id] = self.held_back[operation.id] = reason
        return reason

    def _can_be_had(self, operation: Operation, name: str) -> bool:
        producer = producer_of(self.contract, name, operation.service)
        if producer is None:
            return name in OWN
        lists = producer.list is not None and not parameters_of(self.operation(producer.list))
        return name in OWN or lists or self._maker_of(producer) not in {None, self}

    def _exchange(self, request: Request) -> Exchange:
        """Send a request and write down its answer. Raises NotExercised where it could harm what is not ours."""
        if request.method not in READING and self.recorder.case != CLEANUP:
            root = urlsplit(self.target.url(self.service.name, request.actor)).path
            path = urlsplit(request.url).path.removeprefix(root)
            item = self.contract.operations.get(request.operation or "")
            word = harmful_action(request.method, item.path if item is not None else path, request.body, self.allow)
            if word:
                raise NotExercised(Phrase.of("not-allowed", operation=request.operation or request.method, word=word))
            if item is not None and not self._may_change(item, path):
                raise NotExercised(Phrase.of("anothers-resource", method=request.method))
        return super()._exchange(request)

    def _may_change(self, operation: Operation, path: str) -> bool:
        """Whether what writes to a path changes nothing but what this run has made, or what is not there."""
        names = parameters_of(operation)
        if not names:
            creates = any(operation.id == item.create for item in self.contract.resources.values())
            return creates or operation not in unclaimed(self.contract)
        pattern = re.compile(re.sub(r"\\\{[^{}]*\\\}", "([^/]+)", re.escape(operation.path)))
        match = pattern.fullmatch(path)
        values = [unquote(value) for value in match.groups()][-len(names) :] if match else []
        means = [at == 0 or self._stands_alone(name, operation.service) for at, name in enumerate(names)]
        return bool(values) and all(self._is_ours(own) for own, meant in zip(values, means, strict=True) if meant)

    def _stands_alone(self, name: str, service: str) -> bool:
        """Whether a parameter means a resource that stands below no other; what does is as much ours as that is."""
        producer = producer_of(self.contract, name, service)
        return producer is not None and "{" not in producer.collection

    def _is_ours(self, own: str) -> bool:
        """Whether an id is that of what the run has made, or one that it made up and nothing has."""
        return any(
            own in item.journal.ids or own in item.journal.deleted or any(drawn in own for drawn in item.drawn)
            for item in self.clients.values()
        )
