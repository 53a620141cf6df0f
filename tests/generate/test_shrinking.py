"""The shortest sequence: what it keeps, what it leaves out, and where it stops."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.generate.shrinking import shortest


class Trial:
    """Shows something whenever all of `needs` are there; counts the tries and allows at most `most`."""

    def __init__(self, needs: Sequence[int], most: int = 1000) -> None:
        self.needs, self.most, self.tries = needs, most, 0

    def shows(self, part: Sequence[int]) -> bool:
        self.tries += 1
        return set(self.needs) <= set(part)

    def may_try(self, _part: Sequence[int]) -> bool:
        return self.tries < self.most


WHOLE = tuple(range(40))


def test_only_what_is_needed_is_left() -> None:
    trial = Trial((3, 17, 39))
    assert shortest(WHOLE, (), trial.shows, trial.may_try) == [3, 17, 39]


def test_a_guess_that_shows_it_saves_the_rest() -> None:
    trial = Trial((3, 39))
    assert shortest(WHOLE, [(1, 39), (3, 4, 39)], trial.shows, trial.may_try) == [3, 39]
    assert trial.tries < 7


def test_the_last_item_is_always_kept() -> None:
    trial = Trial(())
    assert shortest(WHOLE, (), trial.shows, trial.may_try) == [39]


def test_the_bound_ends_it_with_the_best_so_far() -> None:
    trial = Trial((3, 17, 39), most=4)
    found = shortest(WHOLE, (), trial.shows, trial.may_try)
    assert found is not None
    assert (trial.tries, 3 <= len(found) < 40) == (4, True)


def test_what_does_not_show_again_has_no_shortest() -> None:
    trial = Trial((99,))
    assert shortest(WHOLE, [(1, 39)], trial.shows, trial.may_try) is None
    assert trial.tries == 2
