"""Proof that the suite itself is right: the reference target, the bank of faults, the self-check, the lab."""
