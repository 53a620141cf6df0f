"""A replay for a terminal, in the language of its reader: what came of each finding, then how many of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.after.replay.reproduction import Replay, State
from conformance.reports.language import Text, say
from conformance.reports.replay_json import reason_text
from conformance.reports.sentences import message, spoken
from conformance.reports.words import SEVERITIES

__all__ = ["replay_text"]

STATES: Mapping[State, Text] = {
    State.REPRODUCED: say("reproduced"),
    State.CHANGED: say("changed"),
    State.NOT_REPRODUCED: say("not reproduced"),
    State.UNDECIDED: say("undecided"),
}
"""What became of a finding."""


def replay_text(replay: Replay, language: str) -> str:
    """The text, a line feed at its end."""
    return "\n".join(_lines(replay, language)) + "\n"


def _lines(replay: Replay, language: str) -> Iterator[str]:
    where = say(
        "run {run}, replayed against {name}, {url}",
        run=replay.run,
        name=replay.target["name"],
        url=replay.target["url"],
    )
    yield where.plain(language)
    for state in State:
        for item in replay.results:
            if item.state is state:
                group = item.finding
                title = say("{severity}: {message}", severity=SEVERITIES[group.severity], message=message(group))
                yield ""
                yield f"{STATES[state].plain(language)}: {group.id} {group.requirement}"
                yield f"   {title.plain(language)}"
                yield f"   {reason_text(item, language)}"
    for note in replay.notes:
        yield say("note: {text}", text=spoken(note)).plain(language)
    if not replay.results:
        yield ""
        yield say("the run has no findings; there is nothing to replay").plain(language)
    counts = ", ".join(f"{replay.count(state)} {STATES[state].plain(language)}" for state in State)
    yield ""
    yield say(
        "{count} finding{count:s}: {states}; {requests} request{requests:s} (exit {code})",
        count=len(replay.results),
        states=counts,
        requests=replay.requests,
        code=replay.exit_code,
    ).plain(language)
