"""A mistyped command or option is answered with what was meant; a shell completes both."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from checkout import ROOT, tool
from commands import command

TYPED = """
eval "$(_CONFORMANCE_COMPLETE=bash_source conformance)"
COMP_WORDS=({words}) COMP_CWORD={last} COMPREPLY=()
_conformance_completion conformance
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("comapre",), "No such command 'comapre'; did you mean compare?"),
        (("Run",), "did you mean run?"),
        (("baseline", "prnue"), "did you mean prune?"),
        (("lab", "stauts"), "did you mean status?"),
        (("zzz",), "No such command 'zzz'; there are extract, "),
        (("run", "--profil", "gate"), "--profile"),
        (("run", "--othercloud", "x"), "--other-cloud"),
    ],
)
def test_what_was_meant_is_named_in_one_line(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = command(*arguments, cwd=tmp_path)
    assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert words in done.stderr


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("conformance comp", {"compare"}),
        ("conformance run --prof", {"--profile"}),
        ("conformance run --profile ''", {"smoke", "gate", "acceptance"}),
        ("conformance lab ''", {"up", "status", "down"}),
    ],
)
def test_bash_completes_commands_options_and_values(tmp_path: Path, words: str, due: set[str]) -> None:
    program = tmp_path / "conformance"
    program.write_text(f"#!{sys.executable}\nfrom conformance.cli.main import main\nmain()\n")
    program.chmod(0o755)
    done = subprocess.run(
        [tool("bash"), "-c", TYPED.format(words=words, last=len(words.split()) - 1)],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert due == set(done.stdout.split()), done.stderr
