"""One patient worked out for the page: rows, best response, cautions and the plot, ready to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup

from cimara.response import Patient, PatientResult, Policy, TimepointRow, derive, explain
from cimara.response.rows import BestRow
from cimara.response.sizes import millimetres, percent_change
from cimara.response.worksheet.cautions import Caution, cautions
from cimara.response.worksheet.spider import Spider, spider
from cimara.response.worksheet.spider_figure import SpiderWords, spider_svg
from cimara.trials.plain import date_words

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Worked:
    """What one criterion makes of the patient."""

    policy: Policy
    result: PatientResult
    cautions: tuple[Caution, ...]

    @property
    def best(self) -> BestRow:
        """Best response and progression."""
        return self.result.best[0]

    @property
    def rows(self) -> tuple[TimepointRow, ...]:
        """The visits after baseline."""
        return self.result.rows

    @property
    def base_sum(self) -> int | None:
        """The sum at baseline."""
        return next((row.base_sum for row in self.rows), None)

    def sentence(self, row: TimepointRow) -> str:
        """Why, with rule and source, in the library's words."""
        return explain(row, self.policy)


@dataclass(frozen=True, slots=True)
class Shown:
    """A patient by one criterion, or by several side by side."""

    patient: Patient
    worked: tuple[Worked, ...]
    plot: Spider

    @property
    def drawing(self) -> Markup:
        """The spider plot; the markup is the library's own, and names in it are escaped there."""
        return Markup(spider_svg(self.plot, _spider_words(self)))

    @property
    def names(self) -> str:
        """The criteria, joined."""
        return " / ".join(one.policy.label for one in self.worked)

    def row(self, worked: Worked, visit_id: str) -> TimepointRow | None:
        """The row of a visit; None at baseline."""
        return next((row for row in worked.rows if row.visit_id == visit_id), None)

    def differ(self, visit_id: str) -> bool:
        """Whether the criteria call a visit differently."""
        rows = [self.row(one, visit_id) for one in self.worked]
        return len({row.response for row in rows if row is not None}) > 1


def work_out(patient: Patient, criteria: Sequence[str]) -> Shown:
    """The patient by each criterion."""
    worked = []
    for name in criteria:
        policy = Policy.preset(name)
        result = derive(patient, policy)
        worked.append(Worked(policy, result, cautions(patient, policy, result)))
    plot = spider(patient, [(one.policy.label, one.result) for one in worked])
    return Shown(patient, tuple(worked), plot)


def mm(size: int | None) -> str:
    """Tenths of a millimetre as millimetres of the language in use."""
    return NOTHING if size is None else number_format(Decimal(millimetres(size)))


def percent(value: float | None) -> str:
    """A change with its sign, one decimal."""
    if value is None:
        return NOTHING
    shown = number_format(Decimal(f"{abs(value):.1f}"))
    return f"{'−' if value < 0 else '+' if value > 0 else ''}{shown}"


def change(row: TimepointRow, reference: int | None) -> str:
    """How far a complete sum is from another; a sum of only some targets tells nothing."""
    return percent(percent_change(row.sum, reference) if row.is_complete and row.sum is not None else None)


def _spider_words(shown: Shown) -> SpiderWords:
    title = _("Change of each target lesion and of the sum")
    last = shown.plot.visits[-1] if shown.plot.visits else None
    described = _(
        "A line for each target lesion and a heavy line for the sum, in per cent from baseline, from the "
        "start to %(day)s. Broken lines stand at +20 and −30 per cent. The table has the same numbers."
    ) % {"day": date_words(last.date.isoformat(), get_language() or "en") if last else NOTHING}
    return SpiderWords(
        title=title,
        description=described,
        weeks=_("Weeks from the first day of treatment"),
        percent=_("Change from baseline, per cent"),
        sum=_("Sum, {criterion}"),
    )
