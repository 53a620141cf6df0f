"""What a service makes where it should not, lists on later pages or numbers is found, judged and removed like the rest."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from warehouse import LIMIT, TEXT, UUID, Chapter, obj, rows, within, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.model.phrase import Phrase
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call, Caller, Refused

BOX = {"id": UUID, "name": TEXT, "description": TEXT}
SAID = obj({"name": TEXT, "description": TEXT}, ["name"])
PAGE = 3
Run = Callable[..., tuple[Verdict, list[str]]]


def boxes(shape: Mapping[str, Any]) -> Chapter:
    return [
        ("box.list", "GET", "/v3/boxes", {"query": LIMIT, 200: rows("boxes", obj(dict(shape)))}),
        ("box.create", "POST", "/v3/boxes", {"body": within("box", SAID), 201: within("box", obj(dict(shape)))}),
        ("box.show", "GET", "/v3/boxes/{box_id}", {200: within("box", obj(dict(shape)))}),
        (
            "box.update",
            "PUT",
            "/v3/boxes/{box_id}",
            {"body": within("box", obj({"description": TEXT}, [])), 200: within("box", obj(dict(shape)))},
        ),
        ("box.delete", "DELETE", "/v3/boxes/{box_id}", {204: None}),
    ]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Hold the reference with hooks to the chapter: the verdict, and the names of what is there afterwards."""

    def conducted(
        hooks: Hooks, module: str, selection: str = "", shape: Mapping[str, Any] = BOX
    ) -> tuple[Verdict, list[str]]:
        there: list[Any] = []

        def handle(call: Call, caller: Caller, store: Any) -> Any:
            there[:] = [store]
            return hooks.handle(call, caller, store) if hooks.handle is not None else None

        made = Fault("any", (), "of this test", replace(hooks, handle=handle))
        options = Options(
            specs=write_warehouse(tmp_path / "specs", boxes(shape)),
            embedded=lambda contract: Reference(contract, faults=(made,)),
            modules=(f"conformance.services.generic.cases.{module}",),
            selection=selection,
            seed=1,
        )
        verdict = conduct_run(options, tmp_path, Console(file=io.StringIO()))[0]
        return verdict, [str(item.members.get("name")) for item in there[0].all()]

    return conducted


def found(verdict: Verdict) -> set[tuple[str, str]]:
    return {(group.exemplar.operation, group.deviation.kind) for group in verdict.findings}


def test_what_is_made_of_a_body_that_nobody_can_read_is_removed(run: Run) -> None:
    def readable(call: Call) -> Call:
        try:
            json.loads(call.body or b"{}")
        except ValueError:
            return replace(call, body=b'{"box": {"name": ""}}')
        return call

    verdict, left = run(Hooks(request=readable), "test_refusals", "cannot_be_read")
    assert ("box.create", "accepted") in found(verdict)
    assert [] == left


def test_what_a_put_makes_where_nothing_was_is_removed(run: Run) -> None:
    def made(call: Call, caller: Caller, store: Any) -> Answer | None:
        own = call.names.get("box_id", "")
        if call.operation != "box.update" or store.get("box", own) is not None:
            return None
        item = store.create(caller, "box", {}, {"name": "n", "description": ""}, own)
        return Answer(200, {"box": {"id": own, **item.members}})

    verdict, left = run(Hooks(handle=made), "test_refusals", "is_not_there")
    assert ("box.update", "accepted") in found(verdict)
    assert [] == left


def paged(style: str, *, broken: bool = False) -> Hooks:
    """Lists have at most three resources, those of others first; creates are answered as failures when `broken`."""

    def stocked(_call: Call, caller: Caller, store: Any) -> None:
        if not store.all():
            for number in range(5):
                store.create(caller, "box", {}, {"name": f"old{number}", "description": ""})

    def page(call: Call, answer: Answer) -> Answer:
        asked, items = dict(call.query), [*reversed(answer.body["boxes"])]
        if "marker" in asked:
            ids = [row["id"] for row in items]
            items = items[ids.index(asked["marker"]) + 1 :] if asked["marker"] in ids else []
        shown = items[:PAGE]
        body = {**answer.body, "boxes": shown}
        if len(items) > PAGE:
            link = f"{call.path}?limit={PAGE}&marker={shown[-1]['id']}"
            body |= {
                "items": {"boxes_links": [{"rel": "next", "href": link}]},
                "object": {"links": {"next": link}},
            }.get(style, {})
            if style == "header":
                return Answer(200, body, {**answer.headers, "Link": f'<{link}>; rel="next"'})
        return Answer(200, body, answer.headers)

    def answer(call: Call, given: Answer, _store: Any) -> Answer:
        if broken and call.operation == "box.create" and given.status < 300:
            return Answer(500, {"error": {"code": 500, "message": "m", "title": "Internal Server Error"}})
        return page(call, given) if call.operation == "box.list" and given.status == 200 else given

    def unpaged(_call: Call, query: Any) -> Any:
        return [(name, text) for name, text in query if name not in {"limit", "marker"}]

    return Hooks(handle=stocked, answer=answer, query=unpaged)


