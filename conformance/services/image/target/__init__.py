"""The image part of the reference target: a store that keeps the contract."""
