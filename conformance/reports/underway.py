"""What stands where a run reports to while it is under way: that nothing was judged yet.

It takes the place of what an earlier run has left there, and is replaced when the run ends. Where it stays, the run never came
to its end: the process was killed, or the machine went down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape

from conformance.model.errors import Exit
from conformance.model.phrase import Phrase
from conformance.model.verdict import NOWHERE, Overall, Run, Verdict
from conformance.reports.language import LANGUAGES
from conformance.reports.outcome_line import outcome_line
from conformance.reports.presentation import Presentation
from conformance.reports.sentences import spoken

__all__ = ["NOTE", "page", "under_way"]

NOTE = Phrase.of("under-way")


def under_way(run: Run, contract: Mapping[str, str]) -> Verdict:
    """The verdict on a run that has sent nothing yet. Nothing of its target is known, and no promise is in it."""
    return Verdict(
        overall=Overall.INCONCLUSIVE,
        exit_code=int(Exit.INCONCLUSIVE),
        contract=dict(contract),
        target=NOWHERE,
        run=replace(run, ended=False),
        requirements=(),
        findings=(),
        error_codes=(),
        exchanges=(),
        notes=(NOTE,),
    )


def page(shown: Presentation) -> str:
    """The page of such a verdict: what a person needs to know, in both languages."""
    verdict = shown.verdict
    lines = [
        f'<p lang="{language}"><strong>{escape(outcome_line(verdict).plain(language))}</strong><br>'
        f"{escape(spoken(NOTE).plain(language))}</p>"
        for language in (shown.language, *(other for other in LANGUAGES if other != shown.language))
    ]
    run = verdict.run
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{shown.language}">\n<head>\n<meta charset="utf-8">',
            '<meta name="generator" content="easystack-conformance">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">',
            f"<title>{escape(verdict.contract['name'])}: {verdict.overall}</title>\n</head>\n<body>",
            f"<h1>{escape(verdict.contract['name'])}: {verdict.overall}</h1>",
            *lines,
            f"<p>{escape(run.id)}, {escape(run.profile)}, {run.seed}, {escape(run.started_at)}</p>\n</body>\n</html>\n",
        ]
    )