@pytest.mark.parametrize("style", ["items", "object", "header", "marker"])
def test_a_resource_on_a_later_page_is_listed(run: Run, style: str) -> None:
    verdict, left = run(paged(style), "test_life", "is_made")
    assert (set(), {"old"}) == (found(verdict), {name[:3] for name in left})


@pytest.mark.parametrize("style", ["items", "object", "header", "marker"])
def test_what_a_create_makes_though_it_says_that_it_fails_is_removed_from_later_pages(run: Run, style: str) -> None:
    verdict, left = run(paged(style, broken=True), "test_life", "is_made")
    assert ("box.create", "answers") in found(verdict)
    assert {"old"} == {name[:3] for name in left}


def test_a_resource_that_no_page_has_is_not_listed(run: Run) -> None:
    def without(call: Call, given: Answer, _store: Any) -> Answer:
        if call.operation != "box.list" or given.status != 200:
            return given
        return Answer(
            200, {**given.body, "boxes": [row for row in given.body["boxes"] if row["name"].startswith("old")]}
        )

    hooks = paged("marker")
    verdict, _ = run(replace(hooks, answer=without), "test_life", "is_made")
    assert ("box.list", "not-listed") in found(verdict)


def test_ids_that_are_integers_are_followed_like_others(run: Run) -> None:
    verdict, left = run(Hooks(), "test_life", shape={**BOX, "id": {"type": "integer"}})
    outcomes = {item.id: item.outcome.value for item in verdict.requirements}
    assert (set(), []) == (found(verdict), left)
    for name in ("box.create.body.box", "box.list.complete", "box.delete.gone", "box.create.response.201"):
        assert "passed" == outcomes[name]


HOLDER = {"id": UUID, "name": TEXT}
LINK = {"id": UUID, "name": TEXT, "server_id": {"type": "string"}}


def hung(noun: str) -> Chapter:
    """Servers that can only be read, and a resource that needs one."""
    path, wrapped = f"/v3/{noun}s", within(noun, obj(LINK))
    body = within(noun, obj({"name": TEXT, "server_id": {"type": "string"}}, ["server_id"]))
    return [
        ("server.list", "GET", "/v3/servers", {200: rows("servers", obj(HOLDER))}),
        ("server.show", "GET", "/v3/servers/{server_id}", {200: within("server", obj(HOLDER))}),
        (f"{noun}.list", "GET", path, {200: rows(f"{noun}s", obj(LINK))}),
        (f"{noun}.create", "POST", path, {"body": body, 201: wrapped}),
        (f"{noun}.show", "GET", f"{path}/{{{noun}_id}}", {200: wrapped}),
        (f"{noun}.delete", "DELETE", f"{path}/{{{noun}_id}}", {204: None}),
    ]


@pytest.mark.parametrize(
    ("noun", "allow", "made"),
    [("attachment", (), False), ("attachment", ("attachment",), True), ("label", (), True)],
)
def test_nothing_is_linked_to_what_somebody_uses_unless_it_is_allowed(
    tmp_path: Path, noun: str, allow: tuple[str, ...], made: bool
) -> None:
    created: list[Any] = []

    def stored(call: Call, item: Any, _store: Any) -> None:
        created.extend([item] if call.operation == f"{noun}.create" else [])

    options = Options(
        specs=write_warehouse(tmp_path / "specs", hung(noun)),
        embedded=lambda contract: Reference(contract, faults=(Fault("any", (), "of this test", Hooks(stored=stored)),)),
        modules=("conformance.services.generic.cases.test_life",),
        allow=allow,
        seed=1,
    )
    verdict = conduct_run(options, tmp_path, Console(file=io.StringIO()))[0]
    assert (made, set()) == (bool(created), found(verdict))


def held_to(tmp_path: Path, hooks: Hooks, chapter: Chapter, module: str, selection: str = "") -> Verdict:
    options = Options(
        specs=write_warehouse(tmp_path / "specs", chapter),
        embedded=lambda contract: Reference(contract, faults=(Fault("any", (), "of this test", hooks),)),
        modules=(f"conformance.services.generic.cases.{module}",),
        selection=selection,
        seed=1,
    )
    return conduct_run(options, tmp_path, Console(file=io.StringIO()))[0]


