"""Recorded requests sent again: the earlier requests that one depends on, and what became of its finding."""
