"""`conformance requirements`: the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from conformance.cli.paths import GivenPath
from conformance.contract.reading import NARROW, kept
from conformance.contract.specs import default_directory, load_contract
from conformance.document.candidates import Candidate
from conformance.model.contract import Contract
from conformance.model.requirement_id import Kind
from conformance.reports.language import LANGUAGES, say
from conformance.reports.sentences import said
from conformance.reports.visible import safe
from conformance.reports.words import AUTHORITIES, LEVELS, lines


@click.command()
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print.")
@click.option("--specs", type=GivenPath(), help="Directory of the specs (default: the product's own).")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the table.")
@click.option(
    "--candidates",
    "wanted",
    is_flag=True,
    help="Instead, the lines of prose that may promise something, and which promise of the errata confirms each.",
)
def requirements(form: str, specs: Path | None, lang: str, wanted: bool) -> None:
    """Print the ledger: each promise, its lines in the document, and the checks that judge it.

    A candidate binds nobody until an `x-requirements` of the errata, whose source has its line, says what is promised (or,
    with `excluded`, why nothing is).
    """
    contract = load_contract(specs)
    if wanted:
        _print_candidates(contract, kept(specs or default_directory()).candidates, form, lang)
        return
    if form == "json":
        rows = [
            {
                "id": item.id,
                "statement": str(item.statement),
                "level": str(item.level),
                "authority": str(item.authority),
                "ruling": item.ruling,
                "source": [list(pair) for pair in item.source],
                "operation": item.operation,
                "checks": list(item.checks),
                "excluded": item.excluded,
            }
            for item in contract.requirements.values()
        ]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False)
    heads = (say("requirement"), say("lines"), say("level"), say("authority"), say("checks, or why excluded"))
    for column in heads:
        table.add_column(column.plain(lang), overflow="fold")
    for item in contract.requirements.values():
        authority = AUTHORITIES[item.authority].plain(lang) + (f" {item.ruling}" if item.ruling else "")
        why = said(item.excluded).plain(lang) if item.excluded else ", ".join(item.checks)
        table.add_row(item.id, lines(item.source), LEVELS[item.level].plain(lang), authority, why)
    Console(highlight=False).print(table)


def _print_candidates(contract: Contract, found: Iterable[Candidate], form: str, lang: str) -> None:
    rows = [(item, _confirming(contract, item)) for item in found]
    if form == "json":
        click.echo(
            json.dumps([{**asdict(item), "confirmed_by": by} for item, by in rows], indent=1, ensure_ascii=False)
        )
        return
    table = Table(box=None, pad_edge=False)
    heads = (say("line"), say("operation"), say("part"), say("word"), say("names"), say("confirmed by"))
    for column in heads:
        table.add_column(column.plain(lang), overflow="fold")
    for item, by in rows:
        cells = (str(item.line), item.operation, item.part, item.marker, ", ".join(item.names), ", ".join(by))
        table.add_row(*map(safe, cells))
    Console(highlight=False).print(table)


def _confirming(contract: Contract, item: Candidate) -> list[str]:
    """The promises that the errata state on the line of a candidate."""
    return [
        promise.id
        for promise in contract.requirements.values()
        if promise.kind is Kind.STATED
        and any(first <= item.line <= last and last - first < NARROW for first, last in promise.source)
    ]
