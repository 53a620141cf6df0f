"""Where in the specs each requirement stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract.services import common_spec
from conformance.contract.source_map import requirement_places
from conformance.contract.specs import LEDGER, OVERLAY, default_directory, load_effective
from conformance.model.contract import Contract
from conformance.model.errors import UsageError


def line_of(place: tuple[str, int], root: Path) -> str:
    path, line = place
    return (root / Path(path).name).read_text(encoding="utf-8").splitlines()[line - 1].strip()


@pytest.mark.parametrize(
    ("name", "files", "first"),
    [
        ("header.x-auth-token", ["book.openapi.yaml"], "- name: X-Auth-Token"),
        ("header.request-id", ["book.openapi.yaml"], "- name: RequestId"),
        ("method.get", ["book.openapi.yaml"], "- name: GET"),
        (
            "error.404",
            ["book.openapi.yaml", "identity.openapi.yaml", "reader.openapi.yaml"],
            "Error404:",
        ),
        (
            "error.envelope.code",
            ["book.openapi.yaml", "identity.openapi.yaml", "reader.openapi.yaml"],
            "code: {type: integer}",
        ),
        ("book.list.query.author", ["book.openapi.yaml"], "- name: author"),
        ("book.create.request", ["book.openapi.yaml"], "requestBody:"),
        ("book.create.body.kind", ["book.openapi.yaml"], "kind:"),
        ("book.create.response.201", ["book.openapi.yaml"], "'201':"),
        ("book.list.response.200.books.id", ["book.openapi.yaml"], "id:"),
        ("reader.replace.body.phone", ["reader.openapi.yaml"], "phone:"),
        ("book.delete.empty", [OVERLAY], "- {id: book.delete.empty, authority: document"),
    ],
)
def test_a_requirement_stands_where_it_was_derived_from(
    specs_of_library: Path, name: str, files: list[str], first: str
) -> None:
    places = requirement_places(specs_of_library)[name]
    assert [*files, LEDGER] == [Path(path).name for path, _ in places]
    assert line_of(places[0], specs_of_library).startswith(first)
    assert line_of(places[-1], specs_of_library) == f"- id: {name}"


def test_what_has_no_place_of_its_own_stands_at_the_nearest(specs_of_library: Path) -> None:
    places = requirement_places(specs_of_library)
    assert line_of(places["book.create.default.lent"][0], specs_of_library) == "post:"
    assert line_of(places["book.create.response.201.updated_at"][0], specs_of_library) == "'201':"


def test_every_requirement_of_the_edition_that_ships_has_a_place(contract: Contract) -> None:
    places = requirement_places()
    assert list(contract.requirements) == list(places)
    assert {path.split("/")[0] for found in places.values() for path, _ in found} == {"specs"}


def test_what_all_specs_hold_is_looked_up_in_the_one_with_the_common_part() -> None:
    title = common_spec(load_effective(default_directory()))["info"]["title"]
    path, _ = requirement_places()["error.404"][0]
    assert title in (default_directory() / Path(path).name).read_text(encoding="utf-8")


def test_a_spec_that_cannot_be_read_is_named(specs_of_library: Path, tmp_path: Path) -> None:
    (tmp_path / "book.openapi.yaml").write_text("a: [")
    with pytest.raises(UsageError, match=r"book\.openapi\.yaml: cannot be read as YAML"):
        requirement_places(tmp_path)
