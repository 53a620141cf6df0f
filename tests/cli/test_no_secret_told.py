"""What a target tells of our secrets is told by nobody else: not on the terminal, not in a report, a bundle or a
traceback."""

from __future__ import annotations

import base64
import http.client
import json
import re
import secrets as entropy
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from commands import command
from draws import drawn
from echoes import echoes, told

from conformance.cli import main as entry
from conformance.proof.reference import Reference
from conformance.target.secrets import Secrets

PASSWORDS = {
    "long": "Kw9pT2xQv7Lr-planted-Zu4Hy8Bn3Md",
    "signs": "p\"l'a\\n&t%41<e>d+/=? Kw9pT2",
    "unicode": "pläntédKw9一二三四",
    "short": "q7!",
    "word": "zqxjk",
}
SHORT = ("short", "word")
Reply = Callable[[str, str, dict[str, str], bytes], tuple[int, str, list[tuple[str, str]], bytes]]


@pytest.fixture
def serve() -> Iterator[Callable[[Reply], str]]:
    """Starts servers that answer with status, reason, headers and body; gives the root."""
    with ExitStack() as stack:

        def start(reply: Reply) -> str:
            class Handler(BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"

                def answer(self) -> None:
                    body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                    status, reason, fields, data = reply(self.command, self.path, dict(self.headers.items()), body)
                    self.send_response_only(status, reason)
                    for name, value in fields:
                        self.send_header(name, value)
                    if status != 204:
                        self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

                def __getattr__(self, name: str) -> Any:
                    if name.startswith("do_"):
                        return self.answer
                    raise AttributeError(name)

                def log_message(self, format: str, *args: Any) -> None:
                    """Say nothing."""

            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield start


def latin(text: str) -> str:
    """A text as a header carries it."""
    return re.sub(r"[\r\n]+", " ", text).encode().decode("latin-1")


def run(tmp_path: Path, clouds: dict[str, Any], *options: str) -> Any:
    (tmp_path / "clouds.yaml").write_text(yaml.safe_dump(clouds), encoding="utf-8")
    results = ("--out", tmp_path / "told" / "out", "--alluredir", tmp_path / "told" / "allure")
    env = {
        "XDG_STATE_HOME": str(tmp_path / "told" / "state"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "told" / "summary"),
    }
    (tmp_path / "told").mkdir(exist_ok=True)
    return command("run", "--profile", "smoke", "--seed", "1", *results, *options, cwd=tmp_path, env=env)


@pytest.mark.parametrize(
    ("kind", "how"),
    drawn([(kind, how) for kind in PASSWORDS for how in ("password", "application credential")], 3),
)
def test_a_login_that_is_refused_with_the_secret_in_the_answer(
    serve: Callable[[Reply], str], tmp_path: Path, kind: str, how: str
) -> None:
    secret = PASSWORDS[kind]
    forms = [secret] if kind in SHORT else echoes(secret)

    def reply(method: str, path: str, fields: dict[str, str], body: bytes) -> Any:
        if method != "POST":
            return 404, "None", [], b"{}"
        error = {
            "code": secret,
            "title": "x" * 69 + " " + secret,
            "message": " ".join(forms),
            "details": forms,
            secret: secret,
        }
        names = [("Content-Type", "application/json"), *(("X-Echo", latin(form)) for form in forms)]
        return 401, latin(secret), names, json.dumps({"error": error}).encode()

    root = serve(reply)
    auth: dict[str, Any] = {"auth_url": f"{root}/v3"}
    if how == "password":
        auth |= {
            "username": "u",
            "password": secret,
            "project_name": "p",
            "user_domain_id": "d",
            "project_domain_id": "d",
        }
        kind_of_login = "password"
    else:
        auth |= {"application_credential_id": "a", "application_credential_secret": secret}
        kind_of_login = "v3applicationcredential"
    done = run(tmp_path, {"clouds": {"here": {"auth_type": kind_of_login, "auth": auth}}}, "--os-cloud", "here")
    assert 3 == done.returncode, done.stderr
    assert set() == told(tmp_path / "told", [secret], done.stdout, done.stderr)
    assert "$OS_" in (tmp_path / "told" / "out" / "verdict.json").read_text()


PLANTED = "JnDp_9d4xzQk7Lm2"
HALF = PLANTED[:10]


@pytest.mark.parametrize(
    "body",
    [
        f"wrong: {PLANTED} or {HALF} it was".encode("utf-16"),
        f"wrong: {PLANTED} or {HALF} it was".encode("utf-32-be"),
        b"no %s, %s" % (HALF.encode(), base64.b64encode(base64.b64encode(base64.b64encode(PLANTED.encode())))),
    ],
    ids=["utf-16", "utf-32-be", "cut and packed"],
)
def test_a_password_in_a_refusal_of_another_encoding_cut_and_packed(
    serve: Callable[[Reply], str], tmp_path: Path, body: bytes
) -> None:
    root = serve(lambda *_: (401, "No", [("Content-Type", "text/plain")], body))
    auth = {"auth_url": f"{root}/v3", "username": "u", "password": PLANTED, "project_name": "p"}
    domains = {"user_domain_id": "d", "project_domain_id": "d"}
    done = run(tmp_path, {"clouds": {"here": {"auth": auth | domains}}}, "--os-cloud", "here")
    assert 3 == done.returncode, done.stderr
    assert b"$OS_PASSWORD" in _decoded(tmp_path / "told").replace(b"\0", b"")
    for text in (done.stdout.encode(), done.stderr.encode(), _decoded(tmp_path / "told")):
        plain = text.replace(b"\0", b"")
        assert HALF[:8].encode() not in plain
        assert base64.b64encode(base64.b64encode(PLANTED.encode()))[:12] not in plain


def _decoded(place: Path) -> bytes:
    """All files below a folder, and what stands in them in base64."""
    data = b"\n".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
    runs = re.findall(rb"(?:[A-Za-z0-9+/]{4}){4,}", data)
    return b"\n".join((data, *map(base64.b64decode, runs)))


class Telling:
    """A proxy before the reference that gives out tokens of its own, and tells them and the passwords in every answer."""

    def __init__(self, reference: Reference) -> None:
        self._upstream = urlsplit(reference.urls["image"]).netloc
        accounts = reference.clouds()["clouds"]
        self._real = {name: str(accounts[name]["auth"]["password"]) for name in ("reference", "reference-other")}
        self.passwords = {name: f"Kw9pT2xQ{index}-v7Lr" for index, name in enumerate(self._real)}
        self.tokens: dict[str, str] = {}
        self.clouds = {"clouds": {name: accounts[name] for name in self._real}}
        self._count = 0

    @property
    def secrets(self) -> list[str]:
        return [*self.passwords.values(), *self.tokens]

    def at(self, root: str) -> dict[str, Any]:
        """The configuration for the proxy at this address."""
        self._here = urlsplit(root).netloc
        for name, cloud in self.clouds["clouds"].items():
            cloud["auth"] |= {"auth_url": f"{root}/identity/v3", "password": self.passwords[name]}
        return self.clouds

    def reply(self, method: str, path: str, fields: dict[str, str], body: bytes) -> Any:
        status, answer, data = self._honest(method, path, fields, body)
        given = {name.lower(): value for name, value in answer}
        if "x-subject-token" in given:
            token = "tok-" + entropy.token_urlsafe(60)
            self.tokens[token] = given["x-subject-token"]
            answer = [(name, token if name.lower() == "x-subject-token" else value) for name, value in answer]
        self._count += 1
        wanted = self.secrets
        secret = wanted[self._count % len(wanted)]
        form = [item for item in echoes(secret) if item][self._count % 21]
        answer.append(("X-Echo", latin(form)))
        answer.append((f"X-{re.sub(r'[^A-Za-z0-9-]', '', secret)}", "name"))
        if data[:1] == b"{":
            data = self._telling(json.loads(data), secret, form, status)
        return status, latin(secret) if self._count % 3 else "Some Reason", answer, data

    def _telling(self, content: dict[str, Any], secret: str, form: str, status: int) -> bytes:
        if status >= 400:
            padding = "x" * (self._count * 7 % 220)
            content["error"] = {
                "code": padding + secret,
                "title": padding + form,
                "message": form,
                "more": [secret, form],
            }
        elif "token" not in content and "versions" not in content:
            content["hint"] = form
            for member in ("updated_at", "checksum", "self", "status"):
                if member in content and self._count % 4 == 0:
                    content[member] = "x" * (self._count * 5 % 90) + secret
        return json.dumps(content).encode()

    def _honest(self, method: str, path: str, fields: dict[str, str], body: bytes) -> Any:
        for name, real in self._real.items():
            body = body.replace(self.passwords[name].encode(), real.encode())
        sent = {name: value for name, value in fields.items() if name.lower() not in {"host", "content-length"}}
        for name in sent:
            sent[name] = self.tokens.get(sent[name], sent[name])
        connection = http.client.HTTPConnection(self._upstream)
        connection.request(method, path, body=body or None, headers=sent)
        response = connection.getresponse()
        data = response.read().replace(self._upstream.encode(), self._here.encode())
        connection.close()
        skipped = {"content-length", "connection", "transfer-encoding"}
        return response.status, [item for item in response.getheaders() if item[0].lower() not in skipped], data


@pytest.mark.proof
def test_a_run_against_a_target_that_tells_all_that_it_knows(
    reference: Reference, serve: Callable[[Reply], str], tmp_path: Path
) -> None:
    telling = Telling(reference)
    clouds = telling.at(serve(telling.reply))
    done = run(tmp_path, clouds, "--os-cloud", "reference", "--other-cloud", "reference-other")
    assert 1 == done.returncode, done.stderr
    packed = command("bundle", tmp_path / "told" / "out", "--out", tmp_path / "told" / "bundle.zip", cwd=tmp_path)
    texts = (done.stdout, done.stderr, packed.stdout, packed.stderr)
    assert set() == told(tmp_path / "told", telling.secrets, *texts)
    out = tmp_path / "told" / "out"
    # Which answers the verdict shows hangs on the seed of the day; the HAR has them all.
    texts = ((out / "verdict.json").read_text(), (out / "exchanges.har").read_text())
    assert "$OS_TOKEN" in texts[0]
    names = ("$OS_TOKEN", "$OS_PASSWORD", "$OS_TOKEN_OTHER", "$OS_PASSWORD_OTHER")
    assert [] == [name for name in names if not re.search(re.escape(name) + r"\b", texts[1])]
    assert len(telling.tokens) > 2


def test_a_traceback_of_the_command_holds_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = Secrets()
    known.learn(PASSWORDS["long"], "$OS_PASSWORD")

    def fails(**_: Any) -> int:
        raise RuntimeError(f"it was {PASSWORDS['long']}")

    monkeypatch.setattr(entry.cli, "main", fails)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = command("run", cwd=tmp_path)
    assert 4 == done.returncode
    assert [] != list(tmp_path.glob("conformance-fault-*.txt"))
    assert set() == told(tmp_path, [PASSWORDS["long"]], done.stderr)


def test_what_is_no_secret_is_not_hidden(reference: Reference, tmp_path: Path) -> None:
    clouds = reference.clouds()
    done = run(tmp_path, clouds, "--os-cloud", "reference")
    assert 0 == done.returncode, done.stderr
    exchanges = json.loads((tmp_path / "told" / "out" / "exchanges.har").read_text())["log"]["entries"]
    answers = [item["response"]["content"] for item in exchanges if item["request"]["method"] == "GET"]
    assert len(answers) > 20
    assert 0 == json.dumps(answers).count("$OS_")
