"""Paths as OpenAPI allows them."""

from __future__ import annotations

import pytest

from conformance.document.addresses import address, same_paths


@pytest.mark.parametrize(
    ("written", "path", "names"),
    [
        ("/v2/servers/{server_id}", "/v2/servers/{server_id}", ("server_id",)),
        ("/v2/servers/{}", "/v2/servers/{server_id}", ("server_id",)),
        ("/v2/{a}/x/{a}", "/v2/{a}/x/{a_2}", ("a", "a_2")),
        ("/v2/x{y", "/v2/xy", ()),
        ("/v2/:id/<name>", "/v2/{id}/{name}", ("id", "name")),
        ("v3/users?domain=x", "/v3/users", ()),
        ("https://host:5000/v3/users", "/v3/users", ()),
    ],
)
def test_a_path_has_parameters_in_braces_with_a_name_each(written: str, path: str, names: tuple[str, ...]) -> None:
    found = address(written)
    assert (path, names) == (found.path, found.names)


def test_what_was_mended_is_told_and_what_was_right_is_not() -> None:
    assert address("/v2/x{y").odd == "/v2/x{y is written as /v2/xy"
    assert address("/v2/servers/{id}").odd == ""


def test_paths_that_differ_in_names_alone_are_the_first_one() -> None:
    first, second, other = same_paths(address(path) for path in ("/a/{x}", "/a/{y}", "/a/{x}/b"))
    assert ("/a/{x}", {}) == (first.path, first.renamed)
    assert ("/a/{x}", {"y": "x"}) == (second.path, second.renamed)
    assert second.name("y") == "x"
    assert other.path == "/a/{x}/b"
