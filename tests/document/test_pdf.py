"""A PDF's lines, without the shadow that is printed over the code; a file that is no such PDF gets one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.document.lines import Source
from conformance.document.pdf import MOST_PAGES, read_pdf
from conformance.document.sources import source_of
from conformance.model.errors import DocumentError


def pdf(*pages: str, kids: str = "", trailer: str = "", size: str = "[0 0 612 792]") -> bytes:
    """A PDF of these page contents (ISO 32000-1, 7.5): a catalogue, its pages, one font."""
    numbers = range(4, 4 + 2 * len(pages), 2)
    kids = kids or " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    for number, content in zip(numbers, pages, strict=True):
        resources = "<< /Font << /F1 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox {size} /Resources {resources} /Contents {number + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    data, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{item}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


ENCRYPTION = f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'11' * 32}> /U <{'22' * 32}> >>"


def text(words: str, x: float = 72, y: float = 700) -> str:
    return f"BT /F1 12 Tf {x} {y} Td ({words}) Tj ET"


def read(data: bytes) -> Source:
    return read_pdf(data, Path("a.pdf"), "0" * 64)


def test_text_with_a_shadow_is_read_once() -> None:
    shadowed = "\n".join([text('"id": 1'), text('"id": 1', x=72.7, y=700.7), text("plain", y=650)])
    assert ['"id": 1', "plain"] == [line.text for line in read(pdf(shadowed)).lines]


def test_each_page_begins_a_page() -> None:
    source = source_of(pdf(text("one"), text("two")), Path("a.pdf"), "0" * 64, print)
    assert [(line.text, line.page) for line in source.lines] == [("one", 1), ("two", 2)]


def test_a_page_without_text_is_one_blank_line() -> None:
    source = read(pdf(text("one"), "0 0 m 10 10 l S", text("two")))
    assert [(1, 1, "one"), (3, 3, "two")] == [(line.number, line.page, line.text) for line in source.lines]
    assert (3, True) == (source.line_count, source.paged)


def test_the_library_says_nothing(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    read(pdf(text("one")).replace(b"/BaseFont /Courier", b"/BaseFont /Own /FontDescriptor << /Type /FontDescriptor >>"))
    assert ([], "", "") == (caplog.records, *capfd.readouterr())


def test_a_pdf_without_text_is_refused() -> None:
    with pytest.raises(DocumentError, match="is a PDF without text"):
        read(pdf("0 0 m 10 10 l S"))


def test_a_broken_pdf_is_refused_in_one_line() -> None:
    with pytest.raises(DocumentError, match="is a PDF that cannot be read") as caught:
        read(b"%PDF-1.7 nothing")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"trailer": f"/ID [<{'00' * 16}> <{'00' * 16}>] /Encrypt {ENCRYPTION} "}, "is an encrypted PDF"),
        ({"size": "[0 (a)]"}, "is a PDF that cannot be read"),
    ],
    ids=["encrypted", "no size"],
)
def test_a_pdf_that_cannot_be_read_is_refused_in_one_line(given: dict[str, str], words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(pdf(text("one"), **given))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_document_of_too_many_pages_is_refused() -> None:
    with pytest.raises(DocumentError, match="has more than 2000 pages; give the API reference alone"):
        read(pdf(*[text("one")] * (MOST_PAGES + 1)))


def test_pages_in_a_ring_have_an_end() -> None:
    assert ["one"] == [line.text for line in read(pdf(text("one"), kids="2 0 R 4 0 R")).lines]


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.98])
def test_a_truncated_pdf_is_refused_in_one_line(part: float) -> None:
    whole = pdf(*[text(f"page {at}") for at in range(4)])
    with pytest.raises(
        DocumentError, match=r"^a\.pdf: is a PDF that cannot be read: [^\n]+; save it again or give its"
    ):
        read(whole[: int(len(whole) * part)])
