"""Which checks can judge which requirement: what joins the ledger to the code.

A passive check covers what its clause says; a case covers what its `verifies` names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from conformance.model.contract import Contract, Requirement

__all__ = ["PASSIVE_COVER", "coverage", "covered", "passive_ids", "required"]

PASSIVE_COVER: Mapping[str, tuple[str, ...]] = {
    "status-class": ("status.class",),
    "server-error": ("status.server-error",),
    "documented-status": ("status.documented", "*.response.*"),
    "envelope": ("error.envelope", "error.envelope.*"),
    "optional-code": ("error.300", "error.406", "error.407", "error.408", "error.50?"),
    "success-is-no-error": ("status.success",),
    "authentication": ("auth.required",),
    "request-id": ("header.request-id",),
    "request-id-unique": ("header.request-id",),
    "stays-gone": ("image.delete.gone",),
    "encoding": ("encoding.utf-8",),
    "content-length": ("header.content-length",),
    "media-type": ("header.content-type",),
    "schema": ("*.response.*",),
    "empty-body": ("*.empty",),
    "header": ("auth.token.response.201.x-subject-token", "image.create.response.201.location"),
}
"""Passive check -> patterns of the requirements that it judges."""


def covered(patterns: Iterable[str], requirements: Iterable[str]) -> tuple[str, ...]:
    """The requirements that match one of the patterns (`*` stands for any text)."""
    wanted = tuple(patterns)
    return tuple(name for name in requirements if any(fnmatchcase(name, pattern) for pattern in wanted))


def passive_ids(requirements: Iterable[str]) -> frozenset[str]:
    """The requirements that passive checks judge."""
    patterns = [pattern for group in PASSIVE_COVER.values() for pattern in group]
    return frozenset(covered(patterns, requirements))


def coverage(requirements: Iterable[Requirement], cases: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Requirement id -> the checks that judge it, passive ones first. `cases` maps a case's name to what it verifies."""
    ids = [item.id for item in requirements if item.excluded is None]
    found: dict[str, list[str]] = {name: [] for name in ids}
    for check, patterns in (*PASSIVE_COVER.items(), *sorted(cases.items())):
        for name in covered(patterns, ids):
            found[name].append(check)
    return {name: tuple(checks) for name, checks in found.items()}


def required(contract: Contract, names: Iterable[str]) -> frozenset[str]:
    """Those of the names that a run must exercise: binding, so neither excluded nor advisory nor optional."""
    return frozenset(name for name in names if contract.requirements[name].binding)
