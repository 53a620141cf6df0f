"""`conformance specs`: what concerns the contract alone. `specs diff` compares two editions of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import rich_click as click
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from conformance.cli.paths import GivenPath
from conformance.cli.suggestions import Group
from conformance.contract.edition_rules import Impact
from conformance.contract.editions import EditionChange, edition_changes
from conformance.contract.prepared import PREPARED
from conformance.contract.specs import load_effective
from conformance.model.errors import UsageError
from conformance.model.opening import content
from conformance.reports.destination import open_file, put
from conformance.reports.editions import editions_json, editions_markdown, editions_text, summary

FORMATS: Mapping[str, Callable[[Sequence[EditionChange], str, str], str]] = {
    "text": editions_text,
    "json": lambda changes, old, new: json.dumps(editions_json(changes, old, new), indent=1, ensure_ascii=False) + "\n",
    "markdown": editions_markdown,
}


@click.group(cls=Group)
def specs() -> None:
    """The contract itself, without any target."""


@specs.command()
@click.argument("old", type=GivenPath())
@click.argument("new", type=GivenPath())
@click.option(
    "--format", "form", type=click.Choice(tuple(FORMATS)), default="text", show_default=True, help="How it is written."
)
@click.option("--out", type=GivenPath(dir_okay=False), help="File to write instead of standard output.")
def diff(old: Path, new: Path, form: str, out: Path | None) -> int:
    """Say what changes for a client from the edition OLD to the edition NEW.

    Both are directories of specs, rulings applied, or both are OpenAPI files, taken as they are.
    Exit codes: 0 nothing breaks, 1 a breaking change, 2 usage.
    """
    if old.is_dir() != new.is_dir() and old.exists() and new.exists():
        raise UsageError(f"{old} and {new}: one is a directory and one a file; give two of a kind")
    if out is not None:
        open_file(out)
    try:
        changes = edition_changes(_read(old), _read(new))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())[:120]
        raise UsageError(
            f"{old} or {new}: not an OpenAPI document as `conformance extract` writes it "
            f"({type(error).__name__}: {said})"
        ) from None
    text = FORMATS[form](changes, _named(old), _named(new))
    if out is None:
        click.echo(text, nl=False)
    else:
        put(out, text.encode("utf-8", "backslashreplace"))
        click.echo(summary(changes))
    return int(any(item.impact is Impact.BREAKING for item in changes))


@specs.command()
@click.argument("directory", type=GivenPath(exists=True, file_okay=False))
def prepare(directory: Path) -> None:
    """Read the specs of DIRECTORY and keep what comes of it beside them, so that each command starts a second earlier.

    To be done after one of its files was changed by hand; `conformance extract` does it by itself.
    """
    from conformance.contract.extraction import prepare as written  # with the reader of documents

    written(directory)
    click.echo(f"written: {directory / PREPARED}")


def _named(path: Path) -> str:
    return path.resolve().name


def _read(path: Path) -> dict[str, dict[str, Any]]:
    if path.is_dir():
        return load_effective(path)
    try:
        data = YAML(typ="safe", pure=True).load(content(path))
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such directory or file of specs") from None
    except (OSError, YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read as YAML: {' '.join(str(error).split())[:160]}") from None
    if not isinstance(data, dict) or not isinstance(data.get("paths"), dict):
        raise UsageError(f"{path}: not an OpenAPI document: it has no mapping `paths`")
    return {path.name.partition(".")[0]: data}
