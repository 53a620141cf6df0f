"""A run of any length without waiting for it: the exchanges of a real one, recorded over and over with other ids, then
judged and reported. Run as a program it prints how much memory each stage took at most, in MiB.

    python -m tests.proof.long_run REQUESTS conformant|broken
"""

from __future__ import annotations

import io
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from rich.console import Console

from conformance.contract.specs import load_contract
from conformance.judge.excuses import Excuses
from conformance.judge.judgement import judge
from conformance.model.contract import Contract
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.record import Attempt, Record
from conformance.proof.reference import Reference
from conformance.reports import Presentation, write_reports
from conformance.reports.recorded import read_run
from conformance.run.options import Options
from conformance.run.recorder import Recorder
from conformance.run.runner import run_cases
from conformance.run.session import Session
from conformance.target.cloud import Settings
from conformance.target.secrets import Secrets

STATUS = Path("/proc/self/status")
_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def recorded(contract: Contract) -> Record:
    """The record of a smoke run on the embedded target."""
    options = Options(Settings(reference=True), "smoke", 1, embedded=Reference)
    with Session(options, contract) as session:
        run_cases(session, Console(file=io.StringIO()))
        return session.record()


def again(exchange: Exchange, turn: int) -> tuple[Request, Response]:
    """The exchange as another one, with other ids."""

    def other(match: re.Match[bytes]) -> bytes:
        value = UUID(int=(UUID(match.group().decode()).int + turn) % 2**128)
        return (str(value) if b"-" in match.group() else value.hex).encode()

    def data(value: bytes) -> bytes:
        return _ID.sub(other, value)

    def text(value: str) -> str:
        return data(value.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def headers(value: Headers) -> Headers:
        return Headers(tuple((name, text(one)) for name, one in value.items))

    request, response = exchange.request, exchange.response
    return (
        replace(request, url=text(request.url), headers=headers(request.headers), body=data(request.body)),
        replace(response, headers=headers(response.headers), body=data(response.body)),
    )


def broken(response: Response, number: int) -> Response:
    """The answer wrong in five ways: no request id, another status, no JSON and not UTF-8, another media type, another
    length, each with a value of its own."""
    return replace(
        response,
        status=590 + number % 9,
        headers=Headers.of({"Content-Type": f"text/x-{number}; charset=latin-1", "Content-Length": str(number)}),
        body=f"<html>Traceback (most recent call last): File '/srv/app-{number}.py', line {number}</html>".encode()
        + b"\xff",
    )


def traffic(exchanges: list[Exchange], requests: int, *, wrong: bool) -> Iterator[tuple[str, Request, Response]]:
    """So many exchanges, each with its case."""
    for number in range(requests):
        turn, place = divmod(number, len(exchanges))
        request, response = again(exchanges[place], turn)
        yield exchanges[place].case, request, broken(response, number) if wrong else response


def peak() -> int:
    """MiB that this process has taken at most; the resource usage would count what had started it, too."""
    return next(int(line.split()[1]) // 1024 for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))


def long_run(requests: int, *, wrong: bool, out: Path) -> dict[str, object]:
    """Record, judge, report and read back; the peak after each stage, and seconds."""
    contract = load_contract()
    small = recorded(contract)
    exchanges = list(small.exchanges)
    told: dict[str, object] = {"start": peak()}
    began = time.monotonic()

    def stage(name: str) -> None:
        nonlocal began
        told[name] = peak()
        told[f"{name}_s"] = round(time.monotonic() - began, 1)
        began = time.monotonic()

    recorder = Recorder(contract)
    first, found, last = 1, 0, ""
    for case, request, response in traffic(exchanges, requests, wrong=wrong):
        if case != last and case:
            attempt = Attempt(
                last, range(first, len(recorder.exchanges) + 1), range(found, len(recorder.findings)), True
            )
            recorder.attempts.append(attempt)
            first, found, last = len(recorder.exchanges) + 1, len(recorder.findings), f"{case}"
        recorder.case = case
        recorder.observe(request, response)
    stage("recorded")
    record = replace(
        small,
        exchanges=recorder.exchanges,
        findings=recorder.findings,
        looks=dict(recorder.looks),
        attempts=tuple(recorder.attempts[:1]),
    )
    secrets = Secrets()
    secrets.learn("a-password-of-nobody", "$OS_PASSWORD")
    record = secrets.record(record)
    stage("redacted")
    verdict = judge(record, contract, Excuses())
    stage("judged")
    write_reports(Presentation(verdict), out, out / "allure")
    stage("reported")
    assert requests == len(read_run(out).exchanges)
    stage("read")
    told["findings"] = len(record.findings)
    told["exit"] = verdict.exit_code
    told["bytes"] = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return told


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(long_run(int(sys.argv[1]), wrong=sys.argv[2] == "broken", out=Path(folder))))
