"""What the reference says of a resource of which nobody has said it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from targets import Offline
from warehouse import RACK, SERVICE, obj, rows, some, within, write_warehouse

from conformance.contract.specs import load_contract
from conformance.model.contract import Contract

HALL = {"type": "string", "enum": ["north", "south"]}
TEXT = {"type": "string"}


def racks(directory: Path) -> Contract:
    """Racks whose hall one answer shows as an enumeration and another as a text, and whose example one alone has."""
    known = {**some(RACK, "id", "name"), "note": TEXT, "hall": TEXT}
    chapter: list[tuple[str, str, str, dict[str, Any]]] = [
        ("rack.list", "GET", "/v3/racks", {200: rows("racks", obj(known))}),
        (
            "rack.create",
            "POST",
            "/v3/racks",
            {"body": within("rack", obj(some(RACK, "name"))), 201: within("rack", obj(known))},
        ),
        ("rack.show", "GET", "/v3/racks/{rack_id}", {200: within("rack", obj({**known, "hall": HALL}))}),
        ("rack.delete", "DELETE", "/v3/racks/{rack_id}", {204: None}),
    ]
    contract = load_contract(write_warehouse(directory, chapter))
    example = {"racks": [{"id": "1", "name": "a", "note": "from the list", "hall": "east"}]}
    listed = replace(contract.operations["rack.list"], response_example=example)
    return replace(contract, operations={**contract.operations, "rack.list": listed})


def test_what_nobody_has_said_is_the_same_in_every_answer(tmp_path: Path) -> None:
    target = Offline(racks(tmp_path))
    made = target.call("POST", "/v3/racks", service=SERVICE, json={"rack": {"name": "tea"}}).body["rack"]
    shown = target.call("GET", f"/v3/racks/{made['id']}", service=SERVICE).body["rack"]
    (listed,) = target.call("GET", "/v3/racks", service=SERVICE).body["racks"]
    assert made == shown == listed
    assert ("from the list", "north") == (shown["note"], shown["hall"])
