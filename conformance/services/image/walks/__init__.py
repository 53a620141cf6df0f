"""Stateful testing: walks of random steps compared with a model of the image store, and the shortening of walks that
fail."""
