"""The embedded target: a server that keeps the whole contract, and a switchboard of faults. Knows no check and no case."""

from conformance.reference.faults import FAULTS, Fault
from conformance.reference.server import Reference

__all__ = ["FAULTS", "Fault", "Reference"]
