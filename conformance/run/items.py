"""The items of pytest as cases: which case an item is, and what it is called."""

from __future__ import annotations

import pytest

from conformance.run.cases import Case
from conformance.run.sending.client import Client
from conformance.run.session import Session

__all__ = ["EXPLORING", "case_of", "client_of", "explores", "exploring_part", "key_of"]

EXPLORING = "exploring"
"""The marker of the items that draw with the seed of the run."""


def case_of(item: pytest.Item) -> Case | None:
    """The declaration of a conformance case, None for any other test."""
    marker = item.get_closest_marker("conformance")
    return marker.args[0] if marker is not None else None


def explores(item: pytest.Item) -> bool:
    """Whether the item is the exploring part of its case."""
    return item.get_closest_marker(EXPLORING) is not None


def exploring_part(item: pytest.Item) -> pytest.Item:
    """The case once more, as one that draws with the seed of the run."""
    assert isinstance(item, pytest.Function)
    part = pytest.Function.from_parent(
        item.parent,
        name=f"{item.name}[{EXPLORING}]",
        callspec=getattr(item, "callspec", None),
        callobj=item.obj,
        fixtureinfo=item._fixtureinfo,  # it knows the parameters of the case, which are no fixtures
        originalname=item.originalname,
    )
    # What was marked when the item was collected, which a part is not: what its case judges of its subject.
    part.own_markers[:0] = [mark for mark in item.own_markers if mark not in part.own_markers]
    part.add_marker(EXPLORING)
    return part


def key_of(item: pytest.Item) -> str:
    """The name of a case with its parameters and part, the same wherever pytest is started."""
    case = case_of(item)
    assert case is not None
    return case.name + item.name.removeprefix(getattr(item, "originalname", None) or item.name)


def client_of(item: pytest.Item, run: Session) -> Client:
    """The client of the service whose case this is."""
    case = case_of(item)
    return run.client_of(case)
