"""Faults of texts: names, tags and further properties that are cut, normalised, escaped, trimmed, or converted to
another type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.stages import answering, creating, rows, showing, storing
from conformance.services.image.target.store import StoredImage
from conformance.services.product import Effect, Where, product

__all__ = ["ascii_only", "faults", "is_han", "unaccented", "unwidened"]

TextChange = Callable[[str], str]
CREATE, PATCH = "image.create", "image.patch"


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of texts."""
    yield from product(_places(), _effects(ALTERATIONS))
    yield from product([_understood_names()], _effects(UNDERSTOOD))
    yield from product([_stored_names(CREATE)], _effects(STORED_BY_CREATE))
    yield from product([_stored_names(PATCH)], _effects(STORED_BY_PATCH))
    yield from _tags()
    yield from _lengths()
    yield from _names_of_properties(contract)
    yield from _digits()


# --- classes of texts -----------------------------------------------------------------------------------------------


def is_han(text: str) -> bool:
    """Whether a text has a character of the block CJK Unified Ideographs."""
    return any(0x4E00 <= ord(char) <= 0x9FFF for char in text)


def ascii_only(text: str) -> str:
    """The text with each character that is not ASCII replaced by a question mark."""
    return text.encode("ascii", "replace").decode()


def unwidened(text: str) -> str:
    """The text with full-width characters replaced by ordinary ones (Unicode Standard Annex 11, East Asian Width F)."""
    return "".join(
        unicodedata.normalize("NFKC", char) if unicodedata.east_asian_width(char) == "F" else char for char in text
    )


def unaccented(text: str) -> str:
    """The text without the accents of its letters."""
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


# --- what becomes of a text -----------------------------------------------------------------------------------------


def _whole(text: str) -> str:
    """A decimal number without a fraction of zeros only (`1.0` -> `1`); any other text as it is."""
    return text.partition(".")[0] if re.fullmatch(r"-?[0-9]+\.0+", text) else text


ALTERATIONS: Mapping[str, TextChange] = {
    "leading-zeros": lambda text: text.lstrip("0") or text if text.isdecimal() else text,
    "number": _whole,
    "true": lambda text: text.title() if text in {"true", "false"} else text,
    "null": lambda text: "" if text == "null" else text,
    "trimmed": str.strip,
    "wide": unwidened,
    "unescaped": unquote,
    "one-line": lambda text: text.replace("\n", " "),
    "cut-at-254": lambda text: text[:254],
}
"""What create and patch make of further properties and of tags."""

UNDERSTOOD: Mapping[str, TextChange] = {
    "trimmed": lambda text: text.replace("  ", " ").strip(),
    "lower-case": str.lower,
    "cut-at-64": lambda text: text[:64],
    "cut-at-254": lambda text: text[:254],
    "ascii": ascii_only,
    "latin-1": lambda text: text.encode("utf-8").decode("latin-1")[:255],
    "html": lambda text: text.replace("&", "&amp;").replace("<", "&lt;")[:255],
    "control": lambda text: text.replace("\t", " "),
    "bmp": lambda text: "".join(char if ord(char) < 0x10000 else "?" for char in text),
    "slash": lambda text: text.replace("\\", "/"),
}
"""What create makes of a name before it looks at its length."""

STORED_BY_CREATE: Mapping[str, TextChange] = {
    "decomposed": partial(unicodedata.normalize, "NFD"),
    "compatible": partial(unicodedata.normalize, "NFKC"),
    "trailing-space": str.rstrip,
    "title-case": str.title,
    "cut-at-200": lambda text: text[:200],
    "cut-at-255-bytes": lambda text: text.encode()[:255].decode("utf-8", "ignore"),
    "backslash": lambda text: text.replace("\\", "\\\\"),
    "plus": lambda text: text.replace("+", " "),
}
STORED_BY_PATCH: Mapping[str, TextChange] = {
    "trimmed": lambda text: " ".join(text.split()),
    "ascii": ascii_only,
    "lower-case": str.lower,
}
"""What create and patch store of a name that they have understood."""


