"""Links that answers give: where a client that follows one goes, and whether it is still asking the same service there.

A link is a URI reference (RFC 3986, 4.1). It is resolved against the URL that was asked (5.2), with one exception: a
path that begins with the version of an API (`/v2/...`), at a service whose root has a path of its own (`/compute`), is
below that root. OpenStack's services write their links so, and its clients read them so.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

from conformance.model.jsonvalue import can_be_sent

__all__ = ["OTHER_ORIGIN", "WEAKER_SCHEME", "at_home", "can_be_followed", "elsewhere", "resolved", "root_of"]

OTHER_ORIGIN, WEAKER_SCHEME = "another-origin", "weaker-scheme"
"""How a link can lead away from the service that gave it."""
_PORTS = {"http": 80, "https": 443}
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
"""Nearly all links: an absolute path in which nothing is encoded and no segment begins with a dot. What it stands for is
known without taking it apart, which costs more than anything else that is done with an answer."""
_PLAIN_ROOT = re.compile(r"https?://[a-z0-9.-]+(?::[1-5]?[0-9]{1,4})?(?:/[A-Za-z0-9._~/-]*)?")
_VERSION = re.compile(r"/v[0-9]+(\.[0-9]+)*(/|\Z)")


def root_of(asked: str, path: str) -> str:
    """The root of a service: the URL that was asked without its query and without the path of the operation. Where the
    URL does not end so, its origin."""
    whole = asked.partition("?")[0].rstrip("/")
    if path and whole.endswith(path):
        return whole.removesuffix(path)
    parts = urlsplit(asked)
    return f"{parts.scheme}://{parts.netloc}"


def resolved(link: str, asked: str, root: str) -> str | None:
    """The URL that a link stands for, in an answer of the service at `root` to the URL that was asked; without a
    fragment. None for what is no URI reference, or no address of HTTP."""
    home = home_of(root)
    if _PLAIN_PATH.fullmatch(link) and _PLAIN_ROOT.fullmatch(root) and asked.startswith(f"{home}/"):
        base = root[len(home) :].rstrip("/")
        return (root.rstrip("/") if _VERSION.match(link) and not _below(link, base) else home) + link
    if not link or not can_be_sent(link):
        return None
    try:
        parts = urlsplit(link)
        base = urlsplit(root).path.rstrip("/")
        versioned = not parts.scheme and not parts.netloc and _VERSION.match(parts.path)
        below = versioned and not _below(parts.path, base)
        url = link if parts.scheme else root.rstrip("/") + link if below else urljoin(asked, link)
        found = urlsplit(url)
        _port(found)
    except ValueError:
        return None
    return found._replace(fragment="").geturl() if found.scheme in _PORTS and found.hostname else None


def home_of(url: str) -> str:
    """Scheme and authority of a URL as they stand in it; all of it where it has no path."""
    end = url.find("/", url.find("://") + 3)
    return url if end < 0 else url[:end]


def can_be_followed(link: str) -> bool:
    """Whether a link is a URI reference, and of HTTP if it is absolute."""
    return resolved(link, "http://any.example/", "http://any.example") is not None


def elsewhere(url: str, asked: str) -> str:
    """How an absolute URL leads away from the origin that was asked (RFC 6454, 4): to OTHER_ORIGIN, or by a
    WEAKER_SCHEME. Empty when it does not; a stronger scheme of the same host does not."""
    if url.startswith(f"{home_of(asked)}/"):
        return ""
    to, ours = urlsplit(url), urlsplit(asked)
    if (to.hostname or "").rstrip(".") != (ours.hostname or "").rstrip("."):
        return OTHER_ORIGIN
    if ours.scheme == "https" and to.scheme == "http":
        return WEAKER_SCHEME
    if to.scheme == ours.scheme and _port(to) != _port(ours):
        return OTHER_ORIGIN
    return ""


def at_home(url: str, asked: str, root: str, path: str) -> str:
    """The URL at our own origin that stands for one which leads elsewhere: its query, and its path from the path of the
    operation on. Nothing is ever sent to where such a link leads."""
    to = urlsplit(url)
    if urlsplit(asked)[:2] != to[:2]:
        rest = to.path[to.path.index(path) :] if path and path in to.path else to.path
        return f"{root}{rest}{'?' + to.query if to.query else ''}"
    return url


def _port(parts: SplitResult) -> int | None:
    """The port, the default of its scheme included. Raises ValueError when it is none."""
    return parts.port if parts.port is not None else _PORTS.get(parts.scheme)


def _below(path: str, base: str) -> bool:
    return not base or path == base or path.startswith(f"{base}/")
