"""All that knows one service, a package each. Importing this one registers them."""

from conformance.run.service import register, register_fallback
from conformance.services.generic import GENERIC
from conformance.services.identity import IDENTITY
from conformance.services.image import IMAGE

register(IDENTITY)
register(IMAGE)
register_fallback(GENERIC)
