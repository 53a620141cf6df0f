"""The addresses of operations: templates of paths that OpenAPI allows, and the parameters in them.

Rules
- A parameter is named in braces; `:name` and `<name>` as a whole segment mean the same.
- A name stands once in a path; one without a name is called after the word before it.
- Paths that differ only in the names of their parameters are one path: the first one's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from conformance.document.nouns import singular

__all__ = ["PathTemplate", "address", "same_paths", "shape_of"]

_PARAMETER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """A path whose every parameter has a name of its own. `renamed` maps the names that the document writes to those of
    `path` where they differ; `odd` says what was mended, empty where nothing was."""

    path: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    odd: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in their order."""
        return tuple(_PARAMETER.findall(self.path))

    def name(self, written: str) -> str:
        """The name in the path of what the document calls so."""
        return self.renamed.get(written, written)


def address(written: str) -> PathTemplate:
    """The address of a path as it is written."""
    path = re.sub(r"^[A-Za-z][\w+.-]*://[^/]*", "", written.strip())
    path = re.split(r"[?#]", path)[0]
    path = re.sub(r"\s+", "", path)
    path = "/".join(_segment(part) for part in f"/{path.lstrip('/')}".split("/"))
    used: list[str] = []
    word = "parameter"
    parts = []
    for part in path.split("/"):
        named = _PARAMETER.sub(partial(_in_braces, word, used), part)
        parts.append(named)
        if part and not _PARAMETER.search(part):
            word = re.sub(r"\W", "_", singular(part))
    mended = "/".join(parts)
    return PathTemplate(mended, {}, "" if mended == written else f"{written} is written as {mended}")


def _segment(part: str) -> str:
    """A segment with its parameters in braces that are closed, and without braces and characters that mean nothing."""
    part = re.sub(
        r"^<([^<>{}]+)>$|^:([A-Za-z]\w*)$|^\$\{([^{}]+)\}$", lambda m: f"{{{m.group(m.lastindex or 0)}}}", part
    )
    pieces = re.split(r"(\{[^{}]*\})", part)
    return "".join(
        f"{{{re.sub(r'[^A-Za-z0-9_.-]', '', piece[1:-1])}}}" if at % 2 else re.sub(r"[{}<>\"\\^`|%]", "", piece)
        for at, piece in enumerate(pieces)
    )


def _in_braces(word: str, used: list[str], match: re.Match[str]) -> str:
    """A parameter as a path has it: one without a name is that of the word before it."""
    return f"{{{_own(match.group(1) or f'{word}_id', used)}}}"


def _own(name: str, used: list[str]) -> str:
    """The name, or the name with a number where it is used already."""
    own, number = name, 1
    while own in used:
        number += 1
        own = f"{name}_{number}"
    used.append(own)
    return own


def shape_of(path: str) -> str:
    """What two paths have in common that differ only in names of parameters."""
    return _PARAMETER.sub("{}", path)


def same_paths(found: Iterable[PathTemplate]) -> tuple[PathTemplate, ...]:
    """The addresses, each with the names of the first that has its shape."""
    first: dict[str, PathTemplate] = {}
    result = []
    for item in found:
        kept = first.setdefault(shape_of(item.path), item)
        renamed = {mine: theirs for mine, theirs in zip(item.names, kept.names, strict=True) if mine != theirs}
        result.append(PathTemplate(kept.path, renamed, item.odd))
    return tuple(result)
