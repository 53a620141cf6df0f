"""A run directory read back: the verdict as the run made it, with every exchange.

    DIR/verdict.json     the verdict (schema: specs/schemas/verdict.schema.json)
    DIR/exchanges.har    the exchanges (HAR 1.2, our members begin with an underscore)

Secrets are gone from both; what reads a run back never sees one.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from conformance.model.contract import Authority, Level, Quote, Resource, Ruling, Statement
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class
from conformance.model.errors import UsageError
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.opening import opened
from conformance.model.phrase import Phrase
from conformance.model.spool import Exchanges
from conformance.model.verdict import (
    Consequence,
    ErrorCodeRow,
    FindingGroup,
    Harm,
    Outcome,
    Overall,
    Place,
    Removal,
    RequirementResult,
    Run,
    SentRow,
    Severity,
    Variant,
    Verdict,
    WaiverResult,
)
from conformance.reports.har import ENTRIES, HEAD, TAIL
from conformance.reports.verdict_json import VERSION

__all__ = ["parse_run", "read_run"]


def read_run(directory: Path) -> Verdict:
    """The verdict of a run directory.

    Raises UsageError naming the file that is missing, damaged or of another version, and for a run that has not ended.
    """
    verdict = _read(directory / "verdict.json", lambda file: file.read())
    _told(verdict, str(directory))
    return _read(directory / "exchanges.har", lambda har: _run(verdict, har, str(directory)))


def parse_run(verdict: bytes, har: bytes, where: str) -> Verdict:
    """The verdict of the contents of a run's two files; `where` names the place in the UsageError that is raised."""
    return _run(verdict, io.BytesIO(har), where)


def _run(verdict: bytes, har: BinaryIO, where: str) -> Verdict:
    raw = _told(verdict, where)
    try:
        exchanges = Exchanges(map(_exchange, _entries(har, f"{where}/exchanges.har")))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{where}/exchanges.har: not a HAR file of a run: {_said(error)}") from None
    if len(exchanges) != raw.get("run", {}).get("requests"):
        raise UsageError(
            f"{where}: exchanges.har and verdict.json are not of the same run; give the directory of one run"
        )
    try:
        return _verdict(raw, exchanges)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{where}/verdict.json: not a verdict of a run: {_said(error)}") from None


def _told(verdict: bytes, where: str) -> dict[str, Any]:
    """What a verdict says. Raises UsageError for another version, and when the run has not ended."""
    raw = _object(verdict, f"{where}/verdict.json")
    if raw.get("verdict") != VERSION:
        raise UsageError(f"{where}/verdict.json: no verdict of version {VERSION}; run the suite again to write one")
    run = raw.get("run")
    if isinstance(run, dict) and run.get("ended") is False:
        raise UsageError(f"{where}: its run is under way, or was killed before its end; there is nothing of it to read")
    return raw


def _entries(har: BinaryIO, where: str) -> Iterator[Mapping[str, Any]]:
    """The entries of a HAR file: line by line where it is written so (har.py), else all at once. Raises UsageError for
    what is no JSON; KeyError or TypeError for what is no HAR."""
    first = har.readline()
    if not first.startswith(HEAD) or not first.endswith(ENTRIES):
        yield from _object(first + har.read(), where)["log"]["entries"]
        return
    for line in har:
        if line == TAIL.lstrip():
            return
        text = line.rstrip(b",\n")
        if text:
            yield _object(text, where)
    raise UsageError(f"{where}: cannot be read: it ends before its end")


R = TypeVar("R")


def _read(path: Path, read: Callable[[BinaryIO], R]) -> R:
    try:
        with opened(path) as file:
            return read(file)
    except FileNotFoundError:
        raise UsageError(
            f"{path}: there is no such file; give the directory that `conformance run --out` wrote"
        ) from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {_said(error)}") from None


