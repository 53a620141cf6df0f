"""Where things lie in the checkout that is tested, and what is to be done about a thing that is not on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "specs" / "schemas"
LIBRARY = ROOT / "tests" / "document" / "data" / "library.txt"
LIBRARY_ERRATA = ROOT / "tests" / "contract" / "data" / "library-1.2"


PIPELINE = "CONFORMANCE_TESTS_IN_CI"
"""Holds what `CI` was: the tests unset that, because a run without a cloud has to ask for the embedded reference then."""


def not_here(reason: str) -> NoReturn:
    """End a test for which something is missing: it is skipped and says why; where `CI` is set it fails, for nobody would look."""
    if os.environ.get("CI") or os.environ.get(PIPELINE):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def tool(name: str) -> str:
    """The path of a program that a test needs beside Python."""
    return shutil.which(name) or not_here(f"{name} is not installed on this machine")
