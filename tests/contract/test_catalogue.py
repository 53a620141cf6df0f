"""The services of operations, and what it costs to find them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from document.described_documents import document_of, operation_of, row_of, table_of

from conformance.contract.catalogue import services_of
from conformance.document import Document
from conformance.document.contradictions import contradictions
from conformance.document.described import described


def resources(count: int) -> Document:
    """A document of so many resources that no catalogue knows, each made, listed and shown, in one section."""
    answer = [table_of(row_of("id", "string"), row_of("name", "string"), row_of("state", "string"))]
    return document_of(
        *(
            operation_of(method, f"/v1/widget{number}s{tail}", answers=answer)
            for number in range(count)
            for method, tail in (("GET", ""), ("POST", ""), ("GET", "/{id}"))
        )
    )


def calls(work: Callable[[], Any]) -> int:
    """How many functions the work calls: the same on every machine."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_what_no_catalogue_knows_is_called_after_the_first_noun_of_its_section() -> None:
    document = resources(3)
    assert services_of(document, described(document)[0]) == ("widget0",) * 9


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/resource_providers/{uuid}", "placement"),
        ("/resource_classes/{name}", "placement"),
        ("/v1/secrets", "key-manager"),
        ("/v2/zones/{zone_id}/recordsets", "dns"),
        ("/v2/shares", "shared-file-system"),
    ],
)
def test_a_noun_that_one_service_alone_has_names_it(path: str, service: str) -> None:
    document = document_of(operation_of("GET", path))
    assert (service,) == services_of(document, described(document)[0])


def in_sections(*paths: str) -> Document:
    """A document with a section for each operation."""
    sections = [document_of(operation_of("GET", path), title="Things").sections[0] for path in paths]
    return replace(document_of(), sections=tuple(sections))


def test_a_section_that_says_nothing_is_of_the_service_that_the_others_of_its_version_are_of() -> None:
    document = in_sections("/v1/secrets", "/v1/containers", "/v9/boxes")
    assert ("key-manager", "key-manager", "box") == services_of(document, described(document)[0])


def test_a_section_that_says_nothing_beside_two_services_is_of_neither() -> None:
    document = in_sections("/v2/images", "/v2/zones", "/v2/things")
    assert ("image", "dns", "thing") == services_of(document, described(document)[0])


def test_the_cost_of_services_and_contradictions_grows_with_the_operations_and_not_with_their_square() -> None:
    small, large = resources(40), resources(160)
    for work in (lambda item: services_of(item, described(item)[0]), contradictions):
        work(resources(1))  # fills what is kept once
        assert calls(lambda: work(large)) < 5 * calls(lambda: work(small))  # noqa: B023
