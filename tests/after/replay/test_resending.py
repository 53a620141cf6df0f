"""A run replayed: against the fault that made its findings, against a target without it, and against one that is wrong in another way."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from checkout import SCHEMAS
from click.testing import CliRunner
from draws import drawn
from rich.console import Console
from targets import reference_with

from conformance.after.replay.reproduction import (
    Replay,
    Replayed,
    State,
    alike,
    by_answer,
    by_case,
    by_likeness,
)
from conformance.after.replay.resending import OF_A_RUN, chosen
from conformance.cli.main import cli
from conformance.cli.reporting import conduct_run
from conformance.judge.registry import RUN_CHECKS
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.errors import ConformanceError, UsageError
from conformance.model.finding import Finding, Key
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup, Place, Variant
from conformance.proof.reference import Reference
from conformance.reports.recorded import read_run
from conformance.reports.replay_json import replay_json
from conformance.run.options import Options

SCHEMA = SCHEMAS / "replay.schema.json"
FAULTS = {
    "error.401.server-error": "token",  # passive, a 5xx of each operation
    "image.patch.response.200.updated_at.missing": "replaced_member",  # passive, of an image
    "image.list.query.name.prefix": "name",  # a case's, of several images
    "image.create.body.name.slash": "to_the_letter",  # a case's: the status is right, what is stored is not
    "answer.header.address": "limit_bounds",  # a run's, advice, in each answer
    "answer.other-project.name": "isolation",  # a run's, of the second project
    "image.download.absent.found": "download or absent",  # a case's, of the status
}


def recorded(out: Path, fault: str | None, select: str) -> Path:
    conduct_run(
        Options(profile="gate", seed=1, selection=select, embedded=reference_with(*filter(None, [fault]))),
        out,
        Console(file=io.StringIO()),
    )
    return out


@pytest.fixture(scope="module")
def limits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with answers that lack their request id."""
    return recorded(tmp_path_factory.mktemp("limits"), "image.list.request-id", "limit")


