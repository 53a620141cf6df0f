"""Whose fault it is, and the exit code that says so.

    ConformanceError                    exit  meaning
    ├── UsageError                         2  the command, its options or a file given to it are wrong
    │   └── DocumentError                  2  the document cannot be read as one
    ├── TargetError                        3  the target could not be judged
    │   ├── TargetUnreachable              3  no connection, TLS failure, time limit
    │   ├── TargetBusy                     3  it asks to wait (429, Retry-After), and we have waited
    │   ├── LoginRefused                   3  the identity service refused the credentials
    │   ├── NoService                      3  the catalogue has no endpoint of the service for us
    │   └── NotACloud                      3  something answered, but not as an OpenStack service
    └── SuiteError                         4  the suite itself is at fault; never the target
        └── ReportsFailed                  4  a format of the reports could not be made; the others were written

Local fault and remote fault are different classes, so that neither can be reported as the other.
The text of an error is one line: what, where, what to do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum

__all__ = [
    "ConformanceError",
    "DocumentError",
    "Exit",
    "LoginRefused",
    "NoService",
    "NotACloud",
    "ReportsFailed",
    "SuiteError",
    "TargetBusy",
    "TargetError",
    "TargetUnreachable",
    "UsageError",
    "plain",
]


_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """The text in one line that cannot steer a terminal or change the order of reading: part of it may be the
    target's."""
    return _STEERING.sub(lambda match: f"\\x{ord(match.group()):02x}", " ".join(text.split()))


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


class TargetBusy(TargetError):
    """The target takes no more requests for now, and was waited for as long as we wait."""


class LoginRefused(TargetError):
    """The identity service answered and refused the credentials."""


class NoService(TargetError):
    """The token's catalogue lists no endpoint of a service that the contract has, for this interface and region."""


class NotACloud(TargetError):
    """Something answered, but not as an OpenStack service does."""


class SuiteError(ConformanceError):
    """The suite broke one of its own rules; the target is not to blame."""

    exit_code = Exit.SUITE


class ReportsFailed(SuiteError):
    """Some formats of the reports could not be made; what could be is written.

    `errors` maps the name of a file to the exception.
    """

    def __init__(self, errors: Mapping[str, Exception]) -> None:
        self.errors = errors
        super().__init__(f"{', '.join(errors)} could not be written")
