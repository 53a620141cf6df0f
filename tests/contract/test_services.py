"""The specs of one contract: what services there are, and where the common part stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract.services import common_spec, in_order, spec_file, spec_files
from conformance.model.errors import UsageError


def test_a_directory_has_the_services_whose_files_it_holds(tmp_path: Path) -> None:
    for name in ("storage.openapi.yaml", "compute.openapi.yaml", "errata.overlay.yaml", ".openapi.yaml"):
        (tmp_path / name).touch()
    assert list(spec_files(tmp_path).items()) == [
        ("compute", "compute.openapi.yaml"),
        ("storage", "storage.openapi.yaml"),
    ]
    assert spec_file("compute") == "compute.openapi.yaml"


def test_the_spec_with_the_common_part_comes_first() -> None:
    specs = {"identity": {}, "storage": {"x-common": {}}, "compute": {}}
    assert list(in_order(specs)) == ["storage", "compute", "identity"]


def test_the_common_part_is_found_wherever_it_stands() -> None:
    assert common_spec({"a": {}, "b": {"x-common": {"methods": []}}}) == {"x-common": {"methods": []}}


def test_specs_without_a_common_part_are_refused() -> None:
    with pytest.raises(UsageError, match="have no common part"):
        common_spec({"a": {}})
