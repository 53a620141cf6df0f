"""What excuses a finding: waivers, and the baseline of what is known."""
