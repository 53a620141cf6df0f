"""Documents whose truth is known are read from every form with a recall and a precision of 0.99 and more, in each kind,
and every form gives the same specs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from document.own.editions import EDITIONS
from document.own.measure import KINDS, Measure, measured, total
from document.own.reading import FORMS, PRINTED, WRITTEN, write
from draws import drawn
from reading_table import PAGE, cells, shown

from conformance.contract.extraction import work_out
from conformance.document import Document, read_document

LEAST = 0.99

OF_THE_FORM = {"x-source", "x-uri-source", "x-lines", "x-document", "lines"}
"""Members of the specs that hang on the form: where a thing stands in it, and its checksum."""


def specs_of(document: Document) -> Any:
    """The specs without what hangs on the form."""
    return without_lines(dict(work_out(document, "own", lambda _: {}, None, Path("none")).specs))


TEXTS = "description"
"""The kind of what is measured that promises nothing."""


def without_lines(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: without_lines(item) for key, item in value.items() if key not in OF_THE_FORM}
        # Preconditions stand in the specs as lines alone: how many there are is the same.
        return kept | ({"x-preconditions": len(value["x-preconditions"])} if "x-preconditions" in value else {})
    return [without_lines(item) for item in value] if isinstance(value, list) else value


def short_of(measures: dict[str, Measure]) -> dict[str, tuple[object, ...]]:
    """The kinds that fall short, with what was lost and what was invented."""
    return {
        kind: (item.recall, item.precision, *item.lost[:9], *item.invented[:9])
        for kind, item in measures.items()
        if min(item.recall, item.precision) < LEAST
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Document]]:
    """Form -> name -> what was read, of the forms that need nothing."""
    directory = tmp_path_factory.mktemp("written")
    found: dict[str, dict[str, Document]] = {form: {} for form in WRITTEN}
    for name, edition in EDITIONS.items():
        for form, path in write(edition, directory, WRITTEN).items():
            found[form][name] = read_document(path)
    return found


def test_the_chapter_that_a_real_keystone_is_held_to_is_read_whole() -> None:
    document = read_document(Path(__file__).parent / "data" / "identity.txt")
    read = measured(EDITIONS["identity-1"], document)
    assert {} == {kind: (item.lost, item.invented) for kind, item in read.items() if item.lost or item.invented}
    assert (14, 143) == (read["operations"].right, read["rows"].right)


@pytest.mark.parametrize("form", WRITTEN)
def test_what_is_written_is_read(written: dict[str, dict[str, Document]], form: str) -> None:
    assert {} == short_of(total(measured(EDITIONS[name], item) for name, item in written[form].items()))


@pytest.mark.parametrize("name", drawn(EDITIONS, 2, 2))
def test_the_same_document_gives_the_same_specs_from_each_form(
    written: dict[str, dict[str, Document]], name: str
) -> None:
    first, *others = (specs_of(written[form][name]) for form in WRITTEN)
    assert first
    assert [first] * len(others) == others


@pytest.mark.parametrize("name", drawn(EDITIONS, 1, 2))
def test_what_is_printed_is_read_and_gives_the_same_specs(
    written: dict[str, dict[str, Document]], tmp_path: Path, name: str
) -> None:
    for form, path in write(EDITIONS[name], tmp_path, PRINTED).items():
        document = read_document(path)
        # Of a dump cells that wrap side by side cannot be told apart; such rows are reported, their descriptions whole.
        reported = any("told apart" in item.reason for item in document.unread)
        short = short_of(measured(EDITIONS[name], document))
        assert (form, {}) == (form, {kind: said for kind, said in short.items() if not (reported and kind == TEXTS)})
        assert (form, specs_of(written[WRITTEN[0]][name])) == (form, specs_of(document))


def test_the_table_in_the_docs_is_current(written: dict[str, dict[str, Document]]) -> None:
    said = cells(PAGE.read_text(encoding="utf-8"))
    assert {(kind, form) for kind in KINDS for form in FORMS} == set(said)
    for form in WRITTEN:
        sums = total(measured(EDITIONS[name], item) for name, item in written[form].items())
        assert {kind: shown(sums[kind]) for kind in KINDS} == {kind: said[kind, form] for kind in KINDS}
