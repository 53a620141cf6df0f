"""The command of a finding, run by a real shell with a real curl."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import requests
from checkout import tool
from draws import drawn
from rich.console import Console
from targets import reference_with

from conformance.after.replay.lineage import Lineage, Step
from conformance.cli.reporting import conduct_run
from conformance.model.contract import Contract
from conformance.model.message import Exchange, Headers, Request, Response, counted
from conformance.model.verdict import FindingGroup, Removal, Verdict
from conformance.proof.reference import Reference
from conformance.reports.curl import curl_command
from conformance.reports.presentation import Presentation
from conformance.reports.script import as_file, command_of, is_script
from conformance.reports.terminal import print_verdict
from conformance.run.options import Options
from conformance.target.cloud import Settings, Wanted, open_target

MARK = "conformance-0011aabb"
ID = "11111111-1111-4111-a111-11111111111a"

CHOSEN = {
    "image.patch.response.200.updated_at.missing": "replaced_member or updated",
    "image.delete.status": "delete",
    "image.download.absent.found": "download or isolation",
    "image.list.query.name.prefix": "filters",
    "image.create.body.name.slash": "to_the_letter",
    "error.401.server-error": "token",
    "image.create.array": "defaults or default or service_sets",
}
"""Faults of every operation, with the cases that see them."""


def settings_of(reference: Reference, folder: Path) -> Settings:
    reference.write_clouds(folder / "clouds.yaml")
    return Settings(cloud="reference", other_cloud="reference-other", config_files=(str(folder / "clouds.yaml"),))


def variables(settings: Settings, contract: Contract) -> dict[str, str]:
    wanted = Wanted({"image": ("image",), "identity": ()}, contract.token_operation)
    target = open_target(settings, wanted, lambda transport: transport)
    try:
        unscoped = json.dumps({"auth": {**(target.main.password_body or {})["auth"], "scope": "unscoped"}})
        answer = requests.post(
            target.url("identity") + "/v3/auth/tokens",
            data=unscoped,
            headers={"Content-Type": "application/json"},
            timeout=10,
        )
        return {
            "OS_TOKEN_UNSCOPED": answer.headers["X-Subject-Token"],
            "OS_TOKEN": target.actors["main"].token(),
            "OS_TOKEN_OTHER": target.actors["other"].token(),
            "OS_PASSWORD": target.main.secrets[0],
        }
    finally:
        target.transport.close()


def executed(path: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    tool("curl")
    return subprocess.run([path], env={**os.environ, **env}, capture_output=True, timeout=60, check=False)


def last_status(out: bytes) -> int:
    return int(re.findall(rb"^HTTP/1\.1 (\d+)", out, re.MULTILINE)[-1])


@pytest.mark.parametrize("fault", drawn(CHOSEN, 2, 3))
def test_each_script_gets_the_recorded_status_and_leaves_nothing(
    fault: str, contract: Contract, tmp_path: Path
) -> None:
    with reference_with(fault)(contract) as faulty:
        settings = settings_of(faulty, tmp_path)
        verdict, _ = conduct_run(
            Options(settings, seed=1, selection=CHOSEN[fault]), tmp_path / "out", Console(file=io.StringIO())
        )
        before, env = faulty.resources(), variables(settings, contract)
        assert len(verdict.findings) > 0
        for group in verdict.findings:
            done = executed(tmp_path / "out" / "findings" / f"{group.id}.sh", env)
            assert (group.status, b"", before) == (last_status(done.stdout), done.stderr, faulty.resources()), group.id


def exchange(
    method: str,
    path: str,
    status: int,
    body: bytes = b"",
    answer: bytes = b"",
    number: int = 1,
    token: str = "$OS_TOKEN",
) -> Exchange:
    headers = Headers((("Content-Type", "application/json"), ("X-Auth-Token", token)))
    return Exchange(number, Request(method, f"http://127.0.0.1:1{path}", headers, body), Response(status, body=answer))


def command(lineage: Lineage, title: str = "t") -> str:
    return command_of(lineage, title=title, mark=MARK, removal=Removal("PATCH", "application/x-patch", "[]"))


def test_a_request_that_stands_alone_is_one_curl_line() -> None:
    alone = exchange("GET", "/v2/images?limit=1", 500)
    text = command(Lineage((), Step(alone)))
    assert curl_command(alone.request) == text
    assert "\n" not in text


def test_a_large_file_is_made_anew_by_the_command() -> None:
    size = 150_000
    sent = Request("PUT", "http://127.0.0.1:1/v2/images/1/file", body=counted(size)[:140_000], left_out=10_000)
    line = curl_command(sent)
    done = subprocess.run(["sh", "-c", line.partition("| curl")[0]], capture_output=True, check=False)
    assert (len(line) < 300, counted(size)) == (True, done.stdout)


def test_names_of_the_run_are_fresh_ones_and_an_own_id_is_a_fresh_one() -> None:
    made = exchange("POST", "/v2/images", 201, f'{{"id": "{ID}", "name": "{MARK}-7"}}'.encode(), number=4)
    target = exchange("GET", f"/v2/images/{ID}?name={MARK.upper()}", 200, number=9)
    text = command(Lineage((Step(made, ID, chosen=True),), Step(target)))
    assert (text.count(ID), text.count("0011aabb"), text.count("0011AABB")) == (0, 0, 0)
    assert "id_1=$(uuid)" in text
    assert '"$(printf %s "$mark" | tr a-z A-Z)"' in text


def test_a_variable_that_is_not_set_is_said_before_anything_is_sent() -> None:
    made = exchange("POST", "/v2/images", 201, b"{}", number=1, token="$OS_TOKEN_OTHER")
    text = command(Lineage((Step(made, ID),), Step(exchange("GET", f"/v2/images/{ID}", 200, number=2))))
    done = subprocess.run(
        ["sh", "-c", text],
        env={"PATH": os.environ["PATH"], "OS_TOKEN_OTHER": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "OS_TOKEN: set it to a token (openstack token issue -f value -c id)" in done.stderr


def test_preparing_that_fails_stops_the_script() -> None:
    made = exchange("POST", "/v2/images", 201, b"{}", number=3)
    text = command(Lineage((Step(made, ID),), Step(exchange("GET", f"/v2/images/{ID}", 200, number=4))))
    done = subprocess.run(
        ["sh", "-c", text],
        env={"PATH": os.environ["PATH"], "OS_TOKEN": "x"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "stopped: exchange 3 could not be made again" in done.stderr


@pytest.mark.parametrize(
    "evil",
    [
        "x\ntouch pwned\n",
        "x'; touch pwned; '",
        "$(touch pwned)",
        "`touch pwned`",
        "x\rtouch pwned",
        "x\u2028touch pwned",
        '"; touch pwned; "',
    ],
)
def test_what_a_target_says_is_never_run(evil: str, tmp_path: Path) -> None:
    body = f'{{"name": {evil!r}}}'.encode()
    made = exchange("POST", "/v2/images", 201, body, number=3)
    target = exchange("POST", f"/v2/images?{evil}", 201, body, number=4)
    text = command(Lineage((Step(made, evil * 3),), Step(target, "i")), title=evil)
    for script in (text, as_file(curl_command(target.request), evil)):
        subprocess.run(
            ["sh", "-c", script],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "OS_TOKEN": "x"},
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert list(tmp_path.iterdir()) == []


def test_a_short_id_of_a_target_replaces_no_other_words() -> None:
    made = exchange("POST", "/v2/images", 201, b'{"name": "a"}', number=3)
    text = command(Lineage((Step(made, "a"),), Step(exchange("GET", "/v2/images/a", 200, number=4))))
    assert "http://127.0.0.1:1/v2/images/a\n" in text


@pytest.mark.parametrize(
    "body",
    [b"\x00\xff" * 9, b"x" * 100_000, bytes(range(256)) * 400, b"@file", b"conformance-0011aabb" + b"\xc3\xa9" * 3000],
)
def test_a_body_reaches_the_server_byte_by_byte(body: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "curl"
    # Takes what curl would send: the value of --data-binary, or its input for @-.
    fake.write_text(
        '#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = --data-binary ] && d=$2; shift; done\ncase $d in @-) cat;; *) printf %s "$d";; esac >sent\n'
    )
    fake.chmod(0o755)
    text = curl_command(Request("PUT", "http://c/v2/images/i/file", Headers(), body), {"conformance-0011aabb": "$mark"})
    subprocess.run(
        ["sh", "-c", text],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "mark": "MARK"},
        check=True,
        timeout=60,
    )
    assert body.replace(b"conformance-0011aabb", b"MARK") == (tmp_path / "sent").read_bytes()
    assert max(map(len, text.split("\n"))) < 140_000


def test_the_terminal_shows_the_request_and_where_the_script_is(contract: Contract, tmp_path: Path) -> None:
    out = io.StringIO()
    options = Options(
        seed=1, selection="one_request_makes_one_image or defaults", embedded=reference_with("image.create.array")
    )
    verdict, written = conduct_run(options, tmp_path / "out", Console(file=io.StringIO()))
    shown = Presentation(verdict)
    print_verdict(shown, Console(file=out, width=200), written)
    group = next(item for item in verdict.findings if is_script(shown.commands.get(item.id, "")))
    assert f"sh {tmp_path}/out/findings/{group.id}.sh" in out.getvalue()
    assert group.exemplar is not None
    assert curl_command(group.exemplar.request) in out.getvalue()
    assert "id_of()" not in out.getvalue()


def test_scripts_of_an_earlier_run_go(tmp_path: Path) -> None:
    (tmp_path / "findings").mkdir()
    for name in ("0123456789ab.sh", "mine.sh"):
        (tmp_path / "findings" / name).write_text("")
    options = Options(seed=1, selection="one_request_makes_one_image", embedded=Reference)
    verdict, _ = conduct_run(options, tmp_path, Console(file=io.StringIO()))
    assert_nothing(verdict)
    assert [path.name for path in (tmp_path / "findings").iterdir()] == ["mine.sh"]


def assert_nothing(verdict: Verdict) -> None:
    groups: tuple[FindingGroup, ...] = ()
    assert groups == verdict.findings
