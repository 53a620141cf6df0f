"""The clients of any contract: what they make, what they hold back, and that nothing is left."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cli.embedded import embedded
from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.model.phrase import Phrase
from conformance.run.given_values import load_values
from conformance.run.options import Options
from conformance.run.sending.client import Client
from conformance.run.session import Session
from conformance.run.unexercised import NotExercised
from conformance.services.generic.client import GenericClient
from conformance.target.cloud import Settings

OPTIONS = Options(Settings(reference=True), "smoke", embedded=embedded)


@contextmanager
def opened(contract: Contract, options: Options = OPTIONS) -> Iterator[Session]:
    with Session(options, contract) as session:
        yield session
        session.cleanup()


def about(session: Session) -> Mapping[str, Client]:
    return {client.service.about: client for client in session.clients.values()}


def moved(contract: Contract, old: str, new: str) -> Contract:
    """The contract with other paths."""
    operations = {name: replace(item, path=item.path.replace(old, new)) for name, item in contract.operations.items()}
    resources = {
        name: replace(item, collection=item.collection.replace(old, new)) for name, item in contract.resources.items()
    }
    return replace(contract, operations=operations, resources=resources)


def test_what_a_resource_needs_is_made_first_and_removed_last(goods: Contract) -> None:
    with opened(goods) as session:
        seal = about(session)["seal"].make()
        assert [seal.text("crate_id")] == list(about(session)["crate"].journal.ids)
        assert [seal.text("id")] == list(about(session)["seal"].journal.ids)
        session.sweep()
        sent = [item.operation for item in session.recorder.exchanges]
        assert sent.index("seal.delete") < sent.index("crate.delete")
        assert not any(client.journal.ids for client in session.clients.values())
    assert () == session.cleaning.leftovers


def test_a_name_of_ours_marks_what_is_made(goods: Contract) -> None:
    with opened(goods) as session:
        crate = about(session)["crate"].make()
        assert session.run_id in crate.text("name")


def test_the_end_of_a_run_removes_what_no_sweep_has(goods: Contract) -> None:
    with opened(goods) as session:
        made = about(session)["seal"].make()
    assert {"seal.delete", "crate.delete"} <= {item.operation for item in session.recorder.exchanges}
    assert made.text("id") not in session.cleaning.leftovers
    assert [] == session.faults


def test_what_the_run_has_not_made_is_neither_changed_nor_removed(goods: Contract) -> None:
    with opened(goods) as session:
        crate = about(session)["crate"]
        with pytest.raises(NotExercised) as caught:
            crate.delete("of-somebody-else")
        assert Phrase.of("anothers-resource", method="DELETE") == caught.value.reason
        assert 404 == crate.delete(crate.uuid()).response.status
        own = crate.make().text("id")
        assert 300 > crate.delete(own).response.status


def test_what_can_harm_is_not_sent_until_it_is_allowed(goods: Contract) -> None:
    harming = moved(goods, "/crates", "/projects")
    with opened(harming, replace(OPTIONS, profile="gate")) as session:
        assert Phrase.of("not-allowed", operation="crate.create", word="project") in session.notes
        with pytest.raises(NotExercised) as caught:
            about(session)["crate"].make()
        assert "not-allowed" == caught.value.reason.kind
        held = [name for name, item in harming.requirements.items() if item.operation == "crate.create"]
        reasons = session.record().reasons
        assert held
        assert {Phrase.of("not-allowed", operation="crate.create", word="project")} == {reasons[name] for name in held}
    with opened(harming, replace(OPTIONS, allow=("projects",))) as session:
        assert about(session)["crate"].make().text("id")
    assert () == session.cleaning.leftovers


def test_a_value_that_nothing_makes_is_missing_before_the_run_and_taken_from_the_file(
    goods: Contract, tmp_path: Path
) -> None:
    item = goods.operations["rack.create"]
    schema = item.request_schema or {}
    (wrapper, body), *_ = schema["properties"].items() if len(schema["properties"]) == 1 else [("", schema)]
    longer = {
        **body,
        "properties": {**body["properties"], "hall_id": {"type": "string"}},
        "required": [*body.get("required", ()), "hall_id"],
    }
    needing = {**schema, "properties": {wrapper: longer}} if wrapper else longer
    contract = replace(goods, operations={**goods.operations, item.id: replace(item, request_schema=needing)})
    missing = Phrase.of("value-missing", operation="rack.create", name="hall_id")
    with opened(contract) as session:
        assert missing in session.notes
        with pytest.raises(NotExercised):
            about(session)["rack"].make()
    file = tmp_path / "values.yaml"
    file.write_text("rack:\n  hall_id: north\n")
    with opened(contract, replace(OPTIONS, values=file)) as session:
        assert missing not in session.notes
        assert about(session)["rack"].make().text("id")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("rak:\n  a: 1\n", "rak: the contract has no such resource or operation; do you mean rack?"),
        ("rack:\n  id: a\n", "rack: id: leave it out"),
        ("rack: 1\n", "rack: give a value for each member"),
        ("- 1\n", "give a resource or an operation"),
        ("rack:\n  halll: a\n", "rack: halll: no request of it has such a member or parameter; do you mean hall?"),
        ("rack:\n  1: a\n", "rack: 1: no request of it has such a member or parameter"),
        ("rack:\n  hall: n\n", 'rack: hall: the contract allows no such value, but {"type": "string", "minLength": 2'),
        (
            "rack:\n  rows: forty\n",
            'rack: rows: the contract allows no such value, but {"type": "integer", "minimum": 1',
        ),
        ("usage.show:\n  sinse: a\n", "usage.show: sinse: no request of it has such"),
        ("usage.show:\n  since: [1]\n", "usage.show: since: a parameter is one text or number"),
        ("hall:\n  hall_id:\n", "hall: hall_id: a parameter is one text or number"),
    ],
)
def test_a_file_of_values_that_is_none_is_one_line(goods: Contract, tmp_path: Path, text: str, due: str) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"values\.yaml") as caught:
        load_values(file, goods)
    assert due in str(caught.value)


def test_an_id_that_was_chosen_and_refused_is_not_ours(goods: Contract) -> None:
    with opened(goods) as session:
        key = about(session)["key"]
        assert 400 <= key.create({"name": "n" * 300}).response.status < 500
        assert {} == key.journal.ids
        made = key.make()
        assert made.text("name") in key.journal.ids
    assert {"key.create", "key.delete"} <= {item.operation for item in session.recorder.exchanges}
    assert not any("nnn" in item.request.url for item in session.recorder.exchanges)


def shortened(contract: Contract, most: int) -> Contract:
    """The contract whose racks have names of so many characters at most."""
    text = json.dumps(contract.operations["rack.create"].request_schema)
    schema = json.loads(text)
    members = schema["properties"]["rack"]["properties"] if "rack" in schema["properties"] else schema["properties"]
    members["name"] = {"type": "string", "maxLength": most}
    item = replace(contract.operations["rack.create"], request_schema=schema)
    return replace(contract, operations={**contract.operations, item.id: item})


def test_a_short_name_is_a_mark_all_the_same(goods: Contract) -> None:
    with opened(shortened(goods, 16)) as session:
        made = about(session)["rack"].make().text("name")
        assert (len(made), True) == (14, session.run_id in made)


def test_what_has_no_room_for_a_mark_is_not_made(goods: Contract) -> None:
    with opened(shortened(goods, 10)) as session, pytest.raises(NotExercised) as caught:
        about(session)["rack"].make()
    assert "no-room-for-a-mark" == caught.value.reason.kind


def test_a_secret_that_a_body_needs_is_drawn_and_shown_nowhere(goods: Contract) -> None:
    item = goods.operations["rack.create"]
    with opened(goods) as session:
        client = about(session)["rack"]
        assert isinstance(client, GenericClient)
        drawn = client.member(item, "password", {"type": "string"})
        assert session.secrets.text(f'{{"password": "{drawn}"}}') == '{"password": "$OS_PASSWORD"}'
        assert drawn != client.member(item, "password", {"type": "string"})


def test_a_secret_of_the_file_of_values_is_shown_nowhere(goods: Contract, tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("rack:\n  admin_password: Sup3rS3cretPw\n")
    item = goods.operations["rack.create"]
    body = {"properties": {"admin_password": {"type": "string"}, "name": {"type": "string"}}}
    goods = replace(goods, operations={**goods.operations, item.id: replace(item, request_schema=body)})
    with opened(goods, replace(OPTIONS, values=file)) as session:
        assert "Sup3rS3cretPw" not in session.secrets.text("it is Sup3rS3cretPw")


def test_a_parameter_of_a_path_that_nothing_makes_is_missing_and_taken_from_the_file(
    goods: Contract, tmp_path: Path
) -> None:
    missing = {
        Phrase.of("value-missing", operation="hall.show", name="hall_id"),
        Phrase.of("value-missing", operation="usage.show", name="since"),
    }
    with opened(goods) as session:
        assert missing == {item for item in session.notes if item.kind == "value-missing"}
    file = tmp_path / "values.yaml"
    file.write_text("hall:\n  hall_id: 42\nusage.show:\n  since: 2026-01-01\n")
    with opened(goods, replace(OPTIONS, values=file)) as session:
        assert not [item for item in session.notes if item.kind == "value-missing"]
        client = next(iter(session.clients.values()))
        asked = [client.call("hall.show"), client.call("hall.show", "7"), client.call("usage.show")]
        urls = [item.request.url.partition("/v3/")[2] for item in asked]
        assert ["halls/42", "halls/7", "usage?since=2026-01-01"] == urls
        said = client.call("usage.show", query={"since": "2025-01-01"})
        assert said.request.url.endswith("usage?since=2025-01-01")


def test_a_value_for_one_operation_goes_before_that_for_its_resource(goods: Contract, tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("hall:\n  hall_id: 1\nhall.show:\n  hall_id: 2\n")
    with opened(goods, replace(OPTIONS, values=file)) as session:
        client = next(iter(session.clients.values()))
        assert client.call("hall.show").request.url.endswith("/halls/2")


def test_the_project_at_the_head_of_a_path_is_that_of_the_token_however_it_is_called(goods: Contract) -> None:
    with opened(moved(goods, "/v3/racks", "/v3/{tenant}/racks")) as session:
        client = about(session)["rack"]
        own = client.target.main.project_id
        assert client.make().source.request.url.endswith(f"/v3/{own}/racks")