def _effects(changes: Mapping[str, TextChange]) -> Iterator[Effect[TextChange]]:
    for word, change in changes.items():
        yield Effect(word, word, change)


# --- where it is stored ---------------------------------------------------------------------------------------------


def _places() -> Iterator[Where[TextChange]]:
    for operation, of_texts, of_tags in (
        (CREATE, rid.request(CREATE), rid.body(CREATE, "tags")),
        (PATCH, "image.patch.operation.add", "image.patch.stored"),
    ):
        properties = f"{operation} alters a further property"
        yield Where(f"{operation}.text", properties, partial(_in_properties, operation), (of_texts,))
        yield Where(f"{operation}.tag", f"{operation} alters a tag", partial(_in_tags, operation), (of_tags,))


def _in_properties(operation: str, change: TextChange) -> Hooks:
    def alter(image: StoredImage) -> None:
        image.properties = {
            name: change(value) if isinstance(value, str) else value for name, value in image.properties.items()
        }

    return storing(operation, alter)


def _in_tags(operation: str, change: TextChange) -> Hooks:
    return storing(operation, lambda image: image.members.update(tags=[change(tag) for tag in image.members["tags"]]))


def _in_name(operation: str, change: TextChange) -> Hooks:
    def alter(image: StoredImage) -> None:
        if isinstance(image.members["name"], str):
            image.members["name"] = change(image.members["name"])

    return storing(operation, alter)


def _in_sent_name(change: TextChange) -> Hooks:
    def alter(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "name": change(body["name"])} if isinstance(body.get("name"), str) else body

    return creating(alter)


def _understood_names() -> Where[TextChange]:
    breaks = (rid.body(CREATE, "name"), rid.header("content-length"), "encoding.utf-8")
    return Where(rid.body(CREATE, "name"), "create changes the name", _in_sent_name, breaks)


def _stored_names(operation: str) -> Where[TextChange]:
    breaks = (rid.body(operation, "name"),) if operation == CREATE else ("image.patch.stored", "image.patch.unchanged")
    return Where(
        f"{operation}.stored.name", f"{operation} stores the name otherwise", partial(_in_name, operation), breaks
    )


# --- tags as a list -------------------------------------------------------------------------------------------------

Tags = Callable[[list[str]], list[str]]


def _tags() -> Iterator[Fault]:
    create = (rid.body(CREATE, "tags"), rid.default(CREATE, "tags"))
    patch = ("image.patch.stored", "image.patch.unchanged")
    said = "stores the tags otherwise"
    yield from product(
        [Where(f"{CREATE}.stored.tags", f"{CREATE} {said}", partial(_in_tag_list, CREATE), create)],
        [
            Effect("first-only", "first only", _first),
            Effect("cut-at-64", "cut at 64", lambda tags: [tag[:64] for tag in tags]),
            Effect("ascii", "ascii", _in_ascii, ("encoding.utf-8",)),
            Effect("upper-case", "upper case", lambda tags: [tag.upper() for tag in tags]),
            Effect("joined", "joined", lambda tags: [",".join(tags)] if tags else []),
        ],
    )
    yield from product(
        [Where(f"{PATCH}.stored.tags", f"{PATCH} {said}", partial(_in_tag_list, PATCH), patch)],
        [Effect("first-only", "first only", _first), Effect("ascii", "ascii", _in_ascii)],
    )
    for operation, breaks in ((CREATE, create[0]), (PATCH, "image.patch.stored")):
        yield Fault(
            f"{operation}.tags.one-case",
            (breaks,),
            f"{operation} stores one of two tags that differ in case",
            _in_tag_list(operation, lambda tags: list({tag.lower(): tag for tag in tags}.values())),
        )


