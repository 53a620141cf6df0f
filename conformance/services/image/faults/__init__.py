"""Faults of the image service: each has the reference target break a promise of the contract while the rest holds."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model.contract import Contract
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

__all__ = ["faults"]


def faults(contract: Contract) -> Iterator[Fault]:
    """Every fault of the image service, made from the contract."""
    yield from answer_faults(contract)
    yield from request_faults(contract)
    yield from behaviour_faults(contract)
    yield from failure_faults(contract)
    yield from truth_faults(contract)
    yield from moment_faults(contract)
    yield from state_faults(contract)
    yield from storage_faults(contract)
    yield from removal_faults()
    yield from list_faults()
    yield from stranger_faults()
    yield from combination_faults(contract)
    yield from text_faults()
    yield from likeness_faults()
