"""What answers give away of the server, and what they may well say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.judge.exposure import INTERNALS, SECRETS
from conformance.judge.registry import judge_exchange, judge_run
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange, Headers
from conformance.model.phrase import Phrase, Value

Build = Callable[..., Exchange]
ID = "4d5d0496-d499-4407-a79b-013c4f89200c"
TRACE = 'Traceback (most recent call last):\n  File "/usr/lib/python3/x.py", line 3'
JSON = "application/json"


def failing(
    exchange: Build, message: str, status: int = 500, *, sent: bytes = b"", token: str | None = None, **rest: Any
) -> Exchange:
    body = json.dumps({"error": {"code": status, "title": "x", "message": message}}).encode()
    return asking(exchange("image.list", status, body=body, **rest), sent, token)


def asking(answer: Exchange, sent: bytes, token: str | None = None) -> Exchange:
    """The exchange with a body and a token of its request."""
    fields = Headers.of({"X-Auth-Token": token}) if token is not None else Headers()
    return replace(answer, request=replace(answer.request, body=sent, headers=fields))


def found(exchange: Exchange, contract: Contract) -> list[tuple[str, Value, Value]]:
    """What the checks of an exchange find given away: the promise, what it is, and the part of the answer."""
    looks = [item for item in judge_exchange(exchange, contract) if item.check == "answer-internals"]
    return [_told(item.requirement, item.deviation) for item in looks if item.deviation is not None]


def found_in_run(exchanges: list[Exchange], contract: Contract) -> list[tuple[str, Value, Value]]:
    """The same of the checks of a run."""
    looks = [
        item for _, item, _ in judge_run(exchanges, contract) if item.check in {"answer-addresses", "answer-members"}
    ]
    return [_told(item.requirement, item.deviation) for item in looks if item.deviation is not None]


def _told(requirement: str, deviation: Deviation) -> tuple[str, Value, Value]:
    terms = dict(deviation.terms)
    what, part = terms["what"], terms["part"]
    assert isinstance(what, Phrase)
    assert isinstance(part, Phrase)
    return requirement, what.kind, part


def test_a_stack_trace_in_a_message_is_one_finding_though_it_is_full_of_paths(
    contract: Contract, exchange: Build
) -> None:
    part = Phrase.of("in-message", statuses=(500,))
    assert [(INTERNALS, "stack-trace", part)] == found(failing(exchange, TRACE), contract)


def test_an_answer_that_gives_nothing_away_keeps_both_promises(contract: Contract, exchange: Build) -> None:
    kept = [item for item in judge_exchange(failing(exchange, "No."), contract) if item.check == "answer-internals"]
    assert [(INTERNALS, True), (SECRETS, True)] == [(item.requirement, item.ok) for item in kept]


@pytest.mark.parametrize(
    ("media_type", "body", "part"),
    [
        (
            "text/html",
            f"<html><pre>{TRACE.replace(chr(34), '&quot;')}</pre></html>",
            Phrase.of("in-page", statuses=(502,)),
        ),
        ("text/plain", TRACE, Phrase.of("in-text", statuses=(502,))),
        (JSON, json.dumps({"x": [{"y": TRACE}]}), Phrase.of("in-member", member="x.y", statuses=(502,))),
        (JSON, json.dumps([TRACE]), Phrase.of("in-member", member="", statuses=(502,))),
    ],
)
def test_a_failure_of_any_form_is_looked_at(
    contract: Contract, exchange: Build, media_type: str, body: str, part: Phrase
) -> None:
    answer = exchange("image.list", 502, body=body.encode(), headers={"Content-Type": media_type})
    assert [(INTERNALS, "stack-trace", part)] == found(answer, contract)


def test_a_header_of_a_success_is_looked_at_and_its_body_is_not(contract: Contract, exchange: Build) -> None:
    body = json.dumps({"images": [{"id": ID, "name": TRACE}]}).encode()
    answer = exchange("image.list", 200, body=body, headers={"X-Debug": "SELECT a, b FROM t"})
    assert [(INTERNALS, "database", Phrase.of("in-header", header="X-Debug"))] == found(answer, contract)


def test_names_and_versions_of_products_are_nothing_of_the_inside(contract: Contract, exchange: Build) -> None:
    headers = {
        "Server": "Apache/2.4.58 mod_wsgi/5.0 Python/3.12",
        "Via": "1.1 varnish (Varnish/7.1)",
        "X-Powered-By": "PHP/8",
    }
    assert [] == found(exchange("image.list", 200, headers=headers), contract)
    assert [] == found_in_run([exchange("image.list", 200, headers=headers)], contract)


@pytest.mark.parametrize(
    "request_of",
    [
        {"url": "http://cloud/v2/images?name=SELECT%20a,%20b%20FROM%20t"},
        {"sent": json.dumps({"name": "SELECT a, b FROM t"}).encode()},
        {"sent": json.dumps({"name": "x\nSELECT a, b  FROM t"}).encode()},
    ],
)
def test_what_the_request_has_said_may_stand_in_its_answer(
    contract: Contract, exchange: Build, request_of: Any
) -> None:
    assert [] == found(failing(exchange, "no 'SELECT a, b FROM t'", 400, **request_of), contract)
    assert [(INTERNALS, "database", Phrase.of("in-message", statuses=(400,)))] == found(
        failing(exchange, "no 'SELECT a, b FROM t'", 400), contract
    )


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("no token 'gAAAAtoken-of-mine' there", "sent-secret"),
        ("mysql+pymysql://service:Kw9pT2xQ@db/x", "password"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END RSA PRIVATE KEY-----", "private-key"),
        ("admin_token = a1b2c3d4e5", "password"),
    ],
)
def test_a_secret_is_told_by_what_it_is_and_never_repeated(
    contract: Contract, exchange: Build, message: str, kind: str
) -> None:
    answer = failing(exchange, message, 401, token="gAAAAtoken-of-mine")
    assert [(SECRETS, kind, Phrase.of("in-message", statuses=(401,)))] == found(answer, contract)
    deviations = [item.deviation for item in judge_exchange(answer, contract) if item.requirement == SECRETS]
    assert [()] == [item.seen for item in deviations if item is not None]


@pytest.mark.parametrize(
    "message", ["password=********", "the password: must be a string", "token: expired", "password=<redacted>"]
)
def test_what_is_masked_or_no_secret_is_not_told(contract: Contract, exchange: Build, message: str) -> None:
    assert [] == found(failing(exchange, message, 400), contract)


def test_a_secret_in_a_link_is_told_and_nothing_else_of_it(contract: Contract, exchange: Build) -> None:
    answer = exchange("image.list", 301, headers={"Location": "http://u:Kw9pT2xQv7@10.0.0.1/etc/x.conf"})
    assert [(SECRETS, "password", Phrase.of("in-header", header="Location"))] == found(answer, contract)
    other = exchange("image.list", 301, headers={"Location": "http://10.0.0.1/etc/x.conf"})
    assert [] == [*found(other, contract), *found_in_run([other], contract)]


# --- addresses --------------------------------------------------------------------------------------------------------


def test_an_inner_address_is_told(contract: Contract, exchange: Build) -> None:
    answer = failing(exchange, "no answer from 10.20.30.40:3306", 503)
    assert [(INTERNALS, "address", Phrase.of("in-message", statuses=(503,)))] == found_in_run([answer], contract)


@pytest.mark.parametrize(
    "message", ["ask 10.20.30.40 again", "ask http://10.20.30.40:9292/v2 again", "host 10.20.30.40:5000"]
)
def test_an_address_that_the_client_was_given_is_known(contract: Contract, exchange: Build, message: str) -> None:
    catalogue = json.dumps({"token": {"catalog": [{"endpoints": [{"url": "http://10.20.30.40:5000/v3"}]}]}}).encode()
    token = contract.token_operation
    assert token is not None
    run = [
        exchange(token.id, 201, method="POST", url="http://cloud/v3/auth/tokens", body=catalogue, number=1),
        failing(exchange, message, 400, url="http://10.20.30.40:9292/v2/images", number=2),
    ]
    assert [] == found_in_run(run, contract)
    assert [(INTERNALS, "address", Phrase.of("in-message", statuses=(400,)))] == found_in_run(
        [run[0], failing(exchange, "10.20.30.40:3306", 400, number=2)], contract
    )


@pytest.mark.parametrize(
    "message", ["your address is 10.1.2.3", "client 10.1.2.3 is not allowed", "a request from 10.1.2.3"]
)
def test_the_clients_own_address_is_known_to_it(contract: Contract, exchange: Build, message: str) -> None:
    answer = failing(exchange, message, 403, headers={"X-Forwarded-For": "10.1.2.3"})
    assert [] == found_in_run([answer], contract)


def test_a_text_that_gives_more_away_is_not_told_for_its_address_too(contract: Contract, exchange: Build) -> None:
    answer = failing(exchange, f"{TRACE} on 10.20.30.40")
    assert [] == found_in_run([answer], contract)


# --- successes --------------------------------------------------------------------------------------------------------


def made(exchange: Build, members: dict[str, Any], sent: dict[str, Any] | None = None, **rest: Any) -> Exchange:
    body = json.dumps({"id": ID, **members}).encode()
    url = "http://cloud/v2/images"
    answer = exchange("image.create", 201, method="POST", url=url, body=body, **rest)
    return asking(answer, json.dumps(sent or {}).encode())


def test_a_member_beside_the_contract_that_nobody_sent_is_told(contract: Contract, exchange: Build) -> None:
    part = Phrase.of("in-member", member="x_debug", statuses=(201,))
    assert [(INTERNALS, "stack-trace", part)] == found_in_run([made(exchange, {"x_debug": TRACE})], contract)


def test_a_value_that_was_sent_and_a_documented_member_are_not_told(contract: Contract, exchange: Build) -> None:
    run = [
        made(exchange, {"x_debug": TRACE, "name": TRACE}, {"x_debug": TRACE}),
        made(exchange, {"direct_url": "file:///var/lib/x"}),
    ]
    assert [] == found_in_run(run, contract)


def test_a_resource_that_the_run_has_not_made_is_not_looked_at(contract: Contract, exchange: Build) -> None:
    body = json.dumps({"id": ID, "x_debug": TRACE}).encode()
    assert [] == found_in_run([exchange("image.show", 200, url=f"http://cloud/v2/images/{ID}", body=body)], contract)


def test_what_a_list_has_beside_its_resources_is_looked_at(contract: Contract, exchange: Build) -> None:
    body = json.dumps({"images": [{"id": ID, "x_debug": TRACE}], "debug": {"sql": "SELECT a, b FROM t"}}).encode()
    part = Phrase.of("in-member", member="debug.sql", statuses=(200,))
    assert [(INTERNALS, "database", part)] == found_in_run([exchange("image.list", 200, body=body)], contract)


def test_what_was_taken_out_of_a_member_of_a_record_was_a_secret(contract: Contract, exchange: Build) -> None:
    part = Phrase.of("in-member", member="direct_url", statuses=(201,))
    run = [made(exchange, {"direct_url": "swift://service:$REDACTED@store/1"})]
    assert [(SECRETS, "secret", part)] == found_in_run(run, contract)
