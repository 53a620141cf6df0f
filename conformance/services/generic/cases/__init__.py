"""Cases that judge what any contract promises."""
