"""What the documents for people say of the tree: files, links, code and commands are there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest
from checkout import ROOT

from conformance.cli.main import cli

DOCUMENTS = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "ARCHITECTURE.md")
PLACES = (ROOT, ROOT / "conformance", ROOT / "conformance/services/image", ROOT / "conformance/services/identity")
"""Where a file may lie that a document names."""
MADE = frozenset(["waivers.yaml", "baseline.json", "clouds.yaml", "verdict.json", "index.html", "SERVICE.openapi.yaml"])
"""Files that are named and are no part of the tree: a user or a run makes them."""


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def files(text: str) -> Iterator[str]:
    """The files that stand in backticks."""
    for word in re.findall(r"`([\w./*-]+\.(?:py|po|yaml|json|html|j2|yml))`", text):
        if word not in MADE and not word.startswith(("reports/selfcheck/", "accepted/")):
            yield word


def is_there(name: str) -> bool:
    found = [path for place in PLACES for path in (place.glob(name) if "*" in name else [place / name])]
    return any(path.is_file() for path in found) or any(
        any(ROOT.glob(f"{top}/**/{name}")) for top in ("conformance", "specs")
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_file_that_is_named_is_there(document: str) -> None:
    named = sorted(set(files(text_of(document))))
    assert named
    assert [name for name in named if not is_there(name)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_link_leads_to_a_file(document: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", text_of(document))
    assert [target for target in targets if not (ROOT / target).is_file()] == []


def snippets() -> list[list[str]]:
    """The pieces of code in CONTRIBUTING.md, line by line, without what is left out."""
    known, package = text_of("CONTRIBUTING.md").split("Begin without a package.")  # which test_newcomer.py makes
    found = re.findall(r"```(?:python|po)\n(.*?)```", known, re.DOTALL)
    assert "```python" in package
    return [[line for line in piece.splitlines() if line.strip() not in {"", "..."}] for piece in found]


SOURCES = [
    path.read_text(encoding="utf-8").splitlines()
    for kind in ("py", "po")
    for path in ROOT.glob(f"conformance/**/*.{kind}")
]


@pytest.mark.parametrize("lines", snippets(), ids=lambda lines: lines[0].strip()[:40])
def test_each_piece_of_code_that_is_shown_stands_in_one_file_of_the_tree(lines: list[str]) -> None:
    assert any(set(lines) <= set(source) for source in SOURCES)


def commands(text: str) -> Iterator[list[str]]:
    """The words of each `conformance` command, in blocks and in sentences."""
    blocks = re.findall(r"^    (?:\.venv/bin/)?(conformance [^\n]*)", text, re.MULTILINE)
    for line in (*blocks, *re.findall(r"`(conformance [a-z][^`]*)`", text)):
        yield shlex.split(line, comments=True)[1:]


def unknown(words: list[str]) -> list[str]:
    """The sub-commands and options of a command that the product does not have."""
    command: click.Command = cli
    while isinstance(command, click.Group) and words:
        name, *words = words
        found = command.get_command(click.Context(command), name)
        if found is None:
            return [name]
        command = found
    known = {option for item in command.params for option in (*item.opts, *item.secondary_opts)}
    return [word for word in words if word.startswith("-") and word not in known]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_command_and_each_option_is_one_that_there_is(document: str) -> None:
    assert [(words, wrong) for words in commands(text_of(document)) if (wrong := unknown(list(words)))] == []


def test_a_command_that_there_is_not_is_seen() -> None:
    assert ["fly"] == unknown(["fly", "--high"])
    assert ["--high"] == unknown(["lab", "up", "--high"])


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md"])
def test_the_table_of_options_names_options_of_run(document: str) -> None:
    options = re.findall(r"^\| `(--?[a-z-]+)", text_of(document), re.MULTILINE)
    assert len(options) == 17
    assert unknown(["run", *options]) == []


def outline(document: str) -> list[str]:
    """What a README is made of, without its words: levels of headings, rows of tables, items of lists, code, pictures."""
    kinds = {
        r"#+ ": "heading",
        r"\| `": "option",
        r"\| \d": "exit code",
        r"- ": "item",
        r"```": "code",
        r"!\[": "picture",
        r"    \S*conformance ": "command",
    }
    found = []
    for line in text_of(document).splitlines():
        kind = next((kind for start, kind in kinds.items() if re.match(start, line)), None)
        if kind is not None:
            found.append(line.split()[0] if kind == "heading" else kind)
    return found


def test_the_chinese_readme_is_whole() -> None:
    """The same sections in the same order, each with the same options, exit codes, items, code and pictures."""
    assert outline("README.md") == outline("README.zh-CN.md")
    assert outline("README.md").count("##") > 5


def test_both_readmes_show_the_same_commands() -> None:
    def shown(document: str) -> list[str]:
        lines = re.findall(r"^    ((?:conformance|make|openssl|pip|export) [^\n]*)", text_of(document), re.MULTILINE)
        return [re.sub(r" --lang zh| *#.*| +$", "", line) for line in lines]

    assert shown("README.md") == shown("README.zh-CN.md")
