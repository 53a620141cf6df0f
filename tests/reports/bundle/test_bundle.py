"""Bundles: packed, verified, and altered in every way."""

from __future__ import annotations

import base64
import gzip
import io
import json
import subprocess
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from checkout import SCHEMAS, tool
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from targets import reference_with

from conformance.cli.main import cli
from conformance.cli.reporting import conduct_run
from conformance.model.errors import ConformanceError, UsageError
from conformance.reports.bundle.archive import packed
from conformance.reports.bundle.attestation import key_id, private_key, public_key, signed, statement
from conformance.reports.bundle.packing import examine, load, write_bundle
from conformance.reports.har import to_har
from conformance.reports.presentation import Presentation
from conformance.reports.recorded import read_run
from conformance.reports.verdict_json import to_json
from conformance.run.options import Options

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    conduct_run(
        Options(profile="smoke", seed=1, embedded=reference_with("image.list.query.name.prefix", "image.create.nan")),
        out,
        Console(file=io.StringIO()),
    )
    (out / "clouds.yaml").write_text("password: hidden")
    return out


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys made as the documentation says, with openssl."""
    tool("openssl")
    folder = tmp_path_factory.mktemp("keys")
    for name, algorithm in (("key", "ed25519"), ("another", "ed25519"), ("rsa", "rsa")):
        subprocess.run(
            ["openssl", "genpkey", "-algorithm", algorithm, "-out", folder / f"{name}.pem"],
            check=True,
            capture_output=True,
        )
        subprocess.run(
            ["openssl", "pkey", "-in", folder / f"{name}.pem", "-pubout", "-out", folder / f"{name}.pub"], check=True
        )
    subprocess.run(
        ["openssl", "pkey", "-in", folder / "key.pem", "-aes256", "-passout", "pass:x", "-out", folder / "locked.pem"],
        check=True,
    )
    return folder


@pytest.fixture(scope="module")
def bundles(run: Path, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    write_bundle(run, folder / "plain", specs=None, waivers=None, key=None)
    write_bundle(run, folder / "signed", specs=None, waivers=None, key=private_key(keys / "key.pem"))
    return folder


def contents(path: Path) -> Files:
    with tarfile.open(path) as archive:
        return {item.name: archive.extractfile(item).read() for item in archive.getmembers()}


def told(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and output of the command, in this process."""
    runner = CliRunner()
    result = runner.invoke(cli, [str(item) for item in arguments], standalone_mode=False)
    if isinstance(result.exception, ConformanceError):
        return int(result.exception.exit_code), str(result.exception)
    assert result.exception is None, result.exception
    return int(result.return_value or 0), result.output


def changed(files: Files, **new: Any) -> Files:
    return {**files, **new}


def valid(name: str, data: bytes) -> list[str]:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(json.loads(data))]


def test_a_bundle_holds_the_run_and_what_it_was_judged_by_and_nothing_else(bundles: Path, run: Path) -> None:
    files = contents(bundles / "plain")
    scripts = {f"run/findings/{name}.sh" for name in Presentation(read_run(run)).commands}
    specs = {
        f"specs/{name}"
        for name in ("image.openapi.yaml", "identity.openapi.yaml", "errata.overlay.yaml", "requirements.yaml")
    }
    reports = {f"run/{name}" for name in ("verdict.json", "exchanges.har", "junit.xml", "index.html")}
    assert {"manifest.json", *scripts, *specs, *reports} <= set(files)
    assert [name for name in files if "clouds" in name] == []
    assert (run / "verdict.json").read_bytes() == files["run/verdict.json"]
    assert valid("manifest", files["manifest.json"]) == []


def test_the_same_run_gives_the_same_bytes_also_when_it_is_signed(
    bundles: Path, run: Path, keys: Path, tmp_path: Path
) -> None:
    write_bundle(run, tmp_path / "again", specs=None, waivers=None, key=private_key(keys / "key.pem"))
    assert (bundles / "signed").read_bytes() == (tmp_path / "again").read_bytes()