def _in_tag_list(operation: str, change: Tags) -> Hooks:
    return storing(operation, lambda image: image.members.update(tags=change(image.members["tags"])))


def _first(tags: list[str]) -> list[str]:
    return tags[:1]


def _in_ascii(tags: list[str]) -> list[str]:
    return [ascii_only(tag) for tag in tags]


# --- lengths, names of properties, digits ---------------------------------------------------------------------------


def _lengths() -> Iterator[Fault]:
    yield Fault(
        "image.create.body.name.cut-at-255",
        (rid.body(CREATE, "name"),),
        "create cuts a name that is too long",
        _in_sent_name(lambda text: text[:255]),
    )
    yield Fault(
        "image.create.stored.name.null-is-empty",
        (rid.body(CREATE, "name"),),
        "create stores an empty name for one that is null",
        storing(CREATE, lambda image: image.members.update(name=image.members["name"] or "")),
    )
    yield Fault(
        "image.create.text.cut-at-255",
        (rid.request(CREATE),),
        "create cuts a further property of more than 255 characters",
        _in_properties(CREATE, lambda text: text[:255]),
    )
    for operation, promise in PROPERTIES.items():
        yield Fault(
            f"{operation}.description.cut",
            (promise,),
            "a description of more than 64 characters is cut",
            storing(operation, _cut_description),
        )


PROPERTIES = {CREATE: rid.request(CREATE), PATCH: "image.patch.operation.add"}
"""Operation -> what is broken when it alters a further property."""


def _cut_description(image: StoredImage) -> None:
    if isinstance(image.properties.get("description"), str):
        image.properties["description"] = str(image.properties["description"])[:64]


def _names_of_properties(contract: Contract) -> Iterator[Fault]:
    for operation, promise in PROPERTIES.items():
        place = Where(
            f"{operation}.property",
            f"{operation} alters the name of a further property",
            partial(_renaming, operation),
            (promise,),
        )
        yield from product(
            [place],
            [Effect("dash", "no dash", _underscored), Effect("lower-case", "lower case", str.lower)],
        )
    yield Fault(
        "image.create.property.camel-case",
        (rid.request(CREATE),),
        "a further property that is named like a member, in camel case, is taken for it",
        creating(partial(_as_members, _camel_case(contract))),
    )
    yield Fault(
        "image.patch.operation.add.ascii",
        ("image.patch.operation.add",),
        "patch leaves out what is not ASCII in a further property",
        _in_properties(PATCH, lambda text: text.encode("ascii", "ignore").decode()),
    )


def _underscored(name: str) -> str:
    return name.replace("-", "_")


def _renaming(operation: str, change: TextChange) -> Hooks:
    def rename(image: StoredImage) -> None:
        image.properties = {change(name): value for name, value in image.properties.items()}

    return storing(operation, rename)


def _camel_case(contract: Contract) -> Mapping[str, str]:
    """Members of a create by their name in camel case, where that is another one: minDisk -> min_disk."""
    names = (contract.operations[CREATE].request_schema or {})["properties"]
    return {re.sub("_(.)", lambda found: found[1].upper(), name): name for name in names if "_" in name}


def _as_members(known: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """The body without the properties of these names, whose values are given to the members when they are numbers."""
    taken = {known[name]: int(value) for name, value in body.items() if name in known and str(value).isdecimal()}
    return {**taken, **{name: value for name, value in body.items() if name not in known}}


def _digits() -> Iterator[Fault]:
    said = "a name of digits is answered as a number"
    shown = rid.response("image.list", 200, "images.name")
    listed = answering(
        "image.list", 200, lambda _call, answer, _store: rows(answer, lambda found: [*map(_counted, found)])
    )
    yield Fault("image.create.name.number", (rid.body(CREATE, "name"),), said, showing(CREATE, 201, _counted))
    yield Fault("image.list.name.number", (shown,), said, listed)


def _counted(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "name": int(body["name"])} if str(body["name"]).isdecimal() else body
