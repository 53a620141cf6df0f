"""Why nothing can be read from an answer to a login that looks like a success: it leads elsewhere, is packed, or is cut
short."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from conformance.model.message import Request, Response

__all__ = ["hindrance"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""RFC 9110, 15.4: what has another address. 300 offers a choice, and 304 speaks of a copy that nobody has."""
LONGEST = 120
"""Characters of an address or a coding that are told."""


def hindrance(sent: Request, received: Response, auth_url: str) -> str:
    """What hinders, and what to do; "" for nothing, and for an answer that is a refusal anyway. `auth_url` is where the
    configuration says that the identity service is."""
    if received.status in REDIRECTS:
        return _redirect(sent, received, auth_url)
    if received.status >= 300:
        return ""
    coding = ", ".join(received.headers.all("Content-Encoding")).strip()
    if coding and coding.lower() != "identity" and not received.body.lstrip().startswith(b"{"):
        return (
            f"its answer to {sent.method} is packed (Content-Encoding: {_short(coding)}), which was not asked for "
            "(Accept-Encoding: identity); is there a gateway before it that compresses whatever is asked?"
        )
    announced = received.headers.get("Content-Length") or ""
    if announced.isdecimal() and len(announced) <= 18 and len(received.body) < int(announced):
        return (
            f"its answer to {sent.method} was cut short: {len(received.body)} of the {announced} bytes that it announces "
            "(Content-Length) came before the connection was closed"
        )
    return ""


def _redirect(sent: Request, received: Response, auth_url: str) -> str:
    location = received.headers.get("Location")
    there = _address(sent.url, location) if location else ""
    base = auth_url.rstrip("/")
    rest = sent.url.removeprefix(base)  # what is asked below auth_url: the same below the new one tells which that is
    same = rest != sent.url and bool(rest.strip("/")) and there.endswith(rest) and len(there) <= LONGEST
    asked = urlsplit(sent.url).path
    shown = there if same or _only_words_of(asked, there) else _origin(there)
    leads = f"to {_short(shown)}" if there else "to what is no HTTP address" if location else "without saying where to"
    advice = "set auth_url to where the identity service is"
    if there and urlsplit(sent.url).scheme == "https" != urlsplit(there).scheme:
        advice = "that is without TLS, and a password would go there in clear: mend the redirect, or whatever ends TLS"
    elif same:
        advice = f"if that is your identity service, set auth_url to {there.removesuffix(rest)}"
    return f"redirects {sent.method} {_short(asked)} ({received.status}) {leads}; not followed: {advice}"


def _address(base: str, location: str) -> str:
    """Where a redirect leads, without user and password, parameters, query and fragment. "" for what is no address of
    HTTP."""
    try:
        parts = urlsplit(urljoin(base, location))
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    path = re.sub(r";[^/]*", "", parts.path)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}" if usable else ""


def _only_words_of(asked: str, address: str) -> bool:
    """Whether the path of an address has only segments of the path that was asked."""
    return set(urlsplit(address).path.split("/")) <= set(asked.split("/"))


def _origin(address: str) -> str:
    """An address without its path, which may hold anything: a session, another address with its password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{'/...' if parts.path.strip('/') else ''}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
