"""The one typed reading of answers: what is not there, or of another type, is said, and never used unseen."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from checkout import ROOT

from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.reading import Members, body_of, reading
from conformance.run.unexercised import NotExercised

Build = Callable[..., Exchange]


def without(due: str, got: str, place: str = "id") -> Phrase:
    return Phrase.of("answer-without", operation="image.list", status=200, place=place, due=due, got=got)


def test_the_body_of_an_answer_is_its_json(exchange: Build) -> None:
    assert {"a": [1]} == body_of(exchange(body=b'{"a": [1]}'))


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": NaN}', b"\xff", b"[" * 200 + b"]" * 200, b'{"a": 1e999}'])
def test_what_is_no_json_is_no_body(exchange: Build, body: bytes) -> None:
    assert (None, {}) == (body_of(exchange(body=body)), reading(exchange(body=body)))


@pytest.mark.parametrize("body", [b"[]", b"null", b'"id"', b"7"])
def test_an_answer_that_is_no_object_has_no_members(exchange: Build, body: bytes) -> None:
    assert {} == reading(exchange(body=body))


def test_a_text_is_given_as_it_is(exchange: Build) -> None:
    read = reading(exchange(body=b'{"id": "a", "of": {"id": "b"}, "rows": [{"id": "c"}, null, 7]}'))
    assert ("a", "b", ["c"]) == (
        read.text("id"),
        read.members("of").text("id"),
        [item.text("id") for item in read.items_of("rows")],
    )


@pytest.mark.parametrize(
    ("body", "got"),
    [(b"{}", "nothing"), (b'{"id": null}', "null"), (b'{"id": 7}', "integer"), (b'{"id": ["a"]}', "array")],
)
def test_what_is_no_text_is_said_with_what_stands_there(exchange: Build, body: bytes, got: str) -> None:
    with pytest.raises(NotExercised) as raised:
        reading(exchange(body=body)).text("id")
    assert without("string", got) == raised.value.reason


@pytest.mark.parametrize(
    ("body", "got"), [(b"{}", "nothing"), (b'{"rows": {}}', "object"), (b'{"rows": 1}', "integer")]
)
def test_what_is_no_list_is_said(exchange: Build, body: bytes, got: str) -> None:
    with pytest.raises(NotExercised) as raised:
        reading(exchange(body=body)).items_of("rows")
    assert without("array", got, "rows") == raised.value.reason


def test_a_member_that_is_not_there_is_no_error_of_ours(exchange: Build) -> None:
    with pytest.raises(NotExercised) as raised:
        reading(exchange(body=b"{}"))["id"]
    assert without("value", "nothing") == raised.value.reason


def test_what_may_be_missing_is_none(exchange: Build) -> None:
    read = reading(exchange(body=b'{"id": 7}'))
    assert (None, None, 7, None, {}) == (
        read.maybe_text("id"),
        read.maybe_text("name"),
        read.get("id"),
        read.get("name"),
        read.members("id"),
    )


def test_members_are_compared_as_an_object(exchange: Build) -> None:
    assert Members(exchange(), {"a": 1}) == {"a": 1}


# --- that it stays so -----------------------------------------------------------------------------------------------

READERS = {"json", "body_of", "json_or_none", "json_success"}
"""Functions that give the JSON of an answer, which may be anything."""
PLACES = [path for path in sorted((ROOT / "conformance").rglob("*.py")) if "proof/lab" not in path.as_posix()]


def reads(node: ast.AST) -> bool:
    """Whether an expression is a call of one of the readers (of `json` as a method, without arguments)."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in READERS and not (name == "json" and (node.args or node.keywords))


def unlooked(tree: ast.AST) -> Iterator[int]:
    """Lines that use what a reader gives without looking at it: by subscript or attribute, or under the type Any, which
    mypy lets through."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and reads(node.value):
            yield node.lineno
        typed = isinstance(node, ast.AnnAssign) and "Any" in ast.unparse(node.annotation)
        if isinstance(node, ast.AnnAssign) and typed and node.value is not None and reads(node.value):
            yield node.lineno
        if isinstance(node, ast.FunctionDef) and node.returns is not None and "Any" in ast.unparse(node.returns):
            yield from (
                inner.lineno
                for inner in ast.walk(node)
                if isinstance(inner, ast.Return) and inner.value is not None and reads(inner.value)
            )


@pytest.mark.parametrize("path", PLACES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_uses_what_an_answer_holds_before_it_looked(path: Path) -> None:
    assert [] == list(unlooked(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "source",
    [
        "body_of(exchange)['id']",
        "exchange.response.json().get('id')",
        "body: Any = response.json()",
        "def told() -> Any:\n    return body_of(exchange)",
    ],
)
def test_what_would_use_it_unseen_is_found(source: str) -> None:
    assert [] != list(unlooked(ast.parse(source)))


@pytest.mark.parametrize("source", ["body = body_of(exchange)", "reading(exchange).text('id')", "build(json={})['x']"])
def test_what_looks_first_is_not(source: str) -> None:
    found: list[Any] = list(unlooked(ast.parse(source)))
    assert [] == found
