"""Redirects and links that lead to another origin: nothing of ours arrives there."""

from __future__ import annotations

import json
from typing import Any

from hostile import Pieces, Server, answer, behind, clouds_behind

from conformance.model.errors import Exit
from conformance.proof.reference import Reference


def test_a_redirect_takes_no_token_to_another_origin(serve: Any, outcome: Any, reference: Reference) -> None:
    thief = serve(Server, lambda _: [answer(b"{}")])
    redirect = answer(b"", "307 Temporary Redirect", f"Location: {thief.root}/v2/images")
    proxy = serve(behind, reference, lambda _, path, honest: [honest] if path.startswith("/identity") else [redirect])
    code, _, _ = outcome(clouds_behind(reference, proxy), selection="limit")
    assert code in {Exit.NON_CONFORMANT, Exit.INCONCLUSIVE}
    assert thief.seen == []


def test_a_next_link_to_another_origin_takes_no_token_there(serve: Any, outcome: Any, reference: Reference) -> None:
    thief = serve(Server, lambda _: [answer(b"{}")])

    def twist(_: str, path: str, honest: bytes) -> Pieces:
        return (
            [answer(json.dumps({"images": [], "next": f"{thief.root}/v2/images?marker=x"}).encode())]
            if "/v2/images" in path
            else [honest]
        )

    outcome(clouds_behind(reference, serve(behind, reference, twist)), selection="limit or page")
    assert thief.seen == []
