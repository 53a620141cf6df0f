"""Reads every document of our own in every form and writes docs/reading.md.

    python tests/reading_table.py

Takes half a minute, and a browser that prints. The truth stands in `document/own`, the measure in `document/own/measure.py`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from checkout import ROOT
from document.own.editions import EDITIONS
from document.own.measure import KINDS, Measure, measured, total
from document.own.reading import FORMS, write

from conformance.document import read_document

__all__ = ["PAGE", "cells", "page", "shown"]

PAGE = ROOT / "docs" / "reading.md"


LIMITS = """## How much is read

A document may have 20 MiB, 2000 pages, 4000 operations and 40 000 rows of tables; what has more, or is no document, is refused in one line (exit code 2) and nothing
is written. Reading has 4 GiB of memory and half an hour; of the processor it has a minute, and what the size adds: 20 s for a megabyte, 2 s for a page.

| document | what came of it | seconds of the processor | memory |
|---|---|---|---|
| text of 1.3 MB, 1000 operations with 8302 rows | specs | 39 | 585 MB |
| the same as Markdown; as HTML | specs | 38; 39 | 577 MB |
| text of 135 kB, 100 operations with 873 rows | specs | 5 | 151 MB |
| one operation with a table of 8000 rows | specs | 16 | 381 MB |
| one operation with 400 captioned tables, each in the one before | specs, and what is more than 64 levels deep is told | 3 | 103 MB |
| 20 MiB of text, 16 256 operations | refused: too many operations | 19 | 262 MB |
| 20 MiB of Markdown, 15 887 operations | refused: too many operations | 47 | 1.9 GB |
| 20 MiB of HTML, 7662 operations | refused: too many operations | 25 | 715 MB |
| PDF of 488 pages, 17 MB, 570 operations | specs | 102 | 387 MB |
| that PDF, cut in half | refused: cannot be read | 8 | 95 MB |
| that PDF, encrypted | refused: is encrypted | 2 | 123 MB |
| PDF of 12 pages that are pictures, 12 MB | refused: holds no text | 2 | 106 MB |

`/usr/bin/time -v conformance extract` measured this (processes that read included), on two cores that six other jobs shared, so time on the wall is left out. The documents are
the chapters above, multiplied; a chapter that is multiplied has paths and titles of its own.

"""
"""What was measured of documents that are large or broken."""


def shown(measure: Measure) -> str:
    """Recall and precision as the table has them, cut and not rounded: nothing is whole that is not."""
    return " / ".join(f"{int(share * 1000) / 1000:.3f}" for share in (measure.recall, measure.precision))


def cells(text: str) -> dict[tuple[str, str], str]:
    """(kind, form) -> what the table on a page says."""
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    head = next(row for row in rows if FORMS[0] in row)
    return {
        (row[0], form): cell
        for row in rows
        if row[0] in KINDS
        for form, cell in zip(head, row, strict=True)
        if form in FORMS
    }


def page(results: Mapping[str, Mapping[str, Measure]]) -> str:
    """docs/reading.md. `results` are by form and kind."""
    operations = sum(len(item.operations) for item in EDITIONS.values())
    chapters = len({item.key for item in EDITIONS.values()})
    first = results[FORMS[0]]
    rows = "\n".join(
        f"| {kind} | {first[kind].there} | {' | '.join(shown(results[form][kind]) for form in FORMS)} |"
        for kind in KINDS
    )
    short = (
        "\n".join(_short(results))
        or "Nothing: each fact of each document was read from each form, and nothing else was."
    )
    return f"""# How well documents are read

The truth is known of {len(EDITIONS)} documents that the project wrote itself, in the vendor's layout and in words of its own: {chapters} chapters (block storage,
compute, networks, identity) in two editions each, {operations} operations. They hold what documents do: tables by place, child tables, dotted and inset names, columns
in other orders, actions on one path, enumerations and ranges said in prose, duplicate rows, errors by operation, headings that no reader knows, an
operation without an address, a chapter without a version. Each is written as a text dump in the vendor's manner, as Markdown and as HTML, printed by
Chromium to a PDF (ruled tables, code with a shadow), and that PDF is turned into text by pypdf.

Each cell is recall / precision: how much of what the documents say was read, and how much of what was read they say. Shares are cut, not rounded: 1.000
means all of it. A row is right when its name, its side and its table are; the kinds below it are parts of rows, each held against what the truth says
beside the same row. Enumerations, defaults, ranges and lengths are said in descriptions or in columns of their own and count as read when they became
keywords of a schema.

| read | there | {" | ".join(FORMS)} |
|---|---|{"---|" * len(FORMS)}
{rows}

## What falls short

{short}

{LIMITS}`python tests/reading_table.py` makes this page; `tests/document/test_reading.py` holds it current, and every share to 0.99.
"""


def _short(results: Mapping[str, Mapping[str, Measure]]) -> list[str]:
    lines = []
    for form in FORMS:
        for kind, item in results[form].items():
            for word, facts in (("not read", item.lost), ("read and not there", item.invented)):
                if facts:
                    named = ", ".join(sorted({_told(fact) for fact in facts})[:5])
                    lines.append(f"- {form}, {kind}: {len(facts)} {word}: {named}")
    return lines


def _told(fact: tuple[object, ...]) -> str:
    return "`" + re.sub(r"\s+", " ", " ".join(str(part) for part in fact if part not in ("", None)))[:80] + "`"


def main() -> None:
    results: dict[str, list[dict[str, Measure]]] = {form: [] for form in FORMS}
    with TemporaryDirectory() as name:
        for edition in EDITIONS.values():
            for form, path in write(edition, Path(name), FORMS).items():
                results[form].append(measured(edition, read_document(path)))
    sums = {form: total(items) for form, items in results.items()}
    PAGE.write_text(page(sums), encoding="utf-8")
    for line in _short(sums):
        print(line)


if __name__ == "__main__":
    main()
