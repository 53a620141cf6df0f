"""What answers give away of the server: its inside, and secrets. What they give away of another project is judged in
other_project.py.

Advisory, for the document does not speak of it: CWE-209 and CWE-497, OWASP API8:2023 and the OpenStack Security
Guidelines do. Ruling 55 says what is meant.

Rules
- Looked at are the headers of every answer, the bodies of failures, in the answers about a single resource that this
  run has made the members that the contract does not have, and what a list has beside its resources. Resources of others
  are not looked at: what they hold, their owners have said.
- What the client has said itself is no secret of the server: the id, the name, the path and the value that a request named
  may stand in its answer, whatever they look like. So may the addresses that we were given, those of the catalogue, and
  the address of the client.
- Links (`Location`, members that are a URL as a whole) are judged as links; here only whether a secret is in one.
- One text gives away one thing, the worst: a stack trace is full of paths and statements, which are not told again.
- A secret never stands in a finding: what it is, and where.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from conformance.judge.answer import json_or_none
from conformance.judge.answer_texts import AnswerText, in_member, leaves, said, sent_secrets, squeezed, texts
from conformance.judge.internals import LONGEST, Address, addresses, internals
from conformance.judge.registry import Look, RunLook, check, run_check
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON
from conformance.model.message import Exchange, Request
from conformance.model.phrase import Phrase
from conformance.model.spool import Spool
from conformance.target.credentials import credentials
from conformance.target.secrets import REDACTED

__all__ = ["ADDRESSES", "INTERNALS", "MEMBERS", "SECRETS", "one_resource"]

INTERNALS, SECRETS = "answer.internals", "answer.secrets"
ADDRESSES, MEMBERS = "answer-addresses", "answer-members"

SMALL = 4096
"""Bytes of the body of a success that is looked at: that of one resource."""
MOST_TOLD = 10_000
"""Words of which it is remembered whether a request has said them."""
MOST_LISTS = 40
"""Lists of a run that are looked at: what one has beside resources, others have as well."""
_URL = re.compile(r"(?:https?|rbd|file|s?ftp)://\S*", re.IGNORECASE)
"""A member that is a link: to a service, or to where data are."""


# --- each answer by itself --------------------------------------------------------------------------------------------


@check("answer-internals", covers=(INTERNALS, SECRETS))
def gives_away(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """No answer gives away a stack trace, a statement or error of a database, configuration, source code or paths, nor a
    secret (ruling 55). Addresses are looked at when the run is over, and all are known that the client was given."""
    broken: set[str] = set()
    secrets = sent_secrets(exchange.request)
    for item in texts(exchange, contract):
        found = _of_text(item, secrets, exchange.request)
        if found is not None:
            broken.add(found.requirement)
            yield found
    for name in (INTERNALS, SECRETS):
        if name not in broken:
            yield Look(name)


def _of_text(item: AnswerText, secrets: Collection[str], request: Request) -> Look | None:
    """The worst that a text gives away."""
    if any(value in item.text for value in secrets):
        return _secret("sent-secret", item)
    for found in credentials(item.as_member):
        if squeezed(found.value) not in said(request):
            return _secret(found.kind, item)
    if not item.link:
        for sight in internals(item.text):
            if squeezed(sight.words) not in said(request):
                return _internal(sight.what, item, sight.words)
    return None


def _secret(kind: str, item: AnswerText) -> Look:
    return Look(SECRETS, Deviation("gives-away-secret", terms=(("what", Phrase.of(kind)), ("part", item.part))))


def _internal(what: str, item: AnswerText, words: str) -> Look:
    terms = (("what", Phrase.of(what)), ("part", item.part))
    return Look(INTERNALS, Deviation("gives-away", terms=terms, seen=(("got", " ".join(words.split())),)))


# --- addresses: those that the client was given are known -------------------------------------------------------------

_HEADERS_OF_THE_CLIENT = frozenset(
    ["x-forwarded-for", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "x-remote-addr", "forwarded"]
)
"""Headers that tell a client its own address."""
_NAMES_THE_CLIENT = re.compile(
    r"(?:client|your|caller|remote|peer|visitor)\b[^\n]{0,30}\Z|\b(?:came |request |access |coming )from:? ?\Z",
    re.IGNORECASE,
)


@run_check(ADDRESSES, covers=INTERNALS)
def inner_addresses(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
    """For each text with an inner address: whether the client was given it, by its configuration, in the catalogue or at
    the root of a service."""
    known: _KnownHosts | None = None
    for exchange in exchanges:
        for item in texts(exchange, contract):
            found = () if item.link else tuple(addresses(item.text))
            if found:
                known = known or _KnownHosts.of(exchanges, contract)
                yield RunLook(exchange, _of_addresses(found, item, known, exchange.request))


def _of_addresses(found: Collection[Address], item: AnswerText, known: _KnownHosts, request: Request) -> Look:
    """The first address that the client does not know; what else the text gives away is told alone."""
    if next(iter(internals(item.text)), None) is None:
        for address in found:
            if not known.holds(address) and not _clients_own(address, item, request):
                named = address.host if address.port is None else f"{address.host}:{address.port}"
                return _internal("address", item, named)
    return Look(INTERNALS)


def _clients_own(address: Address, item: AnswerText, request: Request) -> bool:
    """Whether it is the client's own address, or one that its request names."""
    if str(item.part.get("header")).lower() in _HEADERS_OF_THE_CLIENT or _NAMES_THE_CLIENT.search(address.before):
        return True
    return squeezed(address.host) in said(request)


