"""Requests to any service: bodies as the schemas of its contract have them, after what they need was made."""

from __future__ import annotations

from conformance.run.sending.client import Client

__all__ = ["GenericClient"]


class GenericClient(Client):
    """Makes, shows, lists, changes and removes the resources of one kind. Those of the other kinds are made by the other
    `clients` of the run."""
