"""The arrows of the design: who may import whom, as one order of the folders and the few exceptions to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import conformance

PACKAGE = Path(str(conformance.__file__)).parent
ORDER = (
    "model",
    "document",
    "contract",
    "target",
    "judge",
    "generate",
    "run",
    "services",
    "after",
    "reports",
    "proof",
    "cli",
)
"""A folder imports only from itself and from those before it."""

ON_TOP = {"__main__", "plugin"}
"""Modules that stand in no folder: they compose the rest, and nothing imports them."""

BESIDE_REPORTS = {"model", "contract", "after", "reports"}
"""What the reports may see: values and files, and neither a run nor a service."""

EXCEPTIONS: dict[tuple[str, str], str] = {}
"""(module, what it imports) -> why the order does not hold there."""


def names() -> dict[str, Path]:
    """Every module of the package by its dotted name, without the name of the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = names()


def imports(source: str) -> Iterator[str]:
    """What of the package a source imports, wherever in it: at its top, in a function, or for its types alone."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "an import says the whole name"
            wanted = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in wanted:
            package, _, inner = name.partition(".")
            if package == "conformance":
                yield inner if inner in MODULES else inner.rpartition(".")[0]


def arrows() -> dict[str, set[str]]:
    return {name: set(imports(path.read_text(encoding="utf-8"))) - {name} for name, path in MODULES.items()}


ARROWS = arrows()


def folder(name: str) -> str:
    return name.partition(".")[0]


def upwards(found: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    """The arrows that go to a folder which comes later, or to a module on top."""
    rank = {place: index for index, place in enumerate(ORDER)}
    highest = len(ORDER)
    return {
        (name, other)
        for name, others in found.items()
        for other in others
        if rank.get(folder(other), highest) > rank.get(folder(name), highest)
        or (folder(other) in ON_TOP and folder(name) not in ON_TOP)
    }


def by_name(found: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    """The arrows from outside `services/` into one service: module, service."""
    return {
        (name, ".".join(other.split(".")[:2]))
        for name, others in found.items()
        for other in others
        if folder(name) != "services" and folder(other) == "services" and (PACKAGE / path_of(other)).is_dir()
    }


def path_of(name: str) -> Path:
    """The folder or file of the first two parts of a name, without its ending; of `services` itself a name that is none."""
    parts = name.split(".")[:2]
    return Path(*parts) if len(parts) == 2 else Path("services", "-")


def test_every_module_is_in_a_folder_of_the_order_or_on_top() -> None:
    assert {*ORDER, *ON_TOP, ""} == {folder(name) for name in MODULES}


def test_a_folder_imports_only_from_those_before_it() -> None:
    assert set(EXCEPTIONS) == upwards(ARROWS)


def test_no_module_is_imported_by_what_it_imports() -> None:
    try:
        TopologicalSorter(ARROWS).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def test_what_sends_knows_nothing_of_cleaning_up() -> None:
    sending = [(name, other) for name, others in ARROWS.items() if name.startswith("run.sending.") for other in others]
    assert sending
    assert [pair for pair in sending if pair[1].startswith("run.cleanup")] == []


def test_no_service_is_known_by_name_outside_services() -> None:
    assert set() == by_name(ARROWS)


def test_what_is_tested_against_never_sees_what_tests_it() -> None:
    parts = ("target", "faults", "liberties")
    pairs = [
        (name, other)
        for name, others in ARROWS.items()
        if folder(name) == "services" and any(part in name.split(".") for part in parts)
        for other in sorted(others)
    ]
    assert pairs
    assert [(name, other) for name, other in pairs if "cases" in other.split(".")] == []


def test_reports_see_values_and_files_alone() -> None:
    seen = {folder(other) for name, others in ARROWS.items() if folder(name) == "reports" for other in others}
    assert seen <= BESIDE_REPORTS


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import conformance.model.message", ["model.message"]),
        ("from conformance.model import message", ["model.message"]),
        ("from conformance.model.message import Exchange", ["model.message"]),
        ("from conformance.reports import write_reports", ["reports"]),
        ("def f():\n    from conformance.model.message import Exchange", ["model.message"]),
        ("import conformance.services", ["services"]),
        ("import json", []),
    ],
)
def test_an_import_is_seen_wherever_it_stands(source: str, found: list[str]) -> None:
    assert found == list(imports(source))


def test_arrows_that_break_a_rule_are_seen() -> None:
    assert {("model.message", "cli.run")} == upwards({"model.message": {"cli.run", "model.errors"}})
    assert {("cli.run", "plugin")} == upwards({"cli.run": {"plugin", "model.errors"}})
    assert {("run.trial", "services.image")} == by_name({"run.trial": {"services.image.arrange", "services"}})
