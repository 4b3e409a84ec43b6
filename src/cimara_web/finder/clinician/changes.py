"""What would have to change for a criterion that is not met: about the rule, in a professional's words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cimara.trials.plain import date_words
from cimara.trials.verdict import Change, ChangeKind, Criterion, CriterionValue
from cimara_web.finder.clinician.criteria import days_words
from cimara_web.finder.clinician.words import STEROIDS

BARE: dict[ChangeKind, Any] = {
    ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS: gettext_lazy("Local therapy of the brain metastases."),
    ChangeKind.FROM_DATE: gettext_lazy("More time. The record does not say how much."),
    ChangeKind.STEROID_AT_MOST: gettext_lazy("A lower steroid dose, or none."),
    ChangeKind.NEW_SCAN: gettext_lazy("A new brain scan."),
    ChangeKind.SITE_OPENS: gettext_lazy("A site that opens."),
    ChangeKind.WHEN_STABLE: gettext_lazy("Stable disease, without new symptoms or seizures."),
    ChangeKind.WITHOUT_DRUG: gettext_lazy("A regimen without this drug."),
    ChangeKind.NONE: gettext_lazy("Nothing: this rule does not change with time or treatment."),
}


def change_words(criterion: Criterion) -> str:
    """The change as a statement about the rule; empty for a criterion that isn't failed."""
    change = criterion.change
    if change is None or criterion.value is not CriterionValue.FAILS:
        return ""
    return _with_figures(change) or str(BARE[change.kind])


def _with_figures(change: Change) -> str:
    """The change with its days, date or dose, when the record gives them."""
    if change.kind is ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS and change.days:
        return _("Local therapy of the brain metastases, then %(time)s.") % {"time": days_words(change.days)}
    if change.kind is ChangeKind.FROM_DATE and change.date:
        return _("Time: met from %(date)s.") % {"date": date_words(change.date, get_language() or "en")}
    if change.kind is ChangeKind.STEROID_AT_MOST and change.mg == 0:
        return _("No steroid.")
    if change.kind is ChangeKind.STEROID_AT_MOST and change.mg and change.drug:
        drug = str(STEROIDS.get(change.drug, change.drug))
        return _("%(drug)s at most %(mg)s mg/day.") % {"drug": drug, "mg": f"{change.mg:g}"}
    return ""
