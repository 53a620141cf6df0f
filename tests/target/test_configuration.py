"""A configuration of any form: it is read as openstack.config reads it, or it is one line that says what is wrong."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from configured import GOOD, NOWHERE, PASSWORD, outcome, with_part
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.model.errors import ConformanceError, Exit, UsageError
from conformance.target.cloud import Settings, Wanted, open_target
from conformance.target.configuration import Configuration
from conformance.target.secrets import Secrets
from conformance.target.transport import TransportLimits

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12)
    | st.just(date(2026, 1, 2))
    | st.binary(max_size=4)
    | st.sampled_from(
        ["{x}", "{0}", "{auth[password]}", "%(x)s", "none", "token", "v3oidcpassword", "https://", "~", "\u202e"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.integers(), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each part of a value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield from places(item, (*path, name))


def check(error: ConformanceError) -> None:
    """It is the fault of the configuration, or nothing answers there; in one line without the password."""
    assert error.exit_code in {Exit.USAGE, Exit.INCONCLUSIVE}
    assert "\n" not in str(error)
    assert PASSWORD not in str(error)
    assert str(error).strip()


def test_a_good_configuration_is_read(alone: Path) -> None:
    alone.write_text(yaml.safe_dump(GOOD))
    assert "connection refused" in str(outcome())


@pytest.mark.parametrize(
    ("asked", "refused"),
    [("1", True), (1.0, True), ("v3", False), ("1.1", True), (2, False), ("2.15", False), ("latest", False)],
)
def test_a_version_that_the_contract_is_not_of_is_one_line(alone: Path, asked: Any, refused: bool) -> None:
    alone.write_text(yaml.safe_dump(with_part(GOOD, ("clouds", "here", "image_api_version"), asked)))
    wanted = Wanted({"image": ("image",), "identity": ()}, None, {"image": "2", "identity": "3"})
    with pytest.raises(ConformanceError) as caught:
        open_target(Settings(cloud="here", limits=TransportLimits(connect=2)), wanted, lambda transport: transport)
    assert (Exit.USAGE if refused else Exit.INCONCLUSIVE) == caught.value.exit_code
    assert ("image_api_version is" in str(caught.value)) is refused


@pytest.mark.parametrize("path", list(places(GOOD)), ids=lambda path: ".".join(map(str, path)) or "whole")
def test_each_part_of_a_wrong_type_is_one_line(alone: Path, path: tuple[Any, ...]) -> None:
    for part in (None, [], {}, "", 7, True, [[1]], {"a": {"b": 1}}, date(2026, 1, 2)):
        alone.write_text(yaml.safe_dump(with_part(GOOD, path, part)))
        check(outcome())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(path=st.sampled_from(list(places(GOOD))), part=anything)
def test_each_part_of_any_value_is_one_line(alone: Path, path: tuple[Any, ...], part: Any) -> None:
    alone.write_text(yaml.safe_dump(with_part(GOOD, path, part)), encoding="utf-8")
    check(outcome())


def test_the_password_comes_from_secure_yaml(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secure = alone.with_name("secure.yaml")
    monkeypatch.setenv("OS_CLIENT_SECURE_FILE", str(secure))
    alone.write_text(
        yaml.safe_dump(
            with_part(GOOD, ("clouds", "here", "auth"), {"auth_url": NOWHERE, "username": "u", "user_domain_id": "d"})
        )
    )
    secure.write_text(yaml.safe_dump({"clouds": {"here": {"auth": {"password": PASSWORD}}}}))
    secrets = Secrets()
    region = Configuration(secrets).cloud("here", {})
    assert PASSWORD == region.config["auth"]["password"]
    assert "$REDACTED" == secrets.text(PASSWORD)
    secure.write_text("[]")
    assert "is a list" in str(outcome())


def test_a_region_has_its_own_values(alone: Path) -> None:
    alone.write_text(yaml.safe_dump(GOOD))
    regions = [Configuration(Secrets()).cloud("here", {"region_name": name}) for name in ("one", "two")]
    assert [("one", ["internal", "public"]), ("two", "admin")] == [
        (item.region_name, item.get_interface()) for item in regions
    ]
    with pytest.raises(UsageError, match="three is not a valid region"):
        Configuration(Secrets()).cloud("here", {"region_name": "three"})


def test_a_profile_of_clouds_public_is_read(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = alone.with_name("clouds-public.yaml")
    monkeypatch.setattr("openstack.config.loader.VENDOR_FILES", [str(public)])
    public.write_text(yaml.safe_dump({"public-clouds": {"mine": {"auth": {"auth_url": NOWHERE}, "region_name": "r"}}}))
    alone.write_text(
        yaml.safe_dump(
            {"clouds": {"here": {"profile": "mine", "auth": {"username": "u", "password": "p", "user_domain_id": "d"}}}}
        )
    )
    region = Configuration(Secrets()).cloud("here", {})
    assert (NOWHERE, "r") == (region.config["auth"]["auth_url"], region.region_name)
    public.write_text("public-clouds: [x]")
    assert "public-clouds is a list; a map is due" in str(outcome())


def test_the_embedded_reference_reads_no_other_file(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secure = alone.with_name("secure.yaml")
    secure.write_text("[")
    monkeypatch.setenv("OS_CLIENT_SECURE_FILE", str(secure))
    alone.write_text(yaml.safe_dump(GOOD))
    assert ("here",) == Configuration(Secrets(), (str(alone),), environment=False).names


def test_a_profile_that_is_fetched_without_end_is_given_up(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.target.configuration._PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        profile = f"http://127.0.0.1:{silent.getsockname()[1]}"
        alone.write_text(yaml.safe_dump(with_part(GOOD, ("clouds", "here", "profile"), profile)))
        assert "its profile cannot be fetched within 0.2 s" in str(outcome())


VARIABLES = ("OS_AUTH_URL", "OS_USERNAME", "OS_PASSWORD", "OS_PROJECT_NAME", "OS_USER_DOMAIN_ID", "OS_AUTH_TYPE")
FURTHER = ("OS_REGION_NAME", "OS_INTERFACE", "OS_CACERT", "OS_CERT", "OS_KEY", "OS_IMAGE_ENDPOINT_OVERRIDE", "OS_TOKEN")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    changed=st.dictionaries(
        st.sampled_from([*VARIABLES, *FURTHER, "OS_CLOUD_NAME", "OS_VERIFY", "OS_PROFILE", "OS_REGIONS", "OS_AUTH"]),
        st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
        | st.sampled_from(["http://127.0.0.1:1/v3", "file:///etc/passwd", "http://[", "{x}", "v3token", "none", "a,b"]),
        max_size=5,
    )
)
def test_variables_of_any_value_are_one_line(alone: Path, changed: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OS_CLIENT_CONFIG_FILE", str(alone))
        given_ = dict(zip(VARIABLES, (NOWHERE, "u", PASSWORD, "p", "d", "password"), strict=True))
        for name, value in {**given_, **changed}.items():
            patch.setenv(name, value)
        error = outcome(None)
    assert error.exit_code in {Exit.USAGE, Exit.INCONCLUSIVE}
    assert "\n" not in str(error)
