"""Loads the suite's options for plain pytest, in this checkout as under the command."""

pytest_plugins = ["conformance.plugin"]
