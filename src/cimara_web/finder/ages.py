"""A study's age limits in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cimara.terms.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from cimara.trials.study import Study


def age_words(study: Study) -> str:
    """The limits, such as "18 years or older"; says so when the record gives none."""
    least, most = study.min_age_days, study.max_age_days
    if not least and most is None:
        return _("No limit given")
    if most is None:
        return _("%(age)s or older") % {"age": _age(least or 0)}
    if not least:
        return _("%(age)s or younger") % {"age": _age(most)}
    return _("%(least)s to %(most)s") % {"least": _age(least), "most": _age(most)}


def _age(days: int) -> str:
    years = round(days / DAYS_PER_YEAR)
    if years >= 1:
        return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}
    months = round(days / DAYS_PER_MONTH)
    if months >= 1:
        return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
