"""Walks in any order against a model of the image store: the model, the walks, and how a failing one is made short."""
