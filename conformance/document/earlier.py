"""What operations were called in the edition of a document before, so that those which are the same keep their ids.

Rules
- An operation is the same when method and path are, names of parameters aside, and the only member of its body where
  several share both.
- Its path is written as it was: the name of a parameter is not on the wire, and ids are made of it.
- A new operation beside one whose id has more words than its own needs has these words, too: a resource keeps its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from conformance.document.addresses import PathTemplate, shape_of
from conformance.document.model import EarlierOperation

__all__ = ["Earlier"]


class Earlier:
    """The operations of the edition before; `bases` are the ids that they would have if no other had words of theirs."""

    def __init__(self, operations: Sequence[EarlierOperation], bases: Iterable[str]) -> None:
        self._ids: dict[tuple[str, str], dict[str, str]] = {}
        self._paths: dict[str, str] = {}
        self._renamed: dict[str, tuple[str, str]] = {}
        for item, base in zip(operations, bases, strict=True):
            shape = shape_of(item.path)
            self._ids.setdefault((item.method, shape), {})[item.action] = item.id
            self._paths.setdefault(shape, item.path)
            words, _, verb = base.rpartition(".")
            if words and item.id.endswith(f".{verb}") and item.id != base:
                self._renamed[_collection(shape)] = words, item.id.removesuffix(f".{verb}")

    def written(self, address: PathTemplate) -> PathTemplate:
        """The address with the names of parameters that it had."""
        path = self._paths.get(shape_of(address.path))
        if path is None or path == address.path:
            return address
        names = dict(zip(address.names, PathTemplate(path).names, strict=True))
        renamed = {mine: names[theirs] for mine, theirs in address.renamed.items()} | names
        return replace(address, path=path, renamed=renamed)

    def id(self, method: str, path: str, action: str, *, shared: bool) -> str:
        """The id that an operation had, empty where it is new; with `shared` its method and path are those of several."""
        there: Mapping[str, str] = self._ids.get((method, shape_of(path)), {})
        if action in there:
            return there[action]
        return next(iter(there.values())) if len(there) == 1 and not shared else ""

    def beside(self, method: str, path: str, action: str, base: str) -> str:
        """The id that a new operation would have: its base with the words of those that it stands beside."""
        shape = shape_of(path)
        there = self._ids.get((method, shape), {})
        if action and there:
            return f"{next(iter(there.values())).rpartition('.')[0]}.{base.rpartition('.')[2]}"
        was, now = self._renamed.get(_collection(shape), ("", ""))
        return now + base.removeprefix(was) if was and base.startswith(f"{was}.") else base


def _collection(shape: str) -> str:
    return shape.removesuffix("/{}")
