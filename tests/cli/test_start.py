"""What a run imports before its first request: what draws, runs cases, reads documents and files, or writes reports can wait.

How long a start takes is measured by the benchmark; here it is only held that nothing of what made it long comes back.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LATER = {
    "allure_commons": "Allure results are written at the end, if at all",
    "covertable": "rows of values are made by the cases",
    "hypothesis": "the cases draw",
    "jinja2": "the page is made at the end",
    "jsonpath": "errata are applied when the specs are extracted",
    "jsonschema": "only a file of waivers, or a baseline, is checked by it",
    "openstack.connection": "the configuration needs none of the SDK's clients",
    "pdfplumber": "a document is read when the specs are extracted",
    "pytest": "the cases run after the login",
    "ruamel.yaml": "the specs were read before",
    "schemathesis": "one case of the acceptance profile draws with it",
    "trio": "plugins of hypothesis stay out",
}
STOP = """
import sys
later = set(sys.argv.pop().split(","))
from conformance.target.transport import Transport

def send(self, request):
    print(*sorted(later & set(sys.modules)), len(sys.modules), request.url)
    raise KeyboardInterrupt

Transport.send = send
from conformance.__main__ import main
sys.argv[1:] = ["run", "--out", "out"]
main()
"""


@pytest.fixture
def at_the_first_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modules of LATER that are there when the first request goes out, the number of all, and the URL."""
    for name, value in {"AUTH_URL": "http://127.0.0.1:1/v3", "USERNAME": "u", "PASSWORD": "secret-of-u"}.items():
        monkeypatch.setenv(f"OS_{name}", value)
    monkeypatch.setenv("OS_PROJECT_NAME", "p")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", STOP, ",".join(LATER)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.endswith("http://127.0.0.1:1/v3")]
    assert len(lines) == 1, done.stdout + done.stderr
    return lines[0].split()


def test_what_can_wait_is_not_imported_before_the_first_request(at_the_first_request: list[str]) -> None:
    *early, modules, _ = at_the_first_request
    assert [] == [f"{name}: {LATER[name]}" for name in early]
    assert int(modules) < 900
