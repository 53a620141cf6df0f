"""What is wrong with the files that people write and keep: waivers, baseline, and a directory of specs.

Rules
- What kind of file it is is told by its content, and by its name when the content does not tell.
- All violations of all files are found; each names file, line and place.
- Specs: the overlay keeps its schema and each action selects something; the specs, as extracted and with the overlay
  applied, are valid OpenAPI 3.1; the ledger is the one that they give, row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance.contract.extraction import Coverage
from conformance.contract.ledger import derive
from conformance.contract.located import FileViolation, Located, Unparsed, load_yaml, violations
from conformance.contract.overlay import Overlay, apply, load_overlay
from conformance.contract.schemas import schema
from conformance.contract.services import in_order, spec_file, spec_files
from conformance.contract.specs import LEDGER, OVERLAY, load_effective
from conformance.contract.yamlfiles import ledger_yaml
from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.run.baseline_file import baseline_violations
from conformance.run.waivers_file import waiver_violations

__all__ = ["Checked", "lint_file", "lint_specs"]

Checked = tuple[str, tuple[FileViolation, ...]]
"""What was checked, in words, and what is wrong with it."""


def lint_file(path: Path, contract: Contract) -> Checked:
    """A file of waivers or a baseline, whichever it is."""
    try:
        located = Located.read(path)
    except Unparsed as error:
        return str(path), (error.violation,)
    data = located.data if isinstance(located.data, dict) else {}
    if "baseline" in data or "baseline" in path.stem:
        found = baseline_violations(located)
        if not found:
            found = _of_contract(located, contract)
        return f"{path}: baseline, {len(data.get('findings') or ())} findings", found
    if "waivers" in data or "waiver" in path.stem:
        rows = data["waivers"] if isinstance(data.get("waivers"), list) else ()
        return f"{path}: waivers, {len(rows)}", waiver_violations(located, contract)
    text = 'neither waivers (`waivers:`), nor a baseline (`"baseline"`); specs are checked by their directory'
    return str(path), (located.violation((), text),)


def _of_contract(located: Located, contract: Contract) -> tuple[FileViolation, ...]:
    """What only the contract knows of a baseline."""
    data = located.data
    if (data["contract"]["name"], data["contract"]["sha256"]) != (contract.name, contract.sha256):
        text = f"a baseline of another contract; in use is {contract.name} ({contract.sha256[:12]})"
        return (located.violation(("contract",), text),)
    return tuple(
        located.violation(("findings", number, "requirement"), f"there is no requirement {item['requirement']}")
        for number, item in enumerate(data["findings"])
        if item["requirement"] not in contract.requirements
    )


# --- specs ----------------------------------------------------------------------------------------------------------


def lint_specs(directory: Path, covering: Coverage) -> tuple[Checked, ...]:
    """The files of a directory of specs; `covering` gives the checks that judge each requirement."""
    read: dict[str, Located] = {}
    done: list[Checked] = []
    specs = spec_files(directory)
    errata = [OVERLAY] if (directory / OVERLAY).exists() else []
    for name in (*errata, *(specs.values() or [spec_file("*")]), LEDGER):
        try:
            read[name] = Located.read(directory / name)
        except Unparsed as error:
            done.append((str(directory / name), (error.violation,)))
    if OVERLAY in read:
        done.append((f"{directory / OVERLAY}: errata", _overlay(read, directory, specs)))
    for name, file in specs.items():
        if file in read:
            done.append((f"{directory / file}: OpenAPI 3.1", tuple(_openapi(read[file], read[file].data))))
            broken = any(found for _, found in done)
            if not broken and errata:
                done.append(
                    (
                        f"{directory / file}: with the errata applied",
                        tuple(_openapi(read[file], load_effective(directory)[name])),
                    )
                )
    if LEDGER in read:
        found = violations(read[LEDGER], schema("ledger"))
        whole = (
            specs and len(read) == len(specs) + len(errata) + 1 and not found and not any(items for _, items in done)
        )
        done.append(
            (
                f"{directory / LEDGER}: ledger",
                found or (tuple(_ledger(read[LEDGER], directory, covering)) if whole else ()),
            )
        )
    return tuple(done)


def _overlay(read: Mapping[str, Located], directory: Path, specs: Mapping[str, str]) -> tuple[FileViolation, ...]:
    located = read[OVERLAY]
    found = violations(located, schema("overlay"))
    if found or not specs or any(file not in read or not isinstance(read[file].data, dict) for file in specs.values()):
        return found
    try:
        overlay = load_overlay(directory / OVERLAY)
    except UsageError as error:
        return (located.violation((), str(error)),)
    return tuple(_stale(located, overlay, in_order({name: read[file].data for name, file in specs.items()})))


def _stale(located: Located, overlay: Overlay, specs: Mapping[str, Any]) -> Iterator[FileViolation]:
    """The actions that select nothing or cannot be applied, each tried on what those before it gave."""
    current: Mapping[str, Any] = specs
    for number, action in enumerate(overlay.actions):
        try:
            applied = apply(replace(overlay, actions=(action,)), current)
        except UsageError as error:
            yield located.violation(("actions", number, "target"), str(error).removeprefix("errata: "))
            continue
        current = applied.specs
        for item in applied.stale:
            where = f"nothing in the {item.spec} spec" if item.spec is not None else "in a spec that is not there"
            yield located.violation(
                ("actions", number, "target"), f"{item.target}: selects {where}; the erratum is stale"
            )


def _openapi(located: Located, spec: Any) -> Iterator[FileViolation]:
    if not isinstance(spec, dict):
        yield located.violation((), "not a mapping, so no OpenAPI document")
        return
    for error in OpenAPIV31SpecValidator(spec).iter_errors():
        yield located.violation(tuple(error.absolute_path), " ".join(str(error.message).split())[:200])


def _ledger(located: Located, directory: Path, covering: Coverage) -> Iterator[FileViolation]:
    """Rows that are not those that the specs give, that are missing, or that are too many.

    A quote is not looked at: it comes of the document itself, which is not here.
    """
    try:
        derived = derive(load_effective(directory))
    except UsageError as error:
        yield located.violation((), str(error))
        return
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield located.violation(
            (), f"the specs give no ledger, {type(error).__name__}: {error}; run `conformance extract`"
        )
        return
    checks = covering(derived)
    text = ledger_yaml(directory.name, [replace(item, checks=checks.get(item.id, ())) for item in derived])
    due = {row["id"]: row for row in load_yaml(text)["requirements"]}
    rows = located.data["requirements"]
    for number, row in enumerate({name: value for name, value in item.items() if name != "quote"} for item in rows):
        wanted = due.pop(row["id"], None)
        if wanted is None:
            yield located.violation(
                ("requirements", number),
                f"{row['id']} is not of these specs, or is there twice; run `conformance extract`",
            )
        elif wanted != row:
            members = sorted(name for name in {*wanted, *row} if wanted.get(name) != row.get(name))
            text = f"{row['id']}: {', '.join(members)} differs from what the specs give; run `conformance extract`"
            yield located.violation(("requirements", number, members[0]), text)
    for name in due:
        yield located.violation(("requirements",), f"{name} is missing; run `conformance extract`")
