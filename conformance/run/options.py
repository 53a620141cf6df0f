"""What a run is asked for: its options and its profiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from conformance.model.budget import parse_budget, parse_bytes
from conformance.model.deadline import parse_time
from conformance.run.cases import Case
from conformance.run.embedded import Embed
from conformance.run.wording import PLAIN, Wording
from conformance.target.choice import names_cloud
from conformance.target.cloud import Settings

__all__ = [
    "EXPLORING",
    "MOST_CONFIRM",
    "MOST_WORKERS",
    "PROFILES",
    "WAIVERS",
    "Options",
    "allowance_of",
    "budget_of",
    "in_profile",
    "max_time_of",
    "seed_of_day",
    "waivers_chosen",
    "workers_of",
]

PROFILES = ("smoke", "gate", "acceptance")
BUDGETS = {"smoke": "0", "gate": "400", "acceptance": "6000"}
"""Requests of the generated cases in each profile."""
BYTES = {"smoke": "0", "gate": "8MiB", "acceptance": "224MiB"}
"""Bytes of data that the cases about sizes send and receive in each profile; the other cases need some KiB."""
MAX_TIMES = {"smoke": "2m", "gate": "15m", "acceptance": "2h"}
"""Time of a run in each profile: login, waits, cases, tries again and cleaning up, all together."""
MOST_CONFIRM = 10
"""Times that a case may be asked to be tried again."""
MOST_WORKERS = 64
"""Processes that may run cases at the same time."""
WORKERS = 2
"""Those of a run against a cloud that says nothing else: each waits for its own answers, and no cloud notices two."""
WAIVERS = "waivers.yaml"
"""The file that is used without being asked for when it is in the current directory."""
EXPLORING = 0.2
"""What the exploring part of a case may spend, as a share of what its regression part may."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was asked for. `seed` is what the exploring part is drawn with; `selection` is pytest's -k or a choice of files.

    `embedded` makes the target of a run that names no cloud; without it such a run is refused. `waivers` and `baseline`
    are files; `confirm` is how often a case that showed a finding is tried again. `budget` bounds the generated cases:
    requests (`500`) or a time (`120s`, `10m`); the profile's own when None. So does `allowance` the data of the cases about
    sizes (`64KiB`, `8MiB`), and `max_time` the whole run (`90s`, `15m`, `2h`).
    `rate` bounds the requests in a time (`20/s`, `600/m`), `max_in_flight` those that are under way at once. `wording` says what waivers that name a
    text are matched against. Without `explore` cases that draw are not run with the seed of the run. `modules` are those
    whose cases are collected, all when there are none: less to do for who knows what `selection` chooses. `read_only` sends
    nothing but GET, the login aside. `allow` are the words of paths that may be written to though that can harm, `values` is a
    file of what bodies need and nothing makes. `workers` are the processes that run cases at the same time.
    """

    settings: Settings = field(default_factory=Settings)
    profile: str = "gate"
    seed: int = 0
    strict: bool = False
    selection: str | None = None
    specs: Path | None = None
    embedded: Embed | None = None
    waivers: Path | None = None
    strict_waivers: bool = False
    baseline: Path | None = None
    confirm: int = 0
    budget: str | None = None
    allowance: str | None = None
    max_time: str | None = None
    rate: str | None = None
    max_in_flight: int | None = None
    wording: Wording = PLAIN
    explore: bool = True
    read_only: bool = False
    workers: int = 1
    modules: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    values: Path | None = None


def budget_of(profile: str, budget: str | None) -> tuple[int | None, float | None]:
    """What the generated cases of a run may spend: requests, or seconds. Raises UsageError."""
    return parse_budget(budget if budget is not None else BUDGETS[profile])


def allowance_of(profile: str, given: str | None) -> int:
    """The bytes of data that the cases about sizes of a run may send and receive. Raises UsageError."""
    return parse_bytes(given if given is not None else BYTES[profile])


def max_time_of(profile: str, given: str | None) -> float:
    """The seconds that a run may take, cleaning up included. Raises UsageError."""
    return parse_time(given if given is not None else MAX_TIMES[profile])


def workers_of(given: int | None, settings: Settings, max_in_flight: int | None) -> int:
    """The number of processes that run cases. The embedded target is in this process, which one alone keeps busy; and
    where one request is under way at a time, one process can send it."""
    if given is not None:
        return given
    return WORKERS if names_cloud(settings) and max_in_flight != 1 else 1


def waivers_chosen(given: Path | None) -> Path | None:
    """The file that was given, else waivers.yaml of the current directory when it is there, else None."""
    return given if given is not None or not Path(WAIVERS).is_file() else Path(WAIVERS)


def seed_of_day() -> int:
    """The seed of a run that was given none: today's date in UTC as a number, such as 20261231, so that each day
    explores something else and whoever reads of a run can repeat it."""
    return int(datetime.now(UTC).strftime("%Y%m%d"))


def in_profile(case: Case, profile: str) -> bool:
    """Whether the profile runs the case."""
    return case.smoke if profile == "smoke" else profile == "acceptance" or not case.acceptance
