"""The names that runs make up: by what they are recognised, and that attempts at a case are told apart and held together."""

from __future__ import annotations

from conformance.model.marks import name_of, prefix_of, stem_of, without_attempts

RUN = "0123abcd"


def named(case: str, attempt: int, number: int = 1) -> str:
    return name_of(RUN, stem_of(case, attempt), number)


def test_a_name_begins_with_the_prefix_of_its_run() -> None:
    assert named("a case", 0).startswith(prefix_of(RUN))


def test_names_of_other_cases_attempts_and_numbers_are_others_and_as_long() -> None:
    names = {named(case, attempt, number) for case in ("one", "two") for attempt in (0, 1, 25) for number in (1, 2)}
    assert (12, 1) == (len(names), len({len(name) for name in names}))


def test_without_attempts_the_names_of_one_case_are_the_same_and_those_of_others_are_not() -> None:
    texts = {
        without_attempts(f"?name={named(case, attempt)}&limit=1") for case in ("one", "two") for attempt in range(26)
    }
    assert 2 == len(texts)
