"""The requests of two runs paired with each other, and the pairs that were answered with different statuses.

Rules
- Requests are paired by case, operation, method, actor and content, never by their number, so that one request more or
  less shifts no other pair. Ids, times and names that the run made up are replaced by placeholders first.
- A request that names what another case has made is left out: whether it is there depends on how cases fall together.
- A request that only one run sent is no drift. Requests of the same kind (kind_of_request) are compared as two samples
  instead: a status that the later run has and the earlier has not is drift when the probability of its absence there is
  under CHANCE.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.after.traffic import Makings, of_cases, steady
from conformance.model.message import Exchange

__all__ = ["CHANCE", "StatusDrift", "kind_of_request", "status_drift"]

CHANCE = 1e-4
"""Probability under which the absence of a status in the earlier run is no longer taken for chance."""


@dataclass(frozen=True, slots=True)
class StatusDrift:
    """Requests of one case and operation that were answered with other statuses than in the earlier run.

    `request` shows the first of them in one line. `before` and `after` are the statuses in each run, sorted; `count` is
    how many exchanges of the later run are meant. `numbers_before` and `numbers_after` are numbers of exchanges, one
    for each of the first five pairs.
    """

    operation: str
    case: str
    request: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    count: int
    numbers_before: tuple[int, ...]
    numbers_after: tuple[int, ...]

    @property
    def server_error(self) -> bool:
        """Whether a 5xx came where there was none."""
        return any(status >= 500 for status in self.after) and all(status < 500 for status in self.before)

    @property
    def refused(self) -> bool:
        """Whether what was accepted is refused."""
        return all(status < 400 for status in self.before) and any(400 <= status < 500 for status in self.after)


RequestKey = tuple[str, ...]


def status_drift(before: Iterable[Exchange], after: Iterable[Exchange]) -> tuple[StatusDrift, ...]:
    """The drift between two runs, grouped by case, operation and statuses, in the order of the later run."""
    first, second = _by_key(_comparable(before), _exact), _by_key(_comparable(after), _exact)
    common = first.keys() & second.keys()
    pairs = [pair for key in second if key in common for pair in _paired(first[key], second[key])]
    alone = [[item for key, items in side.items() if key not in common for item in items] for side in (first, second)]
    kinds = [_by_key(items, kind_of_request) for items in alone]
    pairs += [pair for key in kinds[1] if key in kinds[0] for pair in _unlikely(kinds[0][key], kinds[1][key])]
    return tuple(_grouped(pairs))


Counterparts = tuple[tuple[Exchange, ...], tuple[Exchange, ...]]


def _by_key(exchanges: Iterable[Exchange], key: Callable[[Exchange], RequestKey]) -> dict[RequestKey, list[Exchange]]:
    found: dict[RequestKey, list[Exchange]] = {}
    for item in exchanges:
        found.setdefault(key(item), []).append(item)
    return found


def _comparable(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Those that cases sent about what they made themselves, or about nothing in particular."""
    found = tuple(exchanges)
    makings = Makings.of(found)
    return [item for item in of_cases(found) if not makings.about_others(item)]


def _paired(before: Sequence[Exchange], after: Sequence[Exchange]) -> Iterator[Counterparts]:
    """Pairs with different statuses: exchange by exchange when both runs sent the request equally often, else all of
    them as one pair."""
    if len(before) == len(after):
        yield from (
            ((one,), (other,)) for one, other in zip(before, after, strict=True) if _status(one) != _status(other)
        )
    elif {_status(item) for item in before} != {_status(item) for item in after}:
        news = {_status(item) for item in after} - {_status(item) for item in before}
        if news:  # a status that is only missing proves nothing: fewer repetitions meet fewer statuses
            yield tuple(before), tuple(item for item in after if _status(item) in news)


def _unlikely(before: Sequence[Exchange], after: Sequence[Exchange]) -> Iterator[Counterparts]:
    """The statuses that only the later of two samples has, where chance does not explain that the earlier lacks
    them."""
    counts = Counter(_status(item) for item in after)
    known = {_status(item) for item in before}
    for status, count in counts.items():
        # Probability of seeing none in m tries at rate k/(n+1), for k of n answers of the later run and m of the
        # earlier. The 1 in the denominator keeps the rate below 1, so that a small sample alone proves nothing.
        if status not in known and (1 - count / (len(after) + 1)) ** len(before) < CHANCE:
            yield tuple(before), tuple(item for item in after if _status(item) == status)


def _status(exchange: Exchange) -> int:
    return exchange.response.status


def _grouped(pairs: Iterable[Counterparts]) -> Iterator[StatusDrift]:
    groups: dict[tuple[str, str, tuple[int, ...], tuple[int, ...]], list[Counterparts]] = {}
    for before, after in pairs:
        statuses = tuple(tuple(sorted({_status(item) for item in side})) for side in (before, after))
        groups.setdefault((after[0].operation, after[0].case, statuses[0], statuses[1]), []).append((before, after))
    for (operation, case, old, new), members in groups.items():
        yield StatusDrift(
            operation=operation,
            case=case,
            request=shown(members[0][1][0]),
            before=old,
            after=new,
            count=sum(len(after) for _, after in members),
            numbers_before=tuple(item.number for before, _ in members[:5] for item in before[:1]),
            numbers_after=tuple(item.number for _, after in members[:5] for item in after[:1]),
        )


def shown(exchange: Exchange) -> str:
    """The request in one line: method, path, query and the beginning of the body, without what changes from run to
    run."""
    parts = urlsplit(exchange.request.url)
    query = "?" + unquote(parts.query) if parts.query else ""
    body = exchange.request.body[:300].decode("utf-8", "replace")
    line = " ".join(steady(f"{exchange.request.method} {_path(exchange)}{query} {body}").split())
    return line if len(line) <= 160 else line[:157] + "..."


def _path(exchange: Exchange) -> str:
    """The path from the version on (`/v2/...`); what stands before it differs from cloud to cloud."""
    path = urlsplit(exchange.request.url).path
    found = re.search(r"/v\d+(\.\d+)?(/|$)", path)
    return path[found.start() :] if found else path


def _exact(exchange: Exchange) -> RequestKey:
    request = exchange.request
    query = urlsplit(request.url).query
    body = request.body[:100_000].decode("utf-8", "surrogateescape")
    fields = (request.headers.get(name) or "" for name in ("Content-Type", "Accept", "X-Auth-Token"))
    named = (steady(item) for item in (_path(exchange), query, body, *fields))
    return (exchange.case, exchange.operation, request.method, request.actor, *named)


def kind_of_request(exchange: Exchange) -> RequestKey:
    """Case, operation, method, actor, media type, names of query parameters, and type and member names of the body."""
    request = exchange.request
    names = sorted({name for name, _ in parse_qsl(urlsplit(request.url).query, keep_blank_values=True)})
    carried = _names(exchange)
    media = request.headers.get("Content-Type") or ""
    return (exchange.case, exchange.operation, request.method, request.actor, media, ",".join(names), carried)


def _names(exchange: Exchange) -> str:
    try:
        body = json.loads(exchange.request.body)
    except (ValueError, RecursionError):
        return f"{len(exchange.request.body) > 0}"
    nodes = body if isinstance(body, list) else [body]
    members = {
        f"{node.get('op', '')}{node.get('path', '')}" if "path" in node else ",".join(sorted(map(str, node)))
        for node in nodes
        if isinstance(node, dict)
    }
    return f"{type(body).__name__}:{';'.join(sorted(members))}"
