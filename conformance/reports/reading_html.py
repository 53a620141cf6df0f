"""What was read of a document as one HTML file that needs nothing else and reaches no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.contract.reading import Perusal, first_line
from conformance.model.contract import StaleErratum
from conformance.reports.language import Text
from conformance.reports.reading_words import PARTS, told
from conformance.reports.visible import safe, shortened
from conformance.reports.words import lines

__all__ = ["reading_html"]

LONGEST = 2_000
"""Characters of a text of the document that are shown."""


def reading_html(
    item: Perusal,
    stale: Sequence[StaleErratum],
    pages: Mapping[int, int],
    pictures: Mapping[int, bytes],
    lang: str = "en",
) -> str:
    """The page in one language. `pages` says of a line on which page it stands, where that is known; `pictures` are the PNGs of pages.
    What the document says is escaped and freed of control characters."""
    style = resources.files("conformance.reports").joinpath("templates", "index.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        loader=PackageLoader("conformance.reports", "templates"),
        autoescape=True,
        finalize=lambda value: safe(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "lines": lines,
        "told": lambda words: told(words, lang),
        "part": lambda name: PARTS[name].plain(lang) if name in PARTS else told(name, lang),
        "short": lambda text: shortened(text, LONGEST),
        "span": lambda found: lines(((found.line, found.last_line),)),
    }
    shown = {page: base64.b64encode(data).decode() for page, data in pictures.items()}
    return environment.get_template("reading.html.j2").render(
        reading=item,
        lang=lang,
        t=lambda template, **values: Text(template, values).plain(lang),
        stale=stale,
        style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'",
        page_of=lambda line: pages.get(line),
        pictures=shown,
        beside={page: [missed for missed in item.unread if pages.get(missed.line) == page] for page in shown},
        conflicts={
            page: [found for found in item.contradictions if pages.get(first_line(found)) == page] for page in shown
        },
    )
