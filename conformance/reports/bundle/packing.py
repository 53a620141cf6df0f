"""A result bundle: a run with all that it was judged by, in one file whose sums say whether anything was altered.

    manifest.json            every other file with its size and SHA-256 (schema: specs/schemas/manifest.schema.json)
    attestation.dsse.json    when signed: a DSSE envelope about manifest.json (schema: specs/schemas/attestation.schema.json)
    run/                     verdict, exchanges, reports, the scripts of the findings
    specs/                   the specs, the rulings and the ledger that the run was judged by
    waivers.yaml             when given
    sbom.cdx.json            the bill of materials of the suite; only where the version that ran is the one that packs

Rules
- Sums alone show damage; only a signature shows who made it. A bundle that should be signed and is not is altered.
- Only what a run writes is packed, by name: a directory may hold more, such as a clouds.yaml.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from conformance.contract.schemas import schema
from conformance.contract.services import spec_files
from conformance.contract.specs import LEDGER, OVERLAY, default_directory, load_contract
from conformance.model.errors import UsageError
from conformance.model.opening import content
from conformance.model.verdict import Verdict
from conformance.reports import FORMATS, SCRIPTS
from conformance.reports.bundle.archive import Archive, Limits, Member, packed, read_archive
from conformance.reports.bundle.attestation import attested, signed, statement
from conformance.reports.bundle.materials import DISTRIBUTION, bill_of_materials
from conformance.reports.destination import put
from conformance.reports.encoding import json_bytes
from conformance.reports.recorded import parse_run, read_run

__all__ = ["Examination", "examine", "load", "write_bundle"]

VERSION = "1.0"
MANIFEST, ATTESTATION = "manifest.json", "attestation.dsse.json"
MATERIALS = "sbom.cdx.json"
VERDICT, EXCHANGES = "run/verdict.json", "run/exchanges.har"


@dataclass(frozen=True, slots=True)
class Examination:
    """What a bundle is worth. `problems` are what was altered, none when it is intact; `signers` are key ids.

    `verified` says that the given key made a signature that holds.
    """

    run: Mapping[str, Any]
    files: int
    signers: tuple[str, ...]
    verified: bool
    problems: tuple[str, ...]


def write_bundle(
    run: Path, out: Path, *, specs: Path | None, waivers: Path | None, key: Ed25519PrivateKey | None
) -> tuple[Verdict, int]:
    """Pack a run directory into the file `out`, which is whole or not there; returns the verdict and how many files are in.

    Raises UsageError when the directory is no run, the specs are another contract, or a file cannot be read or written.
    """
    verdict = read_run(run)
    names = [item.file for item in FORMATS.values()]
    files = {f"run/{name}": data for name in names if (data := _optional(run / name)) is not None}
    scripts = {f"run/{SCRIPTS}/{item.id}.sh": _optional(run / SCRIPTS / f"{item.id}.sh") for item in verdict.findings}
    files |= {name: data for name, data in scripts.items() if data is not None}
    files |= _specs(verdict, specs or default_directory())
    if waivers is not None:
        files["waivers.yaml"] = _required(waivers)
    if verdict.run.suite_version == metadata.version(DISTRIBUTION):
        files[MATERIALS] = bill_of_materials(verdict.run.id, datetime.fromisoformat(verdict.run.started_at))
    manifest = json_bytes(_manifest(verdict, files))
    files[MANIFEST] = manifest
    if key is not None:
        used = [
            (name, sha256(data).hexdigest())
            for name, data in sorted(files.items())
            if name.startswith(("specs/", "waivers"))
        ]
        files[ATTESTATION] = json_bytes(signed(statement(verdict, manifest, used), key))
    data = packed(files, executable=[name for name in files if name.endswith(".sh")])
    put(out, data, private=True)
    return verdict, len(files)


def _specs(verdict: Verdict, directory: Path) -> dict[str, bytes]:
    contract = load_contract(directory)
    if contract.sha256 != verdict.contract["sha256"]:
        raise UsageError(
            f"{directory}: is another contract (sha256 {contract.sha256[:12]}…) than the run was judged by "
            f"({verdict.contract['sha256'][:12]}…); give that one with --specs"
        )
    return {
        f"specs/{name}": data
        for name in (*spec_files(directory).values(), OVERLAY, LEDGER)
        if (data := _optional(directory / name)) is not None
    }


def _manifest(verdict: Verdict, files: Mapping[str, bytes]) -> dict[str, Any]:
    run = verdict.run
    return {
        "bundle": VERSION,
        "run": {
            "id": run.id,
            "outcome": str(verdict.overall),
            "exit_code": verdict.exit_code,
            "profile": run.profile,
            "seed": run.seed,
            "started_at": run.started_at,
        },
        "contract": dict(verdict.contract),
        "files": [
            {"path": name, "size": len(files[name]), "sha256": sha256(files[name]).hexdigest()}
            for name in sorted(files)
        ],
    }


def examine(path: Path, key: Ed25519PublicKey | None, limits: Limits | None = None) -> Examination:
    """Look whether anything was altered. Raises UsageError when the file is no bundle."""
    return _examined(read_archive(path, (MANIFEST, ATTESTATION, VERDICT), limits), path, key)


def _examined(archive: Archive, path: Path, key: Ed25519PublicKey | None) -> Examination:
    data = archive.kept.get(MANIFEST)
    if data is None:
        why = f" ({archive.problems[0]})" if archive.problems else ""
        raise UsageError(f"{path}: not a bundle: it has no {MANIFEST}{why}")
    problems = list(archive.problems)
    run: Mapping[str, Any] = {}
    try:
        manifest = json.loads(data)
        jsonschema.validate(manifest, schema("manifest"))
    except (ValueError, RecursionError, jsonschema.ValidationError):
        problems.append(f"{MANIFEST} is no manifest of a bundle of version {VERSION}")
    else:
        run = manifest["run"]
        problems += _differences(manifest, archive.members)
        problems += _contradiction(run, archive.kept.get(VERDICT))
    signers: tuple[str, ...] = ()
    verified = False
    envelope = archive.kept.get(ATTESTATION)
    if envelope is not None:
        found = attested(envelope, key)
        signers, verified = found.signers, found.verified
        problems += found.problems
        if found.signers and found.subject != sha256(data).hexdigest():
            problems.append(f"{MANIFEST} is not the one that was signed")
    elif key is not None:
        problems.append("the bundle is not signed: its signature was taken away, or it never had one")
    return Examination(run, len(archive.members), signers, verified, tuple(problems))


def _differences(manifest: Mapping[str, Any], members: Mapping[str, Member]) -> list[str]:
    said: dict[str, Member] = {}
    problems: list[str] = []
    for item in manifest["files"]:
        if item["path"] in said:
            problems.append(f"{item['path']} is in {MANIFEST} twice")
        said[item["path"]] = Member(item["size"], item["sha256"])
    for name in sorted({*said, *members} - {MANIFEST, ATTESTATION}):
        if name not in members:
            problems.append(f"{name} is missing")
        elif name not in said:
            problems.append(f"{name} was added: {MANIFEST} does not know it")
        elif members[name] != said[name]:
            got, due = members[name], said[name]
            problems.append(
                f"{name} was changed: {got.size} bytes, sha256 {got.sha256[:16]}…; due are {due.size}, {due.sha256[:16]}…"
            )
    return problems


def _contradiction(run: Mapping[str, Any], verdict: bytes | None) -> list[str]:
    """Where the manifest says something else of the run than the verdict does."""
    try:
        value = json.loads(verdict or b"")
        told = (value["run"]["id"], value["outcome"], value["exit_code"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return []  # damaged, and so changed or missing by its sum
    if told == (run["id"], run["outcome"], run["exit_code"]):
        return []
    return [f"{MANIFEST} says that run {run['id']} is {run['outcome']}, {VERDICT} says {told[0]} and {told[1]}"]


def load(path: Path) -> Verdict:
    """The verdict of a run directory or of a bundle, with every exchange.

    Raises UsageError when it is neither, or when the bundle was altered (its signature is left to `conformance verify`).
    """
    if path.is_dir():
        return read_run(path)
    archive = read_archive(path, (MANIFEST, ATTESTATION, VERDICT, EXCHANGES))
    found = _examined(archive, path, None)
    if found.problems:
        more = f" and {len(found.problems) - 1} more" if len(found.problems) > 1 else ""
        raise UsageError(f"{path}: the bundle was altered: {found.problems[0]}{more}; see `conformance verify`")
    missing = next((name for name in (VERDICT, EXCHANGES) if name not in archive.kept), None)
    if missing is not None:
        raise UsageError(f"{path}: the bundle has no {missing}")
    return parse_run(archive.kept[VERDICT], archive.kept[EXCHANGES], f"{path}:run")


def _optional(path: Path) -> bytes | None:
    return _required(path) if path.is_file() else None


def _required(path: Path) -> bytes:
    try:
        return content(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
