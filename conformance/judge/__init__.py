"""What an exchange and a run say about the contract. Pure: no I/O, no clock."""
