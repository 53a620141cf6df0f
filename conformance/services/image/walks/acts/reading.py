"""Acts that read lists: by filters, in an order and with a limit."""

from __future__ import annotations

import random
from typing import Any

from conformance.services.image.walks.acts.walker import Walker
from conformance.services.image.walks.step import WalkStep

__all__ = ["hold", "look"]

KEYS = ("name", "id", "status", "size", "disk_format", "container_format", "created_at", "updated_at")


def look(walker: Walker, chance: random.Random) -> None:
    """List images by name, status and last change, and in an order."""
    slot = walker.pick(chance)
    actor = walker.actor(slot)
    shown = [image.members.get("name") for image in walker.images.values()]
    names = [name for name in shown if isinstance(name, str)]
    twice = [name for name in names if names.count(name) > 1]
    former = [name for name in walker.walk.names if name not in names]
    # Names that several have, that an image had, or any.
    for pool in chance.sample([names, twice or names, former or names], 2) if names else ():
        query: list[tuple[str, Any]] = [
            ("name", walker.walk.name_of(chance.choice(pool))),
            ("limit", str(chance.choice((1, 2, 3, 50, 50, 50)))),
        ]
        if chance.random() < 0.3:
            query.append(("status", chance.choice(("queued", "active"))))
        since = slot if chance.random() < 0.3 else None
        walker.walk.do(WalkStep("list", actor=actor, query=tuple(query), since=since))
    ordered: list[tuple[str, Any]] = [
        ("sort_key", chance.choice(KEYS)),
        ("sort_dir", chance.choice(("asc", "desc"))),
        ("limit", "50"),
    ]
    if chance.random() < 0.6:
        ordered.append(("status", chance.choice(("queued", "active"))))
    walker.walk.do(WalkStep("list", actor=actor, query=tuple(ordered)))


def hold(walker: Walker, chance: random.Random) -> None:
    """Turn the pages of the list that is held; with none, ask for the first page of one and hold it."""
    if walker.walk.held:
        walker.walk.do(WalkStep("turn", page=next(iter(walker.walk.held))))
        return
    slot = walker.pick(chance)
    query: list[tuple[str, Any]] = [("sort_key", "created_at"), ("sort_dir", chance.choice(("asc", "desc")))]
    names = [image.members.get("name") for image in walker.images.values()]
    twice = [name for name in names if isinstance(name, str) and names.count(name) > 1]
    if twice:
        query.append(("name", walker.walk.name_of(chance.choice(twice))))
    limit = ("limit", str(chance.choice((1, 2)) if twice else 25))
    walker.walk.do(WalkStep("open", actor=walker.actor(slot), query=(*query, limit), page=1))
    if chance.random() < 0.3:
        walker.walk.do(WalkStep("delete", actor=walker.actor(slot), page=1))
