"""The image half of the reference target: a store that keeps the contract."""
