"""A signature on a bundle: an in-toto Statement about its manifest, in a DSSE envelope, signed with Ed25519.

Sources: in-toto attestation framework (Statement v1, predicate test-result v0.1), DSSE 1.0, RFC 8032. The envelope and its
signatures are those of securesystemslib, which in-toto and TUF sign with.
"""

from __future__ import annotations

import json
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import FormatError, UnverifiedSignatureError, VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]  # public, but not by its stub

from conformance.contract.schemas import schema
from conformance.model.errors import UsageError
from conformance.model.opening import content
from conformance.model.verdict import Outcome, Overall, Verdict

__all__ = ["PAYLOAD_TYPE", "Attested", "attested", "key_id", "private_key", "public_key", "signed", "statement"]

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"


@dataclass(frozen=True, slots=True)
class Attested:
    """What an envelope says: who signed (`signers` are key ids), the sum of the subject, and what is wrong with it."""

    signers: tuple[str, ...] = ()
    subject: str | None = None
    verified: bool = False
    problems: tuple[str, ...] = ()


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key to sign with, PEM without a password. Raises UsageError."""
    try:
        key = load_pem_private_key(_bytes(path), password=None)
    except TypeError:
        raise UsageError(
            f"{path}: the key has a password; write it without: openssl pkey -in {path} -out KEY.pem"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(
            f"{path}: not a private key in PEM; make one: openssl genpkey -algorithm ed25519 -out KEY.pem"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path}: not an Ed25519 key; make one: openssl genpkey -algorithm ed25519 -out KEY.pem")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The key to verify with, PEM. Raises UsageError."""
    data = _bytes(path)
    if b"PRIVATE KEY" in data:
        raise UsageError(f"{path}: a private key; give its public half: openssl pkey -in {path} -pubout -out PUB.pem")
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(
            f"{path}: not a public key in PEM; write it: openssl pkey -in KEY.pem -pubout -out PUB.pem"
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path}: not an Ed25519 key; bundles are signed with Ed25519")
    return key


def _bytes(path: Path) -> bytes:
    try:
        return content(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


def key_id(key: Ed25519PublicKey) -> str:
    """The id of a key: the SHA-256 of its canonical form, 64 hexadecimal digits."""
    return str(SSlibKey.from_crypto(key).keyid)


def statement(verdict: Verdict, manifest: bytes, configuration: Iterable[tuple[str, str]]) -> bytes:
    """The Statement about a manifest; `configuration` are names and sums of the files that the tests were made from.

    A run that judged too little is FAILED: whoever gates on the result must not take it for a success.
    """
    named: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for item in verdict.requirements:
        if item.outcome is Outcome.PASSED:
            named["passedTests"].append(item.id)
        elif item.outcome is Outcome.FAILED and item.required:
            named["failedTests"].append(item.id)
        elif item.outcome in {Outcome.FAILED, Outcome.WAIVED} or (
            item.outcome is Outcome.NOT_EXERCISED and item.required
        ):
            named["warnedTests"].append(item.id)
    value = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "manifest.json", "digest": {"sha256": sha256(manifest).hexdigest()}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": "PASSED" if verdict.overall is Overall.CONFORMANT else "FAILED",
            "configuration": [{"name": name, "digest": {"sha256": total}} for name, total in configuration],
            **named,
        },
    }
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def signed(payload: bytes, key: Ed25519PrivateKey) -> dict[str, Any]:
    """The envelope with the signature, as plain data. Ed25519 gives the same signature for the same payload."""
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(CryptoSigner(key))
    value: dict[str, Any] = envelope.to_dict()
    return value


def attested(data: bytes, key: Ed25519PublicKey | None) -> Attested:
    """What the envelope says, and whether the key verifies it."""
    try:
        raw = json.loads(data)
        jsonschema.validate(raw, schema("attestation"))
        envelope = Envelope.from_dict(raw)
        body = json.loads(envelope.payload)
        jsonschema.validate(body, schema("statement"))
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        Base64Error,
        FormatError,
        jsonschema.ValidationError,
    ):
        return Attested(problems=("the signature's envelope is damaged",))
    signers = tuple(envelope.signatures)
    problems: list[str] = []
    verified = False
    if envelope.payload_type != PAYLOAD_TYPE:
        problems.append("what is signed is no in-toto statement")
    if key is not None:
        ours = SSlibKey.from_crypto(key)
        if ours.keyid not in signers:
            problems.append(f"signed by another key ({', '.join(signers)}), not by {ours.keyid}")
        else:
            try:
                envelope.verify([ours], 1)
                verified = True
            except (VerificationError, UnverifiedSignatureError):
                problems.append(f"the signature by {ours.keyid} is bad")
    return Attested(signers, _subject(body), verified, tuple(problems))


def _subject(body: Mapping[str, Any]) -> str | None:
    return next((item["digest"]["sha256"] for item in body["subject"] if item["name"] == "manifest.json"), None)
