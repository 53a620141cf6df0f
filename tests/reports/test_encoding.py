"""The JSON of the reports is what Python's own encoder would write, in the same form."""

from __future__ import annotations

import json

import pytest

from conformance.model.steering import STEERING, STEERS
from conformance.reports.encoding import json_bytes, json_line

PLAIN = {
    "text": '镜像 é "quoted" \\ / \x00\t\n',
    "numbers": [0, -1, 2**63 - 1, -(2**63), 0.5, 12.345, -0.0],
    "rest": [True, False, None, [], {}, [[]], {"a": {}}],
    "😀": ("a", "tuple"),
}
ODD = ["half \ud800 of a pair", 2**64, -(2**70), {1: "a number for a name"}]


@pytest.mark.parametrize("value", [PLAIN, *ODD, [PLAIN, ODD]])
def test_it_is_what_pythons_own_encoder_writes(value: object) -> None:
    indented = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    assert json_bytes(value) == indented.encode("utf-8", "replace")
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert json_line(value) == line.encode("utf-8", "replace")


@pytest.mark.parametrize("rest", ["", "\ud800"])
def test_what_steers_a_terminal_or_turns_a_text_is_escaped(rest: str) -> None:
    text = f"镜{STEERS}\\{rest}"
    for data in (json_bytes([text]), json_line([text])):
        assert [] == STEERING.findall(data.decode().replace("\n", ""))
        assert "镜" in data.decode()
        assert [text.replace("\ud800", "?")] == json.loads(data)
