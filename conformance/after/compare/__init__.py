"""Two runs side by side, and two editions of the contract."""
