"""What any contract needs that no service of its own is written for."""
