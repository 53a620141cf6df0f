"""Values that are syntax somewhere: names, tags and further properties to the letter (document lines 495, 628-642; ruling
47)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from conformance.generate.syntax import SYNTAXES, Form, Syntax
from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.run.cases import Expect, verifies
from conformance.services.image.arrange import image, listed
from conformance.services.image.client import ImageClient
from conformance.services.image.lettering import Lettering
from conformance.services.image.property_names import name_properties
from conformance.services.image.spelling import changes_of, entries_of

PROMISES = (
    "image.create.body.name",
    "image.create.body.tags",
    requirement_id.request("image.create"),
    requirement_id.request("image.patch"),
    "image.patch.stored",
    "image.patch.operation.add",
    "image.patch.operation.remove",
    "image.list.query.name",
    "image.list.complete",
)
SERVER_ERROR = "status.server-error"
PLAIN = {"NAME", "NAMEx"}
"""The names of the images that are there beside all others."""


PROBES = 2
"""So many forms of a class beyond its sample are asked for, without an image of that name."""


def unsampled() -> Iterator[tuple[Syntax, Form]]:
    """Of each class the first forms beyond the sample to which an image with a plain name is near."""
    for syntax in SYNTAXES:
        rest = (form for form in syntax.forms[syntax.sample :] if PLAIN & set(form.near))
        yield from ((syntax, form) for form in islice(rest, PROBES))


def letters(cloud: ImageClient, expect: Expect, *, whole: bool) -> None:
    """Create images with these texts and change one to them. Both in one, so that a mistake that both meet is told as
    one."""
    lettering = Lettering(cloud, cloud.name())
    lettering.begin()
    lettering.create(list(entries_of(SYNTAXES, whole=whole)))
    if not whole:
        lettering.probe(unsampled())
    lettering.change(list(changes_of(SYNTAXES, whole=whole)))
    name_properties(cloud, lettering.troubles)
    lettering.troubles.tell(expect, *PROMISES)


@verifies(*PROMISES, SERVER_ERROR, long=True)
def test_texts_of_any_syntax_are_kept_and_found_to_the_letter(cloud: ImageClient, expect: Expect) -> None:
    letters(cloud, expect, whole=False)


@verifies(*PROMISES, SERVER_ERROR, acceptance=True)
def test_every_text_of_every_syntax_is_kept_and_found_to_the_letter(cloud: ImageClient, expect: Expect) -> None:
    letters(cloud, expect, whole=True)


@verifies("image.list.query.status", "image.list.operator")
def test_a_status_that_is_syntax_selects_nothing_or_is_refused(cloud: ImageClient, expect: Expect) -> None:
    name = image(cloud).name
    status = requirement_id.query("image.list", "status")
    operator = requirement_id.stated("image.list", "operator")
    for value, meant in (("in:queued,active", True), ("neq:queued", False), ("queued,active", True)):
        exchange = cloud.list({"name": name, "status": value})
        found = exchange.response.status == 200 and bool(listed(exchange))
        if meant and exchange.response.status < 500:
            # Who reads a query language there finds what it means (ruling 51): more than is due, and no harm.
            read = Deviation("selects", terms=(("parameters", "status"), ("how", "reads-an-operator")))
            expect(operator, not found, read, exchange)
        elif exchange.response.status < 500:
            deviation = Deviation("selects", terms=(("parameters", "status"), ("how", "something-by-an-unknown-value")))
            expect(status, not found, deviation, exchange)
