"""Faults of texts and names: what looks like something else is taken for it, or is cut, folded and misread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.bank_combinations import operations_of
from conformance.services.image.faults.bank_lists import rows
from conformance.services.image.target.store import Image, Store, pointer
from conformance.services.wire import Answer, Call

__all__ = ["text_faults"]


def text_faults() -> Iterator[Fault]:
    """The faults of further properties, tags, names and the paths to them."""
    yield from _texts()
    yield from _paths()


def _texts() -> Iterator[Fault]:
    changes: dict[str, Callable[[str], str]] = {
        "leading-zeros": lambda text: text.lstrip("0") or text if text.isdecimal() else text,
        "number": lambda text: text.removesuffix(".0"),
        "true": lambda text: text.title() if text in {"true", "false"} else text,
        "null": lambda text: "" if text in {"null", "None"} else text,
        "trimmed": str.strip,
        "wide": lambda text: text.replace("Ａ", "A"),
        "unescaped": lambda text: text.replace("%41", "A"),
        "one-line": lambda text: text.replace("\n", " "),
        "cut-at-254": lambda text: text[:254],
    }
    for word, change in changes.items():
        for operation, promises in (
            ("image.create", ("image.create.request", "image.create.body.tags")),
            ("image.patch", ("image.patch.operation.add", "image.patch.stored")),
        ):
            yield Fault(
                f"{operation}.text.{word}",
                promises[:1],
                f"{operation} alters a further property: {word}",
                Hooks(stored=partial(_properties, operation, change)),
            )
            yield Fault(
                f"{operation}.tag.{word}",
                promises[1:],
                f"{operation} alters a tag: {word}",
                Hooks(stored=partial(_tags, operation, change)),
            )
    yield Fault(
        "image.create.text.cut-at-255",
        ("image.create.request",),
        "create cuts a further property of more than 255 characters",
        Hooks(stored=partial(_properties, "image.create", lambda text: text[:255])),
    )
    for operation, promise in (("image.create", "image.create.request"), ("image.patch", "image.patch.operation.add")):
        yield Fault(
            f"{operation}.description.cut",
            (promise,),
            "a description of more than 64 characters is cut",
            Hooks(stored=partial(_description, operation)),
        )
        yield Fault(
            f"{operation}.property.dash",
            (promise,),
            "a dash in the name of a further property becomes an underscore",
            Hooks(stored=partial(_dashes, operation)),
        )
        yield Fault(
            f"{operation}.property.lower-case",
            (promise,),
            "the name of a further property is stored in lower case",
            Hooks(stored=partial(_lower_names, operation)),
        )
    for operation, promise in (("image.create", "image.create.body.tags"), ("image.patch", "image.patch.stored")):
        yield Fault(
            f"{operation}.tags.one-case",
            (promise,),
            "of two tags that differ in case one is stored",
            Hooks(stored=partial(_one_case, operation)),
        )
    for operation, promise in (
        ("image.create", "image.create.body.name"),
        ("image.list", "image.list.response.200.images.name"),
    ):
        yield Fault(
            f"{operation}.name.number",
            (promise,),
            "a name of digits is answered as a number",
            Hooks(answer=partial(_number, operation)),
        )


def _properties(operation: str, change: Callable[[str], str], call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation:
        image.properties = {
            name: change(value) if isinstance(value, str) else value for name, value in image.properties.items()
        }


def _description(operation: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation and isinstance(image.properties.get("description"), str):
        image.properties["description"] = str(image.properties["description"])[:64]


def _tags(operation: str, change: Callable[[str], str], call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation:
        image.members["tags"] = [change(tag) for tag in image.members["tags"]]


def _dashes(operation: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation:
        image.properties = {name.replace("-", "_"): value for name, value in image.properties.items()}


def _lower_names(operation: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation:
        image.properties = {name.lower(): value for name, value in image.properties.items()}


def _one_case(operation: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation:
        image.members["tags"] = list({tag.lower(): tag for tag in image.members["tags"]}.values())


def _number(operation: str, call: Call, answer: Answer, _store: Store) -> Answer:
    if call.operation != operation or answer.status >= 300:
        return answer
    return (
        rows(answer, lambda found: [_counted(row) for row in found])
        if operation == "image.list"
        else replace(answer, body=_counted(answer.body))
    )


def _counted(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "name": int(body["name"])} if str(body["name"]).isdecimal() else body


def _paths() -> Iterator[Fault]:
    removal = ("image.patch.unchanged", "image.patch.operation.remove")
    matches: dict[str, Callable[[str, str], bool]] = {"prefix": str.startswith, "suffix": str.endswith}
    for word, match in matches.items():
        yield Fault(
            f"image.patch.remove.by-{word}",
            removal,
            f"a remove takes out properties of the same {word}",
            Hooks(stored=partial(_remove_alike, match)),
        )
    yield Fault(
        "image.patch.remove.last-only",
        ("image.patch.operation.remove",),
        "of several removes the last one is done",
        Hooks(members=_last_remove),
    )
    for word, last in {"removes": "remove", "adds": "add"}.items():
        yield Fault(
            f"image.patch.atomic.{word}-last",
            ("image.patch.atomic", "image.patch.operation.replace"),
            f"of a list of operations the {word} come last",
            Hooks(members=partial(_sorted, last)),
        )
    for word, change in {
        "order": lambda path: path.replace("~01", "~1"),
        "tilde": lambda path: path.replace("~0", "~00"),
    }.items():
        yield Fault(
            f"image.patch.path.{word}",
            ("image.patch.body.path",),
            f"the escapes of a path are read wrongly: {word}",
            Hooks(members=partial(_read_path, change)),
        )


def _remove_alike(match: Callable[[str, str], bool], call: Call, image: Image, _store: Store) -> None:
    gone = [pointer(item["path"]) for item in operations_of(call) if item.get("op") == "remove"]
    image.properties = {
        name: value for name, value in image.properties.items() if not any(match(name, item) for item in gone)
    }


def _last_remove(call: Call, body: Any, _store: Store) -> Any:
    removes = [item for item in operations_of(call) if item.get("op") == "remove"]
    return [item for item in body if item not in removes[:-1]] if len(removes) > 1 else body


def _sorted(last: str, call: Call, body: Any, _store: Store) -> Any:
    return (
        sorted(body, key=lambda item: isinstance(item, dict) and item.get("op") == last)
        if operations_of(call)
        else body
    )


def _read_path(change: Callable[[str], str], call: Call, body: Any, _store: Store) -> Any:
    if not operations_of(call):
        return body
    return [
        {**item, "path": change(item["path"])} if isinstance(item, dict) and isinstance(item.get("path"), str) else item
        for item in body
    ]
