"""The identity part of the reference target."""
