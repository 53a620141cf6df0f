"""Where the lines of one edition stand in the next."""

from __future__ import annotations

from conformance.contract.linemap import LineMap, MovedRange

OLD = ["a", "", "b", "c", "", "d", "e"]


def mapped(new: list[str], old: list[str] = OLD) -> LineMap:
    return LineMap(old, new, {}, {})


def test_lines_move_by_what_was_inserted_above_them() -> None:
    lines = mapped(["x", "a", "", "b", "y", "c", "", "d", "e"])
    assert [lines.line(at) for at in (1, 3, 4, 6, 7)] == [2, 4, 6, 8, 9]


def test_a_line_that_is_gone_stands_where_it_would() -> None:
    assert mapped(["a", "", "b", "z", "", "d", "e"]).line(4) == 4
    assert mapped(["a"]).line(7) == 1


def test_a_narrow_range_says_the_same_when_each_of_its_lines_does() -> None:
    assert mapped(["x", *OLD]).span(3, 4) == MovedRange(4, 5, same=True)
    assert mapped(["a", "b", "n", "c", "d", "e"]).span(3, 4) == MovedRange(2, 4, same=False)
    assert mapped(["a", "b", "d", "e"]).span(4, 4).same is False


def test_blank_lines_say_nothing() -> None:
    assert mapped(["a", "b", "", "", "c", "d", "e"]).span(3, 4) == MovedRange(2, 5, same=True)


def test_a_wide_range_says_the_same_when_most_of_its_lines_do() -> None:
    old = [f"line{at}" for at in range(20)]
    few, many = [*old[:5], "new", *old[5:]], old[:10] + [f"new{at}" for at in range(10)]
    assert mapped(few, old).span(1, 20) == MovedRange(1, 21, same=True)
    assert mapped(many, old).span(1, 20).same is False


def test_a_row_that_both_specs_have_tells_where_its_line_is() -> None:
    def spec(line: int) -> dict[str, object]:
        return {"s": {"parameters": [{"name": "limit", "in": "query", "x-source": [[line, line]]}]}}

    lines = LineMap(["a", "b"], ["b", "x", "y"], spec(2), spec(3))
    assert lines.line(2) == 3
