"""The reports of a run on disk: one place from before its first request until it has ended.

Rules
- The place is claimed first: tried, locked, and refused where it holds what no run wrote.
- From then on it says that the run is under way, and no file of an earlier run stands beside that: a run that is killed
  leaves no verdict but this one.
- At the end every file is written beside its place before the first is put there, and verdict.json is put last: where it
  says what the run has found, all others are of the same run and whole.
- On a full disk what fits is written, what matters most first. What is missing is said in the verdict, and a run whose
  evidence is not all there is not conformant, but inconclusive. One that found a broken promise has found it all the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from conformance.model.errors import Exit, UsageError
from conformance.model.opening import content, opened
from conformance.model.phrase import Phrase
from conformance.model.verdict import Overall
from conformance.reports.destination import PRIVATE, RUNNABLE, Claim, Content, PartFiles, open_directory, put_all
from conformance.reports.formats import FORMATS, VERDICT
from conformance.reports.jobpage import JobPage
from conformance.reports.presentation import SCRIPTS, Presentation
from conformance.reports.script import as_file
from conformance.reports.sentences import message
from conformance.reports.summary import to_summary

__all__ = ["FAULTS", "Reports", "Written"]

FAULTS = "suite-fault.txt"
"""The file, beside the reports, with the tracebacks of our own faults."""
SPECS = "specs"
MARKED = (VERDICT, "junit.xml", "index.html")
"""What says from the start that the run is under way."""
ORDER = (*MARKED, "summary.md", "report.sarif", "exchanges.har")
"""The files of the formats, what matters most first."""
BARE = f"{VERDICT} without findings"
"""What is tried when the whole cannot be made."""
EARLY = " at the start"
SUITE = b"easystack-conformance"
"""What reports of a run have in their first lines, but for the verdict and the summary."""
HEAD = 4096
_VERDICT = re.compile(rb'\s*\{\s*"verdict"\s*:')
_SCRIPT = re.compile(r"[0-9a-f]{12}\.sh")

T = TypeVar("T")


@dataclass(frozen=True)
class Written:
    """What became of the reports. `paths` are the files in the directory, verdict.json first. `shown` is what they say.

    `failed` maps the name of a report to the exception of ours for which it could not be made, `missing` to what the
    system said when it could not be written.
    """

    paths: tuple[Path, ...]
    shown: Presentation
    failed: Mapping[str, Exception]
    missing: Mapping[str, str]


class Reports:
    """Where one run reports to: a directory, Allure's when it is given, and the page of a pipeline's job. Use as a
    context: afterwards another run may have the directory."""

    def __init__(
        self, directory: Path, alluredir: Path | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        self._directory = directory
        self._alluredir = alluredir
        self._page = JobPage(environ)
        self._stack = ExitStack()
        self._begun: frozenset[Path] = frozenset()
        """The files that say that the run is under way."""
        self._waiting: Presentation | None = None
        self._trouble = _Trouble()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def claim(self, specs: Mapping[str, bytes]) -> None:
        """Find out whether everything can be written that a run writes, with these `specs`, and keep other runs out.

        Raises UsageError; then everything is as it was before.
        """
        self._stack.enter_context(Claim(self._directory))
        foreign = next(_foreign(self._directory, specs), None)
        if foreign is not None:
            raise UsageError(f"--out {self._directory}: holds {foreign}; give another directory")
        if self._alluredir is not None:
            open_directory(self._alluredir, "--alluredir")
        self._page.open()

    def begin(self, shown: Presentation) -> None:
        """Say in every place that the run is under way, and take away what an earlier one has left.

        Raises UsageError when that cannot be written; then everything is as it was before.
        """
        self._waiting = shown
        made = {name: self._trouble.made(f"{name}{EARLY}", partial(_maker(name), shown)) for name in MARKED}
        allure = self._trouble.made(f"Allure results{EARLY}", partial(_allure, shown)) if self._alluredir else None
        text = self._trouble.made(f"{self._page.name}{EARLY}", partial(to_summary, shown))
        where = f"--out {self._directory}"
        try:
            with PartFiles() as parts:
                for name, data in reversed(
                    made.items()
                ):  # the verdict is put first: it is what must not outlive the rest
                    if data is not None:
                        parts.write(self._directory / name, data)
                if self._alluredir is not None and allure is not None:
                    where = f"--alluredir {self._alluredir}"
                    _write_allure(self._alluredir, allure)
                if text is not None:
                    where = self._page.name
                    self._page.mark(text)
                where = f"--out {self._directory}"
                parts.put()
            self._begun = frozenset(self._directory / name for name, data in made.items() if data is not None)
            for path in self._earlier():
                if path not in self._begun:
                    path.unlink(missing_ok=True)
        except OSError as error:
            self._withdraw()
            raise UsageError(f"{where}: reports cannot be written: {error.strerror}; give another place") from None

    def finish(self, shown: Presentation) -> Written:
        """Write a report of each format, the specs, a script for each finding and, last, verdict.json.

        A report that cannot be made, or cannot be written, takes no other with it; the verdict says so.
        """
        trouble = self._trouble
        if self._alluredir is not None:
            results = trouble.made("Allure results", partial(_allure, shown))
            if results is not None:
                trouble.written("Allure results", partial(_write_allure, self._alluredir, results))
        text = trouble.made(self._page.name, partial(to_summary, shown))
        if text is not None:
            trouble.written(self._page.name, partial(self._page.add, text))
        while True:
            known, said = trouble.names, trouble.told(shown)
            paths = self._write(said, trouble)
            if trouble.names == known:
                self._excuse(said, trouble)
                return Written(paths, said, trouble.failed, trouble.missing)

    def _excuse(self, shown: Presentation, trouble: _Trouble) -> None:
        """Where there is no room for the verdict, say so in what stands there instead, if there is room for that."""
        if self._waiting is not None and VERDICT in trouble.missing:
            verdict = replace(self._waiting.verdict, notes=shown.verdict.notes)
            with suppress(Exception), PartFiles() as parts:
                parts.write(self._directory / VERDICT, _maker(VERDICT)(replace(self._waiting, verdict=verdict)))
                parts.put()

    def _write(self, shown: Presentation, trouble: _Trouble) -> tuple[Path, ...]:
        """Write everything that has met no trouble so far; when something meets it now, nothing, or all but the verdict, is
        put in its place."""
        known = trouble.names
        owner: dict[Path, str] = {}
        with PartFiles() as parts:
            for name, make in self._contents(shown, trouble):
                for path, (content, mode) in (trouble.made(name, make) or {}).items():
                    if trouble.written(name, partial(_write_part, parts, path, content, mode)):
                        owner[path] = name
            if trouble.names != known:
                return ()
            for path in self._earlier():
                if path not in owner and path not in self._begun:
                    with suppress(OSError):
                        path.unlink()
            try:
                parts.put()
            except OSError as error:
                trouble.refused(owner[Path(str(error.filename2))], error)
        return tuple(path for path in owner if path.parent == self._directory)

    def _contents(
        self, shown: Presentation, trouble: _Trouble
    ) -> Iterator[tuple[str, Callable[[], Mapping[Path, tuple[Content, int]]]]]:
        """What is written, what matters most first: a name, and what makes the files that go by it."""
        here = self._directory
        *small, largest = ORDER
        for name in small:
            bare = name == VERDICT and name in trouble.failed
            if trouble.spares(name) or (bare and trouble.spares(BARE)):
                yield name, partial(_alone, here / name, _bare if bare else _maker(name), shown)
        if trouble.spares(SCRIPTS):
            yield (
                SCRIPTS,
                lambda: {
                    here / SCRIPTS / name: (text.encode("utf-8", "replace"), RUNNABLE) for name, text in _scripts(shown)
                },
            )
        if trouble.spares(SPECS):
            yield (
                SPECS,
                lambda: {
                    here / name: (data, PRIVATE) for name, data in shown.specs.items() if not _same(here / name, data)
                },
            )
        if trouble.spares(largest):
            yield largest, partial(_alone, here / largest, _maker(largest), shown)

    def _earlier(self) -> Iterator[Path]:
        """The files of a run that are in the directory."""
        yield from (self._directory / name for name in (*ORDER, FAULTS) if os.path.lexists(self._directory / name))
        folder = self._directory / SCRIPTS
        if folder.is_dir() and not folder.is_symlink():
            yield from (path for path in folder.iterdir() if _SCRIPT.fullmatch(path.name))

    def _withdraw(self) -> None:
        """Take away what says that the run is under way where it is not of the directory."""
        with suppress(OSError):
            self._page.unmark()
        if self._alluredir is not None:
            from conformance.reports.allure import MARK

            with suppress(OSError):
                (self._alluredir / MARK).unlink(missing_ok=True)


class _Trouble:
    """What could not be made, and what could not be written."""

    def __init__(self) -> None:
        self.failed: dict[str, Exception] = {}
        self.missing: dict[str, str] = {}

    @property
    def names(self) -> frozenset[str]:
        """What has met it."""
        return frozenset(self.failed) | frozenset(self.missing)

    def spares(self, name: str) -> bool:
        """Whether nothing is known against a report."""
        return name not in self.failed and name not in self.missing

    def made(self, name: str, make: Callable[[], T]) -> T | None:
        """What `make` makes; None when it raises an exception, which is one of ours."""
        try:
            return make()
        except Exception as error:  # the other reports are written all the same
            self.failed.pop(f"{name}{EARLY}", None)  # the same once more
            self.failed[name if name not in self.failed else BARE] = error
            return None

    def written(self, name: str, write: Callable[[], None]) -> bool:
        """Whether `write` has written it."""
        try:
            write()
        except OSError as error:
            self.refused(name, error)
        except Exception as error:  # of ours: what is written is made piece by piece
            self.failed[name] = error
        else:
            return True
        return False

    def refused(self, name: str, error: OSError) -> None:
        """Note that the system refused to write something."""
        self.missing[name] = error.strerror or type(error).__name__

    def told(self, shown: Presentation) -> Presentation:
        """The presentation with a note for each of them, and with what that means for the outcome."""
        verdict = shown.verdict
        notes = (
            *verdict.notes,
            *(
                Phrase.of("suite-at-fault", case=name, error=type(error).__name__, said=_line(error))
                for name, error in self.failed.items()
            ),
            *(Phrase.of("report-missing", file=name, said=said) for name, said in self.missing.items()),
        )
        verdict = replace(verdict, notes=notes)
        if self.missing and verdict.exit_code == Exit.CONFORMANT:
            verdict = replace(verdict, overall=Overall.INCONCLUSIVE, exit_code=int(Exit.INCONCLUSIVE))
        if self.failed:
            verdict = replace(verdict, exit_code=int(Exit.SUITE))
        return replace(shown, verdict=verdict)


def _allure(shown: Presentation) -> Mapping[str, bytes]:
    from conformance.reports.allure import to_allure  # with Allure's own model, which few runs need

    return to_allure(shown)


def _write_allure(directory: Path, results: Mapping[str, bytes]) -> None:
    """Write the results; what said that the run is under way goes with the first that do not say so."""
    from conformance.reports.allure import MARK

    directory.mkdir(parents=True, exist_ok=True)
    put_all({directory / name: data for name, data in results.items()}, mode=PRIVATE)
    if MARK not in results:
        (directory / MARK).unlink(missing_ok=True)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _alone(
    path: Path, make: Callable[[Presentation], Content], shown: Presentation
) -> Mapping[Path, tuple[Content, int]]:
    return {path: (make(shown), PRIVATE)}


def _write_part(parts: PartFiles, path: Path, content: Content, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    parts.write(path, content, mode)


def _maker(file: str) -> Callable[[Presentation], Content]:
    return next(item.make for item in FORMATS.values() if item.file == file)


def _bare(shown: Presentation) -> Content:
    """verdict.json with no more than the outcomes: the least that is left when the whole cannot be made."""
    least = replace(shown.verdict, findings=(), sent=(), waivers=(), error_codes=(), notes=shown.verdict.notes[-1:])
    return _maker(VERDICT)(replace(shown, verdict=least))


def _scripts(shown: Presentation) -> Iterator[tuple[str, str]]:
    for group in shown.verdict.findings:
        if group.id in shown.commands:
            title = f"Finding {group.id}, {group.requirement}: {message(group).plain('en')}"
            yield f"{group.id}.sh", as_file(shown.commands[group.id], title)


def _foreign(directory: Path, specs: Mapping[str, bytes]) -> Iterator[str]:
    """What is in the place of something that a run writes, and is not of a run."""
    for name in (SCRIPTS, SPECS, *sorted({str(Path(name).parent) for name in specs})):
        path = directory / name
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            yield f"{name}, which is no directory of its own"
    ours = _VERDICT.match(_head(directory / VERDICT)) is not None
    known = {*ORDER, FAULTS}
    for path in sorted(directory.iterdir()) if not ours else ():
        # Other directories may lie beside the reports: those of other runs, and of the self-check.
        told = path.name.startswith((".", "README")) or path.name in known or path.is_dir()
        if not told and SUITE not in _head(path):
            yield f"{path.name}, which no run wrote"
    for name in (*ORDER, FAULTS):
        path = directory / name
        if not os.path.lexists(path):
            continue
        if path.is_symlink() or not path.is_file():
            yield f"{name}, which is no file of its own"
        elif not (
            SUITE in _head(path)
            or (ours and name in {VERDICT, "summary.md"})
            or name == FAULTS
            or path.stat().st_size == 0
        ):
            yield f"{name}, which no run wrote"
    for name, data in specs.items():
        if not ours and os.path.lexists(directory / name) and not _same(directory / name, data):
            yield f"{name}, which no run wrote"


def _head(path: Path) -> bytes:
    try:
        if not path.is_file():
            return b""
        with opened(path) as file:
            return file.read(HEAD)
    except OSError:
        return b""


def _same(path: Path, data: bytes) -> bool:
    """Whether the file is there already. It is left alone then: it may be that of a checkout, which is not for us alone."""
    try:
        return not path.is_symlink() and path.is_file() and content(path) == data
    except OSError:
        return False
