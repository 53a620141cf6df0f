"""Recorded requests sent again: what leads up to one, and its script."""
