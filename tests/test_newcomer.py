"""Who follows CONTRIBUTING.md from a chapter to a package of a service gets a verdict, and a check that is proven."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from checkout import ROOT

CHAPTER = ROOT / "tests" / "document" / "data" / "zones.md"


def typed(words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What a command prints in a clone, in an interpreter of its own, and its code."""
    environment = {**os.environ, "PYTHONPATH": str(cwd), "XDG_STATE_HOME": str(cwd / "state"), "COLUMNS": "200"}
    command = [sys.executable, "-m", *words.split()]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_a_package_that_is_made_as_the_text_has_it_judges_and_is_proven(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "conformance", tmp_path / "conformance", ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("Begin without a package.")[2]
    package, case = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    cases = tmp_path / "conformance" / "services" / "dns" / "cases"
    cases.mkdir(parents=True)
    (cases.parent / "__init__.py").write_text(package, encoding="utf-8")
    (cases / "__init__.py").write_text('"""The cases."""\n')
    (cases / "test_records.py").write_text(case, encoding="utf-8")
    with (tmp_path / "conformance" / "services" / "__init__.py").open("a") as known:
        known.write("\nfrom conformance.services.dns import DNS\n\nregister(DNS)\n")

    done = typed(f"conformance extract {CHAPTER} --out DIR", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "records.a_zone_that_is_not_there_has_no_records" in (tmp_path / "DIR" / "requirements.yaml").read_text()
    done = typed("conformance selfcheck --specs DIR --seeds 0 --jobs 1 --fault zone.record.list.*", tmp_path)
    assert done.stdout.splitlines()[-1].startswith("PROVEN: of 1 faults 1 caught"), done.stdout + done.stderr
