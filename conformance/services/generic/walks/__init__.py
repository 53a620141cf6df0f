"""Stateful testing of any contract: walks over one kind of resource, compared with a model of what any resource promises."""
