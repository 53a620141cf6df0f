"""Whose fault an error is, which exit code says so, and that its text steers no terminal."""

from __future__ import annotations

import pytest

from conformance.model import errors
from conformance.model.errors import ConformanceError, Exit, SuiteError, TargetError, UsageError, plain

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ConformanceError)]


def test_each_branch_of_the_tree_has_one_exit_code() -> None:
    codes = {kind.__name__: kind.exit_code for kind in KINDS}
    assert {kind.__name__ for kind in KINDS if issubclass(kind, UsageError)} == {
        name for name, code in codes.items() if code is Exit.USAGE
    }
    assert {kind.__name__ for kind in KINDS if issubclass(kind, TargetError)} == {
        name for name, code in codes.items() if code is Exit.INCONCLUSIVE
    }
    assert {"ConformanceError", "SuiteError", "ReportsFailed"} == {
        name for name, code in codes.items() if code is Exit.SUITE
    }


def test_no_error_says_that_a_promise_was_broken() -> None:
    assert not {Exit.CONFORMANT, Exit.NON_CONFORMANT} & {kind.exit_code for kind in KINDS}


def test_our_fault_is_never_the_targets() -> None:
    assert not issubclass(SuiteError, TargetError)
    assert not issubclass(TargetError, SuiteError | UsageError)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\n two\t three", "one two three"),
        ("\x1b[2Jred", "\\x1b[2Jred"),
        ("a\u202eb\u2066c", "a\\x202eb\\x2066c"),
        ("\ud800", "\\xd800"),
        ("镜像 é", "镜像 é"),
    ],
)
def test_what_could_steer_a_terminal_is_written_out(text: str, shown: str) -> None:
    assert plain(text) == shown
