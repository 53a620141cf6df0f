"""What excuses findings, as the files say that the options name."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.judge.baseline import Baseline
from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.model.phrase import Phrase
from conformance.run.baseline_file import write_baseline
from conformance.run.excuse_files import excuses_of
from conformance.run.options import Options


def test_without_files_nothing_is_excused_and_nothing_said(contract: Contract) -> None:
    excuses, said = excuses_of(Options(), contract)
    assert ((), (), None) == (said, excuses.waivers, excuses.baseline)


def test_strict_waivers_without_waivers_are_refused(contract: Contract) -> None:
    with pytest.raises(UsageError, match="--strict-waivers: there are no waivers"):
        excuses_of(Options(strict_waivers=True), contract)


def test_waivers_and_a_baseline_in_use_are_said(contract: Contract, tmp_path: Path) -> None:
    waivers, baseline = tmp_path / "waivers.yaml", tmp_path / "baseline.json"
    waivers.write_text("waivers:\n  - {requirement: error.envelope, reason: known, owner: us, permanent: true}\n")
    write_baseline(Baseline(contract.name, contract.sha256, frozenset()), baseline)
    excuses, said = excuses_of(Options(waivers=waivers, baseline=baseline), contract)
    assert (
        Phrase.of("waivers-in-use", count=1, file=str(waivers)),
        Phrase.of("baseline-in-use", count=0, file=str(baseline)),
    ) == said
    assert (["error.envelope"], Baseline(contract.name, contract.sha256, frozenset())) == (
        [item.requirement for item in excuses.waivers],
        excuses.baseline,
    )
