"""Reading that takes too long or too much memory ends with one line, and a fault of ours is told as one."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.document import confined as confinement
from conformance.document.confined import Allow, confined
from conformance.document.lines import Line, Source
from conformance.model.errors import DocumentError, SuiteError

PATH = Path("a.pdf")
LIBRARY = Path(__file__).parent / "data" / "library.txt"


def quick(data: bytes, path: Path, sha256: str, allow: Allow) -> Source:
    return Source((Line(1, 1, data.decode(), data.decode()),), sha256, 1)


def refused(data: bytes, path: Path, sha256: str, allow: Allow) -> Source:
    raise DocumentError(f"{path}: is no document")


def endless(data: bytes, path: Path, sha256: str, allow: Allow) -> Source:
    allow(0)
    while True:
        pass


def boundless(data: bytes, path: Path, sha256: str, allow: Allow) -> Source:
    return quick(b"x" * 2**40, path, sha256, allow)


def faulty(data: bytes, path: Path, sha256: str, allow: Allow) -> Source:
    raise LookupError("one\ntwo")


def printing(data: bytes, path: Path, sha256: str, allow: Allow) -> str:
    print("noise", flush=True)
    return "printed"


def test_what_is_read_comes_back() -> None:
    assert quick(b"words", PATH, "1", print) == confined(quick, b"words", PATH, "1")


def test_a_refusal_comes_back() -> None:
    with pytest.raises(DocumentError, match=r"^a.pdf: is no document$"):
        confined(refused, b"", PATH, "")


def test_what_takes_for_ever_is_ended() -> None:
    start = time.monotonic()
    with pytest.raises(
        DocumentError,
        match=r"^a.pdf: takes more time of the processor than .* \(60 s, and .*\) to be read; give the API reference alone$",
    ):
        confined(endless, b"", PATH, "")
    assert time.monotonic() - start < 60


def test_what_waits_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "_WALL", 0.01)
    with pytest.raises(
        DocumentError, match=r"^a.pdf: takes more than 0 minutes to be read; give the API reference alone$"
    ):
        confined(quick, b"", PATH, "")


def test_what_takes_all_memory_is_ended() -> None:
    with pytest.raises(
        DocumentError, match=r"^a.pdf: takes more than 4 GiB of memory to be read; give the API reference alone$"
    ):
        confined(boundless, b"", PATH, "")


def test_a_fault_of_ours_is_told_as_one() -> None:
    with pytest.raises(SuiteError, match=r"^a.pdf: reading it failed: LookupError: one two$"):
        confined(faulty, b"", PATH, "")


def test_a_script_without_a_main_guard_reads_a_document(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom conformance.document import read_document\n"
        "print(len(read_document(Path(sys.argv[1])).operations))\n"
    )
    done = subprocess.run([sys.executable, str(script), str(LIBRARY)], capture_output=True, text=True, check=False)
    assert (0, "8\n", "") == (done.returncode, done.stdout, done.stderr)


def test_modules_of_the_directory_of_who_asks_do_not_take_the_place_of_our_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit(7)\n")
    monkeypatch.chdir(tmp_path)
    assert quick(b"words", PATH, "1", print) == confined(quick, b"words", PATH, "1")


def test_what_is_printed_while_a_document_is_read_is_none_of_the_answer(capfd: pytest.CaptureFixture[str]) -> None:
    assert "printed" == confined(printing, b"", PATH, "")
    assert ("", "") == (*capfd.readouterr(),)
