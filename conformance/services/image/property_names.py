"""Further properties whose names are syntax somewhere: such a name may be refused; what was taken is kept to the letter."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.generate.explanation import Failed
from conformance.generate.syntax import PROPERTY_NAMES, Syntax
from conformance.judge.members import FURTHER
from conformance.model.jsonvalue import short
from conformance.model.marks import OWN_PROPERTY
from conformance.model.message import Exchange
from conformance.run.reading import Members
from conformance.services.image.arrange import answered, image, now
from conformance.services.image.client import ImageClient
from conformance.services.image.troubles import REQUIREMENTS, Trouble, Troubles

__all__ = ["name_properties"]

CREATE, PATCH = "image.create", "image.patch"
IN_ITS_NAME = Syntax("property-name", "", ())


def name_properties(cloud: ImageClient, troubles: Troubles) -> None:
    """Give an image such properties, by a create and by a change, and take them away."""
    wanted = {f"{OWN_PROPERTY}{end}": f"value of {end}" for end in PROPERTY_NAMES}
    made = cloud.create({"name": cloud.name(), "tags": [cloud.tag], **wanted})
    refused = 400 <= made.response.status < 500
    own = answered(made).maybe_text("id") if made.response.status == 201 else None
    if own is not None:
        _compare(troubles, CREATE, wanted, answered(made), made)
    elif not refused:
        return  # a check of every exchange has seen it
    changed = own or image(cloud).id
    for names in [[name] for name in wanted] if refused else [list(wanted)]:
        given = {name: f"{wanted[name]}, changed" for name in names}
        exchange = cloud.patch(changed, [_operation("add", name, value) for name, value in given.items()])
        if exchange.response.status == 200:
            _compare(troubles, PATCH, given, answered(exchange), exchange)
    there = [name for name in wanted if name in now(cloud, changed)]
    exchange = cloud.patch(changed, [_operation("remove", name) for name in there])
    for name in there if exchange.response.status == 200 else ():
        if name in answered(exchange):
            troubles.add(_trouble("image.patch.operation.remove", PATCH, name, None, answered(exchange), exchange))


def _compare(troubles: Troubles, operation: str, wanted: Mapping[str, str], found: Members, exchange: Exchange) -> None:
    for name, value in wanted.items():
        if found.get(name) != value:
            troubles.add(_trouble(REQUIREMENTS[operation, FURTHER], operation, name, value, found, exchange))


def _trouble(
    requirement: str, operation: str, name: str, due: str | None, found: Members, exchange: Exchange
) -> Trouble:
    seen = (("due", f"{name}: {short(due)}"), ("got", short(found.get(name))), ("where", "answer"))
    return Trouble("syntax-altered", requirement, FURTHER, Failed(IN_ITS_NAME, name), operation, exchange, seen)


def _operation(op: str, name: str, value: str | None = None) -> dict[str, str]:
    """An operation of a patch on the member of this name (RFC 6901, 3)."""
    path = "/" + name.replace("~", "~0").replace("/", "~1")
    return {"op": op, "path": path, **({} if value is None else {"value": value})}
