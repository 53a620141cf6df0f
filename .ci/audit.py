"""Known weaknesses of the locked releases; or that nobody could be asked. Exit code 1 when there is one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCKS = ("requirements.txt", "requirements-dev.txt")


def main() -> int:
    """Ask PyPI about every locked release."""
    command = [
        str(Path(sys.executable).with_name("pip-audit")),
        "--disable-pip",
        "--require-hashes",
        "--format",
        "json",
    ]
    files = [argument for name in LOCKS for argument in ("--requirement", name)]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"audit: not done: {' '.join(done.stderr.split())[-200:]}")
        return 0
    asked = [item for item in found if "skip_reason" not in item]
    weak = [item for item in asked if item["vulns"]]
    for item in weak:
        print(f"audit: {item['name']} {item['version']}: {', '.join(entry['id'] for entry in item['vulns'])}")
    print(f"audit: {len(asked)} of {len(found)} locked releases looked up, {len(weak)} with known weaknesses")
    if not asked:
        print(
            f"audit: not done: the data is out of reach ({found[0]['skip_reason'] if found else 'nothing is locked'})"
        )
    return 1 if weak else 0


sys.exit(main())
