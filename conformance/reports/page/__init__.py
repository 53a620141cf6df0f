"""The page as frozen values: what its template shows, with nothing left to work out there."""

from __future__ import annotations

from conformance.reports.page.view import Page, page_of

__all__ = ["Page", "page_of"]
