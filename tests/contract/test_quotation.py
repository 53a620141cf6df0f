"""What the line of a promise says: names, types and codes, and where they stand, without a sentence of the document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.contract.quotation import heading_of, quotes
from conformance.contract.specs import load_contract
from conformance.document import Document
from conformance.model.contract import Contract, Quote
from conformance.model.requirement_id import Kind

LIBRARY_QUOTES = {
    "book.list.query.author": Quote(
        "1.3",
        "list books",
        "request",
        names={"name": "author", "type": "string", "required": "false", "in": "query"},
    ),
    "book.create.body.title": Quote(
        "1.3",
        "create book",
        "request",
        names={"name": "title", "type": "string", "required": "true", "in": "body"},
    ),
    "book.create.response.201": Quote(
        "1.3",
        "create book",
        "success",
        names={"method": "POST", "path": "/v1/books", "code": "201"},
    ),
    "book.list.response.200.books.id": Quote(
        "1.3", "list books", "response", names={"name": "books.id", "type": "string", "in": "answer"}
    ),
    "book.patch.path.book_id": Quote(
        "1.3",
        "patch book",
        "request",
        names={"name": "book_id", "type": "string", "required": "false", "in": "path"},
    ),
    "error.413": Quote("1.2", "error codes", names={"code": "413", "phrase": "Request Entity Too Large"}),
    "error.envelope.code": Quote(
        "1.2",
        "failure result",
        names={"name": "error.code", "type": "integer", "value": "404", "in": "example"},
    ),
    "method.patch": Quote("1.2", "methods", names={"name": "PATCH"}),
    "header.x-auth-token": Quote(
        "1.2",
        "common request parameters",
        names={"name": "X-Auth-Token", "type": "String", "required": "false", "in": "header"},
    ),
}


@pytest.mark.parametrize("name", LIBRARY_QUOTES)
def test_a_promise_of_the_small_document_is_quoted_by_names_and_place(library_contract: Contract, name: str) -> None:
    assert library_contract.requirements[name].quote == LIBRARY_QUOTES[name]
    assert library_contract.requirements[name].quote.names == LIBRARY_QUOTES[name].names


VENDOR_QUOTES = {
    "image.list.query.limit": (
        "1.3",
        "list images",
        "request",
        {"name": "limit", "type": "integer", "required": "false", "in": "query"},
    ),
    "image.list.query.sort_key": (
        "1.3",
        "list images",
        "request",
        {"name": "sort-key", "type": "string", "required": "false", "in": "query"},
    ),
    "image.create.default.size": (
        "1.3",
        "create image",
        "response example",
        {"name": "size", "type": "null", "value": "null", "in": "example"},
    ),
    "image.download.response.200": (
        "1.3",
        "download image file",
        "success",
        {"method": "GET", "path": "/v2/images/{image_id}/file", "code": "200"},
    ),
    "image.patch.body.value": ("1.3", "patch image", "request example", {"name": "value", "in": "example"}),
    "status.server-error": ("1.2", "error codes", "", {"names": "500, 501, 502, 503, 504"}),
    "error.envelope": ("1.2", "failure result", "", {"names": "error.message, error.code, error.title"}),
    "image.patch.atomic": ("1.3", "patch image", "request", {}),
    "image.delete.gone": ("1.3", "delete image", "introduction", {}),
    "image.show.response.200": ("1.3", "", "", {}),
    "error.407": ("1.2", "error codes", "", {"code": "407", "phrase": "Proxy Authentication Required"}),
    "header.request-id": (
        "1.2",
        "common response parameters",
        "",
        {"name": "RequestId", "type": "String", "in": "answer"},
    ),
}


@pytest.mark.parametrize("name", VENDOR_QUOTES)
def test_a_promise_of_the_vendors_document_is_quoted_by_names_and_place(document: Document, name: str) -> None:
    quote = quotes(document, [load_contract().requirements[name]])[name]
    assert (quote.section, quote.heading, quote.part, dict(quote.names)) == VENDOR_QUOTES[name]


def test_the_shipped_ledger_carries_what_the_document_gives(document: Document) -> None:
    contract = load_contract()
    found = quotes(document, contract.requirements.values())
    assert {name: (quote, quote.names) for name, quote in found.items()} == {
        name: (item.quote, item.quote.names) for name, item in contract.requirements.items()
    }


def test_every_promise_has_at_least_its_section(library_contract: Contract) -> None:
    for contract in (library_contract, load_contract()):
        assert [item.id for item in contract.requirements.values() if not item.quote.section] == []


def test_no_character_of_the_vendors_language_is_carried_over(library_contract: Contract) -> None:
    for contract in (library_contract, load_contract()):
        said = [
            text
            for item in contract.requirements.values()
            for text in (item.quote.heading, item.quote.part, *item.quote.names.values())
        ]
        assert [text for text in said if not text.isascii()] == []


def test_a_page_is_said_where_the_pages_are_known(library: Document, library_contract: Contract) -> None:
    promise = library_contract.requirements["book.list.query.author"]
    assert quotes(library, [promise])[promise.id].page is None
    paged = replace(library, pages=(1, 141, 205))
    assert quotes(paged, [promise])[promise.id].page == 2


def test_lines_of_several_operations_say_nothing_of_one_of_them(library: Document, library_contract: Contract) -> None:
    promise = replace(library_contract.requirements["book.list.query.author"], source=((143, 230),))
    assert quotes(library, [promise])[promise.id] == Quote("1.3")


def test_the_only_row_of_its_lines_is_quoted_under_another_name(library: Document, library_contract: Contract) -> None:
    promise = replace(library_contract.requirements["book.list.query.author"], place="writer")
    assert quotes(library, [promise])[promise.id].names["name"] == "author"


def test_several_rows_of_another_name_are_not_quoted(library: Document, library_contract: Contract) -> None:
    promise = replace(library_contract.requirements["book.list.query.author"], place="writer", source=((157, 161),))
    assert quotes(library, [promise])[promise.id] == Quote("1.3", "list books", "request")


def test_a_body_is_quoted_with_its_members(library: Document, library_contract: Contract) -> None:
    promise = library_contract.requirements["book.create.request"]
    assert promise.kind is Kind.REQUEST
    assert quotes(library, [promise])[promise.id].names == {
        "method": "POST",
        "path": "/v1/books",
        "names": "title, kind, pages, weight",
    }


@pytest.mark.parametrize(
    ("method", "path", "operation", "heading"),
    [
        ("GET", "/v2/servers", "server.list", "list servers"),
        ("GET", "/v2/servers/{id}/file", "server.download", "download server file"),
        ("DELETE", "/v2/servers/{id}/tags/{tag}", "server.tag.delete", "delete server tag"),
        ("OPTIONS", "/", "options", "OPTIONS"),
    ],
)
def test_a_heading_is_made_of_verb_and_nouns(method: str, path: str, operation: str, heading: str) -> None:
    assert heading_of(method, path, operation) == heading
