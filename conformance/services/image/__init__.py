"""The image service."""

from conformance.run.service import Service

__all__ = ["IMAGE"]

IMAGE = Service(name="image", cases=("conformance.services.image.cases",))
