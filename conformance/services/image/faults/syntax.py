"""Faults of texts that are syntax somewhere: refused, altered, misread by the filter, or breaking what meets them.

A class of texts is told by the characters that its syntax is written with: what query languages, SQL, HTML, shells,
templates, paths, HTTP and Unicode know.
"""

from __future__ import annotations

import fnmatch
import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import broken
from conformance.services.image.faults.reading import asked, operations, sent
from conformance.services.image.faults.stages import answering, asking, handling, listing, refuse, rows, storing
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.product import Effect, Where, product
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["faults"]

CREATE, PATCH, LIST = "image.create", "image.patch", "image.list"
BY_NAME = rid.query(LIST, "name")
SERVER_ERROR = "status.server-error"
Rewriting = Callable[[str], str]
OfClass = Callable[[str], bool]


def faults(_contract: Contract) -> Iterator[Fault]:
    """The faults of texts that are syntax somewhere."""
    yield from product([Where(f"{BY_NAME}.reads", "name selects by", _by_name, (BY_NAME,))], _likenesses())
    yield from product([Where(f"{BY_NAME}.takes", "a name that is asked for", _asked_name, (BY_NAME,))], _readings())
    yield Fault(
        "image.list.operator.status",
        ("image.list.operator",),
        "a list by status reads operators of a query language",
        listing(_by_status, instead_of="status"),
    )
    yield from product(_refusing(), _classes(REFUSED))
    yield from product(_altering(), _changes())
    yield from product(_breaking(), _classes(BREAKING))
    yield from _lists()
    yield from _names_of_properties()


# --- classes of texts -----------------------------------------------------------------------------------------------


def _with(pattern: str) -> OfClass:
    return lambda text: re.search(pattern, text) is not None


def _in_category(*categories: str) -> OfClass:
    return lambda text: any(unicodedata.category(char) in categories for char in text)


def _not_ascii(text: str) -> bool:
    return not text.isascii()


REFUSED: Mapping[str, tuple[str, OfClass]] = {
    "template": ("a template", _with(r"[$#]\{|\{\{|\{%")),
    "script": ("a script of HTML", _with(r"(?i)<\s*script")),
    "parent": ("the parent of a folder", _with(r"\.\./")),
    "line-end": ("a line end", _with(r"[\r\n]")),
}
"""Class of texts that a firewall for the web, or a timid service, refuses -> in words, and its texts."""
BREAKING: Mapping[str, tuple[str, OfClass]] = {
    "line-end": ("a line end", _with(r"[\r\n]")),
    "quote": ("quotes", _with("[\"']")),
    "invisible": ("characters that are not seen", _in_category("Cf")),
    "not-ascii": ("letters that are not ASCII", _not_ascii),
}
"""Class of texts over which an operation breaks -> in words, and its texts."""


def _classes(known: Mapping[str, tuple[str, OfClass]]) -> Iterator[Effect[OfClass]]:
    for word, (said, holds) in known.items():
        yield Effect(word, said, holds)


# --- the filter -----------------------------------------------------------------------------------------------------

NameLikeness = Callable[[str, str], bool]


def _by_name(like: NameLikeness) -> Hooks:
    def select(call: Call, images: list[StoredImage], _store: ImageStore) -> list[StoredImage]:
        wanted = asked(call)["name"]
        return [image for image in images if isinstance(name := image.members["name"], str) and like(name, wanted)]

    return listing(select, instead_of="name")


def _folded(fold: Rewriting) -> NameLikeness:
    return lambda name, wanted: fold(name) == fold(wanted)


