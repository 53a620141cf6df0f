"""Servers that give one answer to everything, in place of the identity service and behind an honest login."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from draws import drawn
from hostile import STEERING, Server, behind, bounded, clouds_behind, instead, judged, one_line
from hostile_answers import MET

from conformance.model.errors import Exit
from conformance.proof.reference import Reference

ANSWERS = {item.does: item for item in MET}


@pytest.mark.parametrize("name", drawn(ANSWERS, 8, 14))
def test_in_place_of_the_identity_service_it_is_one_line_and_inconclusive(name: str, serve: Any, outcome: Any) -> None:
    given = ANSWERS[name]
    one_line(outcome, serve(Server, lambda _: given.make()), given.words)


@pytest.mark.parametrize("name", drawn([item.does for item in MET if not item.http], 3, 6))
def test_a_service_that_speaks_no_http_is_inconclusive(
    name: str, serve: Any, outcome: Any, reference: Reference
) -> None:
    with bounded():
        code, line, _ = outcome(clouds_behind(reference, serve(behind, reference, instead(ANSWERS[name].make))))
    assert code == Exit.INCONCLUSIVE
    assert STEERING.findall(line) == []


@pytest.mark.parametrize("name", drawn([item.does for item in MET if item.http], 4, 8))
def test_a_service_that_answers_so_gets_a_verdict(
    name: str, serve: Any, outcome: Any, reference: Reference, tmp_path: Path
) -> None:
    large = ANSWERS[name].kind in {"size", "framing"}
    with bounded(20, 300 if large else 200):
        judged(outcome, clouds_behind(reference, serve(behind, reference, instead(ANSWERS[name].make))), tmp_path)
