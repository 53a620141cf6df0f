"""A run in one file: packed, summed, signed, and checked."""
