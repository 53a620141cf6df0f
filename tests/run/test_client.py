"""What cleaning up takes for gone."""

from __future__ import annotations

import json

import pytest

from conformance.model.contract import Contract
from conformance.model.message import Exchange, Request, Response
from conformance.proof.reference import Reference
from conformance.run.session import Options, Session
from conformance.services.image.client import ImageClient


@pytest.mark.parametrize(
    ("status", "body", "gone"),
    [
        (404, {}, True),
        (410, {}, True),
        (200, {"status": "deleted"}, True),
        (200, {"status": "active"}, False),
        (500, {}, False),
    ],
)
def test_an_image_is_gone_when_show_says_so(
    contract: Contract, monkeypatch: pytest.MonkeyPatch, status: int, body: dict[str, str], gone: bool
) -> None:
    with Session(Options(seed=1, embedded=Reference), contract) as conduct:
        refused = Exchange(1, Request("DELETE", "http://cloud/"), Response(400))
        answered = Exchange(2, Request("GET", "http://cloud/"), Response(status, body=json.dumps(body).encode()))
        with monkeypatch.context() as patch:
            patch.setattr(ImageClient, "delete", lambda *_, **__: refused)
            patch.setattr(ImageClient, "replace", lambda *_, **__: refused)
            patch.setattr(ImageClient, "show", lambda *_, **__: answered)
            assert conduct.client.remove("4d5d0496-d499-4407-a79b-013c4f89200c") is gone
        conduct.cleanup()
