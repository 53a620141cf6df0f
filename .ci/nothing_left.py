"""On the lab: a run that is over is replayed, and each of its scripts is run; the cloud must be the same before and after.

python .ci/nothing_left.py RUN_DIR CLOUDS_YAML
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from administrator import holdings, tokens  # in tests/

LISTS = ("visibility=all&limit=1000", "visibility=all&os_hidden=true&limit=1000")


def main(run: str, clouds: str) -> None:
    """Raises SystemExit when something is left."""
    config = Path(clouds)
    before = holdings(config, "lab-admin", *LISTS)
    environment = {**os.environ, "OS_CLIENT_CONFIG_FILE": clouds}
    replay = [sys.executable, "-m", "conformance", "replay", run, "--os-cloud", "lab", "--other-cloud", "lab-other"]
    done = subprocess.run(replay, env=environment, check=False)
    if done.returncode != 1 or before != holdings(config, "lab-admin", *LISTS):
        sys.exit(f"replay ended with {done.returncode}, or left something")
    given = tokens(config, "lab", "lab-other")
    for script in sorted(Path(run, "findings").glob("*.sh")):
        done = subprocess.run(["sh", script], env=given, stdout=subprocess.DEVNULL, check=False)
        if done.returncode or before != holdings(config, "lab-admin", *LISTS):
            sys.exit(f"{script} ended with {done.returncode}, or left something")


if __name__ == "__main__":
    main(*sys.argv[1:3])
