"""An HTML page is read as a browser shows it, with the lines of the file."""

from __future__ import annotations

from conformance.document.html import is_html, read_html, read_part
from conformance.document.lines import Cell, Source


def read(text: str) -> Source:
    return read_html(text, "0" * 64)


def shown(text: str) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in read(text).lines]


def test_blocks_are_lines_and_what_leads_around_is_dropped() -> None:
    text = (
        "<!DOCTYPE html>\n<head><title>x</title><style>y</style></head>\n<nav>menu <a>b</a></nav>\n"
        "<p>one <b>two</b> &lt;a&gt; &amp;\nthree<br>\nfour\n<script>no()</script><div role=navigation>no</div>\n"
        "<ul>\n<li>five\n<li>six\n</ul>\n<ol start=3>\n<li><p>seven</p>\n</ol>\n"
    )
    assert [
        (4, "one two <a> &"),
        (5, "three"),
        (6, "four"),
        (9, "five"),
        (10, "six"),
        (13, "3. seven"),
    ] == shown(text)


def test_headings_are_titles_on_one_line_without_their_link() -> None:
    source = read('<h1>1 Shelves</h1>\n<h3>Lend\n a book<a class="headerlink" href="#x">¶</a></h3>\n')
    assert [(1, "1 Shelves"), (2, "Lend a book")] == [(line.number, line.text) for line in source.lines]
    assert {1: 1, 2: 3} == source.titles


def test_a_table_is_a_grid_in_which_a_span_is_in_each_row_and_column() -> None:
    text = (
        "<table>\n<caption>Books</caption>\n<thead><tr><th>Name</th><th colspan=2>Text</th></tr></thead>\n"
        "<tr><td rowspan=2>&nbsp;&nbsp;id</td><td>a</td>\n<td>b<p>c\n d</td></tr>\n<tr><td>e<td>\n</table>\n"
    )
    source = read(text)
    (grid,) = source.grids
    span = Cell("id", 4, 4, indent=2)
    assert (Cell("Name", 3, 3), Cell("Text", 3, 3), Cell("Text", 3, 3)) == grid.rows[0]
    assert (span, Cell("a", 4, 4), Cell("b c d", 5, 6)) == grid.rows[1]
    assert (span, Cell("e", 7, 7), Cell("", 7, 7)) == grid.rows[2]
    assert (3, 7) == (grid.line, grid.last_line)
    assert [(2, "Books"), (3, "Name Text"), (4, "id a"), (5, "b c d"), (7, "e")] == shown(text)


def test_a_table_that_only_arranges_the_page_is_none() -> None:
    source = read("<table><tr><td>\n<h2>Lend</h2>\n<table><tr><td>\n<pre>x</pre></table>\n</table>\n")
    assert ((), [(2, "Lend"), (4, "x")]) == (source.grids, [(line.number, line.text) for line in source.lines])


def test_code_keeps_its_indents() -> None:
    source = read('<pre><code>\n{\n  <span class="k">"a"</span>: "&lt;⽤"\n}\n</code></pre>\nend\n')
    assert [(2, "{"), (3, '  "a": "<⽤"'), (4, "}"), (6, "end")] == [(line.number, line.raw) for line in source.lines]
    assert ((2, 4),) == source.codes


def test_words_lose_their_radicals_and_chinese_goes_on_without_a_blank() -> None:
    assert [(1, "用户名称")] == shown("<h2>⽤户\n名称</h2>\n")


def test_where_the_file_has_no_lines_they_are_counted_as_shown() -> None:
    source = read("<h1>a</h1><table><tr><td>b<td>c<tr><td>d<td>e</table><pre>f\ng</pre>")
    assert [(1, "a"), (2, "b c"), (3, "d e"), (4, "f"), (5, "g")] == [(line.number, line.text) for line in source.lines]
    assert ({1: 1}, ((4, 5),), 5) == (source.titles, source.codes, source.line_count)
    assert [(2, 2), (3, 3)] == [(row[0].line, row[1].line) for row in source.grids[0].rows]


def test_a_part_of_another_form_has_that_forms_lines() -> None:
    part = read_part("<p>a</p><p>b</p>\n<p>c\n", 7)
    assert [(8, "a b"), (9, "c")] == [(line.number, line.text) for line in part.lines]


def test_html_is_known_by_its_first_element() -> None:
    assert is_html("\ufeff".strip("\ufeff") + "<!-- x -->\n<!DOCTYPE html>")
    assert is_html('<?xml version="1.0"?><html>')
    assert not is_html("Use <html> here")
    assert not is_html("<id> of a book")
