"""What the files say that the options name: what excuses findings (waivers, a baseline), and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.judge.excuses import Excuses
from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.model.phrase import Phrase
from conformance.run.options import Options

__all__ = ["excuses_of", "values_of"]


def excuses_of(options: Options, contract: Contract) -> tuple[Excuses, tuple[Phrase, ...]]:
    """What excuses findings, and what a report says of it. Read before anything is sent, so that a mistake in a file costs
    nothing. Raises UsageError."""
    if options.waivers is None and options.strict_waivers:
        raise UsageError("--strict-waivers: there are no waivers; give --waivers FILE, or write waivers.yaml")
    excuses, said = Excuses(sentence=lambda finding: options.wording.sentence(finding.deviation)), []
    if options.waivers is not None:
        from conformance.run.waivers_file import load_waivers  # with YAML and JSON Schema: a tenth of a start

        excuses = replace(excuses, waivers=load_waivers(options.waivers, contract))
        said.append(Phrase.of("waivers-in-use", count=len(excuses.waivers), file=str(options.waivers)))
    if options.baseline is not None:
        from conformance.run.baseline_file import load_baseline

        read = load_baseline(options.baseline, {"name": contract.name, "sha256": contract.sha256})
        excuses = replace(excuses, baseline=read)
        said.append(Phrase.of("baseline-in-use", count=len(read.entries), file=str(options.baseline)))
    return excuses, tuple(said)


def values_of(options: Options, contract: Contract) -> Mapping[str, Mapping[str, Any]]:
    """What bodies and paths need and nothing of the contract makes. Raises UsageError."""
    if options.values is None:
        return {}
    from conformance.run.given_values import load_values

    return load_values(options.values, contract)
