"""What to ask the doctor: about each point that is not met or not known, and four things that always help."""

from __future__ import annotations

from collections.abc import Iterable

from cimara.trials.plain.phrasebook import phrases, say
from cimara.trials.plain.sentences import family_of, treatment_of
from cimara.trials.verdict import ChangeKind, Criterion, CriterionValue, MatchResult

OPEN = (CriterionValue.UNKNOWN, CriterionValue.NEEDS_CHECK)
"""The values that leave a point open."""
_ALWAYS = "always_ask."


def questions_for_doctor(result: MatchResult, lang: str) -> tuple[str, ...]:
    """Questions about one study, each once: open points, points that may change, then the fixed four."""
    return (*questions_about(result.criteria, lang), *questions_always(lang))


def questions_about(criteria: Iterable[Criterion], lang: str) -> tuple[str, ...]:
    """Questions from open points first, then from failed points that something could change."""
    compared = tuple(criteria)
    asked = [one for one in compared if one.value in OPEN] + [one for one in compared if may_change(one)]
    return tuple(dict.fromkeys(_question(one, lang) for one in asked))


def questions_always(lang: str) -> tuple[str, ...]:
    """The four questions that suit every study: washout, visits, cost, other studies."""
    return tuple(say(name, lang) for name in phrases() if name.startswith(_ALWAYS))


def may_change(criterion: Criterion) -> bool:
    """Whether a criterion fails now and something could change that."""
    change = criterion.change
    return (
        criterion.value is CriterionValue.FAILS and change is not None and change.kind is not ChangeKind.NONE
    )


def _question(criterion: Criterion, lang: str) -> str:
    name = f"question.{family_of(criterion.id)}.{criterion.value}"
    return say(name, lang, **treatment_of(criterion.id, lang))
