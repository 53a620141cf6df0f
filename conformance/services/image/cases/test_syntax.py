"""Values that are syntax somewhere: names, tags and further properties to the letter (document lines 495, 628-642; ruling
47)."""

from __future__ import annotations

from conformance.generate.syntax import SYNTAXES, Form, Syntax
from conformance.model import requirement_id
from conformance.run.cases import Expect, verifies
from conformance.services.image.client import ImageClient
from conformance.services.image.lettering import Lettering, changes_of, entries_of

PROMISES = (
    "image.create.body.name",
    "image.create.body.tags",
    requirement_id.request("image.create"),
    "image.patch.stored",
    "image.patch.operation.add",
    "image.list.query.name",
    "image.list.complete",
)
SERVER_ERROR = "status.server-error"
PLAIN = {"NAME", "NAMEx"}
"""The names of the images that are there beside all others."""


def unsampled() -> tuple[tuple[Syntax, Form], ...]:
    """Of each class the first form beyond the sample to which an image with a plain name is near."""
    rest = [(syntax, form) for syntax in SYNTAXES for form in syntax.forms[syntax.sample :] if PLAIN & set(form.near)]
    return tuple({syntax.id: (syntax, form) for syntax, form in reversed(rest)}.values())


def letters(cloud: ImageClient, expect: Expect, *, whole: bool) -> None:
    """Create images with these texts and change one to them. Both in one, so that a mistake that both meet is told as
    one."""
    lettering = Lettering(cloud, cloud.name())
    lettering.begin()
    lettering.create(list(entries_of(SYNTAXES, whole=whole)))
    if not whole:
        lettering.probe(unsampled())
    lettering.change(list(changes_of(SYNTAXES, whole=whole)))
    lettering.tell(expect, *PROMISES)


@verifies(*PROMISES, SERVER_ERROR)
def test_texts_of_any_syntax_are_kept_and_found_to_the_letter(cloud: ImageClient, expect: Expect) -> None:
    letters(cloud, expect, whole=False)


@verifies(*PROMISES, SERVER_ERROR, acceptance=True)
def test_every_text_of_every_syntax_is_kept_and_found_to_the_letter(cloud: ImageClient, expect: Expect) -> None:
    letters(cloud, expect, whole=True)
