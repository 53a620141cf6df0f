"""Exceptions that end a case without a judgement: a prerequisite failed, or what it is about does not exist. Neither is
a breach."""

from __future__ import annotations

from conformance.model.phrase import Phrase

__all__ = ["NotApplicable", "NotExercised"]


class NotExercised(Exception):
    """The case cannot judge what it is for.

    `reason` says why. `requirements` are those that it leaves unjudged, whatever other cases saw of them; none given:
    all that the case declares.
    """

    def __init__(self, reason: Phrase, *requirements: str) -> None:
        self.reason = reason
        self.requirements = requirements
        super().__init__(str(reason))


class NotApplicable(Exception):
    """What the case is about does not exist, such as a member that an edition does not have. What other cases judge
    still counts."""

    def __init__(self, reason: Phrase) -> None:
        self.reason = reason
        super().__init__(str(reason))
