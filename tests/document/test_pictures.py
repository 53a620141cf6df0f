"""Pictures of pages of a PDF: PNGs of those that there are, bounded, and none of what is no PDF."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.document import pictures
from conformance.document.pictures import page_pictures

PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] >>"


def pdf(tmp_path: Path, *sizes: tuple[int, int]) -> Path:
    """A PDF of blank pages (ISO 32000-1, 7.5)."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + len(sizes)))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(sizes)} >>"]
    objects += [PAGE.format(width=width, height=height) for width, height in sizes]
    data, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{item}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    path = tmp_path / "document.pdf"
    path.write_bytes(data + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode())
    return path


def test_the_pages_that_are_asked_for_are_drawn(tmp_path: Path) -> None:
    found = page_pictures(pdf(tmp_path, (595, 842), (595, 842), (595, 842)), [3, 1, 1, 0, 9])
    assert [1, 3] == list(found)
    assert all(data.startswith(b"\x89PNG\r\n") for data in found.values())


def test_a_page_is_no_larger_than_a_report_bears(tmp_path: Path) -> None:
    data = page_pictures(pdf(tmp_path, (10, 14_000)), [1])[1]
    assert int.from_bytes(data[20:24], "big") <= pictures.TALLEST


def test_no_more_pages_are_drawn_than_a_report_bears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pdf(tmp_path, *[(20, 20)] * (pictures.MOST + 3))
    assert list(range(1, pictures.MOST + 1)) == list(page_pictures(path, range(1, 99)))
    monkeypatch.setattr(pictures, "LARGEST", 0)
    assert page_pictures(path, [1]) == {}


@pytest.mark.parametrize("data", [b"a text", b"%PDF-1.7 nothing"])
def test_what_is_no_pdf_has_no_pictures(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "document"
    path.write_bytes(data)
    assert page_pictures(path, [1]) == {}
