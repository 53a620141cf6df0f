"""Rows become a tree."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from document.described_documents import example_of, row_of, table_of

from conformance.document import Table
from conformance.document.nesting import DEEPEST, BodyMember, gathered, nested, unwrapped


def names(*tables: Table) -> list[str]:
    return [name for name, _ in nested(tables)[0].every()]


def kinds(*tables: Table) -> list[tuple[str, str]]:
    return [(item.kind, item.subject) for item in nested(tables)[1]]


def test_dots_brackets_and_depth_say_the_same() -> None:
    wanted = ["servers", "servers.id", "servers.flavor", "servers.flavor.ram", "total"]
    dots = table_of(*(row_of(name) for name in wanted))
    marks = table_of(
        *(row_of(name) for name in ("servers[]", "servers[].id", "servers[].flavor", "servers[].flavor.ram", "total"))
    )
    depth = table_of(
        row_of("servers"), row_of("id", depth=1), row_of("flavor", depth=1), row_of("ram", depth=2), row_of("total")
    )
    assert wanted == names(dots) == names(marks) == names(depth)
    assert [True, False] == [nested([table])[0].members[0].listed for table in (marks, dots)]


def test_a_dotted_name_below_its_parent_is_not_nested_twice() -> None:
    assert ["server", "server.id"] == names(table_of(row_of("server", "object"), row_of("server.id", depth=1)))
    assert ["server", "server.id"] == names(
        table_of(row_of("server", "object")), table_of(row_of("server.id"), owner="server")
    )


def test_a_child_table_describes_its_owner_wherever_that_is() -> None:
    server = table_of(row_of("server", "object"), row_of("server.flavor", "object"))
    child = table_of(row_of("ram", "integer"), owner="flavor")
    assert ["server", "server.flavor", "server.flavor.ram"] == names(child, server)
    assert kinds(child, server) == []


def test_a_table_of_a_structure_describes_each_row_of_its_type() -> None:
    top = table_of(row_of("pool", "PoolOption object"), row_of("spare", "PoolOption object"))
    pool = table_of(row_of("members", "Array of MemberOption objects"), owner="PoolOption")
    member = table_of(row_of("weight", "integer"), owner="MemberOption")
    wanted = [f"{name}{rest}" for name in ("pool", "spare") for rest in ("", ".members", ".members.weight")]
    assert (wanted, []) == (names(top, member, pool), kinds(top, member, pool))


def test_a_structure_that_holds_itself_is_described_once() -> None:
    top = table_of(row_of("rule", "Rule object"))
    rule = table_of(row_of("id"), row_of("children", "Array of Rule objects"), owner="Rule")
    assert ["rule", "rule.id", "rule.children"] == names(top, rule)


def test_a_child_table_without_an_owner_is_written_where_an_example_shows_it_alone() -> None:
    top, lost = table_of(row_of("name")), table_of(row_of("ram"), owner="flavour")
    assert (["name"], [("unplaced table", "flavour")]) == (names(top, lost), kinds(top, lost))
    body, found = nested([top, lost], [example_of({"name": "x", "flavour": {"ram": 1}})])
    assert ["name", "flavour", "flavour.ram"] == [name for name, _ in body.every()]
    assert ["no owner"] == [item.kind for item in found]


def test_two_rows_of_one_place_that_differ_are_told() -> None:
    assert [("two rows", "a.b")] == kinds(
        table_of(row_of("a", "object"), row_of("a.b", "string"), row_of("a.b", "integer"))
    )
    assert kinds(table_of(row_of("a", "object"), row_of("b"), row_of("a.b"))) == []


def test_a_value_with_members_is_told() -> None:
    assert [("members of a value", "a")] == kinds(table_of(row_of("a", "string"), row_of("a.b")))


def around(value: Any, *rows: str) -> tuple[BodyMember, list[str]]:
    body, found = unwrapped(nested([table_of(*(row_of(name) for name in rows))])[0], [example_of(value)])
    return body, [item.kind for item in found]


def test_what_the_example_has_around_all_members_is_around_them() -> None:
    body, found = around({"volume": {"id": "x", "size": 1}}, "id", "size")
    assert (["volume", "volume.id", "volume.size"], ["wrapper"]) == ([name for name, _ in body.every()], found)
    body, found = around({"volumes": [{"id": "x", "size": 1}], "count": 3}, "id", "size")
    assert (True, ["wrapper"]) == (body.members[0].listed, found)


def test_what_a_table_has_or_what_holds_few_of_its_members_is_around_nothing() -> None:
    assert around({"volume": {"id": "x"}, "size": 1}, "id", "size")[1] == []
    assert around({"volume": {"id": "x"}}, "id", "size", "name")[1] == []
    assert around({"volumes": [{"id": "x"}]}, "volumes", "id")[1] == []


def test_rows_beside_a_row_of_objects_are_its_members_where_the_example_has_them_inside() -> None:
    rows = table_of(row_of("volume", "object"), row_of("id"), row_of("size"))
    body, found = gathered(nested([rows])[0], [example_of({"volume": {"id": "x", "size": 1}})])
    assert ["volume", "volume.id", "volume.size"] == [name for name, _ in body.every()]
    assert [("beside its owner", "volume")] == [(item.kind, item.subject) for item in found]


def test_rows_beside_a_list_of_which_nothing_is_said_are_its_items_where_the_example_has_them_inside() -> None:
    rows = table_of(row_of("volumes", "array"), row_of("id"))
    body, found = gathered(nested([rows])[0], [example_of({"volumes": [{"id": "x"}]})])
    assert (["volumes", "volumes.id"], True) == ([name for name, _ in body.every()], body.members[0].listed)
    assert [("beside its owner", "volumes")] == [(item.kind, item.subject) for item in found]


def test_an_example_that_had_to_be_mended_moves_no_row_into_a_list() -> None:
    rows = table_of(row_of("volumes", "array"), row_of("id"))
    mended = replace(example_of({"volumes": [{"id": "x"}]}), repaired="a bracket was added")
    assert gathered(nested([rows])[0], [mended])[1] == ()


def test_rows_beside_a_list_of_words_stay_beside() -> None:
    rows = table_of(row_of("names", "array of strings"), row_of("id"))
    assert gathered(nested([rows])[0], [example_of({"names": ["x"], "id": "y"})])[1] == ()


def test_what_is_deeper_than_any_body_is_left_out_and_told() -> None:
    top = table_of(row_of("a", "object"))
    name = ".".join(["b"] * 3000)
    assert (["a"], [("unplaced table", "a")]) == (names(top, table_of(row_of(name), owner="a")), kinds(top, deep(name)))
    chain = [table_of(row_of(f"a{at + 1}", "object"), owner=f"a{at}" if at else "") for at in range(3 * DEEPEST)]
    assert DEEPEST == len(names(*chain))
    assert ("unplaced table", f"a{DEEPEST}") in kinds(*chain)


def test_the_owner_of_a_table_may_not_be_deeper_either() -> None:
    table = table_of(row_of("id"), owner=".".join(["a"] * 3000))
    shown = example_of({"a": {}})
    body, found = nested([table], [shown])
    assert ((), ["unplaced table"]) == (body.members, [item.kind for item in found])


def deep(name: str) -> Table:
    return table_of(row_of(name), owner="a")


def calls(tables: Sequence[Table]) -> int:
    """How many calls it takes to make a tree of them."""
    count = 0

    def counted(_frame: object, event: str, _value: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        nested(tables)
    finally:
        sys.setprofile(before)
    return count


def described(count: int, kind: str) -> list[Table]:
    """A table of so many rows, and one for the members of each."""
    owners = [f"Kind{at}" if kind else f"part{at}" for at in range(count)]
    top = table_of(*(row_of(f"part{at}", f"Kind{at} object" if kind else "object") for at in range(count)))
    return [top, *(table_of(row_of("id"), owner=owner) for owner in owners)]


def test_twice_the_tables_take_about_twice_the_work() -> None:
    for kind in ("", "structures"):
        nested(described(200, kind))  # what types say is known from here on
        assert calls(described(200, kind)) < 2.5 * calls(described(100, kind))


def test_tables_that_stand_before_their_owners_take_no_more_than_the_square() -> None:
    def chain(count: int) -> list[Table]:
        below = [table_of(row_of(f"n{at}", f"K{at + 1} object"), owner=f"K{at}") for at in range(count)]
        return [table_of(row_of("n", "K0 object")), *reversed(below)]

    nested(chain(60))
    assert calls(chain(60)) < 5 * calls(chain(30))
