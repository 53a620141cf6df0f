"""Files that belong together are all of one edition, however writing them ended."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.contract.services import spec_files
from conformance.contract.staging import is_half_put, put, staged, taken_back
from conformance.model.errors import UsageError

OLD = {"a.openapi.yaml": b"old a", "b.openapi.yaml": b"old b", "gone.openapi.yaml": b"old", "notes": b"somebody's own"}
NEW = {"a.openapi.yaml": b"new a", "b.openapi.yaml": b"new b", "c.openapi.yaml": b"new c"}
STEPS = ("replace", "rename", "unlink")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return begun_anew(tmp_path / "specs")


def begun_anew(out: Path) -> Path:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    for name, data in OLD.items():
        (out / name).write_bytes(data)
    return out


def there(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


def write(out: Path) -> None:
    with staged(out, NEW) as staging:
        put(staging, out, gone=["gone.openapi.yaml"])


def killed(work: Callable[[], object], at: int) -> bool:
    """Whether the work was killed: before that of its steps which change a directory."""
    child = os.fork()
    if child == 0:
        count = 0

        def stepping(step: Callable[..., None]) -> Callable[..., None]:
            def stepped(*args: object, **named: object) -> None:
                nonlocal count
                count += 1
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                step(*args, **named)

            return stepped

        for name in STEPS:
            setattr(os, name, stepping(getattr(os, name)))
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_what_is_written_is_all_there_and_nothing_else_is(out: Path) -> None:
    write(out)
    assert there(out) == {**NEW, "notes": b"somebody's own"}
    assert sorted(path.name for path in out.iterdir()) == sorted([*NEW, "notes"])


def test_a_kill_at_any_step_leaves_one_edition_or_a_directory_that_is_not_read(out: Path) -> None:
    after = {**NEW, "notes": b"somebody's own"}
    refused = 0
    for at in range(1, 100):
        if not killed(lambda: write(out), at):
            break
        if is_half_put(out):
            refused += 1
            with pytest.raises(UsageError, match="its files are being written, or that was cut off"):
                spec_files(out)
            assert taken_back(out)
            assert there(out) == OLD
        assert there(out) in (OLD, after)
        begun_anew(out)
    assert refused > len(NEW)
    assert there(out) == after


def test_a_kill_while_all_is_put_back_is_mended_the_next_time(out: Path) -> None:
    for at in range(1, 100):
        begun_anew(out)
        assert killed(lambda: write(out), 4)
        assert is_half_put(out)
        if not killed(lambda: taken_back(out), at):
            break
        taken_back(out)
        assert there(out) == OLD
    assert at > 2
    assert there(out) == OLD


def test_who_writes_after_a_kill_writes_all(out: Path) -> None:
    assert killed(lambda: write(out), 4)
    write(out)
    assert there(out) == {**NEW, "notes": b"somebody's own"}
    assert not is_half_put(out)


def test_one_at_a_time_writes_to_a_directory(out: Path) -> None:
    with staged(out, NEW):
        with pytest.raises(UsageError, match="another extract is writing there"), staged(out, NEW):
            pass
        assert there(out) == OLD


def test_an_end_while_all_is_put_back_keeps_what_was_there(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced = os.replace

    def ended(source: Path, target: Path) -> None:
        if sorted(NEW)[1] == Path(target).name or "old" in Path(source).parts:
            raise KeyboardInterrupt
        replaced(source, target)

    monkeypatch.setattr(os, "replace", ended)
    with pytest.raises(KeyboardInterrupt):
        write(out)
    monkeypatch.undo()
    assert is_half_put(out)
    assert taken_back(out)
    assert there(out) == OLD
