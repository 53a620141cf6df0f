"""The measure of reading: what is lost and what is invented is seen, and counts where it belongs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from document.own.blocks import blocks
from document.own.editions import EDITIONS
from document.own.forms import to_dump
from document.own.measure import Measure, measured

from conformance.document import Document, read_document


def read(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "document.txt"
    path.write_text(text, encoding="utf-8")
    return read_document(path)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measure]:
    """What is measured on the document as it stands."""
    edition = EDITIONS["volumes-1"]
    return measured(edition, read(tmp_path_factory.mktemp("before"), to_dump(blocks(edition))))


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("rows", "marker string", "markers string"),
        ("required", "marker string 否", "marker string 是"),
        ("type", "marker string", "marker integer"),
        ("enum", "asc、desc", "asc、down"),
        ("default", "默认为desc", "默认为asc"),
        ("range", "1~1000", "1~999"),
        ("length", "最大长度为255", "最大长度为254"),
        ("examples", '"night""night"', '"noon""noon"'),
        ("success codes", "202", "203"),
        ("error codes", "401 Unauthorized", "402 Unauthorized"),
        ("operations", "GET /v3/{project_id}/types", "GET /v3/{project_id}/kinds"),
        ("description", "上一页最后一条", "下一页最后一条"),
    ],
)
def test_another_word_in_the_document_is_seen(
    tmp_path: Path, before: dict[str, Measure], kind: str, old: str, new: str
) -> None:
    edition = EDITIONS["volumes-1"]
    text = to_dump(blocks(edition))
    after = measured(edition, read(tmp_path, text.replace(old, new)))[kind]
    assert old in text
    assert before[kind].right > after.right
    assert len(after.lost) > len(before[kind].lost)
    assert len(after.invented) > len(before[kind].invented)


def test_a_part_that_is_gone_lowers_recall_alone() -> None:
    one = Measure(2, 1, 1, (("a",),))
    assert (0.5, 1.0) == (one.recall, one.precision)
    assert (1.0, 1.0) == (Measure(0, 0, 0).recall, replace(one, there=1).recall)
