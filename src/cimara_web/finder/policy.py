"""The rules on CNS disease that were read in a record, each with its words, as a page shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cimara.terms.cns import BrmPolicy, CnsState, LmdPolicy
from cimara.trials.eligibility.model import (
    Allowance,
    Antiseizure,
    BrainImaging,
    CnsEligibility,
    Confidence,
    LmdQualifier,
    LocalTherapy,
    SteroidPolicy,
)
from cimara.trials.matching.case import quotes_of
from cimara.trials.matching.judge import eligibility_of
from cimara.trials.study import Study
from cimara_web.finder.record_words import RecordWords, record_words

STATE_WORDS: dict[CnsState, Any] = {
    CnsState.NONE_KNOWN: gettext_lazy("no brain metastases known"),
    CnsState.TREATED_STABLE: gettext_lazy("treated and stable"),
    CnsState.UNTREATED_ASYMPTOMATIC: gettext_lazy("untreated, without symptoms"),
    CnsState.PROGRESSING_AFTER_LOCAL: gettext_lazy("growing after local treatment"),
    CnsState.SYMPTOMATIC: gettext_lazy("with symptoms"),
}
CONFIDENCE_WORDS: dict[Confidence, Any] = {
    Confidence.HIGH: gettext_lazy("The rule was read in full."),
    Confidence.MEDIUM: gettext_lazy("Part of the rule was inferred. Read the sentence."),
    Confidence.LOW: gettext_lazy("The rule is hard to read. Read the sentence before you count on it."),
}
BRM_SHORT: dict[BrmPolicy, Any] = {
    BrmPolicy.REQUIRED: gettext_lazy("Required"),
    BrmPolicy.ACTIVE_ALLOWED: gettext_lazy("Active allowed"),
    BrmPolicy.STABLE_ONLY: gettext_lazy("Treated or stable only"),
    BrmPolicy.EXCLUDED: gettext_lazy("Excluded"),
    BrmPolicy.NOT_MENTIONED: gettext_lazy("Not mentioned"),
    BrmPolicy.NOT_APPLICABLE: gettext_lazy("Not applicable"),
    BrmPolicy.UNCLEAR: gettext_lazy("Unclear"),
}
LMD_SHORT: dict[LmdPolicy, Any] = {
    LmdPolicy.REQUIRED: gettext_lazy("Required"),
    LmdPolicy.ALLOWED: gettext_lazy("Allowed"),
    LmdPolicy.EXCLUDED: gettext_lazy("Excluded"),
    LmdPolicy.NOT_MENTIONED: gettext_lazy("Not mentioned"),
    LmdPolicy.UNCLEAR: gettext_lazy("Unclear"),
}
_PAIRS: tuple[tuple[StrEnum, Any], ...] = (
    (SteroidPolicy.NONE, gettext_lazy("none allowed")),
    (SteroidPolicy.MAX_DOSE, gettext_lazy("up to a highest dose")),
    (SteroidPolicy.STABLE_OR_TAPERING, gettext_lazy("stable or falling dose")),
    (SteroidPolicy.ANY, gettext_lazy("allowed")),
    (LocalTherapy.REQUIRED, gettext_lazy("required")),
    (LocalTherapy.OPTIONAL, gettext_lazy("not required")),
    (LocalTherapy.FORBIDDEN, gettext_lazy("not allowed before")),
    (Allowance.ALLOWED, gettext_lazy("allowed")),
    (Allowance.EXCLUDED, gettext_lazy("excluded")),
    (BrainImaging.NONE, gettext_lazy("not asked for")),
    (BrainImaging.REQUIRED_ALL, gettext_lazy("for everyone")),
    (BrainImaging.REQUIRED_IF_HISTORY, gettext_lazy("with a history of brain metastases")),
    (BrainImaging.REQUIRED_IF_SYMPTOMS, gettext_lazy("with symptoms")),
    (Antiseizure.NONE, gettext_lazy("none allowed")),
    (Antiseizure.STABLE, gettext_lazy("stable dose")),
    (Antiseizure.ENZYME_INDUCERS_EXCLUDED, gettext_lazy("no enzyme inducers")),
    (LmdQualifier.FOCAL, gettext_lazy("focal disease")),
    (LmdQualifier.ASYMPTOMATIC, gettext_lazy("without symptoms")),
    (LmdQualifier.TREATED_STABLE, gettext_lazy("treated and stable")),
    (LmdQualifier.ACTIVE_ONLY_EXCLUDED, gettext_lazy("only active disease is excluded")),
    (LmdQualifier.SYMPTOMATIC_ONLY_EXCLUDED, gettext_lazy("only disease with symptoms is excluded")),
    (LmdQualifier.ONE_COHORT, gettext_lazy("in one cohort")),
)
_WORDS = {(type(member), member.value): words for member, words in _PAIRS}
"""By class and value: members of two enumerations may share a value, and would be one key."""
PLACES: dict[str, Any] = {
    "brainstem": gettext_lazy("brainstem"),
    "optic_pathway": gettext_lazy("optic pathway"),
    "eloquent": gettext_lazy("eloquent areas"),
    "dural": gettext_lazy("dura"),
    "posterior_fossa": gettext_lazy("posterior fossa"),
}

_DAYS, _MM, _ML = gettext_lazy("%(n)s days"), gettext_lazy("%(n)s mm"), gettext_lazy("%(n)s ml")
_PRED, _DEX = gettext_lazy("%(n)s mg prednisone a day"), gettext_lazy("%(n)s mg dexamethasone a day")
_COUNT = gettext_lazy("%(n)s")

FIELDS: dict[str, tuple[Any, Any]] = {
    "stable_days": (gettext_lazy("Stable for at least"), _DAYS),
    "min_days_since_srs": (gettext_lazy("Time since radiosurgery"), _DAYS),
    "min_days_since_wbrt": (gettext_lazy("Time since whole-brain radiotherapy"), _DAYS),
    "min_days_since_surgery": (gettext_lazy("Time since brain surgery"), _DAYS),
    "min_days_since_any_rt": (gettext_lazy("Time since any radiotherapy"), _DAYS),
    "prior_local_therapy": (gettext_lazy("Earlier local treatment"), None),
    "prior_wbrt": (gettext_lazy("Earlier whole-brain radiotherapy"), None),
    "steroid_policy": (gettext_lazy("Steroids for brain metastases"), None),
    "max_pred_mg": (gettext_lazy("Highest steroid dose"), _PRED),
    "max_dex_mg": (gettext_lazy("Highest steroid dose"), _DEX),
    "steroid_free_days": (gettext_lazy("Time without steroids"), _DAYS),
    "max_lesion_mm": (gettext_lazy("Largest lesion"), _MM),
    "min_lesion_mm": (gettext_lazy("Smallest lesion"), _MM),
    "max_lesion_count": (gettext_lazy("Highest number of lesions"), _COUNT),
    "max_total_volume_ml": (gettext_lazy("Highest total volume"), _ML),
    "excluded_places": (gettext_lazy("Excluded places in the brain"), None),
    "antiseizure": (gettext_lazy("Antiseizure medicine"), None),
    "brain_imaging": (gettext_lazy("Brain scan before entry"), None),
    "imaging_window_days": (gettext_lazy("Brain scan not older than"), _DAYS),
    "cns_only_disease": (gettext_lazy("Disease in the brain only"), None),
    "lmd_qualifiers": (gettext_lazy("Leptomeningeal disease, conditions"), None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: what it is about, what it asks, and the record's words."""

    label: Any
    value: str
    words: tuple[RecordWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Which brain-metastasis states may enter one cohort; `label` None for the whole study."""

    label: str | None
    states: str
    required: bool


@dataclass(frozen=True)
class Policy:
    """Everything that was read about CNS disease in one study, in the language `lang`."""

    study: Study
    lang: str

    @property
    def eligibility(self) -> CnsEligibility:
        """What the reader found."""
        return eligibility_of(self.study)

    @property
    def brm(self) -> tuple[RecordWords, ...]:
        """The words that say whether brain metastases may enter."""
        return self._words("brm_policy")

    @property
    def lmd(self) -> tuple[RecordWords, ...]:
        """The words that say whether leptomeningeal disease may enter."""
        return self._words("lmd_policy")

    @property
    def brm_short(self) -> Any:
        """The policy on brain metastases in a word or two."""
        return BRM_SHORT[self.eligibility.brm_policy]

    @property
    def lmd_short(self) -> Any:
        """The policy on leptomeningeal disease in a word or two."""
        return LMD_SHORT[self.eligibility.lmd_policy]

    @property
    def confidence(self) -> Any:
        """How far the reading can be trusted."""
        return CONFIDENCE_WORDS[self.eligibility.confidence]

    @property
    def cohorts(self) -> list[Cohort]:
        """The states that may enter, a row for each cohort."""
        return [
            Cohort(
                label=one.cohort,
                states="; ".join(str(STATE_WORDS[state]) for state in one.states) or _("none"),
                required=one.required,
            )
            for one in self.eligibility.cohorts
        ]

    @property
    def rules(self) -> list[Rule]:
        """The secondary rules that the record gives."""
        return list(self._rules())

    @property
    def unread(self) -> tuple[RecordWords, ...]:
        """Words about CNS disease that no rule of the reader could settle."""
        return record_words(self.study, quotes_of(self.eligibility.unread), self.lang, most=None)

    def _rules(self) -> Iterator[Rule]:
        for name, (label, pattern) in FIELDS.items():
            value = getattr(self.eligibility.fields, name)
            if value is None or value == () or value is BrainImaging.NONE:
                continue
            yield Rule(label=label, value=_value_words(value, pattern), words=self._words(name))

    def _words(self, field: str) -> tuple[RecordWords, ...]:
        return record_words(self.study, quotes_of(self.eligibility.evidence_for(field)), self.lang)


def _value_words(value: Any, pattern: Any) -> str:
    if pattern is not None:
        return str(pattern % {"n": f"{value:g}"})
    many = value if isinstance(value, tuple) else (value,)
    return ", ".join(str(_word(one)) for one in many)


def _word(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return _WORDS[type(value), value.value]
    return PLACES.get(value, value)
