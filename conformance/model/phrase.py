"""A phrase: something that is to be said, as a value. Sentences are made from it in the reports, in each language.

Rules
- `kind` names the sentence, `terms` fill it. A term is plain data, so that a phrase can be written to a file and read
  back.
- The terms called `where`, `when`, `how` and `is` (what type a value has) are words of our own vocabulary, which the
  reports translate; all others are names (of members, methods, headers ...) and values, which stay as they are.
- Two phrases are the same when kind and terms are; nothing compares sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["VOCABULARY", "Phrase", "Terms", "Value", "terms_of", "value_of"]

Value: TypeAlias = "str | int | float | bool | Phrase | tuple[Value, ...] | None"
Terms: TypeAlias = tuple[tuple[str, Value], ...]

VOCABULARY = ("where", "when", "how", "is")
"""Names of the terms whose values are words of our own."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """`Phrase.of("create-with", member="size")`: a create with size."""

    kind: str
    terms: Terms = ()

    @classmethod
    def of(cls, kind: str, /, **terms: Value) -> Phrase:
        """The phrase of this kind with these terms, in the order given."""
        return cls(kind, tuple(terms.items()))

    def get(self, name: str) -> Value:
        """The term of this name, None when it has none."""
        return dict(self.terms).get(name)

    def __str__(self) -> str:
        """For a debugger and an exception's text; no report shows it."""
        return " ".join([self.kind, *(f"{name}={value}" for name, value in self.terms)])

    def to_json(self) -> dict[str, Any]:
        """Plain data: `{"kind": ..., "terms": {...}}`."""
        return {"kind": self.kind, "terms": {name: _plain(value) for name, value in self.terms}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Phrase:
        """The phrase of plain data. Raises KeyError or TypeError when it is none."""
        return cls(str(data["kind"]), terms_of(data["terms"]))


def _plain(value: Value) -> Any:
    if isinstance(value, Phrase):
        return value.to_json()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def terms_of(data: Mapping[str, Any]) -> Terms:
    """The terms of plain data, in its order."""
    return tuple((str(name), value_of(value)) for name, value in data.items())


def value_of(data: Any) -> Value:
    """The value of plain data: a list is a tuple, an object a phrase."""
    if isinstance(data, list | tuple):
        return tuple(value_of(item) for item in data)
    if isinstance(data, Mapping):
        return Phrase.from_json(data)
    if data is None or isinstance(data, str | int | float | bool):
        return data
    raise TypeError(f"{type(data).__name__} is no term")
