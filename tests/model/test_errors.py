"""Whose fault an error is, and which exit code says so."""

from __future__ import annotations

from conformance.model import errors
from conformance.model.errors import ConformanceError, Exit, SuiteError, TargetError, UsageError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ConformanceError)]


def test_each_branch_of_the_tree_has_one_exit_code() -> None:
    codes = {kind.__name__: kind.exit_code for kind in KINDS}
    assert {kind.__name__ for kind in KINDS if issubclass(kind, UsageError)} == {
        name for name, code in codes.items() if code is Exit.USAGE
    }
    assert {kind.__name__ for kind in KINDS if issubclass(kind, TargetError)} == {
        name for name, code in codes.items() if code is Exit.INCONCLUSIVE
    }
    assert {"ConformanceError", "SuiteError"} == {name for name, code in codes.items() if code is Exit.SUITE}


def test_no_error_says_that_a_promise_was_broken() -> None:
    assert not {Exit.CONFORMANT, Exit.NON_CONFORMANT} & {kind.exit_code for kind in KINDS}


def test_our_fault_is_never_the_targets() -> None:
    assert not issubclass(SuiteError, TargetError)
    assert not issubclass(TargetError, SuiteError | UsageError)
