"""Whose fault it is, and the exit code that says so.

    ConformanceError                    exit  meaning
    ├── UsageError                         2  the command, its options or a file given to it are wrong
    │   └── DocumentError                  2  the document cannot be read as one
    ├── TargetError                        3  the target could not be judged
    │   ├── TargetUnreachable              3  no connection, TLS failure, time limit
    │   │   ├── TargetAway                 3  no connection could be made, so nothing was sent
    │   │   └── ConnectionBroken           3  the connection broke before the whole answer had come
    │   ├── TargetBusy                     3  it asks to wait (429, Retry-After), and we have waited
    │   ├── TimeOver                       3  the time of the run is over (--max-time)
    │   ├── LoginRefused                   3  the identity service refused the credentials
    │   ├── NoService                      3  the catalogue has no endpoint of the service for us
    │   ├── NotACloud                      3  something answered, but not as an OpenStack service
    │   └── NoRoom                         3  our own disk has no room for the exchanges: neither is to blame
    └── SuiteError                         4  the suite itself is at fault; never the target

Local fault and remote fault are different classes, so that neither can be reported as the other.
The text of an error is one line: what, where, what to do.
"""

from __future__ import annotations

import errno
from enum import IntEnum

__all__ = [
    "ConformanceError",
    "ConnectionBroken",
    "DocumentError",
    "Exit",
    "LoginRefused",
    "NoRoom",
    "NoService",
    "NotACloud",
    "SuiteError",
    "TargetAway",
    "TargetBusy",
    "TargetError",
    "TargetUnreachable",
    "TimeOver",
    "UsageError",
    "of_this_machine",
]


class Exit(IntEnum):
    """Exit codes of the command (design rule 5)."""

    CONFORMANT = 0
    NON_CONFORMANT = 1
    USAGE = 2
    INCONCLUSIVE = 3
    SUITE = 4


class ConformanceError(Exception):
    """Root of every error that the product raises on purpose."""

    exit_code: Exit = Exit.SUITE


class UsageError(ConformanceError):
    """The command line, the configuration or a file given to the command is wrong."""

    exit_code = Exit.USAGE


class DocumentError(UsageError):
    """The document is empty, binary, not UTF-8, or not an API reference that can be read."""


class TargetError(ConformanceError):
    """The target could not be judged; says nothing about whether it conforms."""

    exit_code = Exit.INCONCLUSIVE


class TargetUnreachable(TargetError):
    """No connection, a TLS failure, or a time limit passed before an answer came."""


class TargetAway(TargetUnreachable):
    """No connection could be made: nothing was sent, so nothing can have been done."""


class ConnectionBroken(TargetUnreachable):
    """The connection broke before the whole answer had come: nobody knows whether the request was carried out, unless
    `done` says that it was."""

    def __init__(self, text: str, *, done: bool = False) -> None:
        self.done = done
        super().__init__(text)


class TargetBusy(TargetError):
    """The target takes no more requests for now, and was waited for as long as we wait: `rate` where it limits how many
    there may be, else because it is not available."""

    def __init__(self, text: str, *, rate: bool = True) -> None:
        self.rate = rate
        super().__init__(text)


class TimeOver(TargetError):
    """The time that the run was given is over: nothing more is sent, and what was under way is broken off. `sent` says that
    there was such a request, and nobody knows whether it was carried out."""

    def __init__(self, text: str, *, sent: bool = False) -> None:
        self.sent = sent
        super().__init__(text)


class LoginRefused(TargetError):
    """The identity service answered and refused the credentials."""


class NoService(TargetError):
    """The token's catalogue lists no endpoint of a service that the contract has, for this interface and region."""


class NotACloud(TargetError):
    """Something answered, but not as an OpenStack service does."""


class NoRoom(TargetError):
    """The machine that the suite runs on has no room for further exchanges: what comes cannot be kept, so nobody can
    judge it. Says nothing about the target."""


class SuiteError(ConformanceError):
    """The suite broke one of its own rules; the target is not to blame."""

    exit_code = Exit.SUITE


_MACHINE = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EROFS,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.EACCES,
        errno.EPERM,
        errno.ESTALE,
        errno.ENOLCK,
        errno.ENODEV,
    }
)
"""What the system says when it has no more room, files or memory, or lets nobody write."""


def of_this_machine(error: BaseException) -> str | None:
    """What an exception says of the machine that we run on, None when it is about something else: a full disk is neither
    a fault of the target nor one of the suite."""
    if isinstance(error, MemoryError):
        return "no memory is left"
    if not isinstance(error, OSError) or isinstance(error, ConnectionError):
        return None
    if error.errno == errno.ENOENT and "temporary directory" in str(error.strerror):
        return "no directory for temporary files can be written; set TMPDIR"
    if error.errno not in _MACHINE:
        return None
    return f"{error.strerror} ({error.filename})" if error.filename else str(error.strerror)
