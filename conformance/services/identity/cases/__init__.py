"""The conformance cases of the identity service."""
