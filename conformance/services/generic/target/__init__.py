"""A part of the reference target that is made from any contract: a store for each resource, kept to the letter."""
