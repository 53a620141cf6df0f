"""How the ids of requirements are made, and that they are made in one module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from checkout import ROOT

from conformance.model import requirement_id
from conformance.model.contract import Contract, Requirement
from conformance.model.requirement_id import Kind

PARTS = "query|path|header|request|body|response|default|empty|example"


def test_each_constructor_makes_the_id_that_the_ledger_has() -> None:
    made = [
        requirement_id.header("RequestId"),
        requirement_id.header("X-Auth-Token"),
        requirement_id.method("GET"),
        requirement_id.error(404),
        requirement_id.envelope(),
        requirement_id.envelope("code"),
        requirement_id.query("server.list", "limit"),
        requirement_id.path("server.show", "server_id"),
        requirement_id.request("server.create"),
        requirement_id.body("server.create", "name"),
        requirement_id.response("server.list", 200),
        requirement_id.response("server.list", 200, "servers.id"),
        requirement_id.response_header("server.create", 201, "Location"),
        requirement_id.default("server.create", "tags"),
        requirement_id.lenient("server.list"),
        requirement_id.empty("server.delete"),
        requirement_id.example("server.list"),
        requirement_id.stated("server.create", "relation", "file"),
    ]
    assert made == [
        "header.request-id",
        "header.x-auth-token",
        "method.get",
        "error.404",
        "error.envelope",
        "error.envelope.code",
        "server.list.query.limit",
        "server.show.path.server_id",
        "server.create.request",
        "server.create.body.name",
        "server.list.response.200",
        "server.list.response.200.servers.id",
        "server.create.response.201.location",
        "server.create.default.tags",
        "server.list.lenient",
        "server.delete.empty",
        "server.list.example.request",
        "server.create.relation.file",
    ]


def test_what_an_id_was_made_of_stands_beside_it(contract: Contract) -> None:
    def again(item: Requirement) -> str:
        operation, status = item.operation or "", item.status or 0
        match item.kind:
            case Kind.HEADER:
                return requirement_id.header(item.place)
            case Kind.METHOD:
                return requirement_id.method(item.place)
            case Kind.ERROR:
                return requirement_id.error(status)
            case Kind.ENVELOPE:
                return requirement_id.envelope(item.place)
            case Kind.PARAMETER:
                made = {
                    requirement_id.parameter(operation, location, item.place)
                    for location in ("query", "path", "header")
                }
                return item.id if item.id in made else "none of them"
            case Kind.REQUEST:
                return requirement_id.request(operation)
            case Kind.BODY:
                return requirement_id.body(operation, item.place)
            case Kind.RESPONSE | Kind.RESPONSE_HEADER:
                return requirement_id.response(operation, status, item.place)
            case Kind.DEFAULT:
                return requirement_id.default(operation, item.place)
            case Kind.LENIENT:
                return requirement_id.lenient(operation)
            case Kind.STATED:
                return item.id

    assert list(contract.requirements) == [again(item) for item in contract.requirements.values()]


def test_every_kind_is_met_in_the_ledger(contract: Contract) -> None:
    assert set(Kind) == {item.kind for item in contract.requirements.values()}


def test_the_nearest_known_id_is_the_longest_that_an_id_continues() -> None:
    known = {"server.list.response.200", "server.list.response.200.servers"}
    asked = ["server.list.response.200.servers.id.x", "server.list.response.200", "server.list.response.201"]
    assert [requirement_id.nearest(name, known) for name in asked] == [
        "server.list.response.200.servers",
        "server.list.response.200",
        None,
    ]


def test_an_id_is_below_another_at_a_dot_only() -> None:
    assert [requirement_id.is_below(name, "error.50") for name in ("error.50.x", "error.500", "error.50")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ('name = f"{operation.id}.body.{member}"', [1]),
        ('name = f"{operation}.request"', [1]),
        ('name = f"error.{code}"', [1]),
        ('name = f"image.list.{rest}"', [1]),
        ('name = "image.create.body." + member', [1]),
        ('name = operation + ".response.200"', [1]),
        ('name = "image.{}.query.limit".format(verb)', [1]),
        ('text = f"the {operation} error. {code}"', []),
        ('text = f"{run}.jsonl"', []),
        ('name = requirement_id.body(operation, "name")', []),
    ],
)
def test_the_search_finds_ids_that_are_put_together(contract: Contract, code: str, lines: list[int]) -> None:
    assert lines == list(_put_together(ast.parse(code), contract))


def test_ids_are_made_in_one_module(contract: Contract) -> None:
    """Those who make them by hand would not follow when an id is made otherwise."""
    found = {
        str(path.relative_to(ROOT / "conformance")): lines
        for path in sorted((ROOT / "conformance").rglob("*.py"))
        if path.name != "requirement_id.py"
        and (lines := list(_put_together(ast.parse(path.read_text(encoding="utf-8")), contract)))
    }
    assert found == {}


def _put_together(tree: ast.AST, contract: Contract) -> Iterator[int]:
    """The lines of the strings that are put together of pieces and look like the id of a requirement."""
    operations = "|".join(re.escape(name) for name in contract.operations)
    areas = "|".join(
        sorted({requirement_id.area(name) for name in (*contract.operations, "error", "header", "method")})
    )
    wanted = re.compile(
        rf"({operations})\.\S*|({areas})\.\S*\{{\}}\S*|\S*\{{\}}\.({PARTS})(\.\S+)?|\S*\.({PARTS})\.\S*\{{\}}\S*"
    )
    for node in ast.walk(tree):
        text = _shown(node)
        if text is not None and "{}" in text and wanted.fullmatch(text):
            yield node.lineno


def _shown(node: ast.AST) -> str | None:
    """A string that is put together, each piece that is not written out as {}; None for anything else."""
    match node:
        case ast.JoinedStr(values=pieces):
            return "".join(str(piece.value) if isinstance(piece, ast.Constant) else "{}" for piece in pieces)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            sides = [side.value if isinstance(side, ast.Constant) else "{}" for side in (left, right)]
            return "".join(sides) if any(isinstance(side, str) and side != "{}" for side in sides) else None
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format")):
            return text
    return None
