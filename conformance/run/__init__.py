"""One run: session, client, recorder, journal, cases, pytest."""
