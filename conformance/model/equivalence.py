"""Equivalence classes of what a request tries (ISTQB: equivalence partitioning): a rule of the contract, kept or
broken.

Rules
- A class is made of names of the contract and rules of its schemas, never of a value that was generated.
- It is valid, broken (the contract forbids it), lenient (another spelling of what can mean one thing only: who takes it
  breaks no promise, ruling 44) or open (the contract does not decide, so nothing may be asserted about its acceptance).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.model.phrase import Terms, Value, terms_of

__all__ = ["VALID", "Class", "Part", "Standing"]


class Standing(StrEnum):
    """What the contract says about a class."""

    VALID = "valid"
    OPEN = "open"
    LENIENT = "lenient"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Class:
    """One equivalence class of values.

    `rule` names the rule (`above-maximum`, `type`), or for a valid class how it is special (`boundary`, `empty`),
    "valid" when it is not. `terms` are what the rule's words need (`is="string"`, `wanted="integer"`). `item` says that
    not the value but an item of it is of this class.
    """

    rule: str = "valid"
    standing: Standing = Standing.VALID
    terms: Terms = ()
    item: bool = False

    @classmethod
    def broken(cls, rule: str, /, **terms: Value) -> Class:
        """The class of what the contract forbids by this rule."""
        return cls(rule, Standing.BROKEN, tuple(terms.items()))

    @classmethod
    def open(cls, rule: str, /, **terms: Value) -> Class:
        """The class of what the contract does not decide."""
        return cls(rule, Standing.OPEN, tuple(terms.items()))

    @classmethod
    def lenient(cls, rule: str, /, **terms: Value) -> Class:
        """The class of other spellings of what can mean one thing only."""
        return cls(rule, Standing.LENIENT, tuple(terms.items()))

    @property
    def order(self) -> tuple[str, str, bool]:
        """What classes are sorted by, so that their order is the same in every run."""
        return self.rule, str(self.terms), self.item

    def to_json(self) -> dict[str, Any]:
        """Plain data: rule, standing, terms and item."""
        return {"rule": self.rule, "standing": str(self.standing), "terms": dict(self.terms), "item": self.item}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Class:
        """The class of plain data. Raises KeyError, TypeError or ValueError when it is none."""
        return cls(str(data["rule"]), Standing(data["standing"]), terms_of(data["terms"]), bool(data["item"]))


VALID = Class()
"""The class of values that keep every rule and are not special."""


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a request and the class of what stands there. `place` is a member, a parameter or a part such as
    `body`."""

    place: str
    held: Class = VALID

    @property
    def standing(self) -> Standing:
        """What the contract says about what stands there."""
        return self.held.standing

    @property
    def order(self) -> tuple[str, str, str, bool]:
        """What parts are sorted by."""
        return self.place, *self.held.order

    def to_json(self) -> dict[str, Any]:
        """Plain data: the place and its class."""
        return {"place": self.place, **self.held.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Part:
        """The part of plain data. Raises KeyError, TypeError or ValueError when it is none."""
        return cls(str(data["place"]), Class.from_json(data))
