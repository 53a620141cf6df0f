"""Where the cloud is and who we are; the transport; secrets."""
