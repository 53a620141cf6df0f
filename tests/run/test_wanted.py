"""What a run needs a target to have."""

from __future__ import annotations

from dataclasses import replace

from conformance.model.contract import Contract
from conformance.run.wanted import wanted_of


def test_each_service_is_wanted_by_its_types_in_the_version_of_its_paths(contract: Contract) -> None:
    wanted = wanted_of(contract)
    assert {"identity": (), "image": ("image",)} == dict(wanted.services)
    assert {"identity": "3", "image": "2"} == dict(wanted.versions)


def test_a_contract_whose_paths_name_no_version_wants_none(contract: Contract) -> None:
    operations = {
        name: replace(item, path=item.path.replace("/v2/", "/")) for name, item in contract.operations.items()
    }
    assert "" == wanted_of(replace(contract, operations=operations)).versions["image"]
