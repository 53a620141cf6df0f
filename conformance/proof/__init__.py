"""The suite put to the proof: the reference target, the bank of faults, the self-check, the lab."""
