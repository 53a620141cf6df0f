"""A Markdown file is read as a reader sees it, with the lines of the file."""

from __future__ import annotations

from conformance.document.lines import Cell, Source
from conformance.document.markdown import is_markdown, read_markdown


def read(text: str) -> Source:
    return read_markdown(text, "0" * 64)


def shown(text: str) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in read(text).lines]


def test_headings_of_both_kinds_are_titles_with_their_level() -> None:
    source = read("# 1 Shelves {#shelves}\n\n### **Lend** a `book`\n\nReturn\n------\n")
    assert [(1, "1 Shelves"), (3, "Lend a book"), (5, "Return")] == [(line.number, line.text) for line in source.lines]
    assert {1: 1, 3: 3, 5: 2} == source.titles


def test_marks_are_not_read_and_placeholders_are() -> None:
    text = "See [the *list*](https://a.b/c) of `shelf_id`, a\\_b &lt; 3<br>and <b>/shelves/<shelf_id></b><!-- no -->\n"
    assert [(1, "See the list of shelf_id, a_b < 3 and /shelves/<shelf_id>")] == shown(text)


def test_each_line_of_a_paragraph_and_a_list_keeps_its_number() -> None:
    text = "one\ntwo\n\n- three\n  four\n\n1. five\n2. six\n"
    assert [(1, "one"), (2, "two"), (4, "three"), (5, "four"), (7, "1. five"), (8, "2. six")] == shown(text)


def test_a_pipe_table_is_a_grid_of_its_words() -> None:
    text = "| Name | Text |\n|:-----|-----:|\n| a\\_b | x \\| y<br>z |\n| &nbsp;&nbsp;c | |\n"
    source = read(text)
    (grid,) = source.grids
    assert (1, 4) == (grid.line, grid.last_line)
    assert (Cell("Name", 1, 1), Cell("Text", 1, 1)) == grid.rows[0]
    assert (Cell("a_b", 3, 3), Cell("x | y z", 3, 3)) == grid.rows[1]
    assert (Cell("c", 4, 4, indent=2), Cell("", 4, 4)) == grid.rows[2]
    assert [(1, "Name Text"), (3, "a_b x | y z"), (4, "c")] == shown(text)


def test_a_cell_too_many_is_kept() -> None:
    (grid,) = read("| Name | Text |\n|---|---|\n| a | one | two |\n").grids
    assert ["a", "one", "two"] == [cell.text for cell in grid.rows[1]]


def test_a_break_in_chinese_leaves_no_blank() -> None:
    (grid,) = read("| 名称 | 说明 |\n|---|---|\n| a | 书架。<br>编号 |\n").grids
    assert "书架。编号" == grid.rows[1][1].text


def test_code_keeps_its_indents_and_has_no_fence() -> None:
    source = read('```json\n{\n  "a": 1\n}\n```\n\n    GET /v1\n')
    assert [(2, "{"), (3, '  "a": 1'), (4, "}"), (7, "GET /v1")] == [(line.number, line.raw) for line in source.lines]
    assert ((2, 4), (7, 7)) == source.codes


def test_code_is_left_as_it_is_and_words_lose_their_radicals() -> None:
    assert [(1, "用户"), (3, "⽤户")] == shown("⽤户\n\n    ⽤户\n")


def test_a_table_in_html_is_a_grid_though_it_has_blank_lines() -> None:
    text = "word\n\n<table>\n<tr><th>Name</th><th>Text</th></tr>\n\n<tr><td>a</td><td>b</td></tr>\n</table>\n\nword\n"
    (grid,) = read(text).grids
    assert (4, 6) == (grid.line, grid.last_line)
    assert [(1, "word"), (4, "Name Text"), (6, "a b"), (9, "word")] == shown(text)


def test_front_matter_is_no_heading() -> None:
    assert [(4, "Shelves")] == shown("---\ntitle: Shelves\n---\n# Shelves\n")


def test_markdown_is_known_by_headings_with_tables_or_fences() -> None:
    heads = "# a\n\n## b\n\n"
    assert is_markdown(heads + "| a | b |\n|---|---|\n")
    assert is_markdown(heads + "a | b\n--|--\n")
    assert is_markdown(heads + "```\nx\n```\n")
    assert not is_markdown(heads)
    assert not is_markdown("a\n---\n| a | b |\n|---|---|\n")
