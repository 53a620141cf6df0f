"""Services that do not delete."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hostile import Pieces, answer, behind, clouds_behind

from conformance.proof.reference import Reference
from conformance.target.transport import TransportLimits


@pytest.mark.parametrize(("status", "left"), [("deleted", False), ("active", True)])
def test_an_image_that_cannot_be_deleted_is_left_behind_unless_it_says_that_it_is_deleted(
    status: str, left: bool, serve: Any, outcome: Any, reference: Reference
) -> None:
    def twist(method: str, path: str, honest: bytes) -> Pieces:
        if method == "DELETE":
            return [answer(b"{}", "400 Bad Request")]
        if method == "GET" and re.search("/v2/images/[^/]+$", path):
            return [answer(json.dumps({"id": path.rsplit("/", 1)[1], "status": status}).encode())]
        return [honest]

    _, _, verdict = outcome(
        clouds_behind(reference, serve(behind, reference, twist)), selection="limit", limits=TransportLimits()
    )
    assert verdict is not None
    assert bool(verdict.run.leftovers) is left
