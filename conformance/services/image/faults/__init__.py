"""Faults of the image service, each breaking promises of the contract."""
