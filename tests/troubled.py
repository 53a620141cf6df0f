"""The troubles that a platform makes, by name, and runs of the suite behind a gateway that makes one of them.

`python tests/troubled.py NAME --profile gate` runs the suite behind one of them, in this process, and prints what came of it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateways import Act, Answer, Broken, Call, Gateway
from platforms import (
    PROPERTIES,
    STORAGE,
    always,
    bucket,
    for_a_while,
    lost_token,
    now_and_then,
    over_limit,
    quota,
    quota_of_bytes,
    quota_of_members,
    quota_of_properties,
    refusal,
    window,
)
from rich.console import Console

from conformance.contract.specs import load_contract
from conformance.model.contract import Contract
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.reports.sentences import message, spoken
from conformance.run.options import Options
from conformance.run.runner import conduct
from conformance.run.session import Session
from conformance.target.cloud import Settings

__all__ = ["TROUBLES", "Trouble", "behind", "line_of", "run_behind"]


@dataclass(frozen=True)
class Trouble:
    """What a gateway does; and what a right suite says: whether it may be inconclusive, and for which reasons (kinds of
    phrases). `away` are seconds for which it is gone at the `at`-th request; `bars` says that nothing can be deleted any more
    once it has begun, so that what is there then is left, and said to be."""

    make: Callable[[], Act]
    reasons: Sequence[str] = ()
    persists: bool = False
    away: float = 0.0
    at: int = 0
    bars: bool = False


TROUBLES: Mapping[str, Trouble] = {
    "rate-window": Trouble(lambda: window(40, 1.0, Retry_After="1")),
    "rate-window-html": Trouble(lambda: window(40, 1.0)),
    "rate-window-zero": Trouble(lambda: window(40, 1.0, Retry_After="0")),
    "rate-window-garbage": Trouble(lambda: window(40, 1.0, Retry_After="soon")),
    "rate-window-past": Trouble(lambda: window(40, 1.0, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")),
    "rate-bucket": Trouble(lambda: bucket(60, 30.0)),
    "rate-creates": Trouble(
        lambda: now_and_then(7, lambda: refusal(429, "later", Retry_After="1"), lambda call: call.creates)
    ),
    "rate-hour": Trouble(
        lambda: always(lambda: refusal(429, "later", Retry_After="3600"), after=90),
        ("rate-limited",),
        persists=True,
        bars=True,
    ),
    "rate-without-end": Trouble(
        lambda: always(lambda: refusal(429, "later", Retry_After="20"), after=90),
        ("rate-limited",),
        persists=True,
        bars=True,
    ),
    "rate-without-429": Trouble(
        lambda: always(lambda: refusal(403, "API rate limit exceeded"), after=90),
        ("rate-limited",),
        persists=True,
        bars=True,
    ),
    "rate-window-without-429": Trouble(lambda: window(40, 1.0, 403, "API rate limit exceeded")),
    "rate-creates-without-end": Trouble(
        lambda: always(lambda: refusal(429, "later", Retry_After="25"), lambda call: call.creates, after=60),
        ("rate-limited",),
        persists=True,
    ),
    "restart": Trouble(lambda: for_a_while(3.0, lambda: refusal(503, "restarting", Retry_After="1"), 60)),
    "restart-long": Trouble(lambda: for_a_while(8.0, lambda: refusal(503, "restarting", Retry_After="8"), 60)),
    "gateway-502": Trouble(lambda: for_a_while(6.0, lambda: refusal(502, "<h1>502 Bad Gateway</h1>"), 60)),
    "gateway-503": Trouble(lambda: for_a_while(6.0, lambda: refusal(503, "<h1>no server is available</h1>"), 60)),
    "quota-10": Trouble(lambda: quota(10, over_limit)),
    "quota-8-html": Trouble(lambda: quota(8, lambda: refusal(403, "<h1>Quota exceeded</h1>"))),
    "quota-3": Trouble(lambda: quota(3, lambda: refusal(413, "limit exceeded")), ("quota-used-up",)),
    "quota-1": Trouble(lambda: quota(1, lambda: refusal(403, "Quota exceeded.")), ("quota-used-up",)),
    "quota-0": Trouble(lambda: quota(0, lambda: refusal(413, "no")), ("quota-used-up",), persists=True),
    "quota-of-tags": Trouble(lambda: quota_of_members(1, "tags"), ("quota-of-something",)),
    "quota-of-bytes": Trouble(lambda: quota_of_bytes(4096, lambda: refusal(413, STORAGE)), ("quota-of-something",)),
    "quota-of-bytes-403": Trouble(
        lambda: quota_of_bytes(0, lambda: refusal(403, "Quota exceeded for image_size_total.")), ("quota-of-something",)
    ),
    "quota-of-properties": Trouble(
        lambda: quota_of_properties(1, lambda: refusal(413, PROPERTIES)), ("quota-of-something",)
    ),
    "quota-of-properties-403": Trouble(
        lambda: quota_of_properties(0, lambda: refusal(403, "Quota exceeded: properties.")), ("quota-of-something",)
    ),
    "limit-of-changes": Trouble(
        lambda: always(
            lambda: refusal(403, "the quota of changes is used up"),
            lambda call: call.method == "PATCH" and call.number < 300,
            after=200,
        ),
        ("quota-of-something",),
    ),
    "close-every-9th": Trouble(lambda: now_and_then(9, Broken), ("no-answer-came", "connection-broke-at")),
    "close-before-every-25th": Trouble(lambda: now_and_then(25, lambda: Broken(before=True)), ("no-answer-came",)),
    "reset-every-25th": Trouble(lambda: now_and_then(25, lambda: Broken(reset=True)), ("no-answer-came",)),
    "half-head-every-25th": Trouble(lambda: now_and_then(25, lambda: Broken(sends=30)), ("no-answer-came",)),
    "half-body-every-25th": Trouble(
        lambda: now_and_then(25, lambda: Broken(sends=400)), ("no-answer-came", "connection-broke-at")
    ),
    "close-creates": Trouble(lambda: now_and_then(5, Broken, lambda call: call.creates), ("no-answer-came",)),
    "close-deletes": Trouble(
        lambda: now_and_then(3, Broken, lambda call: call.method == "DELETE"), ("no-answer-came",)
    ),
    "close-uploads": Trouble(
        lambda: now_and_then(4, Broken, lambda call: call.method == "PUT"), ("no-answer-came", "connection-broke-at")
    ),
    "close-the-first": Trouble(
        lambda: lambda call: Broken() if call.creates and call.number < 15 else None, ("no-answer-came",)
    ),
    "away-1": Trouble(lambda: lambda _call: None, away=1.0, at=70),
    "away-8": Trouble(lambda: lambda _call: None, away=8.0, at=70),
    "away-for-good": Trouble(
        lambda: lambda _call: None, ("no-answer-came", "given-up"), persists=True, away=300.0, at=70, bars=True
    ),
    "token-lost": Trouble(lambda: lost_token(100)),
}
"""Name -> trouble."""


@contextlib.contextmanager
def behind(trouble: Trouble, contract: Contract) -> Iterator[tuple[Gateway, Reference, Path]]:
    """The reference behind a gateway, and the clouds.yaml that leads to it."""
    with Reference(contract) as reference, tempfile.TemporaryDirectory() as folder:
        port = urlsplit(reference.urls["image"]).port or 0
        clouds = Path(folder) / "clouds.yaml"
        reference.write_clouds(clouds)
        act = trouble.make()

        def acting(call: Call) -> Answer | Broken | None:
            if trouble.away and call.number == trouble.at:
                gateway.away(trouble.away)
            return act(call)

        with Gateway(port, acting) as gateway:
            text = clouds.read_text(encoding="utf-8")
            clouds.write_text(text.replace(f":{port}/", f":{gateway.port}/"), encoding="utf-8")
            yield gateway, reference, clouds


def run_behind(
    trouble: Trouble, contract: Contract, profile: str = "smoke", **options: Any
) -> tuple[Verdict, Session, int]:
    """The verdict of a run behind a gateway, its session, and how many resources are left."""
    with behind(trouble, contract) as (gateway, reference, clouds):
        settings = Settings(cloud="reference", other_cloud="reference-other", config_files=(str(clouds),))
        session = Session(replace(Options(settings=settings, profile=profile, seed=1), **options), contract)
        verdict = conduct(session, Console(file=io.StringIO()))
        assert [] == gateway.faults, gateway.faults[:2]
        return verdict, session, reference.resources()


def line_of(verdict: Verdict) -> list[str]:
    """What a verdict says: findings that count, then reasons and notes."""
    groups = [f"{group.weight} {group.deviation.kind} {message(group).plain('en')[:140]}" for group in verdict.findings]
    reasons = sorted(
        {
            spoken(item.reason).plain("en")
            for item in verdict.requirements
            if item.required and item.reason is not None and not isinstance(item.reason, str)
        }
    )
    return [*groups, *reasons, *(spoken(note).plain("en") for note in verdict.notes)]


def main() -> None:
    """Run the suite behind some of the gateways and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(TROUBLES))
    parser.add_argument("--profile", default="smoke")
    given = parser.parse_args()
    contract = load_contract()
    for name in given.names:
        began = time.monotonic()
        verdict, session, left = run_behind(TROUBLES[name], contract, given.profile)
        print(
            f"{name}: exit {verdict.exit_code} in {time.monotonic() - began:.1f} s, {verdict.run.requests} requests, {left} left",
            flush=True,
        )
        for line in [*line_of(verdict)[:12], *session.faults]:
            print(f"    {line[:400]}", flush=True)


if __name__ == "__main__":
    main()
