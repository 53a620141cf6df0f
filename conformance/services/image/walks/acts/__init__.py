"""The acts of a random walk: each chooses steps by random numbers and by the images that the walk has, and does them."""
