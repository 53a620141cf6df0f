"""Cleaning up: what runs have made on a target is found and deleted, and seen to be gone."""
