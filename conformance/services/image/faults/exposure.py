"""Faults of what answers give away: how the server is made inside, secrets, and what belongs to another project; in the
message of a failure, in a page, in a header, in a member beside the contract's.

What they say is what programs print: an interpreter, a database, an HTTP client, an operating system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import changing, header
from conformance.services.image.faults.reading import sent
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.product import Effect, Where, family, product
from conformance.services.wire import Answer, Call

__all__ = ["INTERNALS", "OTHER_PROJECT", "SECRETS", "faults"]

INTERNALS, SECRETS, OTHER_PROJECT = "answer.internals", "answer.secrets", "answer.other-project"

PYTHON = (
    "Traceback (most recent call last):\n"
    '  File "/usr/lib/python3/dist-packages/service/api.py", line 214, in show\n'
    "    return self.store.get(number)\n"
    "KeyError: number"
)
SQL = "(pymysql.err.IntegrityError) (1062, \"Duplicate entry '7' for key 'PRIMARY'\") [SQL: INSERT INTO rows (id) VALUES (7)]"
ADDRESS = "no answer from 10.20.30.40:3306"
SETTING = "the option connection in /etc/service/service.conf"
PASSWORD = "mysql+pymysql://service:Kw9pT2xQv7Lr@10.20.30.40/service"
STORE = "swift+https://service:Kw9pT2xQv7Lr@store.example.com/7"
OTHERS: Mapping[str, str] = {
    "java": "java.lang.IllegalStateException\n\tat com.cloud.store.Reader.read(Reader.java:118)",
    "go": "panic: runtime error: index out of range\n\ngoroutine 34 [running]:\nmain.read(0xc0)\n\t/go/src/store/read.go:57 +0x1d",
}
"""What other programs print."""
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"


def faults(_contract: Contract) -> Iterator[Fault]:
    """The faults of what answers give away."""
    yield from product(_places(), _kinds())
    message = _message(404)
    for word, text in OTHERS.items():
        yield Fault(f"{INTERNALS}.message.{word}", (INTERNALS,), f"a message says what {word} prints", message(text))
    yield Fault(f"{INTERNALS}.shown", (INTERNALS,), "a shown image has a member with a stack trace", _shown(PYTHON))
    yield Fault(
        f"{SECRETS}.shown", (SECRETS,), "a shown image has a member with the password of its store", _shown(STORE)
    )
    yield Fault(f"{SECRETS}.link", (SECRETS,), "a file comes with a link that has the password of its store", _linked())
    yield Fault(f"{SECRETS}.message.key", (SECRETS,), "a message says a private key", message(KEY))
    yield Fault(f"{SECRETS}.message.token", (SECRETS,), "a 401 repeats the token", _repeated())
    yield from _of_others()


# --- internals and secrets ----------------------------------------------------------------------------------------------

Says = Callable[[str], Hooks]


def _message(status: int) -> Says:
    """Say something in the message of failures with a status."""
    return lambda text: changing(
        lambda call, answer: call.service == "image" and answer.status == status, partial(_saying, text)
    )


def _saying(text: str, answer: Answer) -> Answer:
    body = answer.body if isinstance(answer.body, dict) else {}
    error = body.get("error")
    return replace(answer, body={**body, "error": {**error, "message": text}}) if isinstance(error, dict) else answer


def _beside(text: str, answer: Answer) -> Answer:
    """With a member beside the envelope."""
    return replace(answer, body={**answer.body, "debug": {"detail": text}}) if isinstance(answer.body, dict) else answer


def _page(text: str, answer: Answer) -> Answer:
    raw = f"<html><head><title>Error</title></head><body><pre>{text}</pre></body></html>".encode()
    return replace(answer, raw=raw, media_type="text/html")


def _with_header(text: str, answer: Answer) -> Answer:
    return header(answer, "X-Debug-Detail", " ".join(text.split()))


def _shown(text: str) -> Hooks:
    def holds(call: Call, answer: Answer) -> bool:
        return call.operation == "image.show" and answer.status == 200

    return changing(holds, lambda answer: replace(answer, body={**answer.body, "x_debug": text}))


def _linked() -> Hooks:
    def holds(call: Call, answer: Answer) -> bool:
        return call.operation == "image.download" and answer.status == 200

    return changing(holds, lambda answer: header(answer, "Content-Location", STORE))


def _places() -> Iterator[Where[str]]:
    def failing(status: int, change: Callable[[str, Answer], Answer]) -> Says:
        return lambda text: changing(
            lambda call, answer: call.service == "image" and answer.status == status, partial(change, text)
        )

    yield Where("answer.message", "the message of a 400", _message(400))
    yield Where("answer.member", "a member beside the envelope of a 409", failing(409, _beside))
    yield Where("answer.page", "the page of a 404", failing(404, _page))
    yield Where(
        "answer.header",
        "a header of every answer",
        lambda text: changing(lambda call, _answer: call.service == "image", partial(_with_header, text)),
    )


def _kinds() -> Iterator[Effect[str]]:
    yield Effect("trace", "a stack trace", PYTHON, (INTERNALS,))
    yield Effect("database", "an error of the database", SQL, (INTERNALS,))
    yield Effect("address", "an inner address", ADDRESS, (INTERNALS,))
    yield Effect("setting", "configuration", SETTING, (INTERNALS,))
    yield Effect("password", "a password", PASSWORD, (SECRETS,))


def _repeated() -> Hooks:
    def answer(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        token = call.headers.get("x-auth-token")
        refused = call.service == "image" and answer.status == 401 and token
        return _saying(f"The token {token} is not valid.", answer) if refused else answer

    return Hooks(answer=answer)


# --- another project ------------------------------------------------------------------------------------------------------


def _of_others() -> Iterator[Fault]:
    """What is said of an image of another project when it is asked for, or its id is."""
    rows: tuple[tuple[str, str, Callable[[StoredImage], str], str], ...] = (
        (
            "taken",
            "a 409 says the name of the image that has the id",
            lambda image: str(image.members["name"]),
            "image.create",
        ),
        ("owner", "a 404 says whose image it is", lambda image: f"It belongs to {image.owner}.", "image.show"),
        (
            "name",
            "a 404 says the name of the image",
            lambda image: f"{image.members['name']} is private.",
            "image.delete",
        ),
    )
    yield from family(
        OTHER_PROJECT,
        (OTHER_PROJECT,),
        [(word, said, Hooks(answer=partial(_naming, operation, text))) for word, said, text, operation in rows],
    )


def _naming(
    operation: str, text: Callable[[StoredImage], str], call: Call, answer: Answer, store: ImageStore
) -> Answer:
    if call.operation != operation or answer.status < 400 or call.caller is None:
        return answer
    image = store.get(call.image_id or str(sent(call).get("id")))
    foreign = image is not None and image.owner != call.caller.project
    return _saying(text(image), answer) if image is not None and foreign else answer