@pytest.mark.parametrize(("hidden", "due"), [(True, {("server.show", "listed-and-not-there")}), (False, set())])
def test_what_is_listed_and_never_shown_is_a_finding(tmp_path: Path, hidden: bool, due: set[tuple[str, str]]) -> None:
    def handle(call: Call, _caller: Caller, _store: Any) -> None:
        if hidden and call.operation == "server.show":
            raise Refused(404, "There is no such server.")

    chapter = hung("label")[:2]
    assert found(held_to(tmp_path, Hooks(handle=handle), chapter, "test_life")) == due


def headed(chapter: Chapter, name: str, schema: Mapping[str, Any]) -> Chapter:
    """A chapter whose operations that list and create need a header."""
    header = {"name": name, "in": "header", "required": True, "schema": dict(schema), "x-source": [[1, 1]]}
    return [
        (own, method, path, {**said, "parameters": [header]} if own.endswith((".list", ".create")) else said)
        for own, method, path, said in chapter
    ]


@pytest.mark.parametrize(
    ("name", "schema", "passes"),
    [
        ("X-Region-Id", {"type": "string", "enum": ["north"]}, True),
        ("X-Auth-Token", {"type": "string"}, True),
        ("X-Project-Id", {"type": "string"}, True),
        ("X-Lane", {"type": "string"}, False),
    ],
)
def test_a_header_that_has_to_be_sent_is_sent_or_not_exercised(
    tmp_path: Path, name: str, schema: Mapping[str, Any], passes: bool
) -> None:
    verdict = held_to(tmp_path, Hooks(), headed(boxes(BOX), name, schema), "test_life", "is_made")
    outcomes = {item.id: item.outcome.value for item in verdict.requirements}
    assert (set(), "passed" if passes else "not exercised") == (found(verdict), outcomes["box.create.response.201"])


def test_a_code_that_no_promise_makes_anybody_send_is_owed_by_no_run(tmp_path: Path) -> None:
    """403 is among the common codes of every contract, and what must be answered with it a generic case cannot know."""
    verdict = held_to(tmp_path, Hooks(), boxes(BOX), "test_access")
    (forbidden,) = (item for item in verdict.requirements if item.id == "error.403")
    assert (forbidden.outcome.value, forbidden.required) == ("not exercised", False)
    assert isinstance(forbidden.reason, Phrase)
    assert forbidden.reason.kind == "by-chance"
    (unauthorized,) = (item for item in verdict.requirements if item.id == "error.401")
    assert (unauthorized.outcome.value, unauthorized.required) == ("passed", True)


@pytest.mark.parametrize("stock", [2, 3, 4])
def test_a_page_that_is_full_is_never_taken_for_the_whole_list(run: Run, stock: int) -> None:
    """With three to a page and nothing that leads on, a list of three says nothing of one of four."""
    hooks = paged("marker")

    def stocked(call: Call, caller: Caller, store: Any) -> None:
        if not store.all():
            for number in range(stock):
                store.create(caller, "box", {}, {"name": f"old{number}", "description": ""})

    verdict, left = run(replace(hooks, handle=stocked), "test_life")
    assert (set(), {"old"}) == (found(verdict), {name[:3] for name in left})


def test_nothing_is_put_where_nothing_was_when_nobody_could_remove_it(tmp_path: Path) -> None:
    put: list[str] = []

    def handle(call: Call, _caller: Caller, _store: Any) -> None:
        put.extend([call.names["box_id"]] if call.operation == "box.update" else [])

    held_to(tmp_path, Hooks(handle=handle), boxes(BOX)[:4], "test_refusals", "is_not_there")
    assert put == []


def test_a_member_whose_name_only_speaks_of_a_secret_has_the_values_that_it_is_said_to_have(tmp_path: Path) -> None:
    kind = {"secret_type": {"type": "string", "enum": ["opaque", "symmetric"]}}
    body = within("box", obj({"name": TEXT, **kind}, ["name", "secret_type"]))
    chapter = [
        (own, method, path, {**said, "body": body} if own == "box.create" else said)
        for own, method, path, said in boxes({**BOX, **kind})
    ]
    verdict = held_to(tmp_path, Hooks(), chapter, "test_life", "is_made")
    outcomes = {item.id: item.outcome.value for item in verdict.requirements}
    assert (set(), "passed") == (found(verdict), outcomes["box.create.body.box"])
