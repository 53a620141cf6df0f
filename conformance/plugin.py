"""The pytest plugin, composed: the engine's own, with the services registered. Loaded by the command and by the root conftest.py."""

import pytest

import conformance.services  # noqa: F401  registers them
from conformance.cli.embedded import embedded
from conformance.run.plugin import EMBED

pytest_plugins = ["conformance.run.plugin"]


def pytest_configure(config: pytest.Config) -> None:
    """Give runs without a cloud their target."""
    config.stash[EMBED] = embedded
