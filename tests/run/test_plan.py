"""The plan of a run: counted from exchanges, and made without sending anything to the cloud that is named."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.model.contract import Contract
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.plan import RunPlan
from conformance.proof.reference import Reference
from conformance.reports.plan_text import plan_text
from conformance.run.options import Options
from conformance.run.plan import plan_of, planned
from conformance.target.cloud import Settings


def exchanges(*rows: tuple[str, str | None, int, bytes, bytes]) -> Sequence[Exchange]:
    return [
        Exchange(
            number,
            Request(method, "http://cloud/v2/images", Headers(), sent, operation),
            Response(status, "", Headers(), got, 0.1),
            0.0,
        )
        for number, (method, operation, status, sent, got) in enumerate(rows, start=1)
    ]


def test_requests_are_counted_by_operation_and_images_by_what_is_there_at_once(contract: Contract) -> None:
    seen = exchanges(
        ("POST", "image.create", 201, b"{}", b"made"),
        ("POST", "image.create", 400, b"{", b"no"),
        ("POST", "image.create", 201, b"{}", b""),
        ("DELETE", "image.delete", 204, b"", b""),
        ("DELETE", "image.delete", 404, b"", b""),
        ("POST", "image.create", 201, b"{}", b""),
        ("PUT", None, 405, b"", b""),
    )
    wanted = RunPlan("gate", 7, {"image.create": 4, "image.delete": 2, "PUT": 1}, made=3, held=2, sent=7, received=6)
    assert wanted == plan_of(seen, contract, Options(profile="gate", seed=7))


def test_the_plan_names_a_cloud_and_sends_nothing_to_it(contract: Contract) -> None:
    options = Options(
        profile="smoke",
        seed=1,
        selection="test_the_bytes_come_back",
        embedded=Reference,
        settings=Settings(cloud="no-such"),
    )
    plan = planned(options)
    assert (9, 9, 18) == (
        plan.requests["image.upload"],
        plan.requests["image.create"] - 1,
        plan.requests["image.download"],
    )
    assert (10, 1) == (plan.made, plan.held)


def test_few_images_are_there_at_once(contract: Contract) -> None:
    plan = planned(Options(profile="smoke", seed=1, embedded=Reference))
    assert plan.made > 40
    assert plan.held <= 10


def test_the_text_says_how_long_it_takes_at_several_distances() -> None:
    plan = RunPlan("gate", 7, {"image.list": 2999, "PUT": 1}, made=3, held=2, sent=7, received=6)
    lines = plan_text(plan, "en").splitlines()
    assert "  image.list    2999" in lines
    assert "requests: 3000" in lines
    assert "time at 50 ms for each answer: 2 min 30 s" in lines
    assert "3000" in next(line for line in plan_text(plan, "zh").splitlines() if line.startswith("请求"))
