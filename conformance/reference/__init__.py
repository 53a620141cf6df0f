"""The embedded target: a server that keeps the whole contract, and a switchboard of faults. Knows no check and no case."""

from conformance.reference.bank import bank
from conformance.reference.faults import Fault
from conformance.reference.liberties import liberties
from conformance.reference.server import Reference

__all__ = ["Fault", "Reference", "bank", "liberties"]
