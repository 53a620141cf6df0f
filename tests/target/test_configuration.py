"""A configuration of any form: it is read as openstack.config reads it, or it is one line that says what is wrong."""

from __future__ import annotations

import copy
import json
import os
import random
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.model.errors import ConformanceError, Exit, UsageError
from conformance.target.cloud import Settings, Wanted, open_target
from conformance.target.configuration import Configuration, verification
from conformance.target.secrets import Secrets
from conformance.target.transport import TransportLimits

NOWHERE = "http://127.0.0.1:1/v3"
PASSWORD = "Kw9pT2xQv7Lr-planted"
GOOD: dict[str, Any] = {
    "clouds": {
        "here": {
            "profile": "mine",
            "auth_type": "v3password",
            "auth": {
                "auth_url": NOWHERE,
                "username": "u",
                "password": PASSWORD,
                "project_name": "p",
                "user_domain_name": "d",
                "project_domain_id": "d",
            },
            "regions": ["one", {"name": "two", "values": {"interface": "admin"}}],
            "interface": ["internal", "public"],
            "verify": True,
            "cacert": None,
            "cert": None,
            "key": None,
            "image_endpoint_override": "http://127.0.0.1:1/image",
            "image_interface": "public",
            "image_api_version": "2",
            "api_timeout": 5,
            "networks": [{"name": "n"}],
        }
    },
    "cache": {"expiration_time": 0},
    "client": {"force_ipv4": False},
    "metrics": {"statsd": {"host": ""}},
}

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