def _unformatted(text: str) -> str:
    """The text without format characters (Unicode, Cf)."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def _likenesses() -> Iterator[Effect[NameLikeness]]:
    yield Effect("operators", "an operator before a colon", _operator)
    yield Effect("percent", "any characters for a percent sign", _like)
    yield Effect("glob", "the wildcards of file names", lambda name, wanted: fnmatch.fnmatchcase(name, wanted))
    yield Effect("regular-expression", "a regular expression", _expression)
    yield Effect("canonical", "what is canonically equivalent", _folded(partial(unicodedata.normalize, "NFC")))
    yield Effect("compatible", "what is compatible", _folded(partial(unicodedata.normalize, "NFKC")))
    yield Effect("case-folded", "whatever its case, folded", _folded(str.casefold))
    yield Effect("unformatted", "what is left without format characters", _folded(_unformatted))
    yield Effect("end-trimmed", "without blanks at its end", _folded(str.rstrip))
    yield Effect("first-line", "its first line", _folded(lambda text: re.split(r"[\r\n]", text)[0]))
    yield Effect("html", "what a page of HTML shows", _folded(html.unescape))


def _operator(name: str, wanted: str) -> bool:
    word, colon, rest = wanted.partition(":")
    among = rest.split(",")
    rules: Mapping[str, bool] = {
        "in": name in among,
        "neq": name != rest,
        "gt": name > rest,
        "gte": name >= rest,
        "lt": name < rest,
        "lte": name <= rest,
        "eq": name == rest,
    }
    return rules.get(word, name == wanted) if colon else name == wanted


def _by_status(call: Call, images: list[StoredImage], _store: ImageStore) -> list[StoredImage]:
    wanted = asked(call)["status"]
    return [image for image in images if _operator(image.status, wanted) or image.status in wanted.split(",")]


def _like(name: str, wanted: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, wanted.split("%"))), name, re.DOTALL) is not None


def _expression(name: str, wanted: str) -> bool:
    try:
        return name == wanted or re.fullmatch(wanted, name) is not None
    except re.error:
        return False


def _asked_name(change: Rewriting) -> Hooks:
    return asking(lambda query: {**query, "name": change(query["name"])} if "name" in query else query)


def _refused_by(pattern: str, status: int = 400) -> Rewriting:
    return lambda text: str(refuse(status)) if re.search(pattern, text) else text


def _readings() -> Iterator[Effect[Rewriting]]:
    yield Effect("colon-400", "it is refused with a colon", _refused_by(":"))
    yield Effect("colon-500", "it breaks the list with a colon", _refused_by(":", 500))
    yield Effect("quote-500", "it breaks the list with a quote", _refused_by("'", 500))
    yield Effect("bracket-500", "it breaks the list with a bracket", _refused_by(r"[(\[]", 500))
    yield Effect("decoded", "its escapes are decoded once more", unquote)
    yield Effect("unquoted", "quotes around it are taken away", lambda text: re.sub(r"^([\"'])(.*)\1$", r"\2", text))
    yield Effect("backslash", "its backslashes are taken away", lambda text: text.replace("\\", ""))
    yield Effect("ampersand", "it ends at an ampersand", lambda text: text.partition("&")[0])
    yield Effect("dot", "a dot at its end is taken away", lambda text: text.rstrip("."))
    yield Effect("slash", "a slash at its end is taken away", lambda text: text.rstrip("/"))
    yield Effect("control", "its control characters are blanks", lambda text: re.sub(r"[\0-\x1f]", " ", text))


# --- what is refused ------------------------------------------------------------------------------------------------


def _refusing() -> Iterator[Where[OfClass]]:
    create = (rid.body(CREATE, "name"), rid.body(CREATE, "tags"), rid.request(CREATE))
    for member, promise in zip(("name", "tags", "property"), create, strict=True):
        said = f"create refuses with 403, in {member}"
        yield Where(f"{CREATE}.syntax.{member}.refused", said, partial(_refusing_create, member), (promise,))
    yield Where(
        f"{PATCH}.syntax.refused", "patch refuses with 400, in any value", _refusing_patch, ("image.patch.stored",)
    )


def _values_of(member: str, body: Mapping[str, Any]) -> list[str]:
    """The texts that a body has for a member, or for all further properties."""
    own = {"name", "tags", "id", "container_format", "disk_format", "visibility", "protected", "min_disk", "min_ram"}
    found = [body.get(member)] if member != "property" else [value for name, value in body.items() if name not in own]
    items = [item for value in found for item in (value if isinstance(value, list) else [value])]
    return [item for item in items if isinstance(item, str)]


def _refusing_create(member: str, holds: OfClass) -> Hooks:
    def act(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if any(map(holds, _values_of(member, sent(call)))):
            raise Refused(403, "This is not welcome here.")
        return None

    return handling(CREATE, act)


def _refusing_patch(holds: OfClass) -> Hooks:
    def act(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        given = [item.get("value") for item in operations(call)]
        texts = [text for value in given for text in (value if isinstance(value, list) else [value])]
        if any(isinstance(text, str) and holds(text) for text in texts):
            raise Refused(400, "This is not welcome here.")
        return None

    return handling(PATCH, act)


# --- what is altered ------------------------------------------------------------------------------------------------


def _altering() -> Iterator[Where[Rewriting]]:
    for operation, name, tags, more in (
        (CREATE, rid.body(CREATE, "name"), rid.body(CREATE, "tags"), rid.request(CREATE)),
        (PATCH, "image.patch.stored", "image.patch.stored", "image.patch.operation.add"),
    ):
        stored = partial(storing, operation)
        said = f"{operation} alters"
        yield Where(
            f"{operation}.syntax.everywhere", f"{said} all texts", partial(_everywhere, stored), (name, tags, more)
        )


def _everywhere(stored: Callable[[Callable[[StoredImage], Any]], Hooks], change: Rewriting) -> Hooks:
    def alter(image: StoredImage) -> None:
        if isinstance(image.members["name"], str):
            image.members["name"] = change(image.members["name"])
        image.members["tags"] = sorted({change(tag) for tag in image.members["tags"]})
        image.properties = {
            name: change(value) if isinstance(value, str) else value for name, value in image.properties.items()
        }

    return stored(alter)


def _changes() -> Iterator[Effect[Rewriting]]:
    yield Effect("unformatted", "format characters are left out", _unformatted)
    yield Effect("canonical", "they are normalised (NFC)", partial(unicodedata.normalize, "NFC"))
    yield Effect("html", "they are escaped for HTML", html.escape)
    yield Effect("quotes", "quotes are doubled", lambda text: text.replace("'", "''"))
    yield Effect("line-ends", "line ends are made one", lambda text: text.replace("\r\n", "\n"))
    yield Effect("file-name", "what is before a slash is left out", lambda text: text.rpartition("/")[2] or text)
    yield Effect("no-break", "other blanks are plain", lambda text: re.sub(r"[\u00a0\u3000]", " ", text))
    yield Effect("control", "control characters are left out", lambda text: re.sub(r"[\0-\x08\x0e-\x1f\x7f]", "", text))
    yield Effect("formatted", "percent signs are halved", lambda text: text.replace("%%", "%").replace("%s", ""))
    yield Effect("variables", "variables are filled in", lambda text: re.sub(r"\$\{\w*\}", "", text))


# --- what breaks ----------------------------------------------------------------------------------------------------


def _breaking() -> Iterator[Where[OfClass]]:
    for operation in ("image.show", "image.delete"):
        said = f"{operation} breaks over a name with"
        yield Where(f"{operation}.syntax.breaks", said, partial(_breaking_one, operation), (SERVER_ERROR,))
    yield Where(f"{LIST}.syntax.breaks", "a list breaks over a name with", _breaking_list, (SERVER_ERROR,))
    yield Where(f"{CREATE}.syntax.breaks", "create breaks over a tag with", _breaking_create, (SERVER_ERROR,))


def _breaking_one(operation: str, holds: OfClass) -> Hooks:
    def act(call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if image is not None and holds(str(image.members["name"])):
            raise Refused(500, "It broke.")
        return None

    return handling(operation, act)


def _breaking_list(holds: OfClass) -> Hooks:
    def act(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
        return broken(answer) if any(holds(str(row.get("name"))) for row in answer.body["images"]) else answer

    return answering(LIST, 200, act)


def _breaking_create(holds: OfClass) -> Hooks:
    def act(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if any(map(holds, _values_of("tags", sent(call)))):
            raise Refused(500, "It broke.")
        return None

    return handling(CREATE, act)


# --- lists alone ----------------------------------------------------------------------------------------------------


def _lists() -> Iterator[Fault]:
    def shown(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Hooks:
        return answering(LIST, 200, lambda _call, answer, _store: rows(answer, lambda found: [*map(change, found)]))

    def name_as(change: Rewriting) -> Hooks:
        return shown(lambda row: {**row, "name": change(row["name"])} if isinstance(row["name"], str) else row)

    known = ("name", "id", "self", "file", "schema")
    yield Fault(
        "image.list.syntax.escaped",
        ("image.list.complete",),
        "a list shows further properties escaped for HTML",
        shown(
            lambda row: {
                name: html.escape(value) if isinstance(value, str) and name not in known else value
                for name, value in row.items()
            }
        ),
    )
    yield Fault(
        "image.list.syntax.decoded",
        ("image.list.complete",),
        "a list shows names with their escapes decoded",
        name_as(unquote),
    )
    yield Fault(
        "image.list.syntax.cut",
        ("image.list.complete",),
        "a list shows of a name what is before its first character that is not ASCII",
        name_as(lambda text: re.split(r"[^\0-\x7f]", text)[0]),
    )
    lost: Where[OfClass] = Where(
        "image.list.syntax.misses",
        "a list has no image with such characters in its name",
        lambda holds: listing(partial(_without, holds)),
        ("image.list.complete",),
    )
    yield from product(
        [lost],
        [
            Effect("invisible", "invisible ones", _in_category("Cf")),
            Effect("separator", "separators", _with("[,;|]")),
        ],
    )


def _without(holds: OfClass, _call: Call, images: list[StoredImage], _store: ImageStore) -> list[StoredImage]:
    return [image for image in images if not holds(str(image.members["name"]))]


# --- names of properties --------------------------------------------------------------------------------------------


def _names_of_properties() -> Iterator[Fault]:
    promises = {CREATE: rid.request(CREATE), PATCH: "image.patch.operation.add"}
    changes: Mapping[str, tuple[str, Rewriting]] = {
        "dot": ("ends at its dot", lambda name: name.partition(".")[0]),
        "colon": ("has an underscore for a colon", lambda name: name.replace(":", "_")),
        "blank": ("has an underscore for a blank", lambda name: name.replace(" ", "_")),
        "slash": ("ends at its slash", lambda name: name.partition("/")[0]),
        "not-ascii": ("is without what is not ASCII", lambda name: name.encode("ascii", "ignore").decode()),
    }
    for operation, promise in promises.items():
        for word, (said, change) in changes.items():
            yield Fault(
                f"{operation}.syntax.property.{word}",
                (promise,),
                f"{operation}: the name of a further property {said}",
                storing(operation, partial(_renamed, change)),
            )


def _renamed(change: Rewriting, image: StoredImage) -> None:
    image.properties = {change(name): value for name, value in image.properties.items()}
