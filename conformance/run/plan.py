"""The plan of a run, made without its cloud.

It is no estimate of ours: the same cases run against the embedded target, and their requests are counted. Against a cloud
that breaks promises the cases send somewhat more or less.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from rich.console import Console

from conformance.model.contract import Contract
from conformance.model.errors import SuiteError
from conformance.model.message import Exchange
from conformance.model.plan import RunPlan
from conformance.run.options import Options
from conformance.run.runner import conduct
from conformance.run.session import Session
from conformance.target.cloud import Settings

__all__ = ["plan_of", "planned"]


def planned(options: Options) -> RunPlan:
    """The plan of a run with these options, whatever cloud they name; sends nothing to it. Raises UsageError."""
    limits = options.settings.limits
    alone = replace(options, settings=Settings(reference=True, limits=limits), waivers=None, baseline=None, workers=1)
    session = Session(alone)
    verdict = conduct(session, Console(file=io.StringIO()))
    if session.faults:
        raise SuiteError(f"the plan could not be made: {session.faults[0].splitlines()[-1]}")
    return plan_of(verdict.exchanges, session.contract, options)


def plan_of(exchanges: Iterable[Exchange], contract: Contract, options: Options) -> RunPlan:
    """The plan that a run of these exchanges has followed, one after the other; each worker of the planned one may hold
    as much at once."""
    makers = {item.create for item in contract.resources.values() if item.create and item.remove}
    removers = {item.remove for item in contract.resources.values() if item.create and item.remove}
    requests: Counter[str] = Counter()
    made = held = now = sent = received = 0
    for exchange in exchanges:
        request, response = exchange.request, exchange.response
        requests[request.operation or request.method] += 1
        sent, received = sent + request.size, received + response.size
        if response.status < 300 and request.operation in makers:
            made, now = made + 1, now + 1
        elif response.status < 300 and request.operation in removers:
            now -= 1
        held = max(held, now)
    return RunPlan(
        options.profile, options.seed, dict(requests.most_common()), made, held * options.workers, sent, received
    )
