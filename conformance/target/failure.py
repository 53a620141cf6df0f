"""What ended an exchange without an answer -> the error that says so, in one line."""

from __future__ import annotations

import http.client
import ssl
from typing import Protocol

import requests
import urllib3

from conformance.model.errors import ConformanceError, ConnectionBroken, NotACloud, TargetAway, TargetUnreachable
from conformance.target.connection import Connecting, NotTaken, Silence, Tunnelling, Unresolved
from conformance.target.wire import Unfinished

__all__ = ["brief", "causes", "failure"]

NO_TRUST = "give its CA file (cacert) or --insecure"
CERTIFICATES = {
    "CERTIFICATE_VERIFY_FAILED": "",
    9: "is not valid yet; is the clock of this machine right?",
    10: "has expired",
    18: f"is self-signed; {NO_TRUST}",
    19: f"is signed by an authority that is not trusted (self-signed in its chain); {NO_TRUST}",
    20: f"is signed by an authority that is not known; {NO_TRUST}",
    21: f"is signed by an authority that is not known; {NO_TRUST}",
    62: "is for another host",
    64: "is for another address",
}
"""Code of OpenSSL (X509_V_ERR_...) -> what is wrong with a certificate."""


class _TimeLimits(Protocol):
    """Seconds to connect, of silence, and in all."""

    @property
    def connect(self) -> float: ...
    @property
    def silence(self) -> float: ...
    @property
    def total(self) -> float: ...


def failure(error: Exception, cause: BaseException, where: str, method: str, limits: _TimeLimits) -> ConformanceError:
    """The error of the suite for an error of the network. `cause` is the innermost of it, `where` names the target."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        wrong = CERTIFICATES.get(cause.verify_code) or f"is not trusted ({brief(cause)}); {NO_TRUST}"
        return TargetUnreachable(f"{where}: the TLS certificate {wrong}")
    if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return ConnectionBroken(f"{where}: the TLS connection broke during {method}")
    if isinstance(cause, ssl.SSLError):
        return TargetUnreachable(f"{where}: no TLS: {brief(cause)}; is it HTTPS that is spoken there?")
    if isinstance(error, urllib3.exceptions.SSLError) or isinstance(cause, urllib3.exceptions.SSLError):
        return TargetUnreachable(f"{where}: the TLS certificate is not trusted ({brief(cause)}); {NO_TRUST}")
    if isinstance(cause, Unresolved):
        return TargetAway(f"{where}: {brief(cause)}")
    if isinstance(cause, ConnectionRefusedError):
        return TargetAway(f"{where}: connection refused; is the service running there?")
    if isinstance(cause, Connecting):
        seconds = limits.total if isinstance(cause, Tunnelling) else limits.connect
        return TargetAway(f"{where}: {cause} within {seconds:.3g} s")
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return TargetAway(f"{where}: no connection: {brief(cause)}")
    if isinstance(cause, NotTaken):
        return TargetUnreachable(f"{where}: takes no more of a {method} within {limits.silence:.3g} s")
    unfinished = next((item for item in causes(error) if isinstance(item, Unfinished)), None)
    if unfinished is not None:
        came = f"{unfinished.came} of the {unfinished.announced} bytes that it announces (Content-Length) came"
        ended = (
            f", and then nothing for {limits.silence:.3g} s"
            if isinstance(cause, Silence)
            else f" within {limits.total:.3g} s"
        )
        return TargetUnreachable(f"{where}: no whole answer to {method}: {came}{ended}")
    if isinstance(cause, Silence):
        return TargetUnreachable(f"{where}: no answer to {method} within {limits.silence:.3g} s")
    if isinstance(cause, TimeoutError):
        return TargetUnreachable(f"{where}: no whole answer to {method} within {limits.total:.3g} s")
    if isinstance(error, urllib3.exceptions.LocationValueError | requests.exceptions.InvalidURL):
        return NotACloud(f"{where}: is no URL that can be reached")
    if isinstance(cause, http.client.HTTPException | ValueError) and not isinstance(
        cause, http.client.RemoteDisconnected
    ):
        return NotACloud(f"{where}: the answer to {method} is no HTTP: {brief(cause)}")
    return ConnectionBroken(f"{where}: the connection broke during {method}: {brief(cause)}")


def causes(error: BaseException) -> tuple[BaseException, ...]:
    """An error and what it wraps, the innermost last: requests and urllib3 wrap one in their own, as an argument, a cause
    or a reason."""
    found = [error]
    for _ in range(8):
        inner = next(
            (item for item in (*reversed(found[-1].args), found[-1].__cause__) if isinstance(item, BaseException)), None
        )
        if inner is None:
            break
        found.append(inner)
    return tuple(found)


def brief(error: BaseException) -> str:
    """What an error says, in one line of bounded length."""
    return " ".join(str(error).split())[:160] or type(error).__name__