@dataclass(frozen=True)
class _KnownHosts:
    """The hosts that the client knows, and their ports."""

    hosts: frozenset[str]
    origins: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, exchanges: Sequence[Exchange], contract: Contract) -> _KnownHosts:
        token = contract.token_operation
        found: set[tuple[str, int]] = set()
        for exchange in exchanges:
            found.add(_origin(exchange.request.url))
            given = token is not None and exchange.operation == token.id and exchange.response.status < 300
            if given or (exchange.operation not in contract.operations and exchange.response.status < 400):
                text = exchange.response.body[:LONGEST].decode("utf-8", "replace").replace("\\/", "/")
                found |= set(map(_origin, re.findall(r"https?://[^\s\"'<>\\]+", text)))
        found = {(host, port) for host, port in found if host}
        return cls(frozenset(host for host, _ in found), frozenset(found))

    def holds(self, address: Address) -> bool:
        """Whether the client was given this address."""
        host = _host(address.host)
        return host in self.hosts and (address.port is None or (host, address.port) in self.origins)


def _origin(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        return _host(parts.hostname or ""), parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "", 0


def _host(name: str) -> str:
    """The host; the names of the machine itself are one."""
    return "localhost" if name in {"localhost", "::1"} or name.startswith("127.") else name.lower()


# --- successes: what the run has said is known ------------------------------------------------------------------------


@run_check(MEMBERS, covers=(INTERNALS, SECRETS))
def members_of_successes(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
    """For each answer that shows one resource of ours, and for the first lists: whether a member gives something away that
    the run has not said; of the members that the contract has, whether a secret is in one."""
    known = _Said(exchanges)
    for exchange, shown in _shown(exchanges, contract):
        promised = contract.promised(exchange.operation, exchange.response.status)
        for place, text in leaves(dict(shown)):
            if REDACTED in text:  # the record of a run holds no credential any more
                yield RunLook(exchange, _secret("secret", in_member(place, text, exchange.response.status)))
            elif place.partition(".")[0] not in promised and _URL.fullmatch(text) is None:
                for sight in internals(text):
                    if not known.has(squeezed(sight.words)):
                        item = in_member(place, text, exchange.response.status)
                        yield RunLook(exchange, _internal(sight.what, item, sight.words))
                        break


PIECE = 2**20
"""Characters of what was said that are looked through at a time."""


class _Said:
    """All that the requests of a run have said, on disk."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges
        self._pieces: Spool | None = None
        self._told: dict[str, bool] = {}

    def has(self, words: str) -> bool:
        """Whether a request has said this."""
        if words not in self._told:
            if self._pieces is None:
                self._pieces = self._gathered()
            if len(self._told) >= MOST_TOLD:
                self._told.clear()
            data = words.encode("utf-8", "surrogatepass")
            self._told[words] = any(data in piece for piece in self._pieces)
        return self._told[words]

    def _gathered(self) -> Spool:
        pieces, waiting, size = Spool(), list[str](), 0
        for item in self._exchanges:
            waiting.append(said(item.request))
            size += len(waiting[-1])
            if size > PIECE:
                pieces.append("\n".join(waiting).encode("utf-8", "surrogatepass"))
                waiting, size = [], 0
        pieces.append("\n".join(waiting).encode("utf-8", "surrogatepass"))
        return pieces


def _shown(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[tuple[Exchange, Mapping[str, JSON]]]:
    """The answers that show a resource of ours, with that; and the first lists, with what they have beside resources."""
    own: set[str] = set()
    lists = 0
    for exchange in exchanges:
        resource = contract.resource_of(exchange.operation)
        if resource is None:
            continue
        if exchange.operation == resource.list and exchange.response.status < 300 and lists < MOST_LISTS:
            lists += 1
            body = json_or_none(exchange)
            if isinstance(body, dict) and resource.items:
                yield exchange, {name: value for name, value in body.items() if name != resource.items}
        shown = one_resource(exchange, contract)
        number = shown.get(resource.id) if shown is not None else None
        if shown is not None and isinstance(number, str):
            if exchange.operation == resource.create:
                own.add(number)
            if number in own:
                yield exchange, shown


def one_resource(exchange: Exchange, contract: Contract) -> Mapping[str, JSON] | None:
    """The resource that a success of create, show or change has; None when it has none, or is no such answer."""
    response = exchange.response
    resource = contract.resource_of(exchange.operation)
    if resource is None or response.status >= 300 or len(response.body) > SMALL:
        return None
    if exchange.operation not in {resource.create, resource.show, resource.change}:
        return None
    body = json_or_none(exchange)
    if resource.wrapper and isinstance(body, dict):
        body = body.get(resource.wrapper)
    return body if isinstance(body, dict) else None
