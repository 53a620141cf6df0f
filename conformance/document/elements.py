"""The elements of an HTML page as a tree, from Python's own parser: nothing is fetched and no script is run.

Elements that are left open are closed as HTML says (13.1.2.4 of its Living Standard), as far as text, lists and tables
need it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["BLOCK", "DROPPED", "Node", "is_element", "tree"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = _names("area base br col embed hr img input link meta param source track wbr")
DROPPED = _names("head nav script style template svg math iframe object noscript button select")
"""What is no part of the document's text: it leads around, draws or acts."""
INLINE = _names(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img input ins kbd label mark q s samp small span"
    " strike strong sub sup time tt u var wbr"
)
BLOCK = _names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu ol p pre section summary table"
    " tbody td tfoot th thead tr ul"
)
_CELLS = frozenset({"td", "th", "table"})
_PARTS = frozenset({"table", "tbody", "thead", "tfoot", "tr"})
_CLOSED_BY = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu", "dir"}) | _CELLS),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"}) | _CELLS),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"}) | _CELLS),
    "td": (frozenset({"td", "th"}), frozenset({"table"})),
    "th": (frozenset({"td", "th"}), frozenset({"table"})),
    "tr": (frozenset({"tr", "caption"}), frozenset({"table"})),
    **dict.fromkeys(("tbody", "thead", "tfoot"), (_PARTS - {"table", "tr"} | {"caption"}, frozenset({"table"}))),
}
"""Element -> the elements of which its start closes the innermost one that is open, and those past which none is."""
_DEEPEST = 200
"""Elements inside one another; what is deeper is read as if it stood in the last of these."""
_WIDEST = 100
"""Rows or columns that a cell may span."""


@dataclass
class Node:
    """An element, or (without a name) a text. `line` is where it begins in the file, `spans` are the rows and columns
    of a cell, and `text` is what the element shows by itself: a picture its words, an ordered list its first number."""

    name: str
    line: int
    text: str = ""
    spans: tuple[int, int] = (1, 1)
    children: list[Node] = field(default_factory=list)

    def holds(self, names: frozenset[str]) -> bool:
        """Whether one of these elements stands in it."""
        return any(child.name in names or child.holds(names) for child in self.children)


def is_element(name: str) -> bool:
    """Whether HTML has an element of this name."""
    return name.lower() in INLINE | BLOCK | VOID | DROPPED


def tree(text: str) -> Node:
    """The body of a page."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return parser.open[0][1]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [("body", Node("body", 1))]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._close(*_CLOSED_BY.get(tag, (frozenset(), frozenset())))
        if tag in BLOCK:
            self._close(frozenset({"p"}), BLOCK - {"p"})
        said = {name: value or "" for name, value in attrs}
        node = Node(tag, self.getpos()[0], said.get({"img": "alt", "ol": "start"}.get(tag, ""), ""))
        if tag in {"td", "th"}:
            node.spans = (_count(said.get("rowspan", "")), _count(said.get("colspan", "")))
        if said.get("role") in {"navigation", "search"} or said.get("class") == "headerlink":
            node.name = "nav"
        if len(self.open) <= _DEEPEST or tag in VOID:
            self.open[-1][1].children.append(node)
            if tag not in VOID:
                self.open.append((tag, node))

    def handle_endtag(self, tag: str) -> None:
        self._close(frozenset({tag}), frozenset() if tag in _PARTS else _CELLS - {tag})

    def handle_data(self, data: str) -> None:
        self.open[-1][1].children.append(Node("", self.getpos()[0], data))

    def _close(self, names: frozenset[str], until: frozenset[str]) -> None:
        """Close the innermost open element of these names that is not past one of `until`, and all in it."""
        for at in range(len(self.open) - 1, 0, -1):
            if self.open[at][0] in names:
                del self.open[at:]
                return
            if self.open[at][0] in until:
                return


def _count(value: str) -> int:
    """A count of rows or columns; what is no count is 1 (HTML, 4.9.11)."""
    return min(int(value), _WIDEST) or 1 if re.fullmatch(r"[0-9]{1,6}", value.strip()) else 1
