"""Where the cloud is and who we are; the one door to the wire; secrets."""
