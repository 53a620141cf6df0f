"""`conformance cleanup`: what runs have left, listed and deleted without a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from administrator import holdings, tokens
from commands import command

from conformance.model.contract import Contract
from conformance.proof.reference import Reference
from conformance.run.journal import Journal
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call, Caller

MAIN = ("--os-cloud", "reference")
BOTH = (*MAIN, "--other-cloud", "reference-other")
RUN = "0badcafe"


@dataclass
class Left:
    """A cloud on which a run has left something, and the state directory with its journal."""

    cloud: Reference
    folder: Path
    broken: dict[str, int]

    @property
    def state(self) -> Path:
        return self.folder / "state" / "easystack-conformance"

    def cleanup(self, *arguments: str) -> tuple[int, list[str]]:
        done = command("cleanup", *arguments, cwd=self.folder, env={"XDG_STATE_HOME": str(self.folder / "state")})
        return done.returncode, [*done.stdout.splitlines(), *done.stderr.splitlines()]

    def holds(self) -> list[str]:
        return [json.loads(item)["name"] for item in holdings(self.folder / "clouds.yaml", "reference-admin")]

    def make(self, variable: str = "OS_TOKEN", **members: object) -> str:
        token = tokens(self.folder / "clouds.yaml", "reference", "reference-other")[variable]
        url, headers = f"{self.cloud.urls['image']}/v2/images", {"X-Auth-Token": token}
        made = requests.post(url, json=members, headers=headers, timeout=10)
        assert made.status_code == 201
        return str(made.json()["id"])

    def project(self, variable: str = "OS_TOKEN") -> str:
        """The id of a project, as an image says whose it is."""
        own = self.make(variable, name="whose")
        given = tokens(self.folder / "clouds.yaml", "reference", "reference-other")[variable]
        url, headers = f"{self.cloud.urls['image']}/v2/images/{own}", {"X-Auth-Token": given}
        owner = requests.get(url, headers=headers, timeout=10).json()["owner"]
        assert requests.delete(url, headers=headers, timeout=10).status_code == 204
        return str(owner)

    def journal(self, run: str = RUN, *, endpoint: str | None = None, project: str | None = None) -> Journal:
        return Journal.open(self.state, endpoint or self.cloud.urls["image"], project or self.project(), run)


@pytest.fixture
def left(contract: Contract, tmp_path: Path) -> Iterator[Left]:
    broken: dict[str, int] = {}

    def breaks(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        status = broken.get(call.operation or "")
        return None if status is None else Answer(status, {}, media_type="application/json")

    with Reference(contract, faults=[Fault("ours", (), "breaks on request", Hooks(handle=breaks))]) as cloud:
        cloud.write_clouds(tmp_path / "clouds.yaml")
        yield Left(cloud, tmp_path, broken)


def died(left: Left) -> str:
    """A run that has made two images, one of them without hearing of it, beside one of somebody else's; the id of the
    first."""
    own = left.make(name=f"conformance-{RUN}-1", protected=True)
    left.make(name=f"conformance-{RUN}-2")
    left.make(name="of somebody")
    journal = left.journal()
    for number in (1, 2):
        journal.intend(f"conformance-{RUN}-{number}")
    journal.created(own, name=f"conformance-{RUN}-1")
    journal.close(done=False)
    return own


def test_what_a_run_has_left_is_deleted_and_nothing_else(left: Left) -> None:
    died(left)
    assert (0, [f"an earlier run ({RUN}) had not cleaned up; what it had made is deleted now"]) == left.cleanup(*MAIN)
    assert (["of somebody"], []) == (left.holds(), list(left.state.iterdir()))
    assert (0, ["no run has left anything"]) == left.cleanup(*MAIN)


def test_a_dry_run_says_what_is_there_and_deletes_nothing(left: Left) -> None:
    own = died(left)
    before = left.holds()
    code, said = left.cleanup(*MAIN, "--dry-run")
    assert (3, 1, True) == (code, len(said), said[0].startswith(f"run {RUN} has left 2 resources: ") and own in said[0])
    assert before == left.holds()


def test_without_a_cloud_it_is_said_where_there_are_journals(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    died(left)
    (left.folder / "clouds.yaml").unlink()
    code, said = left.cleanup()
    assert (3, 2) == (code, len(said))
    assert said[0].startswith(f"run {RUN} against {left.cloud.urls['image']}, project ")
    assert ": up to 2 resources (" in said[0]
    assert f"the journals are in {left.state}; --os-cloud deletes what those of a cloud name" == said[1]


def test_what_is_deleted_by_somebody_else_is_not_claimed(left: Left) -> None:
    journal = left.journal()
    journal.created("0" * 8 + "-0000-4000-8000-" + "0" * 12)
    journal.close(done=False)
    assert (0, [f"an earlier run ({RUN}) had not cleaned up; nothing that it had made is there"]) == left.cleanup(*MAIN)


def test_the_second_project_is_cleaned_with_its_credentials_also_as_the_first(left: Left) -> None:
    own = left.make("OS_TOKEN_OTHER", name="x")
    journal = left.journal()
    journal.created(own, project=left.project("OS_TOKEN_OTHER"))
    journal.close(done=False)
    code, said = left.cleanup(*MAIN)
    assert (3, True, ["x"]) == (code, "give --other-cloud" in said[0], left.holds())
    assert (0, []) == (left.cleanup(*BOTH)[0], left.holds())


def test_the_journal_of_a_run_as_the_other_cloud_is_cleaned_too(left: Left) -> None:
    own = left.make("OS_TOKEN_OTHER", name="x")
    journal = left.journal(project=left.project("OS_TOKEN_OTHER"))
    journal.created(own)
    journal.close(done=False)
    assert (0, []) == (left.cleanup(*BOTH)[0], left.holds())


def test_a_run_under_way_is_left_alone(left: Left) -> None:
    journal = left.journal()
    journal.created(left.make(name="x"))
    code, said = left.cleanup(*MAIN)
    url = left.cloud.urls["image"]
    assert (0, [f"run {RUN} against {url} is under way; it cleans up after itself"]) == (code, said)
    assert ["x"] == left.holds()
    journal.close(done=True)


def test_what_is_of_another_cloud_is_said_and_left(left: Left) -> None:
    left.journal(endpoint="http://elsewhere").close(done=False)
    code, said = left.cleanup(*MAIN)
    assert (0, True) == (code, said[0].startswith(f"run {RUN} is of http://elsewhere, project "))


def test_what_is_left_all_the_same_is_told_and_stays_in_the_journal(left: Left) -> None:
    own = died(left)
    left.broken["image.delete"] = 409
    code, said = left.cleanup(*MAIN, "--max-time", "5s")
    assert (3, True) == (
        code,
        said[0].startswith(f"an earlier run ({RUN}) had not cleaned up; 2 could not be deleted: {own}"),
    )
    left.broken.clear()
    assert (0, ["of somebody"]) == (left.cleanup(*MAIN)[0], left.holds())


def test_what_cannot_be_looked_for_is_counted(left: Left) -> None:
    died(left)
    left.broken["image.list"] = 400
    code, said = left.cleanup(*MAIN, "--max-time", "5s")
    assert (3, True) == (
        code,
        f"up to 1 resource of it may be left, for they could not be looked for; their names begin with conformance-{RUN}-"
        in said[0],
    )
    left.broken.clear()
    assert (0, ["of somebody"]) == (left.cleanup(*MAIN)[0], left.holds())


def test_a_journal_that_cannot_be_read_is_told_and_kept(left: Left) -> None:
    left.state.mkdir(parents=True)
    (left.state / "bad.jsonl").write_text("[1]")
    said = "bad.jsonl, among the journals of runs, cannot be read: its first line does not say whose journal it is; look at it, then delete it"
    assert (3, [said]) == left.cleanup(*MAIN)
    (left.folder / "clouds.yaml").unlink()
    assert (3, said) == (left.cleanup()[0], left.cleanup()[1][0])


def test_a_cloud_that_is_not_there_is_one_line(left: Left) -> None:
    died(left)
    left.cloud.__exit__(None, None, None)
    code, said = left.cleanup(*MAIN)
    assert (3, 1, True) == (code, len(said), said[0].startswith("conformance: "))
