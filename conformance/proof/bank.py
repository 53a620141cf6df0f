"""The bank of faults, made from the contract: a new member, parameter or code brings its faults with it."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.model.contract import Contract
from conformance.model.errors import SuiteError, UsageError
from conformance.services.fault import Fault
from conformance.services.image.faults.bank_answers import answer_faults
from conformance.services.image.faults.bank_behaviour import behaviour_faults
from conformance.services.image.faults.bank_combinations import combination_faults
from conformance.services.image.faults.bank_failures import failure_faults
from conformance.services.image.faults.bank_likenesses import likeness_faults
from conformance.services.image.faults.bank_lists import list_faults
from conformance.services.image.faults.bank_moments import moment_faults
from conformance.services.image.faults.bank_removals import removal_faults
from conformance.services.image.faults.bank_requests import request_faults
from conformance.services.image.faults.bank_states import state_faults
from conformance.services.image.faults.bank_storage import storage_faults
from conformance.services.image.faults.bank_strangers import stranger_faults
from conformance.services.image.faults.bank_texts import text_faults
from conformance.services.image.faults.bank_truth import truth_faults
from conformance.services.image.liberties import liberties

__all__ = ["bank", "faults_of"]


def bank(contract: Contract) -> dict[str, Fault]:
    """Every fault by its id, sorted."""
    faults = [
        *answer_faults(contract),
        *request_faults(contract),
        *behaviour_faults(contract),
        *failure_faults(contract),
        *truth_faults(contract),
        *moment_faults(contract),
        *state_faults(contract),
        *storage_faults(contract),
        *removal_faults(),
        *list_faults(),
        *stranger_faults(),
        *combination_faults(contract),
        *text_faults(),
        *likeness_faults(),
    ]
    known = {item.id: item for item in sorted(faults, key=lambda item: item.id)}
    if len(known) < len(faults):
        raise SuiteError("two faults of the bank have the same name")
    return known


def faults_of(contract: Contract, names: Iterable[str]) -> tuple[Fault, ...]:
    """The faults of these names. Raises UsageError for an unknown one."""
    wanted = tuple(names)
    known = bank(contract) | liberties() if wanted else {}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise UsageError(f"fault {unknown[0]}: there is no such fault; `conformance serve --fault list` names them")
    return tuple(known[name] for name in wanted)
