"""Removing what runs have made: believed when it was seen, in rounds, and never beyond what the journal names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conformance.model.deadline import NEVER, Deadline
from conformance.model.errors import TargetUnreachable
from conformance.model.marks import tag_of
from conformance.run.cleanup.removal import Listed, Presence, Removed, Removing, shows_anything
from conformance.run.journal import Journal

WHERE = ("http://cloud", "project")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Journal]]:
    """Opens journals, and closes them when the test is over."""
    with ExitStack() as stack:

        def opened(run_id: str = "run1", *ids: str) -> Journal:
            journal = Journal.open(tmp_path, *WHERE, run_id)
            stack.callback(journal.close, done=False)
            for own in ids:
                journal.created(own)
            return journal

        yield opened


@dataclass
class Cloud:
    """Resources of a cloud, as removing sees them: id -> (name, tag). `stubborn` ones are not deleted, `hidden` ones not
    listed, deletions of `lying` ones are answered and not done; each id of `failing` fails so many times."""

    held: dict[str, tuple[str, str]] = field(default_factory=dict)
    stubborn: Collection[str] = ()
    lying: Collection[str] = ()
    busy: dict[str, int] = field(default_factory=dict)
    hidden: Collection[str] = ()
    failing: dict[str, int] = field(default_factory=dict)
    projects: Collection[str] = ("",)
    broken_list: bool = False
    broken_names: bool = True
    unreadable: int = 0
    lists: bool = True
    shows: bool = True
    asked: list[tuple[str, ...]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    given: list[float] = field(default_factory=list)

    def serves(self, project: str) -> bool:
        return project in self.projects

    def bound(self, deadline: Deadline) -> None:
        self.given.append(deadline.left())

    def _fail(self, own: str) -> None:
        if self.failing.get(own, 0) > 0:
            self.failing[own] -= 1
            raise TargetUnreachable(f"{own} stalls")

    def listed(self, runs: Mapping[str, Collection[str]], project: str, name: str | None = None) -> Listed:
        self.asked.append(("list", project, *([name] if name else [])))
        self._fail("list")
        owners = {
            own: run
            for run, names in runs.items()
            for own, (called, tag) in self.held.items()
            if (called in names or tag == tag_of(run)) and own not in self.hidden and not project
        }
        if name is not None:
            owners = {own: run for own, run in owners.items() if self.held[own][0] == name}
            return Listed() if self.broken_names else Listed(owners, True, {}, self._names_of(owners))
        if self.broken_list:
            return Listed()
        unreadable = {"run1": self.unreadable} if self.unreadable else {}
        return Listed(owners, not self.unreadable, unreadable, self._names_of(owners), bool(self.held))

    def _names_of(self, owners: Mapping[str, str]) -> frozenset[str]:
        return frozenset(self.held[own][0] for own in owners)

    def delete(self, resource_id: str, project: str) -> Presence:
        self.asked.append(("delete", resource_id, project))
        self._fail(resource_id)
        if resource_id not in self.held:
            return Presence.GONE
        if resource_id in self.stubborn:
            return Presence.UNKNOWN
        if self.busy.get(resource_id, 0) > 0:
            self.busy[resource_id] -= 1
            return Presence.BUSY
        if resource_id not in self.lying:
            del self.held[resource_id]
        return Presence.THERE

    def look(self, resource_id: str, project: str) -> Presence:
        self.asked.append(("show", resource_id))
        self._fail(f"show {resource_id}")
        return Presence.THERE if resource_id in self.held else Presence.GONE


def cleaned(cloud: Cloud, *journals: Journal, deadline: Deadline = NEVER) -> Removed:
    """What becomes of the first of these journals."""
    return Removing(journals, cloud, deadline, pause=cloud.waited.append).run()[0]


def test_what_was_made_is_deleted_and_nothing_else(start: Callable[..., Journal]) -> None:
    journal = start("run1", "by-id")
    for name in ("conformance-run1-1", "precious"):
        journal.intend(name)
    cloud = Cloud(
        {
            "a": ("conformance-run1-1", ""),
            "b": ("precious", ""),
            "c": ("x", tag_of("run1")),
            "by-id": ("y", ""),
            "d": ("conformance-run1-10", ""),
        }
    )
    assert {"a", "c", "by-id"} == set(cleaned(cloud, journal).deleted)
    assert {"b", "d"} == set(cloud.held)


def test_what_was_there_before_the_run_is_not_its_own_whatever_name_a_list_gives_it(
    start: Callable[..., Journal],
) -> None:
    journal = start("run1", "ours")
    journal.meets(["golden"])
    journal.intend("conformance-run1-1")
    cloud = Cloud({"golden": ("conformance-run1-1", ""), "ours": ("x", "")})
    assert Removed(("ours",)) == cleaned(cloud, journal)
    assert {"golden"} == set(cloud.held)


def test_a_name_with_the_id_of_the_run_is_its_own_in_whatever_letters(start: Callable[..., Journal]) -> None:
    """Cases about names make such; where the answer to the create says another id, only the name tells them."""
    journal = start()
    for name in ("CONFORMANCE-RUN1-1-EXACT", "conformance_run1_1_Exact", "CONFORMANCE-RUN2-1"):
        journal.intend(name)
    cloud = Cloud(
        {
            "a": ("CONFORMANCE-RUN1-1-EXACT", ""),
            "b": ("conformance_run1_1_Exact", ""),
            "c": ("CONFORMANCE-RUN2-1", ""),
        }
    )
    assert cleaned(cloud, journal).clean
    assert {"c"} == set(cloud.held)


def test_where_nothing_was_to_be_made_nothing_is_asked(start: Callable[..., Journal]) -> None:
    cloud = Cloud()
    assert (Removed(), []) == (cleaned(cloud, start()), cloud.asked)


def test_what_is_gone_takes_one_deletion_and_one_list(start: Callable[..., Journal]) -> None:
    cloud = Cloud({"a": ("x", "")})
    assert Removed(deleted=("a",)) == cleaned(cloud, start("run1", "a"))
    assert [("delete", "a", ""), ("list", ""), ("show", "a")] == cloud.asked


def test_what_was_not_there_any_more_is_not_called_deleted(start: Callable[..., Journal]) -> None:
    assert Removed() == cleaned(Cloud(), start("run1", "a"))


def test_what_cannot_be_deleted_is_told_after_some_tries(start: Callable[..., Journal]) -> None:
    cloud = Cloud({"stuck": ("", "")}, stubborn={"stuck"})
    outcome = cleaned(cloud, start("run1", "stuck"))
    assert (("stuck",), False, [0.3, 0.6]) == (outcome.left, outcome.clean, cloud.waited)


def test_a_deletion_that_is_answered_and_not_done_is_seen_by_the_list(start: Callable[..., Journal]) -> None:
    journal = start("run1", "a")
    journal.intend("conformance-run1-1")
    assert ("a",) == cleaned(Cloud({"a": ("conformance-run1-1", "")}, lying={"a"}), journal).left


def test_what_neither_the_list_has_nor_a_deletion_takes_is_seen_by_showing_it(start: Callable[..., Journal]) -> None:
    journal = start("run1", *"abc")
    journal.gone("a")
    journal.gone("b")
    cloud = Cloud(dict.fromkeys("abc", ("", "")), lying={"a", "b"}, hidden={"a", "b"})
    assert {"a", "b"} == set(cleaned(cloud, journal).left)


def test_of_many_that_are_gone_only_some_are_shown(start: Callable[..., Journal]) -> None:
    journal = start("run1", *(f"id-{number}" for number in range(250)))
    for own in tuple(journal.ids):
        journal.gone(own)
    cloud = Cloud()
    assert cleaned(cloud, journal).clean
    assert 50 == sum(what == "show" for what, *_ in cloud.asked)


def test_a_cloud_that_hides_a_few_of_what_it_has_not_deleted_is_found_out(start: Callable[..., Journal]) -> None:
    ids = [f"id-{number}" for number in range(90)]
    kept = {"id-18", "id-61"}
    cloud = Cloud(dict.fromkeys(kept, ("", "")), lying=kept, hidden=kept)
    journal = start("run1", *ids)
    for own in ids:
        journal.gone(own)
    assert kept == set(cleaned(cloud, journal).left)


def test_one_that_stalls_does_not_keep_the_others(start: Callable[..., Journal]) -> None:
    cloud = Cloud(dict.fromkeys("abc", ("", "")), failing={"a": 99, "show a": 99})
    assert Removed(deleted=("b", "c"), left=("a",)) == cleaned(cloud, start("run1", *"abc"))
    assert ["a", "b", "c"] == [own for what, own, *_ in cloud.asked if what == "delete"][:3]
    assert [0.3, 0.6, 1.2, 2.4, 4.8] == cloud.waited


def test_a_service_that_comes_back_is_waited_for(start: Callable[..., Journal]) -> None:
    cloud = Cloud({"a": ("", "")}, failing={"a": 3, "list": 3, "show a": 3})
    assert cleaned(cloud, start("run1", "a")).clean


def test_what_a_conflict_keeps_for_now_is_waited_for_as_long(start: Callable[..., Journal]) -> None:
    assert cleaned(Cloud({"a": ("", "")}, busy={"a": 4}), start("run1", "a")).clean
    kept = Cloud({"a": ("", "")}, busy={"a": 40})
    assert (("a",), [0.3, 0.6, 1.2, 2.4, 4.8]) == (cleaned(kept, start("run1", "a")).left, kept.waited)


def test_a_resource_is_given_more_time_in_each_round_and_a_share_of_what_is_left(start: Callable[..., Journal]) -> None:
    now = [0.0]
    cloud = Cloud(dict.fromkeys("ab", ("", "")), stubborn="ab")
    cleaned(cloud, start("run1", *"ab"), deadline=Deadline(1000.0, lambda: now[0]))
    assert {5.0, 10.0, 15.0, 30.0, 45.0, 90.0, 135.0, 270.0} == set(cloud.given)
    cloud = Cloud(dict.fromkeys("ab", ("", "")), stubborn="ab")
    cleaned(cloud, start("run2", *"ab"), deadline=Deadline(12.0, lambda: now[0]))
    assert {2.0, 4.0} == set(cloud.given)


def test_what_is_deleted_without_a_word_is_seen_before_the_time_is_over(start: Callable[..., Journal]) -> None:
    now = [0.0]

    class Mute(Cloud):
        def delete(self, resource_id: str, project: str) -> Presence:
            super().delete(resource_id, project)
            now[0] += 1.0
            raise TargetUnreachable("no answer")

    ids = [f"id-{number}" for number in range(30)]
    cloud = Mute(dict.fromkeys(ids, ("", "")))
    outcome = cleaned(cloud, start("run1", *ids), deadline=Deadline(20.0, lambda: now[0]))
    assert {*cloud.held, "id-19"} == set(outcome.left)  # for the last one there was no time
    assert 10 == sum(what == "delete" for what, *_ in cloud.asked[:11])


def test_nothing_is_asked_after_the_deadline(start: Callable[..., Journal]) -> None:
    cloud = Cloud({"a": ("", "")})
    assert (("a",), []) == (cleaned(cloud, start("run1", "a"), deadline=Deadline(0.0, lambda: 1.0)).left, cloud.asked)


def test_nothing_is_asked_of_who_has_asked_to_leave(start: Callable[..., Journal]) -> None:
    cloud = Cloud(dict.fromkeys("abc", ("", "")))
    removing = Removing(
        [start("run1", *"abc")], cloud, NEVER, pause=cloud.waited.append, leaving=lambda: "b" not in cloud.held
    )
    assert ("c",) == tuple(own for own in removing.run()[0].left if own in cloud.held)


# --- what nobody knows the id of --------------------------------------------------------------------------------------


def test_what_cannot_be_looked_for_is_counted(start: Callable[..., Journal]) -> None:
    journal = start("run1", "a")
    for number in range(4):
        journal.intend(f"conformance-run1-{number}")
    journal.refused("conformance-run1-0")
    journal.created("b", name="conformance-run1-1")
    outcome = cleaned(Cloud({"a": ("", "")}, broken_list=True), journal)
    assert (Removed(deleted=("a",), unknown=2), False) == (outcome, outcome.clean)


# --- creates of which nobody knows what came --------------------------------------------------------------------------


def doubted(start: Callable[..., Journal], *, taken: bool) -> Journal:
    """A journal with a create that was answered with neither an id nor a refusal."""
    journal = start()
    journal.intend("conformance-run1-1")
    journal.unclear("conformance-run1-1", taken=taken)
    return journal


def of_one(cloud: Cloud, journal: Journal, *, believed: bool | None, deadline: Deadline = NEVER) -> Removed:
    """What becomes of a journal where lists are believed, or not, or once one has shown anything."""
    believes = shows_anything if believed is None else lambda _: believed
    return Removing([journal], cloud, deadline, pause=cloud.waited.append, believes=believes).run()[0]


@pytest.mark.parametrize(
    ("taken", "believed", "unseen"),
    [(False, True, 0), (False, False, 1), (False, None, 1), (True, True, 1), (True, False, 1), (True, None, 1)],
)
def test_a_list_that_denies_a_create_settles_it_only_where_it_can_be_believed(
    taken: bool, believed: bool | None, unseen: int, start: Callable[..., Journal]
) -> None:
    cloud = Cloud()
    outcome = of_one(cloud, doubted(start, taken=taken), believed=believed)
    assert (Removed(unseen=unseen), not unseen) == (outcome, outcome.clean)
    assert ([0.3, 0.6, 1.2] if unseen else []) == cloud.waited


def test_of_a_run_that_has_ended_a_list_is_believed_that_shows_anything(start: Callable[..., Journal]) -> None:
    assert of_one(Cloud({"x": ("another's", "")}), doubted(start, taken=False), believed=None).clean
    assert not of_one(Cloud({"x": ("another's", "")}), doubted(start, taken=True), believed=None).clean


def test_what_a_list_shows_only_later_is_waited_for_and_deleted(start: Callable[..., Journal]) -> None:
    class Late(Cloud):
        def listed(self, runs: Mapping[str, Collection[str]], project: str, name: str | None = None) -> Listed:
            listed = super().listed(runs, project, name)
            return listed if len(self.waited) > 1 else Listed({}, True)

    cloud = Late({"a": ("conformance-run1-1", "")})
    assert Removed(deleted=("a",)) == of_one(cloud, doubted(start, taken=True), believed=False)


def cut_off(start: Callable[..., Journal]) -> Journal:
    """A journal with a create that was cut off just now."""
    journal = start()
    journal.intend("conformance-run1-1")
    journal.cut_off("conformance-run1-1")
    return journal


class Slow(Cloud):
    """Carries a create out three seconds after it was cut off."""

    def listed(self, runs: Mapping[str, Collection[str]], project: str, name: str | None = None) -> Listed:
        if sum(self.waited) > 3 and ("delete", "a", "") not in self.asked:
            self.held["a"] = ("conformance-run1-1", "")
        return super().listed(runs, project, name)


@pytest.mark.parametrize("broken_list", [False, True])
def test_what_a_create_makes_after_it_was_cut_off_is_waited_for_and_deleted(
    start: Callable[..., Journal], broken_list: bool
) -> None:
    journal = cut_off(start)
    cloud = Slow(broken_list=broken_list, broken_names=False)
    assert Removed(deleted=("a",)) == of_one(cloud, journal, believed=True)


def test_a_create_that_was_cut_off_is_settled_by_a_list_some_time_later(start: Callable[..., Journal]) -> None:
    cloud = Cloud()
    assert of_one(cloud, cut_off(start), believed=True).clean
    assert 10.0 == pytest.approx(sum(cloud.waited), abs=0.1)


def test_where_the_time_ends_before_a_create_that_was_cut_off_may_be_there(start: Callable[..., Journal]) -> None:
    cloud = Slow()
    deadline = Deadline.after(2.0, clock=lambda: sum(cloud.waited))
    assert Removed(unseen=1) == of_one(cloud, cut_off(start), believed=True, deadline=deadline)


def test_a_create_that_was_cut_off_long_ago_is_waited_for_no_more(start: Callable[..., Journal]) -> None:
    journal = cut_off(start)
    journal.under_way["conformance-run1-1"] -= 60
    cloud = Cloud()
    assert (True, []) == (of_one(cloud, journal, believed=True).clean, cloud.waited)


def test_a_list_is_believed_that_has_shown_what_is_deleted_then(start: Callable[..., Journal]) -> None:
    journal = doubted(start, taken=False)
    journal.created("a")
    journal.intend("conformance-run1-2")
    cloud = Cloud({"a": ("conformance-run1-2", "")})
    assert Removed(deleted=("a",)) == of_one(cloud, journal, believed=None)


def test_a_list_that_fails_later_does_not_make_unknown_what_it_has_shown(start: Callable[..., Journal]) -> None:
    class Failing(Cloud):
        def listed(self, runs: Mapping[str, Collection[str]], project: str, name: str | None = None) -> Listed:
            self.failing["list"] = 99 if ("list", "") in self.asked else 0
            return super().listed(runs, project, name)

    journal = start()
    journal.intend("conformance-run1-1")
    outcome = cleaned(Failing({"a": ("conformance-run1-1", "")}, stubborn={"a"}), journal)
    assert (("a",), 0) == (outcome.left, outcome.unknown)


def test_without_a_whole_list_names_are_looked_for_one_at_a_time(start: Callable[..., Journal]) -> None:
    journal = start()
    for number in range(2):
        journal.intend(f"conformance-run1-{number}")
    cloud = Cloud({"a": ("conformance-run1-1", "")}, broken_list=True, broken_names=False)
    assert (Removed(deleted=("a",)), {}) == (cleaned(cloud, journal), cloud.held)


def test_what_is_there_under_an_id_that_cannot_be_read_is_counted(start: Callable[..., Journal]) -> None:
    journal = start()
    journal.intend("conformance-run1-1")
    journal.refused("conformance-run1-1")
    assert Removed(unknown=3) == cleaned(Cloud(unreadable=3), journal)


def test_a_service_without_a_list_is_looked_at_one_resource_at_a_time(start: Callable[..., Journal]) -> None:
    journal = start("run1", "a")
    journal.intend("conformance-run1-1")
    journal.created("a", name="conformance-run1-1")
    cloud = Cloud({"a": ("", "")}, lists=False)
    assert (Removed(deleted=("a",)), [("delete", "a", ""), ("show", "a")]) == (cleaned(cloud, journal), cloud.asked)


# --- projects and runs ------------------------------------------------------------------------------------------------


def test_what_the_second_project_made_is_deleted_as_that_project(start: Callable[..., Journal]) -> None:
    journal = start()
    journal.created("ours")
    journal.created("theirs", project="second")
    cloud = Cloud({"ours": ("", ""), "theirs": ("", "")}, projects=("", "second"))
    assert cleaned(cloud, journal).clean
    assert [("delete", "ours", ""), ("delete", "theirs", "second")] == cloud.asked[:2]


def test_what_belongs_to_a_project_without_credentials_is_left_and_told_as_such(start: Callable[..., Journal]) -> None:
    journal = start("run1", "ours")
    journal.created("theirs", project="second")
    cloud = Cloud({"ours": ("", ""), "theirs": ("", "")})
    assert Removed(deleted=("ours",), left=("theirs",), others=("theirs",)) == cleaned(cloud, journal)
    assert {"theirs"} == set(cloud.held)


def test_several_runs_are_cleaned_up_after_with_one_list(start: Callable[..., Journal]) -> None:
    journals = []
    for run in ("run1", "run2"):
        journals.append(start(run))
        journals[-1].intend(f"conformance-{run}-1")
    cloud = Cloud({"a": ("conformance-run1-1", ""), "b": ("conformance-run2-1", "")})
    outcomes = Removing(journals, cloud, NEVER, pause=cloud.waited.append).run()
    assert [("a",), ("b",)] == [outcome.deleted for outcome in outcomes]
    assert ["list", "delete", "delete", "list"] == [what for what, *_ in cloud.asked if what != "show"]


def test_a_bug_of_ours_does_not_keep_the_others(start: Callable[..., Journal]) -> None:
    class Broken(Cloud):
        def delete(self, resource_id: str, project: str) -> Presence:
            if resource_id == "a":
                raise KeyError("a bug")
            return super().delete(resource_id, project)

    seen: list[Exception] = []
    cloud = Broken(dict.fromkeys("ab", ("", "")))
    removing = Removing([start("run1", *"ab")], cloud, NEVER, pause=cloud.waited.append, at_fault=seen.append)
    assert (("a",), {"a"}, KeyError) == (removing.run()[0].left, set(cloud.held), type(seen[0]))