def test_the_attestation_is_an_in_toto_test_result_about_the_manifest(bundles: Path, keys: Path) -> None:
    files = contents(bundles / "signed")
    envelope = json.loads(files["attestation.dsse.json"])
    payload = base64.b64decode(envelope["payload"])
    body = json.loads(payload)
    assert (valid("attestation", files["attestation.dsse.json"]), valid("statement", payload)) == ([], [])
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert [{"name": "manifest.json", "digest": {"sha256": sha256(files["manifest.json"]).hexdigest()}}] == body[
        "subject"
    ]
    assert (
        body["predicate"]["result"],
        "image.list.query.name" in body["predicate"]["failedTests"] + body["predicate"]["warnedTests"]
        or len(body["predicate"]["failedTests"]) > 0,
    ) == ("FAILED", True)
    assert {
        "name": "specs/image.openapi.yaml",
        "digest": {"sha256": sha256(files["specs/image.openapi.yaml"]).hexdigest()},
    } in body["predicate"]["configuration"]


def test_openssl_verifies_the_signature_over_the_pre_authentication_encoding(
    bundles: Path, keys: Path, tmp_path: Path
) -> None:
    envelope = json.loads(contents(bundles / "signed")["attestation.dsse.json"])
    payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
    (tmp_path / "pae").write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
    (tmp_path / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    arguments = [
        "-verify",
        "-pubin",
        "-inkey",
        keys / "key.pub",
        "-rawin",
        "-in",
        tmp_path / "pae",
        "-sigfile",
        tmp_path / "sig",
    ]
    done = subprocess.run(["openssl", "pkeyutl", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Signature Verified Successfully\n")


def test_an_intact_bundle_says_who_signed_it(bundles: Path, keys: Path) -> None:
    who = key_id(private_key(keys / "key.pem").public_key())
    count = len(contents(bundles / "signed"))
    code, text = told("verify", bundles / "signed", "--key", keys / "key.pub")
    assert (
        code,
        text.startswith(f"INTACT: {count} files of run "),
        text.endswith(f"signed by key {who} (exit 0)\n"),
    ) == (0, True, True)
    code, text = told("verify", bundles / "signed")
    assert (code, f"signed by key {who}, which was not verified: give it with --key" in text) == (0, True)
    code, text = told("verify", bundles / "plain")
    assert (code, "not signed: the sums show damage, not who made it" in text) == (0, True)


def _resigned(files: Files, key: Ed25519PrivateKey) -> Files:
    run = load_files(files)
    return {
        **files,
        "attestation.dsse.json": json.dumps(signed(statement(run, files["manifest.json"], []), key)).encode(),
    }


def load_files(files: Files) -> Any:
    from conformance.reports.recorded import parse_run

    return parse_run(files["run/verdict.json"], files["run/exchanges.har"], "x")


def _rewritten(files: Files) -> Files:
    """A forger's work: another outcome, with sums that agree."""
    verdict = json.loads(files["run/verdict.json"]) | {"outcome": "conformant", "exit_code": 0}
    data = json.dumps(verdict).encode()
    manifest = json.loads(files["manifest.json"])
    manifest["run"] |= {"outcome": "conformant", "exit_code": 0}
    for item in manifest["files"]:
        if item["path"] == "run/verdict.json":
            item |= {"size": len(data), "sha256": sha256(data).hexdigest()}
    return {**files, "run/verdict.json": data, "manifest.json": json.dumps(manifest).encode()}


def _manifest(files: Files, change: Callable[[dict[str, Any]], None]) -> Files:
    manifest = json.loads(files["manifest.json"])
    change(manifest)
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def _envelope(files: Files, change: Callable[[dict[str, Any]], None]) -> Files:
    envelope = json.loads(files["attestation.dsse.json"])
    change(envelope)
    return {**files, "attestation.dsse.json": json.dumps(envelope).encode()}


def _flip(envelope: dict[str, Any]) -> None:
    raw = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
    raw[5] ^= 1
    envelope["signatures"][0]["sig"] = base64.b64encode(bytes(raw)).decode()


def _passed(envelope: dict[str, Any]) -> None:
    body = json.loads(base64.b64decode(envelope["payload"]))
    body["predicate"]["result"] = "PASSED"
    envelope["payload"] = base64.b64encode(json.dumps(body).encode()).decode()


def without(files: Files, name: str) -> Files:
    return {key: value for key, value in files.items() if key != name}


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (
            lambda files: changed(files, **{"run/junit.xml": files["run/junit.xml"] + b" "}),
            "run/junit.xml was changed: ",
        ),
        (lambda files: without(files, "run/exchanges.har"), "run/exchanges.har is missing"),
        (
            lambda files: changed(files, **{"run/more.txt": b"x"}),
            "run/more.txt was added: manifest.json does not know it",
        ),
        (
            lambda files: _manifest(files, lambda manifest: manifest["files"].pop()),
            "was added: manifest.json does not know it",
        ),
        (
            lambda files: _manifest(files, lambda manifest: manifest["files"].append(manifest["files"][0])),
            "is in manifest.json twice",
        ),
        (
            lambda files: _manifest(files, lambda manifest: manifest["run"].update(outcome="conformant", exit_code=0)),
            "is conformant, run/verdict.json says",
        ),
        (
            lambda files: _manifest(files, lambda manifest: manifest.pop("files")),
            "manifest.json is no manifest of a bundle of version 1.0",
        ),
        (lambda files: changed(files, **{"manifest.json": b"{"}), "manifest.json is no manifest"),
    ],
)
@pytest.mark.parametrize("kind", ["plain", "signed"])
def test_what_was_altered_is_named_without_any_key(
    bundles: Path, tmp_path: Path, kind: str, alter: Callable[[Files], Files], words: str
) -> None:
    (tmp_path / "x").write_bytes(packed(alter(contents(bundles / kind))))
    code, text = told("verify", tmp_path / "x")
    assert (code, words in text, "ALTERED: " in text) == (1, True, True), text
    with pytest.raises(UsageError, match=r"the bundle was altered: .*see `conformance verify`"):
        load(tmp_path / "x")


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (
            lambda files: without(files, "attestation.dsse.json"),
            "the bundle is not signed: its signature was taken away, or it never had one",
        ),
        (_rewritten, "manifest.json is not the one that was signed"),
        (lambda files: without(_rewritten(files), "attestation.dsse.json"), "the bundle is not signed"),
        (lambda files: _resigned(_rewritten(files), Ed25519PrivateKey.generate()), "signed by another key ("),
        (lambda files: _envelope(files, _flip), " is bad"),
        (lambda files: _envelope(files, _passed), " is bad"),
        (
            lambda files: _envelope(files, lambda envelope: envelope.update(payloadType="text/plain")),
            "what is signed is no in-toto statement",
        ),
        (
            lambda files: _envelope(files, lambda envelope: envelope.update(signatures=[])),
            "the signature's envelope is damaged",
        ),
        (
            lambda files: _envelope(files, lambda envelope: envelope.update(payload="e30=")),
            "the signature's envelope is damaged",
        ),
        (lambda files: changed(files, **{"attestation.dsse.json": b"["}), "the signature's envelope is damaged"),
    ],
)
def test_what_only_a_signature_shows_is_named_with_the_key(
    bundles: Path, keys: Path, tmp_path: Path, alter: Callable[[Files], Files], words: str
) -> None:
    (tmp_path / "x").write_bytes(packed(alter(contents(bundles / "signed"))))
    code, text = told("verify", tmp_path / "x", "--key", keys / "key.pub")
    assert (code, words in text) == (1, True), text


