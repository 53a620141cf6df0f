"""Rulings carried over to the next edition: lines that moved, a contradiction that was mended, a place that changed, a new one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import LIBRARY_ERRATA

from conformance.contract.carried import ASIDE, carried_errata
from conformance.contract.carrying import Carrying, Fate, carry
from conformance.contract.ledger import derive
from conformance.contract.located import load_yaml
from conformance.contract.openapi import service_specs
from conformance.contract.overlay import Overlay, apply, load_overlay, parse_overlay
from conformance.contract.reading import Kept
from conformance.contract.specs import OVERLAY, default_directory
from conformance.document import Document, read_document

Edition = Callable[..., Document]
ERRATA = LIBRARY_ERRATA / OVERLAY
PARAGRAPH = ("1.2 各处通用", "一段新的话。\n\n1.2 各处通用")


@pytest.fixture
def edition(library_path: Path, tmp_path: Path) -> Edition:
    """The small document with texts replaced, each (old, new)."""

    def made(*changes: tuple[str, str], source: Path = library_path) -> Document:
        text = source.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "next.txt"
        path.write_text(text, encoding="utf-8")
        return read_document(path)

    return made


def carried(old: Document, new: Document, overlay: Overlay | None = None) -> Carrying:
    return carry(overlay or load_overlay(ERRATA), Kept.of(old), Kept.of(new), service_specs(old), service_specs(new))


def not_applying(found: Carrying) -> dict[int, tuple[Fate, str]]:
    return {item.number: (item.fate, item.why) for item in found.actions if item.fate is not Fate.APPLIES}


def written(old: Document, new: Document) -> Overlay:
    text = carried_errata(ERRATA.read_text(encoding="utf-8"), carried(old, new), "1.3", new.sha256)
    return parse_overlay(text.encode(), ERRATA)


# --- what still applies -----------------------------------------------------------------------------------------------


def test_the_same_document_keeps_every_ruling(library: Document) -> None:
    found = carried(library, library)
    assert not_applying(found) == {}
    assert set(found.rulings.values()) == {Fate.APPLIES}
    assert found.new == ()
    assert written(library, library).actions == load_overlay(ERRATA).actions


def test_lines_that_moved_are_rewritten_everywhere(library: Document, edition: Edition) -> None:
    new = edition(PARAGRAPH)
    assert not_applying(carried(library, new)) == {}
    before, after = load_overlay(ERRATA), written(library, new)
    assert (after.version, after.document) == ("1.3", new.sha256)
    assert after.rulings[1].source == tuple((first + 2, last + 2) for first, last in before.rulings[1].source)
    assert after.actions[0].update["parameters"][0]["x-source"] == [[167, 167]]
    assert after.actions[-1].update["x-requirements"][0]["source"] == [[398, 398]]
    assert after.actions[10].source == ((5, 5),)  # above what was inserted


def test_ids_of_promises_stay_when_lines_move(library: Document, edition: Edition) -> None:
    new = edition(PARAGRAPH)
    one = apply(load_overlay(ERRATA), service_specs(library)).specs
    other = apply(written(library, new), service_specs(new))
    assert other.stale == ()
    assert [item.id for item in derive(one)] == [item.id for item in derive(other.specs)]


# --- what the vendor has mended ---------------------------------------------------------------------------------------


def test_a_name_that_the_table_now_spells_right_needs_no_ruling(library: Document, edition: Edition) -> None:
    found = carried(library, edition(("page-size integer", "page_size integer")))
    assert {number: fate for number, (fate, _) in not_applying(found).items()} == {0: Fate.OBSOLETE, 1: Fate.OBSOLETE}
    assert found.rulings[1] is Fate.OBSOLETE


def test_a_member_that_the_table_now_spells_right_needs_no_ruling(library: Document, edition: Edition) -> None:
    new = edition(("update_at string", "updated_at string"))
    assert {number: fate for number, (fate, _) in not_applying(carried(library, new)).items()} == {
        3: Fate.OBSOLETE,
        4: Fate.OBSOLETE,
        5: Fate.OBSOLETE,
    }
    after = written(library, new)
    assert 3 not in after.rulings
    assert len(after.actions) == len(load_overlay(ERRATA).actions) - 3


def test_a_type_that_was_mended_everywhere_needs_no_ruling(library: Document, edition: Edition) -> None:
    new = edition(("pages string 否", "pages integer 否"), ("pages string 页数", "pages integer 页数"))
    assert not_applying(carried(library, new)) == {2: (Fate.OBSOLETE, "the document says so itself now")}


def test_a_type_that_was_mended_in_one_place_is_still_ruled_in_the_other(library: Document, edition: Edition) -> None:
    assert not_applying(carried(library, edition(("pages string 否", "pages integer 否")))) == {}


# --- what a person has to look at -------------------------------------------------------------------------------------


def test_a_place_that_says_something_else_is_set_aside_and_not_applied(library: Document, edition: Edition) -> None:
    new = edition(("pages string 否", "pages array 否"))
    [(number, (fate, why))] = not_applying(carried(library, new)).items()
    assert (number, fate) == (2, Fate.LOOK)
    assert "was {'type': 'string'} and is {'type': 'array'}" in why
    text = carried_errata(ERRATA.read_text(encoding="utf-8"), carried(library, new), "1.3", new.sha256)
    [aside] = load_yaml(text)[ASIDE]
    assert (aside["target"], aside["x-why"]) == ("$.paths['/v1/books'].post..properties.pages", why)
    assert [
        item.target for item in parse_overlay(text.encode(), ERRATA).actions if "properties.pages" in item.target
    ] == []


RULED = """overlay: 1.0.0
info: {{title: t, version: '1', x-document-sha256: ''}}
actions:
- {{target: "{target}", update: {update}, description: d, x-source: {lines}}}
"""
TITLE = "$.paths['/v1/books'].post.requestBody.content.*.schema.properties.title"
SIZE = "$.paths['/v1/books'].get.parameters[?@.name=='page-size']"


def ruling(target: str, update: str, lines: str) -> Overlay:
    return parse_overlay(RULED.format(target=target, update=update, lines=lines).encode(), Path("errata.yaml"))


@pytest.mark.parametrize(
    ("overlay", "change", "why"),
    [
        (ruling(TITLE, "{maxLength: 255}", "[[1, 9]]"), ("title string 是", "title string 否"), "'required': True"),
        (ruling(TITLE, "{maxLength: 255}", "[[1, 9]]"), ("title string 是", "title integer 是"), "'type': 'integer'"),
        (ruling(TITLE, "{maxLength: 255}", "[[1, 9]]"), ("title string 是", "title UUID 是"), "'format': 'uuid'"),
        (ruling(SIZE, "{required: true}", "[[1, 9]]"), ("page-size integer", "page-size string"), "'type': 'string'"),
        (
            ruling("$.paths['/v1/books'].post.requestBody.content.*.schema", "{required: [pages]}", "[[1, 9]]"),
            ("pages string 否", "pages enum 否"),
            "'x-document-type': 'enum'",
        ),
    ],
    ids=["required", "type", "format", "a parameter's schema", "a name that becomes required"],
)
def test_a_ruling_on_one_keyword_of_a_row_is_set_aside_when_another_changed(
    library: Document, edition: Edition, overlay: Overlay, change: tuple[str, str], why: str
) -> None:
    assert not_applying(carried(library, library, overlay)) == {}
    found = not_applying(carried(library, edition(change), overlay))
    assert found[0][0] is Fate.LOOK
    assert why in found[0][1]


def test_a_ruling_on_an_object_is_not_touched_by_what_its_members_say(library: Document, edition: Edition) -> None:
    target = "$.paths['/v1/books'].get.responses['200'].content.*.schema.properties.books"
    found = carried(
        library,
        edition(("books.title string", "books.title integer")),
        ruling(target, "{description: all}", "[[1, 9]]"),
    )
    assert not_applying(found) == {}


def test_a_contradiction_that_is_there_with_another_example_is_set_aside(library: Document, edition: Edition) -> None:
    overlay = ruling(
        "$.paths['/v1/books'].post.requestBody.content.*.schema.properties.pages", "{type: integer}", "[[230, 242]]"
    )
    assert not_applying(carried(library, edition(PARAGRAPH), overlay)) == {}
    [(fate, why)] = not_applying(
        carried(library, edition(('"pages""pages":: 120120', '"pages""pages":: truetrue')), overlay)
    ).values()
    assert (fate, why) == (
        Fate.LOOK,
        "what it answers is still there, but line 242 of the old edition is not what it was",
    )


def test_what_is_ruled_on_an_operation_that_is_gone_is_not_lost(library: Document, edition: Edition) -> None:
    text = ("\n注销\n", "\n注销不了\n"), ("DELETE /v1/books/{book_id}\n", "DELETE /v1/shelves/{book_id}\n")
    found = not_applying(carried(library, edition(*text)))
    assert found[11] == (Fate.LOOK, "its operation is not there any more")


def test_a_promise_of_prose_whose_line_changed_is_set_aside_alone(library: Document, edition: Edition) -> None:
    line = library.lines[396]
    new = edition(
        (
            f"响应消息\n {line}\n\n正常响应代码\n\n204\n\n1.4",
            "响应消息\n 正文里有一句话。\n\n正常响应代码\n\n204\n\n1.4",
        )
    )
    found = carried(library, new)
    assert found.actions[11].promises["book.delete.empty"][0] is Fate.LOOK
    assert found.actions[10].promises == {"transport.language": (Fate.APPLIES, "")}
    after = written(library, new)
    assert [item.target for item in after.actions if "delete" in item.target] == []


def test_a_contradiction_that_the_old_edition_did_not_have_is_new(library: Document, edition: Edition) -> None:
    found = carried(library, edition(("total integer", "total string")))
    assert [(item.operation, item.kind, item.subject) for item in found.new] == [("book.list", "type", "total")]
    assert not_applying(found) == {}


def test_what_was_set_aside_before_stays_aside_with_new_lines(library: Document, edition: Edition) -> None:
    text = carried_errata(ERRATA.read_text(encoding="utf-8"), carried(library, library), "1.2", library.sha256)
    text += f"{ASIDE}:\n- {{target: $.x, update: 1, description: d, x-source: [[230, 230]], x-why: w}}\n"
    new = edition(PARAGRAPH)
    again = load_yaml(carried_errata(text, carried(library, new), "1.3", new.sha256))
    assert [item["x-source"] for item in again[ASIDE]] == [[[232, 232]]]


# --- the vendor's document --------------------------------------------------------------------------------------------


@pytest.fixture
def shipped() -> Overlay:
    return load_overlay(default_directory() / OVERLAY)


def test_every_ruling_of_the_edition_that_ships_applies_to_itself(document: Document, shipped: Overlay) -> None:
    found = carried(document, document, shipped)
    assert not_applying(found) == {}
    assert set(found.rulings.values()) == {Fate.APPLIES}


def test_a_next_edition_of_the_vendor_s_keeps_what_it_did_not_touch(
    document: Document, document_path: Path, edition: Edition, shipped: Overlay
) -> None:
    lines = document_path.read_text(encoding="utf-8").split("\n")
    inserted = ("\n".join(lines[19:22]), "\n".join([*lines[19:22], "New.", "", "Newer."]))
    new = edition(inserted, ("update_at ", "updated_at "), source=document_path)
    found = carried(document, new, shipped)
    assert {item.action.ruling for item in found.actions if item.fate is not Fate.APPLIES} == {10}
    assert {number for number, fate in found.rulings.items() if fate is not Fate.APPLIES} == {10}
    assert found.rulings[10] is Fate.OBSOLETE
    text = carried_errata(
        (default_directory() / OVERLAY).read_text(encoding="utf-8"), found, new.product_version, new.sha256
    )
    applied = apply(parse_overlay(text.encode(), Path("errata")), service_specs(new))
    assert applied.stale == ()
    before = {item.id for item in derive(apply(shipped, service_specs(document)).specs)}
    assert before == {item.id for item in derive(applied.specs)}


def test_an_operation_that_the_vendor_drops_takes_its_rulings_aside(
    document: Document, document_path: Path, edition: Edition, shipped: Overlay
) -> None:
    lines = document_path.read_text(encoding="utf-8").split("\n")
    dropped = "\n".join(lines[933:957])
    found = carried(document, edition((dropped, ""), source=document_path), shipped)
    aside = {item.number for item in found.actions if item.fate is Fate.LOOK}
    assert aside == {at for at, item in enumerate(shipped.actions) if "delete" in item.target.split("[?")[0]}
