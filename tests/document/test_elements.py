"""Elements that are left open are closed as HTML says."""

from __future__ import annotations

from conformance.document.elements import Node, is_element, tree


def written(node: Node) -> str:
    inside = "".join(written(child) for child in node.children)
    return f"{node.name}({inside})" if node.name else node.text


def test_items_rows_and_cells_are_closed_by_the_next() -> None:
    assert "body(ul(li(a)li(b)))" == written(tree("<ul><li>a<li>b</ul>"))
    assert "body(table(tr(td(a)td(b))tr(td(c))))" == written(tree("<table><tr><td>a<td>b<tr><td>c</table>"))
    assert "body(dl(dt(a)dd(b)dt(c)))" == written(tree("<dl><dt>a<dd>b<dt>c</dl>"))


def test_an_item_of_a_list_inside_closes_none_outside() -> None:
    assert "body(ul(li(aul(li(b)))li(c)))" == written(tree("<ul><li>a<ul><li>b</ul><li>c</ul>"))


def test_a_paragraph_ends_where_a_block_begins() -> None:
    assert "body(p(a)p(b)table(tr(td(p(c)))))" == written(tree("<p>a<p>b<table><tr><td><p>c</table>"))


def test_an_end_in_a_cell_closes_nothing_around_its_table() -> None:
    assert "body(div(table(tr(td(a)td(b)))c))" == written(tree("<div><table><tr><td>a</div><td>b</table>c"))


def test_spans_are_counts_with_a_bound() -> None:
    cells = tree('<table><tr><td rowspan=2 colspan="x"><td rowspan=0 colspan=999999></table>').children[0].children[0]
    assert [(2, 1), (1, 100)] == [cell.spans for cell in cells.children]


def test_a_page_of_any_depth_is_read() -> None:
    node = tree("<div>" * 5000 + "a")
    depth = 0
    while node.children:
        node, depth = node.children[0], depth + 1
    assert ("a", True) == (node.text, depth < 300)


def test_elements_are_told_from_placeholders() -> None:
    assert [True, True, False, False] == [is_element(name) for name in ("br", "TD", "image_id", "id")]