def replayed(
    reference: Reference, folder: Path, *arguments: str | Path, cloud: str = "reference"
) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of the command against this target; nothing may be left on it."""
    reference.write_clouds(folder / "clouds.yaml")
    runner = CliRunner(env={"OS_CLIENT_CONFIG_FILE": str(folder / "clouds.yaml")})
    words = ["replay", *map(str, arguments), "--os-cloud", cloud, "--format", "json"]
    result = runner.invoke(cli, [*words, "--other-cloud", "reference-other"], standalone_mode=False)
    assert result.exception is None, result.exception
    assert reference.resources() == 0
    value: dict[str, Any] = json.loads(result.stdout)
    assert [
        error.message for error in jsonschema.Draft202012Validator(json.loads(SCHEMA.read_bytes())).iter_errors(value)
    ] == []
    assert [word for word in reference.secrets if word in result.output] == []
    return int(result.return_value), value


def refused(*arguments: str | Path, env: dict[str, str] | None = None) -> tuple[int, str]:
    result = CliRunner(env=env or {}).invoke(cli, ["replay", *map(str, arguments)], standalone_mode=False)
    assert isinstance(result.exception, ConformanceError), result.output
    return int(result.exception.exit_code), str(result.exception)


@pytest.mark.parametrize("fault", drawn(FAULTS, 2, 3))
def test_findings_come_back_with_the_fault_and_not_without_it(fault: str, contract: Contract, tmp_path: Path) -> None:
    run = recorded(tmp_path / "run", fault, FAULTS[fault])
    count = len(read_run(run).findings)
    assert count > 0
    with reference_with(fault)(contract) as faulty:
        code, value = replayed(faulty, tmp_path, run)
        assert (1, {"reproduced": count, "changed": 0, "not reproduced": 0, "undecided": 0}) == (
            code,
            value["summary"],
        ), value["findings"]
    with Reference(contract) as right:
        code, value = replayed(right, tmp_path, run)
        assert (0, {"reproduced": 0, "changed": 0, "not reproduced": count, "undecided": 0}) == (
            code,
            value["summary"],
        ), value["findings"]


def test_another_failure_in_the_same_place_is_a_change(contract: Contract, tmp_path: Path, limits: Path) -> None:
    with reference_with("image.list.server-error")(contract) as other:
        code, value = replayed(other, tmp_path, limits)
    assert (1, {"changed"}) == (code, {item["state"] for item in value["findings"]} - {"reproduced"})
    assert any((item["now"] or {}).get("requirement") == "status.server-error" for item in value["findings"])


def test_one_finding_is_replayed_by_the_beginning_of_its_id(
    contract: Contract, tmp_path: Path, reference: Reference
) -> None:
    run = recorded(tmp_path / "run", "error.401.server-error", "token")
    wanted = read_run(run).findings[1].id
    _, value = replayed(reference, tmp_path, run, wanted[:9])
    assert [wanted] == [item["id"] for item in value["findings"]]
    assert (code_and(refused(run, "ffffffff"), "has none of this id")) == (2, True)
    with pytest.raises(UsageError, match="give more digits"):
        chosen(read_run(run), "")


def code_and(told: tuple[int, str], words: str) -> tuple[int, bool]:
    return told[0], words in told[1] and "\n" not in told[1]


def test_what_each_check_of_a_run_finds_can_be_said_again() -> None:
    assert RUN_CHECKS.keys() == OF_A_RUN.keys()


def test_a_run_without_findings_has_nothing_to_replay(tmp_path: Path, reference: Reference) -> None:
    run = recorded(tmp_path / "run", None, "one_request_makes_one_image")
    code, value = replayed(reference, tmp_path, run)
    assert (code, value["findings"]) == (0, [])


def test_a_finding_of_the_second_project_needs_one(tmp_path: Path, contract: Contract) -> None:
    run = recorded(tmp_path / "run", "image.download.absent.found", "isolation")
    with Reference(contract) as right:
        right.write_clouds(tmp_path / "clouds.yaml")
        runner = CliRunner(env={"OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml")})
        result = runner.invoke(cli, ["replay", str(run), "--os-cloud", "reference"], standalone_mode=False)
    assert (result.return_value, "no second project was given (--other-cloud)" in result.stdout) == (3, True)


def test_what_is_asked_wrongly_is_exit_two_and_one_line(tmp_path: Path, limits: Path) -> None:
    run = Path(shutil.copytree(limits, tmp_path / "run"))
    assert code_and(refused(tmp_path / "absent"), "there is no such file") == (2, True)
    assert code_and(refused(run, "--os-cloud", "nowhere"), "cloud nowhere: not in the configuration") == (2, True)
    raw = json.loads((run / "verdict.json").read_bytes())
    (run / "verdict.json").write_text(json.dumps(raw | {"target": raw["target"] | {"name": "prod", "embedded": False}}))
    assert code_and(refused(run), "the run was made against cloud prod; say where to replay it with --os-cloud") == (
        2,
        True,
    )
    (run / "verdict.json").write_text(json.dumps(raw | {"contract": raw["contract"] | {"sha256": "0" * 64}}))
    assert code_and(refused(run), "the run was judged by another contract") == (2, True)
    (run / "exchanges.har").write_text("{")
    assert code_and(refused(run), "exchanges.har: cannot be read") == (2, True)


def test_a_target_that_is_not_there_is_exit_three(tmp_path: Path, contract: Contract, limits: Path) -> None:
    with Reference(contract) as gone:
        gone.write_clouds(tmp_path / "clouds.yaml")
    env = {"OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml")}
    assert code_and(refused(limits, "--os-cloud", "reference", env=env), "connection refused") == (3, True)


# --- the decisions --------------------------------------------------------------------------------------------------


def answer(status: int, body: bytes = b"", number: int = 1, case: str = "c.x") -> Exchange:
    return Exchange(
        number,
        Request("GET", "http://c/v2/images", operation="image.list"),
        Response(status, "", Headers(), body),
        case=case,
    )


def finding(requirement: str, kind: str, exchange: Exchange, check: str = "passive") -> Finding:
    return Finding(requirement, check, "image.list", exchange.response.status, Deviation(kind), exchange)


def key(kind: str) -> Key:
    return "r", Deviation(kind)


@pytest.fixture
def group(limits: Path) -> FindingGroup:
    known = Variant("r", Deviation("f"), {Place("image.list", 500): 1}, {Place("image.list", 500): ("passive",)}, 1)
    return replace(
        read_run(limits).findings[0],
        requirement="r",
        deviation=known.deviation,
        variants=(known,),
        exemplar=answer(500),
        status=500,
    )


def test_an_answer_decides_by_its_failures_and_not_by_its_status(group: FindingGroup) -> None:
    new = answer(400)
    assert [
        by_answer(group, {key("f"), key("old")}, new, found).state
        for found in ([finding("r", "f", new)], [finding("r", "new", new)], [finding("r", "old", new)], [])
    ] == [State.REPRODUCED, State.CHANGED, State.NOT_REPRODUCED, State.NOT_REPRODUCED]


def test_an_unwanted_status_is_the_same_whatever_class_of_request_explains_it(group: FindingGroup) -> None:
    huge = Deviation("server-error", "image.list", 500, request=(Part("limit", Class.broken("far-above-maximum")),))
    plain, other = replace(huge, request=()), replace(huge, status=503)
    variants = (replace(group.variants[0], deviation=huge),)
    recorded, new = replace(group, check="server-error", deviation=huge, variants=variants), answer(500)
    assert [
        by_answer(recorded, recorded.keys, new, [replace(finding("r", "", new, check), deviation=deviation)]).state
        for deviation, check in ((plain, "server-error"), (other, "server-error"), (plain, "media-type"))
    ] == [State.REPRODUCED, State.CHANGED, State.CHANGED]


def test_a_case_decides_when_it_looked(group: FindingGroup) -> None:
    new = answer(200)
    same, other, known, foreign = (
        finding("r", name, new, check) for name, check in (("f", "c.x"), ("g", "c.x"), ("k", "c.x"), ("g", "c.y"))
    )
    foreign = replace(foreign, exchange=answer(200, case="c.y"))
    told = [
        by_case(group, "c.x", {key("f"), key("k")}, found, looks, reason).state
        for found, looks, reason in (
            ([other, same], 1, None),
            ([other], 1, None),
            ([known], 1, None),
            ([foreign], 3, None),
            ([], 0, None),
            ([], 2, Phrase.of("not-made", status=500)),
        )
    ]
    assert told == [
        State.REPRODUCED,
        State.CHANGED,
        State.NOT_REPRODUCED,
        State.NOT_REPRODUCED,
        State.UNDECIDED,
        State.UNDECIDED,
    ]


def test_answers_are_alike_but_for_ids_times_and_names() -> None:
    one = b'{"id": "11111111-1111-4111-a111-11111111111a", "at": "2026-01-01T00:00:00Z", "name": "conformance-0011aabb-7 x", "size": 3}'
    two = b'{"size": 3, "name": "conformance-99999999-1 x", "at": "2027-02-03T04:05:06Z", "id": "22222222-2222-4222-a222-22222222222b"}'
    assert (
        alike(answer(200, one), answer(200, two)),
        alike(answer(200, one), answer(201, two)),
        alike(answer(200, one), answer(200, two.replace(b"3", b"4"))),
    ) == (True, False, False)


@pytest.mark.parametrize(
    ("then", "now", "found", "state"),
    [
        ((201, b"{}"), (201, b"{}"), False, State.REPRODUCED),
        ((201, b"{}"), (400, b""), False, State.NOT_REPRODUCED),
        ((400, b""), (201, b"{}"), False, State.NOT_REPRODUCED),
        ((201, b"{}"), (500, b""), True, State.CHANGED),
        ((200, b"{}"), (200, b"[]"), False, State.CHANGED),
        ((400, b"a"), (400, b"b"), False, State.REPRODUCED),
        ((400, b""), (409, b""), False, State.CHANGED),
    ],
)
def test_where_nothing_can_judge_the_answers_are_compared(
    group: FindingGroup, then: Any, now: Any, found: bool, state: State
) -> None:
    new = answer(*now)
    assert state == by_likeness(group, answer(*then), new, [finding("s", "5xx", new)] if found else [], set()).state


def test_the_exit_code_is_that_of_the_worst(group: FindingGroup) -> None:
    def code(*states: State, left: tuple[str, ...] = ()) -> int:
        results = tuple(Replayed(group, state, Phrase.of("why")) for state in states)
        value = Replay("00", {}, {}, results, 1, leftovers=left)
        assert replay_json(value)["exit_code"] == value.exit_code
        return value.exit_code

    assert (
        code(),
        code(State.NOT_REPRODUCED),
        code(State.REPRODUCED, State.UNDECIDED),
        code(State.CHANGED),
        code(State.UNDECIDED, State.NOT_REPRODUCED),
        code(left=("i",)),
    ) == (0, 0, 1, 1, 3, 3)
