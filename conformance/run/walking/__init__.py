"""Stateful testing: how walks of random steps are led, bounded and shortened, whatever service they are about."""
