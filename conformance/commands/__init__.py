"""One module for each command; the command line loads the one that it runs (cli.COMMANDS)."""