def with_part(value: Any, path: tuple[Any, ...], part: Any) -> Any:
    """A copy of the value with one part replaced."""
    if not path:
        return part
    changed = copy.copy(value)
    changed[path[0]] = with_part(value[path[0]], path[1:], part)
    return changed


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clouds.yaml that the environment names, and no variable besides."""
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "clouds.yaml"
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    return path


def outcome(cloud: str | None = "here") -> ConformanceError:
    """How opening the cloud ends: nothing listens where it is."""
    wanted = Wanted({"image": ("image",), "identity": ()})
    with pytest.raises(ConformanceError) as caught:
        open_target(Settings(cloud=cloud, limits=TransportLimits(connect=2)), wanted, lambda transport: transport)
    return caught.value


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**32), rubbish=st.binary(max_size=6))
def test_a_file_that_was_damaged_anywhere_is_one_line(alone: Path, seed: int, rubbish: bytes) -> None:
    text = yaml.safe_dump(GOOD).encode()
    at = random.Random(seed).randrange(len(text))
    alone.write_bytes(text[:at] + rubbish + text[at + len(rubbish) // 2 :])
    error = outcome()
    assert error.exit_code in {Exit.USAGE, Exit.INCONCLUSIVE}
    assert "\n" not in str(error)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"clouds:\n\there: 1\n", "line 2, column 1: found character"),
        (b"\xff\xfe\x00", "no YAML: it is not UTF-8"),
        (b"\x00\x01", "characters that are not allowed"),
        (b"clouds: {here: {auth: *Kw9pT2xQv7Lr}}", "found undefined alias ..."),
        (b"clouds: {here: {auth: {password: !Kw9pT2xQv7Lr x}}}", "line 1, column 34"),
        (b"clouds: {here: {auth: {password: 'Kw9pT2xQv7Lr}}}", "line 1"),
        (BOMB.encode() + b"clouds: {here: *i}\n", "holds more than"),
        (b"clouds: &c {here: *c}\n", "holds more than"),
        (b"[" * 3000, "nested too deeply"),
        (b"#" * (1024 * 1024 + 1), "has 1048577 bytes"),
        (b"- 1\n", "is a list; a map with the member clouds is due"),
        (b"clouds:\n", "clouds is empty; a map is due"),
        (
            b"clouds: {here: {auth: {auth_url: 'http://a', password: yes}}}",
            "auth.password is true or false; a text is due",
        ),
        (b"clouds: {here: {auth: {auth_url: 'http://u:w@a'}}}", "auth_url holds a user or password"),
        (b"clouds: {here: {auth: {auth_url: 'localhost:5000'}}}", "auth_url is no HTTP URL"),
        (b"clouds: {here: {profile: nobody, auth: {username: u}}}", "its profile nobody is not known"),
        (b"clouds: {here: {auth_type: nothing, auth: {auth_url: 'http://a'}}}", "nothing"),
        (
            b"clouds: {here: {auth_type: admin_token, auth: {auth_url: 'http://a', endpoint: 'http://a', token: t}}}",
            "cloud here",
        ),
        (b"clouds: {here: {regions: [{values: {}}], auth: {auth_url: 'http://a'}}}", "regions: a list is due"),
        (
            b"clouds: {here: {regions: [{name: x, values: [1]}], auth: {auth_url: 'http://a'}}}",
            "regions: a list is due",
        ),
        (
            b"clouds: {here: {auth: {auth_url: 5, username: u, password: p}}}",
            "auth.auth_url is a number; a text is due",
        ),
        (b"clouds: {here: {auth: {auth_url: 'http://a', username: u, password: }}}", "cloud here: has no password"),
        (b"clouds: {here: {auth: {auth_url: 'http://a', username: u}}}", "cloud here: has no password"),
    ],
    ids=lambda item: str(item[:40]) if isinstance(item, bytes) else "",
)
def test_what_is_wrong_is_said_with_its_place_and_without_what_stands_there(
    alone: Path, content: bytes, words: str
) -> None:
    alone.write_bytes(content)
    error = outcome()
    assert (Exit.USAGE, True) == (error.exit_code, words in str(error)), str(error)
    assert "Kw9pT2xQv7Lr" not in str(error)


def test_a_directory_in_place_of_the_file_is_one_line(alone: Path) -> None:
    alone.mkdir()
    assert "is a directory" in str(outcome())


def test_a_file_that_nobody_may_read_is_one_line(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone.write_text(yaml.safe_dump(GOOD))
    original = os.open

    def refusing(path: Any, *args: Any, **kwargs: Any) -> Any:
        if str(path) == str(alone):
            raise PermissionError(13, "Permission denied", str(path))
        return original(path, *args, **kwargs)

    monkeypatch.setattr("os.open", refusing)
    assert "OS_CLIENT_CONFIG_FILE names: Permission denied" in str(outcome())


def test_a_configuration_in_json_is_read_too(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = alone.with_suffix(".json")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    path.write_text(json.dumps(GOOD))
    assert "connection refused" in str(outcome())
    path.write_text("{")
    assert "no JSON: line 1, column 2" in str(outcome())


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


@pytest.mark.parametrize("member", ["cacert", "cert"])
def test_a_certificate_that_is_none_is_one_line(alone: Path, member: str) -> None:
    rubbish = alone.with_name("rubbish.pem")
    rubbish.write_text("no certificate")
    for path, words in ((rubbish, "read"), (alone.with_name("missing.pem"), "there is no such file")):
        alone.write_text(yaml.safe_dump(with_part(GOOD, ("clouds", "here", member), str(path))))
        with pytest.raises(UsageError, match=words):
            verification(Configuration(Secrets()).cloud("here", {}), None, insecure=False)


def written_to(path: Path, text: str) -> threading.Thread:
    """Somebody who writes to a pipe once."""
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(text,), daemon=True)
    writer.start()
    return writer


def test_a_pipe_that_somebody_writes_to_is_read_once_and_serves_each_time(alone: Path) -> None:
    writer = written_to(alone, yaml.safe_dump(GOOD))
    assert ["connection refused" in str(outcome()) for _ in range(2)] == [True, True]
    writer.join()


@pytest.mark.parametrize("variable", ["OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"])
def test_a_pipe_that_nobody_writes_to_is_one_line(alone: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setattr("conformance.model.opening._WRITER", 0.1)
    alone.write_text(yaml.safe_dump(GOOD))
    pipe = alone.with_name("pipe")
    os.mkfifo(pipe)
    monkeypatch.setenv(variable, str(pipe))
    error = outcome()
    assert (Exit.USAGE, f"{pipe}: nobody writes to this pipe; give a file") == (error.exit_code, str(error))


@pytest.mark.parametrize("member", ["cacert", "cert"])
def test_a_certificate_in_a_pipe_is_one_line(alone: Path, member: str) -> None:
    pipe = alone.with_name("pipe.pem")
    os.mkfifo(pipe)
    alone.write_text(yaml.safe_dump(with_part(GOOD, ("clouds", "here", member), str(pipe))))
    with pytest.raises(UsageError, match="is no file"):
        verification(Configuration(Secrets()).cloud("here", {}), None, insecure=False)


def test_a_key_with_a_passphrase_asks_nobody(alone: Path) -> None:
    cert, key = alone.with_name("c.pem"), alone.with_name("k.pem")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-keyout",
            key,
            "-out",
            cert,
            "-subj",
            "/CN=x",
            "-passout",
            "pass:abcd",
        ],
        check=True,
        capture_output=True,
    )
    content = with_part(with_part(GOOD, ("clouds", "here", "cert"), str(cert)), ("clouds", "here", "key"), str(key))
    alone.write_text(yaml.safe_dump(content))
    with pytest.raises(UsageError, match="without a passphrase"):
        verification(Configuration(Secrets()).cloud("here", {}), None, insecure=False)


def test_a_ca_file_of_the_system_is_taken(alone: Path) -> None:
    alone.write_text(yaml.safe_dump(GOOD))
    region = Configuration(Secrets()).cloud("here", {})
    path = ssl.get_default_verify_paths().cafile
    if path is not None:
        assert (path, None) == verification(region, path, insecure=False)
    assert (False, None) == verification(region, None, insecure=True)


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
