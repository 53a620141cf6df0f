"""What the words of a path are called in the singular."""

from __future__ import annotations

import pytest

from conformance.document.naming import operation_id
from conformance.document.nouns import nouns, singular


@pytest.mark.parametrize(
    "word",
    [
        "kms",
        "dns",
        "rds",
        "sms",
        "ecs",
        "os",
        "lbaas",
        "iaas",
        "status",
        "os-reset_status",
        "address",
        "access",
        "bus",
        "process",
        "redis",
        "chassis",
        "analysis",
        "alias",
        "series",
        "https",
        "DNS",
        "instanceStatus",
        "image",
        "",
    ],
)
def test_a_word_that_only_ends_like_a_plural_is_one_thing(word: str) -> None:
    assert word == singular(word)


@pytest.mark.parametrize(
    ("several", "one"),
    [
        *(
            (f"{one}s", one)
            for one in ("image", "volume", "os-quota-set", "group_snapshot", "key", "tag", "ip", "id", "acl")
        ),
        *(
            (f"{one}s", one)
            for one in ("vm", "db", "vpc", "tld", "cpu", "gpu", "api", "quota", "cache", "database", "floatingIP")
        ),
        *(
            (f"{one}es", one)
            for one in ("address", "process", "status", "alias", "class", "index", "prefix", "switch", "hash")
        ),
        ("policies", "policy"),
        ("job-exes", "job-exe"),
        ("os-ips", "os-ip"),
    ],
)
def test_a_plural_loses_its_ending(several: str, one: str) -> None:
    assert one == singular(several)


def test_an_operation_of_a_service_that_ends_in_s_is_called_by_its_name() -> None:
    assert ("lbaas", "listener") == nouns("/v2.0/lbaas/listeners/{listener_id}")
    assert "kms.create-key.create" == operation_id("POST", "/v1/kms/create-key")
    assert "address.show" == operation_id("GET", "/addresses/{id}")
