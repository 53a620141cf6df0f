"""The identity service."""

from conformance.run.service import Service

__all__ = ["IDENTITY"]

IDENTITY = Service(name="identity", cases=("conformance.services.identity.cases",))
