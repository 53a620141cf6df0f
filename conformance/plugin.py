"""The pytest plugin, composed: the engine's own, with the services registered. Loaded by the command and by the root conftest.py."""

import conformance.services  # noqa: F401  registers them

pytest_plugins = ["conformance.run.plugin"]
