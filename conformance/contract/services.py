"""The specs of one contract, one for each service that the document describes, and which of them holds what is common
to all.

What holds for every operation (error codes, request headers, methods) stands once, as `x-common`, in the spec of the
service that the document describes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.contract.staging import is_half_put
from conformance.model.errors import UsageError

__all__ = [
    "METHODS",
    "SHARING",
    "actions_of",
    "common_spec",
    "in_order",
    "is_success",
    "operations_of",
    "promised_headers",
    "spec_file",
    "spec_files",
]

METHODS = frozenset({"get", "put", "post", "patch", "delete", "head", "options", "trace"})
"""The members of a path that are operations (OpenAPI 3.1, Path Item Object); the others hold for all of them."""
SHARING = "x-operations"
"""The member of an operation that holds those which share its method and path, by the only member of their bodies."""
_SUFFIX = ".openapi.yaml"
Spec = Mapping[str, Any]


def spec_file(service: str) -> str:
    """The name of the file that holds the spec of a service."""
    return f"{service}{_SUFFIX}"


def spec_files(directory: Path) -> dict[str, str]:
    """Service -> name of its file, of all that the directory holds, sorted. Raises UsageError for a directory whose files
    are not all of one edition, for they are being written, or that was cut off, and for a file."""
    if directory.is_file():
        raise UsageError(f"{directory}: is a file; give the directory that `conformance extract` has written")
    if is_half_put(directory):
        raise UsageError(
            f"{directory}: its files are being written, or that was cut off, so they are not all of one edition; if no "
            "extract is at work, run `conformance extract` into it again"
        )
    names = sorted(path.name for path in directory.glob(f"?*{_SUFFIX}"))
    return {name.removesuffix(_SUFFIX): name for name in names}


def in_order(specs: Mapping[str, Spec]) -> dict[str, Spec]:
    """The specs by name, the one with the common part before all others."""
    return {name: specs[name] for name in sorted(specs, key=lambda name: ("x-common" not in specs[name], name))}


def common_spec(specs: Mapping[str, Spec]) -> Spec:
    """The spec with the common part. Raises UsageError when none has one."""
    found = next((spec for spec in specs.values() if "x-common" in spec), None)
    if found is None:
        raise UsageError("the specs have no common part (`x-common`); run `conformance extract` to write them again")
    return found


def operations_of(spec: Spec) -> Iterator[tuple[str, str, Spec]]:
    """(method in capitals, path, operation) of a spec, in its order; of several on one method and path, each."""
    for path, item in spec.get("paths", {}).items():
        for method, operation in item.items():
            if method in METHODS:
                for one in operation.get(SHARING, {}).values() or [operation]:
                    yield method.upper(), path, one


def actions_of(spec: Spec) -> dict[str, str]:
    """The id of each operation that shares method and path with others -> the member of its body."""
    return {
        one["operationId"]: name
        for item in spec.get("paths", {}).values()
        for method, operation in item.items()
        if method in METHODS
        for name, one in operation.get(SHARING, {}).items()
    }


def is_success(code: str) -> bool:
    """Whether a member of `responses` is a status of a success; `2XX` and `default` are no status."""
    return re.fullmatch(r"2\d\d", str(code)) is not None


def promised_headers(response: Mapping[str, Any]) -> Mapping[str, Any]:
    """The headers of an answer that are always there."""
    return {name: node for name, node in response.get("headers", {}).items() if node.get("required") is not False}
