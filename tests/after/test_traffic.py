"""What runs that are over are read by: the exchanges of cases, and texts without what differs from run to run."""

from __future__ import annotations

import pytest

from conformance.after.traffic import CLEANUP, of_cases, steady
from conformance.model.message import DISCOVERY, Exchange, Headers, Request, Response

ID = "8a1f6a3e-3b0d-4c55-9a51-1d2f3b4c5d6e"


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        ("<name>", "conformance-0123abcd-ab12cd-7"),
        ("<name> 名", "conformance-0123abcd-ab12cdr1-7 名"),
        ("<name>", "CONFORMANCE-0123ABCD-AB12CD-7"),
        ("tag <run>", "tag conformance-0123abcd"),
        ("/v2/servers/<id>/file", f"/v2/servers/{ID}/file"),
        ("<id>", ID.upper()),
        ("owner <id>", f"owner {'e' * 32}"),
        ("sum <id>", f"sum {'0f' * 64}"),
        ("at <time>", "at 2026-11-25T12:00:00Z"),
        ("since=<time>&limit=2", "since=2026-11-25T12%3A00%3A00Z&limit=2"),
        ("at <time>", "at 2026-11-25 12:00:00.123+08:00"),
        ("min_ram 64, 2026", "min_ram 64, 2026"),
    ],
)
def test_names_ids_hashes_and_times_have_placeholders(plain: str, text: str) -> None:
    assert plain == steady(text)


def test_logging_in_discovery_and_cleaning_up_are_no_case() -> None:
    def sent(case: str, operation: str = "server.list") -> Exchange:
        request = Request("GET", "http://cloud/v2/servers", Headers(), b"", operation, "main")
        return Exchange(1, request, Response(200, Headers(), b"", 0.1), 0.0, case)

    case = sent("list.case")
    assert [case] == list(of_cases([sent(""), case, sent("list.case", DISCOVERY), sent(CLEANUP)]))
