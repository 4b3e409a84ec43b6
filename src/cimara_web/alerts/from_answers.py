"""What a visitor's answers suggest for an alert: coarse, shown in a form first, and theirs to change."""

from __future__ import annotations

from cimara_web.alerts.facets import Brain, Lining
from cimara_web.finder.answers import Answers
from cimara_web.finder.home import country_of
from cimara_web.finder.steps import tumour_of


def suggested(answers: Answers) -> dict[str, str]:
    """Values for the form."""
    spread = answers.one("spread", "spread")
    return {
        "tumour": tumour_of(answers),
        "country": country_of(answers) or "",
        "brain": _brain(answers) if spread in ("brain", "both") else Brain.ANY,
        "lining": Lining.TAKEN if spread in ("lining", "both") else Lining.ANY,
    }


def _brain(answers: Answers) -> Brain:
    """Stable when a scan after treatment said so; not said counts as nothing asked."""
    growth = answers.one("growth", "growth")
    if growth == "grown" or "none" in answers.many("treatment", "kinds"):
        return Brain.ACTIVE
    return Brain.STABLE if growth == "stable" else Brain.ANY
