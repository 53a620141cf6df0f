"""The options of `conformance run` under plain pytest."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.run.embedded import Embed
from conformance.run.options import MOST_CONFIRM, PROFILES, Options, seed_of_day, waivers_chosen
from conformance.run.wording import PLAIN, Wording
from conformance.target.cloud import Settings

__all__ = ["EMBED", "WORDING", "add_options", "options_of"]

EMBED: pytest.StashKey[Embed] = pytest.StashKey()
"""What makes the target of a run without a cloud; put there by the plugin that composes all."""
WORDING: pytest.StashKey[Wording] = pytest.StashKey()
"""The functions that make sentences of values; put there by the same."""


def add_options(group: pytest.OptionGroup) -> None:
    """Have the options that say what is run, under the names that they have in `conformance run`."""
    group.addoption("--os-cloud", help="cloud of clouds.yaml; without any cloud the embedded reference is the target")
    group.addoption(
        "--reference",
        action="store_true",
        help="the embedded reference is the target on purpose, as is needed where CI is set",
    )
    group.addoption("--os-region-name", help="region of the catalogue")
    group.addoption("--os-interface", help="interface of the catalogue: public, internal or admin")
    group.addoption("--os-cacert", help="CA file that the cloud's certificates are verified with")
    group.addoption("--insecure", action="store_true", help="do not verify certificates")
    group.addoption("--other-cloud", help="cloud of clouds.yaml with a second project, for isolation")
    group.addoption("--profile", choices=PROFILES, default="gate", help="how much is run (default: gate)")
    group.addoption(
        "--seed", type=int, help="what the exploring part is drawn with (default: today's date, 20261231 say)"
    )
    group.addoption(
        "--budget",
        help="what the generated cases may spend: requests (500) or a time (120s, 10m) (default: the profile's)",
    )
    group.addoption(
        "--bytes", help="data that the cases about sizes may send and receive (64KiB, 8MiB) (default: the profile's)"
    )
    group.addoption(
        "--max-time",
        help="what the whole run may take: waits, cleaning up, judging and the reports included (90s, 15m, 2h) "
        "(default: smoke 2m, gate 15m, acceptance 2h)",
    )
    group.addoption(
        "--rate", help="requests in a time, at most (20/s, 600/m), kept by all that is sent (default: no bound)"
    )
    group.addoption(
        "--max-in-flight", type=int, metavar="N", help="requests under way at once, at most (default: no bound)"
    )
    group.addoption(
        "--waivers", type=Path, help="file of waivers (default: waivers.yaml in the current directory when it is there)"
    )
    group.addoption(
        "--strict-waivers", action="store_true", help="waivers that are unused or have expired fail the run"
    )
    group.addoption("--baseline", type=Path, help="file of known findings; only others fail the run")
    group.addoption(
        "--confirm",
        type=int,
        choices=range(MOST_CONFIRM + 1),
        default=0,
        metavar="N",
        help="run cases with findings N more times, to tell a flaky target from a wrong one (default: 0)",
    )
    group.addoption("--read-only", action="store_true", help="send nothing but GET, the login aside")
    group.addoption(
        "--allow", action="append", default=[], metavar="WORD", help="write to paths that can harm and have this word"
    )
    group.addoption("--values", type=Path, help="file of values that bodies need and nothing makes")


def options_of(config: pytest.Config) -> Options:
    """The options of a run under plain pytest."""
    get = config.getoption
    chosen = get("-k") or " ".join(str(arg) for arg in config.args if "::" in str(arg))
    seed = get("--seed")
    return Options(
        settings=Settings(
            cloud=get("--os-cloud"),
            region=get("--os-region-name"),
            interface=get("--os-interface"),
            other_cloud=get("--other-cloud"),
            reference=get("--reference"),
            cacert=get("--os-cacert"),
            insecure=get("--insecure"),
        ),
        profile=get("--profile"),
        seed=seed_of_day() if seed is None else seed,
        strict=bool(get("strict", False)),  # pytest has an option of this name, and takes it for its own strictness too
        selection=chosen or None,
        budget=get("--budget"),
        allowance=get("--bytes"),
        max_time=get("--max-time"),
        waivers=waivers_chosen(get("--waivers")),
        rate=get("--rate"),
        max_in_flight=get("--max-in-flight"),
        strict_waivers=get("--strict-waivers"),
        baseline=get("--baseline"),
        confirm=get("--confirm"),
        read_only=get("--read-only"),
        allow=tuple(get("--allow")),
        values=get("--values"),
        embedded=config.stash.get(EMBED, None),
        wording=config.stash.get(WORDING, PLAIN),
    )
