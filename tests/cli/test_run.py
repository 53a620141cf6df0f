"""The options of `conformance run` in its help."""

from __future__ import annotations

from pathlib import Path

from commands import command

from conformance.cli.run import PANELS, run


def test_each_option_stands_in_one_panel_of_the_help() -> None:
    shown = [name for names in PANELS.values() for name in names]
    assert sorted([*(item.opts[0] for item in run.params), "--help"]) == sorted(shown)


def test_the_help_is_no_wider_than_the_terminal_and_has_each_panel(tmp_path: Path) -> None:
    lines = command("run", "--help", cwd=tmp_path, columns=80).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert [title for title in PANELS if not any(title in line for line in lines)] == []
