"""The JSON Schemas of the product's files, by name."""

from __future__ import annotations

import jsonschema
import pytest
from checkout import SCHEMAS

from conformance.contract.schemas import schema
from conformance.model.errors import SuiteError

NAMES = sorted(path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.schema.json"))


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_valid_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


def test_one_that_is_not_there_is_a_fault_of_the_installation() -> None:
    with pytest.raises(SuiteError, match=r"none\.schema\.json: the schema cannot be read"):
        schema("none")
