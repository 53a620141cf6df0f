"""Texts that are syntax somewhere, on targets that break over one place of an image."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance.cli.reporting import conduct_run
from conformance.model.contract import Contract
from conformance.model.verdict import FindingGroup
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call

Breaks = Callable[[Any], bool]
FAILED = {"error": {"code": 500, "title": "Internal Server Error", "message": "No."}}


def broken(operation: str, breaks: Breaks) -> Hooks:
    """The operation is 500 where it is about an image that breaks it; a list is about all."""

    def answer(call: Call, answer: Answer, store: Any) -> Answer:
        if call.operation != operation or answer.status != 200:
            return answer
        asked = store.all() if operation == "image.list" else [store.get(call.image_id)]
        return replace(answer, status=500, body=FAILED) if any(map(breaks, asked)) else answer

    return Hooks(answer=answer)


def told(tmp_path: Path, hooks: Hooks) -> list[FindingGroup]:
    def embed(contract: Contract) -> Reference:
        return Reference(contract, faults=[Fault("broken", (), "it breaks", hooks)])

    options = Options(profile="gate", seed=1, selection="syntax", embedded=embed, explore=False)
    verdict, _ = conduct_run(options, tmp_path, Console(file=io.StringIO()))
    return [group for group in verdict.findings if group.binding]


@pytest.mark.parametrize("operation", ["image.list", "image.show"])
@pytest.mark.parametrize(
    ("place", "breaks"),
    [
        ("tags", lambda image: "" in image.members["tags"]),
        ("further property", lambda image: any("{{" in str(value) for value in image.properties.values())),
        ("name", lambda image: "'" in str(image.members["name"])),
    ],
)
def test_the_place_over_which_a_target_breaks_is_found_out(
    tmp_path: Path, operation: str, place: str, breaks: Breaks
) -> None:
    (group,) = told(tmp_path, broken(operation, breaks))
    assert ("breaks-on-syntax", place) == (group.deviation.kind, group.deviation.request[0].place)


def test_a_target_that_takes_all_texts_breaks_nothing(tmp_path: Path) -> None:
    assert [] == told(tmp_path, broken("image.list", lambda _image: False))
