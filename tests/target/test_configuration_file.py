"""A file of the configuration of a cloud: whatever it holds, and whatever it is, what is wrong with it is one line."""

from __future__ import annotations

import json
import os
import random
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from configured import GOOD, outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.model.errors import Exit


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
        (b"clouds:\n\there: 1\n", "line 2, column 1: there is a tab"),
        (b"\xff\xfe\x00", "no YAML: it is not UTF-8"),
        (b"\x00\x01", "characters that are not allowed"),
        (b"clouds: {here: {auth: *Kw9pT2xQv7Lr}}", "a value that begins with * or & is put in quotes"),
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
