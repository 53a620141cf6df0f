"""The suite on chapters for which it ships no service: it finds the faults of what is made of them, and leaves alone what keeps
them. `conformance selfcheck --specs` tries all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from draws import DAY

from conformance.contract.extraction import extract
from conformance.document import read_document
from conformance.proof import selfcheck
from conformance.proof.selfcheck import clean_run, trial
from conformance.run.cases import judging

DATA = Path(__file__).parents[2] / "document" / "data"
CHAPTERS = ("identity", "volumes")
EACH = 4
"""Faults that are tried of each chapter on a day; CONFORMANCE_ALL=1 tries all."""


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chapter, of which the self-check is then."""
    place = tmp_path_factory.mktemp(request.param) / "specs"
    document = read_document(DATA / f"{request.param}.txt")
    extract(document, place, judging, DATA / f"{request.param}.errata.yaml")
    selfcheck._use(place)
    yield request.param
    selfcheck._use(None)


def test_faults_of_a_chapter_are_caught(chapter: str) -> None:
    names = sorted(selfcheck._known())
    Random(f"{os.environ[DAY]} {chapter}").shuffle(names)
    most = len(names) if os.environ.get("CONFORMANCE_ALL") == "1" else EACH
    found = {name: trial(name).outcome for name in names[:most]}
    assert found == dict.fromkeys(found, "caught")


def test_a_target_that_keeps_a_chapter_is_left_alone(chapter: str) -> None:
    found = clean_run("gate", 1)
    assert ((), True) == (found.findings, found.silent)
