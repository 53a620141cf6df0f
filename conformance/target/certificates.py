"""The certificates of a cloud: how its own are verified, and what is shown of ours."""

from __future__ import annotations

import os
import ssl
import warnings
from typing import Any

from conformance.model.errors import UsageError
from conformance.model.opening import is_file_or_directory
from conformance.target.sdk import CloudRegion

__all__ = ["verification"]


def verification(region: CloudRegion, cacert: str | None, *, insecure: bool) -> tuple[bool | str, Any]:
    """How the certificates of a cloud are verified, and the certificate of our own: what requests takes as `verify` and
    `cert`. Raises UsageError."""
    about = f"cloud {region.name}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        verify, cert = region.get_requests_verify_args()
    if insecure:
        verify = False
    elif cacert:
        about, verify = "--os-cacert or OS_CACERT", cacert
    elif not isinstance(verify, bool | str):
        verify = True if verify is None else bool(verify)
    if isinstance(verify, str):
        _check_certificates(about, verify)
    if cert:
        _check_own_certificate(about, *((cert,) if isinstance(cert, str) else cert))
    return verify, cert


def _check_certificates(about: str, path: str) -> None:
    if not os.path.exists(path):
        raise UsageError(f"{about}: its CA file {_named(path)}: there is no such file")
    if not is_file_or_directory(path):
        raise UsageError(f"{about}: its CA file {_named(path)}: is no file, which is read more than once")
    try:
        where = {"capath": path} if os.path.isdir(path) else {"cafile": path}
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(**where)
    except (OSError, ValueError):
        raise UsageError(f"{about}: its CA file {_named(path)} holds no certificates (PEM) that can be read") from None


def _check_own_certificate(about: str, cert: str, key: str | None = None) -> None:
    missing = next((path for path in (cert, key) if path and not os.path.exists(path)), None)
    if missing:
        raise UsageError(f"{about}: its client certificate or key {_named(missing)}: there is no such file")
    odd = next((path for path in (cert, key) if path and not is_file_or_directory(path)), None)
    if odd:
        raise UsageError(
            f"{about}: its client certificate or key {_named(odd)}: is no file, which is read more than once"
        )
    try:
        # Without the callback OpenSSL would ask the terminal for the passphrase of a key that has one, and wait.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert, key, password=lambda: "")
    except (OSError, ValueError):
        raise UsageError(
            f"{about}: its client certificate {_named(cert)} and key {_named(key or cert)} are no pair (PEM, the key without a "
            "passphrase) that can be read"
        ) from None


def _named(path: str) -> str:
    """A path in one line, whatever it holds."""
    return path if path.isprintable() else repr(path)
