"""A made-up service of books, and a client of it whose requests a function of the test answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from conformance.model.contract import Authority, Contract, Operation, Resource, ResponseSpec
from conformance.model.deadline import NEVER
from conformance.model.marks import Marks
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.run.recorder import Recorder
from conformance.run.sending.caller import Connection
from conformance.run.sending.client import Client
from conformance.run.sending.sender import RecordingSender
from conformance.run.service import Service
from conformance.target.secrets import Secrets

__all__ = ["BOOK", "BOOKS", "LIBRARY", "RUN", "Library", "always", "answered", "library_with"]


BOOKS = Service(
    name="book",
    marks=Marks(name="title", tags="tags"),
    owner="owner",
    next="next",
    plain={"lent": False},
    largest_page={"limit": 10},
)
RUN = "0123abcd"
EMPTY: Any = {}


def operation(name: str, method: str, path: str, status: int, **members: Any) -> Operation:
    success = ResponseSpec(status, "application/json", None, (), Authority.DOCUMENT, ())
    service = name.partition(".")[0]
    return Operation(name, method, path, service, Authority.DOCUMENT, (), responses=(success,), **members)


OPERATIONS = (
    operation("book.list", "GET", "/v1/books", 200),
    operation("book.create", "POST", "/v1/books", 201, request_media_type="application/json"),
    operation("book.show", "GET", "/v1/books/{book_id}", 200),
    operation("book.delete", "DELETE", "/v1/books/{book_id}", 204),
    operation("card.create", "POST", "/v3/cards", 201, secured=False, issues_token=True),
)
BOOK = Resource(
    name="book",
    service="book",
    collection="/v1/books",
    parameter="book_id",
    list="book.list",
    create="book.create",
    show="book.show",
    remove="book.delete",
    items="books",
)
LIBRARY = Contract(
    "library", "1", "0" * 64, {item.id: item for item in OPERATIONS}, {}, EMPTY, {}, EMPTY, resources={"book": BOOK}
)


class Journal:
    """Keeps what it is told, in order, with what was sent before."""

    run_id = RUN

    def __init__(self, sent: list[Request]) -> None:
        self._sent = sent
        self.told: list[tuple[str, Any, int]] = []
        self.ids: dict[str, str] = {}
        self.deleted: dict[str, str] = {}
        self.others: set[str] = set()
        self.misnamed: set[str] = set()

    def meets(self, ids: Iterable[str]) -> None:
        self.others |= set(ids)

    def misnames(self, own: str, name: str, *, final: bool) -> None:
        self.told.append(("misnamed", (own, name, final), len(self._sent)))
        self.misnamed.add(own)
        self.others |= {own} if final else set()

    def intend(self, name: str, own: str | None = None, *, project: str = "") -> None:
        self.told.append(("intend", (name, own, project), len(self._sent)))

    def created(self, own: str, *, name: str = "", project: str = "") -> None:
        self.told.append(("created", (own, name, project), len(self._sent)))
        self.ids[own] = project

    def doubted(self, name: str) -> None:
        pass

    def cut_off(self, name: str) -> None:
        self.told.append(("cut off", name, len(self._sent)))

    def seen(self, names: Iterable[str]) -> None:
        self.told.append(("seen", tuple(names), len(self._sent)))

    def unclear(self, name: str, *, taken: bool = False, times: int = 1) -> None:
        self.told.append(("taken" if taken else "unclear", name, len(self._sent)))

    def refused(self, name: str) -> None:
        self.told.append(("refused", name, len(self._sent)))

    def gone(self, own: str) -> None:
        self.told.append(("gone", own, len(self._sent)))
        self.ids.pop(own, None)


class Unjudging(Recorder):
    """Numbers exchanges and judges none."""

    def observe(self, request: Request, response: Response) -> Exchange:
        self.exchanges.append(Exchange(len(self.exchanges) + 1, request, response))
        return self.exchanges[-1]

    def excuse(self, exchange: Exchange) -> None:
        pass


class Library:
    """A client whose requests a function of the test answers."""

    deadline = NEVER

    def __init__(self, answer: Callable[[Request], Response], make: type[Client] = Client, **changes: Any) -> None:
        self.sent: list[Request] = []
        self._answer = answer
        self.paused: list[float] = []
        self.given: list[float] = []
        self.logins = 0
        main = SimpleNamespace(token=self._token, project_id="p-1", renew=self._renew)
        actors = {
            "main": main,
            "other": SimpleNamespace(token=lambda: "token-of-other", project_id="p-2"),
        }
        urls = {"book": "http://books", "card": "http://cards"}
        target: Any = SimpleNamespace(actors=actors, main=actors["main"], url=lambda name, _actor="main": urls[name])
        contract = LIBRARY if not changes else library_with(**changes)
        recorder, secrets = Unjudging(contract), Secrets()
        wire: Any = self
        self.journal = Journal(self.sent)
        journal: Any = self.journal
        door = RecordingSender(wire, recorder, secrets, sleep=self.paused.append)
        connection = Connection(target, door, recorder, secrets, self.paused.append)
        self.sender, self.recorder = door, recorder
        self.client = make(connection, BOOKS, journal, 1)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        self.given.append(seconds)
        yield

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        return self._answer(request)

    def _token(self) -> str:
        return f"token-{self.logins}-of-main" if self.logins else "token-of-main"

    def _renew(self) -> str:
        self.logins += 1
        return self._token()


def library_with(**changes: Any) -> Contract:
    return replace(LIBRARY, resources={"book": replace(BOOK, **changes)})


def answered(status: int = 200, body: Any = None, **headers: str) -> Response:
    data = b"" if body is None else json.dumps(body).encode()
    return Response(status, headers=Headers.of({"Content-Type": "application/json", **headers}), body=data)


def always(status: int = 200, body: Any = None, **headers: str) -> Callable[[Request], Response]:
    return lambda _request: answered(status, body, **headers)
