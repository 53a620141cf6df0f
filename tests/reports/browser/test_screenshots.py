"""The pictures of the README, written to CONFORMANCE_SCREENSHOTS where it is set, of the run in CONFORMANCE_RUN."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path

import pytest
from browser import Opener
from PIL import Image

from conformance.model.verdict import Verdict
from conformance.reports.recorded import read_run


@pytest.mark.parametrize(
    ("name", "language", "scheme", "width", "height"),
    [
        ("report-en", "en", "light", 1280, 800),
        ("report-zh", "zh", "light", 1280, 800),
        ("report-finding", "en", "light", 1280, 1000),
        ("report-dark", "en", "dark", 1280, 1000),
        ("report-charts", "en", "light", 1280, 820),
        ("report-phone", "en", "light", 390, 844),
    ],
)
def test_screenshots(
    page: Opener, verdict: Verdict, tmp_path: Path, name: str, language: str, scheme: str, width: int, height: int
) -> None:
    run, out = os.environ.get("CONFORMANCE_RUN"), Path(os.environ.get("CONFORMANCE_SCREENSHOTS", tmp_path))
    shown = page(read_run(Path(run)) if run else verdict, language=language, scheme=scheme, width=width, height=height)
    if name in {"report-finding", "report-dark"}:
        shown.run("const found = document.querySelector('details.finding'); found.open = true; found.scrollIntoView()")
    if name == "report-charts":
        shown.run("document.getElementById('traffic').scrollIntoView()")
    data = base64.b64decode(shown.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert picture.size == (width, height)
    # Text on a page is many shades; a blank or broken page is a few.
    assert len(picture.getcolors(maxcolors=1 << 24) or ()) > 200
    path = out / f"{name}.png"
    picture.save(path, optimize=True)
    assert path.stat().st_size < 400_000
