"""What the members of an image are written like: a name in the syntax of something (generate/syntax.py), and tags and
further properties with the texts of its class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.generate.syntax import NAME, Form, Syntax
from conformance.model.marks import OWN_PROPERTY

__all__ = ["Spelling", "changes_of", "entries_of", "plain", "property_of", "tags_of"]

FEW = 4
"""Texts of a class that a change gives to the tags and properties of an image, where not all are wanted."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """An image that is to be: the class and the form of its name, and the templates of its tags and of the values of its
    further properties. `looked_at`: show is asked, too. `sought`: a list is asked for it by its name."""

    syntax: Syntax
    form: Form
    texts: tuple[str, ...] = ()
    looked_at: bool = False
    sought: bool = True


def entries_of(syntaxes: Iterable[Syntax], *, whole: bool = False) -> Iterator[Spelling]:
    """The images of these classes: one for each form of the sample, or for every form; the first of a class has all
    texts of it in its tags and properties."""
    for syntax in syntaxes:
        forms = syntax.forms if whole else syntax.forms[: syntax.sample]
        for index, form in enumerate(forms):
            texts = tuple(dict.fromkeys(one.text for one in syntax.forms)) if index == 0 else ()
            yield Spelling(syntax, form, texts, looked_at=whole or index == 0)


def changes_of(syntaxes: Iterable[Syntax], *, whole: bool = False) -> Iterator[Spelling]:
    """The changes of one image to these classes: one for each, or for every form."""
    made = (entry for entry in entries_of(syntaxes, whole=whole) if whole or entry.texts)
    # A list reads its parameter in one way, whatever made the image: in little time few are sought again.
    return (
        replace(
            entry,
            texts=entry.texts if whole else entry.texts[:FEW],
            looked_at=whole,
            sought=whole or entry.syntax.sample > 2,
        )
        for entry in made
    )


def plain(text: str, number: int = 0) -> str:
    """A template as a tag, or as the value of a property; the number keeps those apart that a target may equate."""
    return text.replace(NAME, f"name{number}")


def tags_of(texts: Sequence[str]) -> dict[str, str]:
    """Tag -> the template that it is made of."""
    return {plain(text, number): text for number, text in enumerate(texts)}


def property_of(number: int) -> str:
    """The further property of this number."""
    return f"{OWN_PROPERTY}{number}"
