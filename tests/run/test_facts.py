"""What a target says about itself is recorded, bounded, without secrets, and never ends a run."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from checkout import SCHEMAS
from rich.console import Console

from conformance.cli.reporting import conduct_run
from conformance.model.contract import Contract
from conformance.model.errors import TargetUnreachable
from conformance.model.message import DISCOVERY, Headers, Request, Response
from conformance.proof.reference import Reference
from conformance.run.facts import LONGEST, MOST, gather
from conformance.run.options import Options
from conformance.run.recorder import Recorder
from conformance.run.sending.caller import Connection
from conformance.run.sending.client import Client
from conformance.run.sending.sender import RecordingSender
from conformance.run.service import service_named, services_of
from conformance.target.secrets import Secrets

TOKEN = "gAAAA-a-token-of-ours"
CATALOGUE = [
    {
        "type": "image",
        "name": "glance",
        "endpoints": [
            {"interface": "public", "region_id": "R1", "url": "https://cloud:9292/v2/p-1/"},
            {"interface": "admin", "region_id": "R1", "url": "http://[broken"},
            "no endpoint",
        ],
    },
    {
        "type": "identity",
        "name": 7,
        "endpoints": [{"interface": "public", "region_id": "R1", "url": "http://cloud:5000"}],
    },
]


class Cloud:
    """Answers by URL; what is not there is not reachable."""

    def __init__(self, **answers: Response) -> None:
        self.answers = answers
        self.sent: list[Request] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        name = {
            "http://i/": "identity",
            "http://m/": "image",
            "http://m/v2/schemas/image": "schema",
            "http://m/v2/schemas/images": "schemas",
            "http://m/v2/images": "list",  # asked when a token is refused: is it lost?
        }[request.url]
        if name not in self.answers:
            raise TargetUnreachable("nobody")
        return self.answers[name]


def told(contract: Contract, cloud: Cloud, catalogue: Any = CATALOGUE) -> tuple[dict[str, Any], Recorder]:
    gate = Recorder(contract)
    token = {"token": {"catalog": catalogue}}
    gate.observe(
        Request("POST", "http://i/v3/auth/tokens", operation="auth.token", actor="main"), json_answer(token, 201)
    )
    main = SimpleNamespace(token=lambda: TOKEN, project_id="p-1")
    transport: Any = cloud
    target: Any = SimpleNamespace(
        url=lambda name, _actor="main": {"identity": "http://i", "image": "http://m"}[name],
        actors={"main": main},
        main=main,
    )
    secrets = Secrets()
    connection = Connection(target, RecordingSender(transport, gate, secrets), gate, secrets)
    journal: Any = SimpleNamespace(run_id="0badcafe")
    client = Client(connection, service_named("image"), journal, 1)
    return gather(client, services_of(contract)), gate


def json_answer(body: Any, status: int = 200, **headers: str) -> Response:
    return Response(
        status, headers=Headers.of({"Content-Type": "application/json", **headers}), body=json.dumps(body).encode()
    )


IMAGE = {
    "name": "image",
    "properties": {
        "name": {"type": ["string", "null"], "description": "words"},
        "status": {"enum": ["b", "a"], "type": "string"},
    },
    "links": [],
}


def test_versions_schemas_and_catalogue_are_told_in_a_steady_form(contract: Contract) -> None:
    cloud = Cloud(
        identity=json_answer({"versions": {"values": [{"id": "v3.14", "status": "stable"}]}}, 300, Server="Apache"),
        image=json_answer({"versions": [{"id": "v2.9", "status": "CURRENT", "links": []}, "odd"]}, 300),
        schema=json_answer(IMAGE),
        schemas=json_answer({"name": "images", "properties": {"images": {"type": "array", "items": IMAGE}}}),
    )
    facts, _ = told(contract, cloud)
    shape = {"properties": {"name": {"type": ["null", "string"]}, "status": {"enum": ["a", "b"], "type": "string"}}}
    assert facts == {
        "services": {
            "image": {"server": None, "versions": {"v2.9": "CURRENT"}},
            "identity": {"server": "Apache", "versions": {"v3.14": "stable"}},
        },
        "catalogue": {
            "identity public R1": {"name": None, "scheme": "http", "path": "/"},
            "image public R1": {"name": "glance", "scheme": "https", "path": "/v2/{project_id}"},
        },
        "schemas": {"image": shape, "images": {"properties": {"images": {"items": "as image", "type": "array"}}}},
    }


def test_what_is_not_told_is_null(contract: Contract) -> None:
    assert told(contract, Cloud(), catalogue=None)[0] == {
        "services": {"image": None, "identity": None},
        "catalogue": None,
        "schemas": {"image": None, "images": None},
    }
    odd = Cloud(
        identity=Response(200, body=b"<html>"),
        image=json_answer([1]),
        schema=json_answer(IMAGE, 403),
        schemas=json_answer({"properties": 7}),
    )
    facts, _ = told(contract, odd, catalogue=[])
    assert facts == {
        "services": {
            "image": {"server": None, "versions": None},
            "identity": {"server": None, "versions": None},
        },
        "catalogue": {},
        "schemas": {"image": None, "images": None},
    }


def test_the_document_does_not_judge_them(contract: Contract) -> None:
    cloud = Cloud(
        identity=json_answer({}, 404),
        image=json_answer({}, 418),
        schema=json_answer({}, 401),
        schemas=json_answer({}, 200),
    )
    _, gate = told(contract, cloud)
    assert {item.request.operation for item in gate.exchanges[1:]} == {DISCOVERY}
    assert [item for item in gate.findings if item.operation == DISCOVERY] == []


def test_a_token_is_sent_only_where_one_is_needed_and_never_kept(contract: Contract) -> None:
    cloud = Cloud(
        identity=json_answer({}, 300, Server=f"echo {TOKEN}"),
        image=json_answer({"versions": [{"id": TOKEN, "status": "x"}]}),
        schema=json_answer(IMAGE),
    )
    facts, _ = told(contract, cloud)
    assert [request.headers.get("X-Auth-Token") for request in cloud.sent] == [None, None, TOKEN, TOKEN]
    assert TOKEN not in json.dumps(facts)


def test_what_a_hostile_target_says_is_bounded(contract: Contract) -> None:
    deep: Any = {}
    for _ in range(90):
        deep = {"a": deep}
    schema = {"properties": {f"m{number}": {"pattern": "x" * 10_000} for number in range(5_000)} | {"deep": deep}}
    cloud = Cloud(
        image=json_answer({"versions": [{"id": f"v{number}", "status": "s"} for number in range(5_000)]}),
        schema=json_answer(schema),
        schemas=json_answer({"properties": deep}),
    )
    facts, _ = told(contract, cloud)
    assert len(facts["services"]["image"]["versions"]) == MOST
    assert len(facts["schemas"]["image"]["properties"]) == MOST
    assert len(facts["schemas"]["image"]["properties"]["m0"]["pattern"]) == LONGEST
    assert len(json.dumps(facts["schemas"]["images"])) < 200


@pytest.fixture(scope="module")
def run_of_reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("facts")
    conduct_run(Options(profile="smoke", seed=1, embedded=Reference), out, Console(file=io.StringIO()))
    return out


def test_a_run_records_them_as_the_schema_of_the_verdict_says(run_of_reference: Path) -> None:
    verdict = json.loads((run_of_reference / "verdict.json").read_bytes())
    schema = json.loads((SCHEMAS / "verdict.schema.json").read_text())
    jsonschema.validate(verdict, schema)
    assert verdict["target"]["facts"]["services"]["image"]["versions"] == {"v2.0": "CURRENT"}
    assert "image public RegionOne" in verdict["target"]["facts"]["catalogue"]
