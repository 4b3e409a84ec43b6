"""Fields that follow from the statements themselves, not from numbers beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cimara.terms.cns import DISEASE_STATES, BrmPolicy, CnsState
from cimara.trials.eligibility.facts import Clause
from cimara.trials.eligibility.fold import Folded
from cimara.trials.eligibility.lexicon import rule_table
from cimara.trials.eligibility.model import CnsFields, Force, LocalTherapy, Statement, Target
from cimara.trials.eligibility.text import WorkingText

_ONLY = re.compile(r"\b(?:only|solely|exclusively)\b")
_OUTSIDE = re.compile(
    r"(?:measurable|target|evaluable)[^.\n]{0,80}?\b(?:outside|other than|excluding)\b[^.\n]{0,20}?"
    r"(?:cns|brain|central nervous|intracranial)|(?:measurable|target) extra-?cranial"
)
_OUTSIDE_WORDS = ("outside", "other than", "excluding", "extracranial", "extra-cranial")
_OUTSIDE_WORD = re.compile("|".join(_OUTSIDE_WORDS))
_REACH = 100
_SENTENCE_END = re.compile(r"[.\n]")
_TEMPLATES = tuple((row["id"], re.compile(row["words"])) for row in rule_table("templates")["template"])


def with_said(
    fields: CnsFields, statements: Sequence[Statement], folded: Folded, clauses: Sequence[Clause], lower: str
) -> CnsFields:
    """`fields` with what the statements, the policy and the wording say besides."""
    brm = [item for item in statements if item.target is not Target.LMD]
    excludes = [item for item in brm if item.force is Force.EXCLUDE]
    return replace(
        fields,
        symptomatic_excluded=_shuts_out_symptoms(excludes, folded),
        lmd_qualifiers=folded.lmd_qualifiers,
        lmd_in_cns_words=_in_cns_words(excludes, folded),
        cohort_scope=tuple(dict.fromkeys(item.cohort for item in brm if item.cohort is not None)),
        rationale_given=any(
            token.kind == "BECAUSE" for clause in clauses if clause.about_brm for token in clause.tokens
        ),
        prior_local_therapy=_local_therapy(fields, folded),
        template_id=next((name for name, words in _TEMPLATES if words.search(lower)), None),
    )


def cns_only_span(statements: Sequence[Statement], text: WorkingText) -> tuple[int, int] | None:
    """Stored offsets of what shuts out disease in the CNS alone or asks for a lesion to measure elsewhere."""
    for item in statements:
        partial = (
            item.force is Force.EXCLUDE and "partial" in item.qualifiers and item.target is not Target.LMD
        )
        if partial and _ONLY.search(item.quote.lower()):
            return item.start, item.end
    found = _asked_outside(text.lower)
    if found is None:
        return None
    stop = _SENTENCE_END.search(text.lower, found.end())
    return text.stored_start(found.start()), text.stored_end(stop.start() if stop else len(text.lower))


def _asked_outside(lower: str) -> re.Match[str] | None:
    """The words that ask for a lesion to measure outside the CNS; looked for around "outside" only."""
    if not any(word in lower for word in _OUTSIDE_WORDS):
        return None
    for word in _OUTSIDE_WORD.finditer(lower):
        found = _OUTSIDE.search(lower, max(0, word.start() - _REACH), word.end() + _REACH)
        if found:
            return found
    return None


def _shuts_out_symptoms(excludes: Sequence[Statement], folded: Folded) -> bool:
    """True when symptomatic disease is named among the excluded, and no cohort takes it."""
    named = any(CnsState.SYMPTOMATIC in item.states for item in excludes)
    return named and not any(CnsState.SYMPTOMATIC in cohort.states for cohort in folded.cohorts)


def _in_cns_words(excludes: Sequence[Statement], folded: Folded) -> bool:
    """True when all "CNS metastases" are excluded, which takes leptomeningeal disease along."""
    if folded.brm_policy is not BrmPolicy.EXCLUDED:
        return False
    return any(item.target is Target.CNS and len(item.states) == len(DISEASE_STATES) for item in excludes)


def _local_therapy(fields: CnsFields, folded: Folded) -> LocalTherapy | None:
    """Required local therapy makes sense only where treated disease alone may enter."""
    required = fields.prior_local_therapy is LocalTherapy.REQUIRED
    return None if required and folded.brm_policy is not BrmPolicy.STABLE_ONLY else fields.prior_local_therapy
