"""What can harm more than a run makes, and is sent only where --allow names it.

Rules
- The words of a path and the key of an action tell: what accounts, rights and limits of a cloud are, what forces a state, and
  what moves the work of others.
- Reading is free. What writes is sent when `--allow WORD` names each of its words, in the singular or the plural.
- What an action does may outlast the resource that it is done to, or keep it from being deleted: it is done when `--allow`
  names that, too. Sent with what has to be refused it does nothing.
- What is created may be a link to what is there (an attachment, a membership). What somebody uses is linked to nothing unless
  `--allow` names the noun of the link.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator

from conformance.document.nouns import nouns
from conformance.model.contract import Operation
from conformance.model.message import READING

__all__ = ["harmful", "harmful_action", "held_back", "lasting", "links", "names_nothing", "parts_of", "words_of"]

ACCOUNTS = frozenset(
    [
        "project",
        "tenant",
        "user",
        "group",
        "role",
        "domain",
        "service",
        "endpoint",
        "region",
        "limit",
        "registered_limit",
        "hypervisor",
        "default-security-group-rule",
    ]
)
"""Segments of a path below which the accounts and the ground of a cloud stand."""
ACTS = frozenset(
    [
        "quota",
        "reset",
        "force",
        "migrate",
        "evacuate",
        "failover",
        "purge",
        "cleanup",
        "batch",
        "bulk",
        "revoke",
        "shutdown",
    ]
)
"""Parts of a segment, or of the key of an action, that say what is done to what others have."""
LASTING = frozenset(
    [
        *["create", "clone", "copy", "upload", "export", "import", "save", "backup", "snapshot"],
        *["duplicate", "replicate", "fork", "archive", "convert", "template", "mirror", "split"],
        *[
            "default",
            "promote",
            "demote",
            "primary",
            "master",
            "elect",
            "swap",
            "switch",
            "broadcast",
            "notify",
            "send",
        ],
        *["publish", "share", "grant", "access", "transfer", "accept", "manage", "unmanage", "invite"],
        *["lock", "protect", "reserve", "freeze", "retain"],
        *["attach", "attaching", "detaching", "add", "associate", "bind", "join", "link", "mount", "connection"],
    ]
)
"""Parts of the name of an action that leaves something elsewhere, changes what others get, gives a resource away or links it
to another, or keeps it from being deleted."""
_LINKS = re.compile(
    r"attach|associat|bind|mount|connect|member|interface|assign|subscri"
    r"|rule|record|route\Z|entry|listener|polic|permission|grant|share|peer|acl",
    re.IGNORECASE,
)
"""Parts of the noun of a resource that is a link between others, or a part of another."""
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
LONGEST = 64 * 1024
"""Bytes of a body that are read for the key of an action."""


def harmful(operation: Operation) -> str:
    """The first word for which an operation is held back, "" for none. What only reads harms nothing."""
    return held_back(operation, ())


def names_nothing(word: str, operations: Iterable[Operation]) -> bool:
    """Whether no operation would be held back for a word that is allowed."""
    held = {
        found for item in operations if item.method not in READING for found in (*_of_path(item.path), *_link(item))
    }
    return not any(_named(item, (word,)) for item in held | ACTS | LASTING)


def words_of(operations: Iterable[Operation]) -> tuple[str, ...]:
    """The words that --allow has to name so that all operations are sent, whatever their bodies do."""
    paths = (word for item in operations if item.method not in READING for word in (*_of_path(item.path), *_link(item)))
    return tuple(sorted({*paths, *ACTS, *LASTING}))


def held_back(operation: Operation, allowed: Collection[str]) -> str:
    """A word that --allow would have to name so that an operation is sent, "" when it may be."""
    return harmful_action(operation.method, operation.path, b"", allowed)


def harmful_action(method: str, path: str, body: bytes, allowed: Collection[str]) -> str:
    """The word for which a request is held back whatever operation it is of: that of its path, else of the key of its
    body; "" for none."""
    if method in READING:
        return ""
    return next((word for word in (*_of_path(path), *_of_body(body)) if not _named(word, allowed)), "")


def lasting(operation: Operation, allowed: Collection[str]) -> str:
    """A word that --allow would have to name so that an action is done to a resource, "" when it may be."""
    return next((word for word in sorted(LASTING & parts_of(operation)) if not _named(word, allowed)), "")


def links(operation: Operation, allowed: Collection[str]) -> bool:
    """Whether what an operation creates changes what it is hung on, and `--allow` does not name it."""
    return any(not _named(noun, allowed) for noun in _link(operation))


def _link(operation: Operation) -> tuple[str, ...]:
    """The noun of what an operation works with, where it is a link between others."""
    return tuple(noun for noun in nouns(operation.path)[-1:] if _LINKS.search(noun))


def parts_of(operation: Operation) -> set[str]:
    """The words in the name of an action: the key of its body, else the last of its path, with that of its only member."""
    members = (operation.request_schema or {}).get("properties", {})
    only = next(iter(members)) if len(members) == 1 else ""
    return _parts(operation.action or f"{operation.path.rpartition('/')[2]} {only}")


def _named(word: str, allowed: Collection[str]) -> bool:
    return word in {noun for item in allowed for noun in nouns(f"/{item}")} or word in allowed


def _of_path(path: str) -> Iterator[str]:
    for noun in nouns(path):
        if noun.removeprefix("os-") in ACCOUNTS:
            yield noun.removeprefix("os-")
        yield from sorted(ACTS & _parts(noun))


def _of_body(body: bytes) -> Iterator[str]:
    if len(body) <= LONGEST:
        try:
            read = json.loads(body)
        except (ValueError, RecursionError):
            return
        if isinstance(read, dict) and len(read) == 1:
            yield from sorted(ACTS & _parts(next(iter(read))))


def _parts(text: str) -> set[str]:
    return {part.lower() for part in _PART.findall(text)}
