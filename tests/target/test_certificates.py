"""The certificates of a cloud: what cannot be used is one line."""

from __future__ import annotations

import os
import ssl
import subprocess
from pathlib import Path

import pytest
import yaml
from configured import GOOD, with_part

from conformance.model.errors import UsageError
from conformance.target.certificates import verification
from conformance.target.configuration import Configuration
from conformance.target.secrets import Secrets


@pytest.mark.parametrize("member", ["cacert", "cert"])
def test_a_certificate_that_is_none_is_one_line(alone: Path, member: str) -> None:
    rubbish = alone.with_name("rubbish.pem")
    rubbish.write_text("no certificate")
    for path, words in ((rubbish, "read"), (alone.with_name("missing.pem"), "there is no such file")):
        alone.write_text(yaml.safe_dump(with_part(GOOD, ("clouds", "here", member), str(path))))
        with pytest.raises(UsageError, match=words):
            verification(Configuration(Secrets()).cloud("here", {}), None, insecure=False)


@pytest.mark.parametrize("member", ["cacert", "cert"])
def test_a_path_that_would_break_the_line_is_quoted(alone: Path, member: str) -> None:
    alone.write_text(yaml.safe_dump(with_part(GOOD, ("clouds", "here", member), "a\nb")))
    with pytest.raises(UsageError, match=r" '.*a\\nb': there is no such file"):
        verification(Configuration(Secrets()).cloud("here", {}), None, insecure=False)


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
