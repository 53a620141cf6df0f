"""The values that travel from the wire to the verdict; all frozen."""