def _object(data: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: cannot be read: {_said(error)}") from None
    if not isinstance(value, dict):
        raise UsageError(f"{where}: not a JSON object")
    return value


def _said(error: BaseException) -> str:
    kind = "missing " if isinstance(error, KeyError) else ""
    return kind + " ".join(str(error).split())[:160]


def _verdict(raw: Mapping[str, Any], exchanges: Exchanges) -> Verdict:
    run = dict(raw["run"])
    run |= {"duration": run.pop("duration_s"), "leftovers": tuple(run["leftovers"])}
    return Verdict(
        overall=Overall(raw["outcome"]),
        exit_code=int(raw["exit_code"]),
        contract=dict(raw["contract"]),
        target=dict(raw["target"]),
        run=Run(**run),
        requirements=tuple(_requirement(item) for item in raw["requirements"]),
        findings=tuple(_finding(item, exchanges) for item in raw["findings"]),
        error_codes=tuple(_error_code(item) for item in raw["error_codes"]),
        exchanges=exchanges,
        notes=tuple(map(Phrase.from_json, raw["notes"])),
        sent=tuple(_sent(row) for row in raw["sent"]),
        resources=tuple(_resource(item) for item in raw["resources"]),
        removal=Removal(**raw["removal"]) if raw["removal"] is not None else None,
        exploring=tuple(range(first, last + 1) for first, last in raw["exploring"]),
        rulings={int(item["number"]): _ruling(item) for item in raw["rulings"]},
        waivers=tuple(map(_waiver, raw["waivers"])),
    )


def _waiver(raw: Mapping[str, Any]) -> WaiverResult:
    return WaiverResult(**{**raw, **{name: tuple(raw[name]) for name in ("findings", "named")}})


def _lines(raw: Any) -> tuple[tuple[int, int], ...]:
    return tuple((first, last) for first, last in raw)


def _value(raw: Any) -> Phrase | str | None:
    """A note or a reason; the sentence beside a phrase is not read."""
    return Phrase.from_json(raw) if isinstance(raw, Mapping) else raw


def _names(raw: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in raw.items()}


def _requirement(raw: Mapping[str, Any]) -> RequirementResult:
    kept = {name: value for name, value in raw.items() if name not in {"template", "values"}}
    given = {
        "statement": Statement(str(raw["template"]), _names(raw["values"])),
        "reason": _value(raw["reason"]),
        "level": Level(raw["level"]),
        "authority": Authority(raw["authority"]),
        "source": _lines(raw["source"]),
        "outcome": Outcome(raw["outcome"]),
        "quote": Quote(**{**raw["quote"], "names": _names(raw["quote"]["names"])}),
    }
    return RequirementResult(**{**kept, **given})


def _finding(raw: Mapping[str, Any], exchanges: Exchanges) -> FindingGroup:
    exemplar = raw["exemplar"]
    kept = {name: value for name, value in raw.items() if name not in {"message", "path", "curl"}}
    given = {
        "level": Level(raw["level"]),
        "authority": Authority(raw["authority"]),
        "source": _lines(raw["source"]),
        "related": tuple(raw["related"]),
        "deviation": Deviation.from_json(raw["deviation"]),
        **_places(raw["places"]),
        "harm": Harm(raw["harm"]),
        "severity": Severity(raw["severity"]),
        "variants": tuple(map(_variant, raw["variants"])),
        "consequences": tuple(
            Consequence(item["requirement"], Deviation.from_json(item["deviation"]), int(item["count"]))
            for item in raw["consequences"]
        ),
        "exemplar": exchanges[exchanges.outlines.place_of(exemplar["number"])] if exemplar is not None else None,
    }
    return FindingGroup(**{**kept, **given})


def _variant(raw: Mapping[str, Any]) -> Variant:
    deviation = Deviation.from_json(raw["deviation"])
    return Variant(raw["requirement"], deviation, **_places(raw["places"]), exchange=raw["exchange"])


def _places(raw: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Where something was met: how often, and what showed it there."""
    places = {Place(item["operation"], -1 if item["status"] is None else item["status"]): item for item in raw}
    return {
        "places": {place: int(item["count"]) for place, item in places.items()},
        "checks": {place: tuple(item["checks"]) for place, item in places.items()},
    }


def _ruling(raw: Mapping[str, Any]) -> Ruling:
    return Ruling(int(raw["number"]), str(raw["text"]), str(raw["reason"]), _lines(raw["source"]))


def _resource(raw: Mapping[str, Any]) -> Resource:
    return Resource(**{**raw, "extra": {path: tuple(names) for path, names in raw["extra"].items()}})


def _sent(raw: Mapping[str, Any]) -> SentRow:
    statuses = {int(status): int(count) for status, count in raw["statuses"].items()}
    return SentRow(raw["operation"], raw["place"], Class.from_json(raw["class"]), statuses)


def _error_code(raw: Mapping[str, Any]) -> ErrorCodeRow:
    tries = tuple((item["operation"], Phrase.from_json(item["act"]), item["status"]) for item in raw["provoked"])
    given = {"provoked": tries, "outcome": Outcome(raw["outcome"]), "reason": _value(raw["reason"])}
    return ErrorCodeRow(**{**raw, **given})


def _exchange(entry: Mapping[str, Any]) -> Exchange:
    sent, received = entry["request"], entry["response"]
    given, content = sent.get("postData", {}), received["content"]
    body, answer = _body(given), _body(content)
    end, answer_end = _body(given.get("_end", {})), _body(content.get("_end", {}))
    request = Request(
        method=sent["method"],
        url=sent["url"],
        headers=_headers(sent["headers"]),
        body=body,
        operation=entry["_operation"],
        actor=entry["_actor"],
        left_out=max(0, sent["bodySize"] - len(body) - len(end)),
        led=entry.get("_led", False),
        doubtful=entry.get("_doubtful", False),
        end=end,
        sha256=given.get("_sha256", ""),
    )
    response = Response(
        status=received["status"],
        reason=received["statusText"],
        headers=_headers(received["headers"]),
        body=answer,
        elapsed=entry["time"] / 1000,
        truncated=entry["_truncated"],
        left_out=max(0, received["bodySize"] - len(answer) - len(answer_end)),
        end=answer_end,
        sha256=content.get("_sha256", ""),
    )
    started = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    return Exchange(entry["_number"], request, response, started, entry["_case"])


def _headers(raw: Any) -> Headers:
    return Headers(tuple((item["name"], item["value"]) for item in raw))


def _body(content: Mapping[str, Any]) -> bytes:
    text = content.get("text", "")
    return base64.b64decode(text) if content.get("encoding") == "base64" else text.encode("utf-8")
