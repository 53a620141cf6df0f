"""The identity half of the reference target."""
