"""Values and requests for images, drawn from the contract."""

from __future__ import annotations

from functools import cache
from typing import Any

from conformance.generate import Aim, aims, combinations
from conformance.generate.values import one_of_each
from conformance.judge.members import nullable, sent_schema
from conformance.model.contract import Contract, Resource
from conformance.model.equivalence import Class
from conformance.services.image.marks import MARKS

__all__ = ["create_rows", "forbidden_values", "image_aims", "levels", "patch_rows", "resource"]


def resource(contract: Contract) -> Resource:
    """Images, as the contract has them."""
    return contract.resources["image"]


@cache
def image_aims(contract: Contract) -> tuple[Aim, ...]:
    """Every aim of the operations on images, made once: hypothesis looks at each strategy before it first draws."""
    return aims(contract, resource(contract), MARKS)


def levels(contract: Contract) -> dict[str, tuple[Any, ...]]:
    """Member of create -> values that the contract allows and that may be sent (see generate/combinations.py)."""
    return combinations.levels(contract, resource(contract), MARKS)


@cache
def create_rows(contract: Contract) -> tuple[dict[str, Any], ...]:
    """Rows of members for creates, in which every two values come together."""
    return combinations.create_rows(contract, resource(contract), MARKS)


@cache
def patch_rows(contract: Contract) -> tuple[dict[str, Any], ...]:
    """Rows of members for changes, in which every two members come together."""
    return combinations.change_rows(contract, resource(contract), MARKS)


def forbidden_values(contract: Contract, member: str) -> dict[Class, Any]:
    """For each rule of a member of create a value that breaks it; none when this edition of the document lacks the
    member."""
    node = sent_schema(contract, resource(contract)).get("properties", {}).get(member)
    if node is None:
        return {}
    return one_of_each(MARKS.sendable(member, node), nullable=nullable(contract, resource(contract).create, member))
