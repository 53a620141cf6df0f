"""A directory of specs is read back as the contract."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from checkout import SCHEMAS
from openapi_spec_validator import OpenAPIV31SpecValidator
from ruamel.yaml import YAML

from conformance.contract.specs import (
    LEDGER,
    OVERLAY,
    default_directory,
    load_contract,
    load_effective,
)
from conformance.contract.yamlfiles import dump_yaml, ledger_yaml
from conformance.model.contract import Authority, Contract, Level
from conformance.model.errors import UsageError


@pytest.fixture
def copied(specs_of_library: Path, tmp_path: Path) -> Path:
    """The specs, to be changed."""
    return Path(shutil.copytree(specs_of_library, tmp_path / specs_of_library.name))


# --- what is read ---------------------------------------------------------------------------------------------------


def test_a_contract_has_as_many_services_as_the_directory_has_specs(library_contract: Contract) -> None:
    assert library_contract.services == ("book", "identity", "reader")
    assert (library_contract.name, library_contract.version) == ("library-1.2", "1.2")


def test_operations_belong_to_their_service(library_contract: Contract) -> None:
    assert {name: item.service for name, item in library_contract.operations.items()} == {
        "book.list": "book",
        "book.create": "book",
        "book.patch": "book",
        "book.delete": "book",
        "book.download": "book",
        "auth.card.create": "identity",
        "reader.list": "reader",
        "reader.replace": "reader",
        "reader.delete": "reader",
    }


def test_an_operation_has_what_the_errata_made_of_it(library_contract: Contract) -> None:
    listing = library_contract.operations["book.list"]
    assert (listing.method, listing.path) == ("GET", "/v1/books")
    assert [(item.name, item.level, item.authority) for item in listing.query] == [
        ("author", Level.MUST, Authority.DOCUMENT),
        ("page-size", Level.SHOULD, Authority.RULING),
        ("page_size", Level.MUST, Authority.RULING),
    ]
    create = library_contract.operations["book.create"]
    assert create.request_media_type == "application/json"
    assert create.request_schema is not None
    assert create.request_schema["properties"]["pages"] == {"type": "integer"}
    assert create.request_example == {"title": "Tea", "pages": 120, "kind": "poetry"}
    assert create.response_example["id"] == "0a4ea7b2-3c1d-4f5e-8a6b-7c8d9e0f1a2b"
    assert create.defaults == {"borrower": None, "lent": False, "weight": None}


def test_a_documented_success_has_its_schema_and_its_headers(library_contract: Contract) -> None:
    created = library_contract.operations["book.create"].response(201)
    assert created is not None
    assert created.schema is not None
    assert "updated_at" in created.schema["required"]
    assert "update_at" not in created.schema["properties"]
    removed = library_contract.operations["book.delete"].response(204)
    assert removed is not None
    assert (removed.media_type, removed.schema) == (None, None)
    login = library_contract.operations["auth.card.create"].response(201)
    assert login is not None
    assert (login.headers, login.authority) == (("X-Subject-Token",), Authority.RULING)
    assert library_contract.operations["book.create"].response(200) is None


def test_resources_of_all_services_are_known(library_contract: Contract) -> None:
    assert {name: item.operations for name, item in library_contract.resources.items()} == {
        "book": ("book.list", "book.create", "book.patch", "book.delete", "book.download"),
        "reader": ("reader.list", "reader.replace", "reader.delete"),
    }
    reader = library_contract.resources["reader"]
    assert (reader.service, reader.items, reader.id, reader.item) == (
        "reader",
        "readers",
        "card",
        "/v1/readers/{reader_card}",
    )


def test_the_operation_that_gives_tokens_is_known_by_its_header(library_contract: Contract) -> None:
    token = library_contract.token_operation
    assert token is not None
    assert (token.id, token.secured) == ("auth.card.create", False)
    assert library_contract.operations["reader.list"].secured


def test_codes_and_envelope_are_those_of_the_common_part(library_contract: Contract) -> None:
    assert {code: item.phrase for code, item in library_contract.error_codes.items()} == {
        300: "multiple choices",
        400: "Bad Request",
        401: "Unauthorized",
        404: "Not Found",
        409: "Conflict",
        413: "Request Entity Too Large",
        500: "Internal Server Error",
    }
    assert list(library_contract.envelope["properties"]["error"]["properties"]) == ["code", "title", "message"]
    assert library_contract.reasons == {"error.300": "nothing in the document leads to it"}


def test_requirements_have_the_checks_that_the_ledger_names(library_contract: Contract) -> None:
    assert library_contract.requirements["book.create.body.kind"].checks == ("looks-at-body",)


def test_without_a_ledger_no_requirement_has_checks(copied: Path) -> None:
    (copied / LEDGER).unlink()
    assert {item.checks for item in load_contract(copied).requirements.values()} == {()}


def test_the_sum_follows_the_effective_specs(copied: Path) -> None:
    before = load_contract(copied).sha256
    path = copied / OVERLAY
    path.write_text(path.read_text(encoding="utf-8").replace("minimum: 1", "minimum: 2"), encoding="utf-8")
    assert before != load_contract(copied).sha256


def test_effective_specs_are_valid_openapi(specs_of_library: Path) -> None:
    for spec in load_effective(specs_of_library).values():
        assert [error.message for error in OpenAPIV31SpecValidator(spec).iter_errors()] == []


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_directory_without_specs_gets_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such spec; run `conformance extract`"):
        load_contract(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"), [("a: [", "cannot be read as YAML"), ("- a list", "not a mapping"), ("", "not a mapping")]
)
def test_a_file_that_is_no_spec_is_named(copied: Path, text: str, words: str) -> None:
    (copied / "reader.openapi.yaml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load_contract(copied)
    assert str(caught.value).startswith(f"{copied / 'reader.openapi.yaml'}: {words}")


def test_specs_without_their_common_part_are_refused(copied: Path) -> None:
    (copied / "book.openapi.yaml").unlink()
    with pytest.raises(UsageError, match="no spec has a common part"):
        load_contract(copied)


# --- what is written ------------------------------------------------------------------------------------------------


def test_yaml_is_written_in_the_order_given_and_reads_back_the_same() -> None:
    value = {"z": [1, {"b": None, "a": "é"}], "a": {"long": "word " * 60}}
    text = dump_yaml(value)
    assert text == dump_yaml(value)
    assert value == YAML(typ="safe", pure=True).load(text)
    assert text.index("z:") < text.index("\na:")
    assert max(len(line) for line in text.splitlines()) < 140


def test_the_ledger_keeps_its_schema(library_contract: Contract) -> None:
    text = ledger_yaml(library_contract.name, list(library_contract.requirements.values()))
    ledger = YAML(typ="safe", pure=True).load(text)
    schema = json.loads((SCHEMAS / "ledger.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(ledger)] == []
    assert ledger["requirements"][0] == {
        "id": "auth.card.create.body.auth",
        "statement": "auth is taken as documented, and values that it cannot have are refused",
        "level": "must",
        "authority": "ruling",
        "source": [[76, 78]],
        "operation": "auth.card.create",
        "ruling": 5,
        "quote": {
            "section": "1.2",
            "heading": "signature",
            "names": {"method": "POST", "path": "/v3/auth/cards"},
        },
        "checks": ["looks-at-body"],
    }


def test_the_product_ships_with_an_edition() -> None:
    assert load_contract() is load_contract()
    assert load_contract().name == default_directory().name