def test_another_key_does_not_verify(bundles: Path, keys: Path) -> None:
    code, text = told("verify", bundles / "signed", "--key", keys / "another.pub")
    assert (code, "signed by another key (" in text) == (1, True)


def test_a_hostile_archive_is_altered_and_writes_nothing(bundles: Path, tmp_path: Path) -> None:
    tar = io.BytesIO(gzip.decompress((bundles / "plain").read_bytes()))
    with tarfile.open(fileobj=tar, mode="a") as archive:
        for name, kind in (
            ("../evil", tarfile.REGTYPE),
            ("run/link", tarfile.SYMTYPE),
            ("run/dev", tarfile.CHRTYPE),
            ("manifest.json", tarfile.REGTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            archive.addfile(info)
    (tmp_path / "x").write_bytes(gzip.compress(tar.getvalue()))
    code, text = told("verify", tmp_path / "x")
    assert (code, len(text.splitlines())) == (1, 5), text
    for words in (
        "../evil is no plain relative name; refused",
        "run/link is a symbolic link",
        "run/dev is a device",
        "manifest.json is in the archive twice",
    ):
        assert words in text
    assert [tmp_path / "x"] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("data", "words"), [(b"text", "not compressed with gzip"), (packed({"a": b"b"}), "it has no manifest.json")]
)
def test_what_is_no_bundle_is_exit_two(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "x").write_bytes(data)
    code, text = told("verify", tmp_path / "x")
    assert (code, words in text) == (2, True)


def test_a_bundle_is_loaded_as_the_directory_is(bundles: Path, run: Path) -> None:
    one, two = Presentation(load(bundles / "signed")), Presentation(load(run))
    assert (to_json(two), list(to_har(two))) == (to_json(one), list(to_har(one)))


def test_waivers_are_packed_when_they_are_given(run: Path, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("waivers: []")
    code, text = told("bundle", run, "--out", tmp_path / "x", "--waivers", tmp_path / "w.yaml")
    assert (
        code,
        text.endswith(("(non-conformant), not signed\n", "(inconclusive), not signed\n")),
        contents(tmp_path / "x")["waivers.yaml"],
    ) == (0, True, b"waivers: []")
    assert examine(tmp_path / "x", None).problems == ()


@pytest.mark.parametrize(
    ("option", "name", "words"),
    [
        ("bundle", "absent", "cannot be read: No such file"),
        ("bundle", "key.pub", "not a private key in PEM; make one: openssl genpkey -algorithm ed25519"),
        ("bundle", "rsa.pem", "not an Ed25519 key"),
        ("bundle", "locked.pem", "the key has a password"),
        ("verify", "key.pem", "a private key; give its public half"),
        ("verify", "rsa.pub", "not an Ed25519 key"),
        ("verify", "absent", "cannot be read"),
    ],
)
def test_a_key_that_does_not_fit_is_exit_two(
    bundles: Path, run: Path, keys: Path, tmp_path: Path, option: str, name: str, words: str
) -> None:
    where = [run, "--out", tmp_path / "x"] if option == "bundle" else [bundles / "signed"]
    code, text = told(option, *where, "--key", keys / name)
    assert (code, words in text, len(text.splitlines())) == (2, True, 1)
    assert list(tmp_path.iterdir()) == []


def test_specs_of_another_contract_are_refused(run: Path, tmp_path: Path) -> None:
    from conformance.contract.specs import default_directory

    for path in default_directory().iterdir():
        (tmp_path / path.name).write_text(path.read_text().replace("maxLength: 255", "maxLength: 254"))
    code, text = told("bundle", run, "--out", tmp_path / "x", "--specs", tmp_path)
    assert (code, "is another contract" in text) == (2, True)


def test_a_place_that_cannot_be_written_is_exit_two(run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, text = told("bundle", run, "--out", tmp_path / "file" / "x")
    assert (code, "cannot be written: " in text, "; give another --out" in text) == (2, True, True)


def test_public_keys_have_the_ids_of_their_private_ones(keys: Path) -> None:
    assert key_id(private_key(keys / "key.pem").public_key()) == key_id(public_key(keys / "key.pub"))


def test_every_report_that_a_run_writes_is_packed(run: Path, bundles: Path) -> None:
    written = {
        f"run/{path.relative_to(run)}" for path in run.rglob("*") if path.is_file() and path.name != "clouds.yaml"
    }
    written = {name for name in written if not name.startswith("run/specs/")}  # a bundle has them once, beside the run
    assert written == {name for name in contents(bundles / "plain") if name.startswith("run/")}
