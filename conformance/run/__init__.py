"""One run: session, recorder, journal, cases, pytest; requests in `sending/`, cleaning up in `cleanup/`."""
