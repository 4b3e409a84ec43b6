"""The RANO-LM scorecard of 2019 as flat fields, and what keeps it from being final, field by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from cimara.response.criteria.rano_lm.final import all_problems
from cimara.response.criteria.rano_lm.form import HEADER, OVERALL, FormProblem
from cimara.response.criteria.rano_lm.scorecard import NODULES_ASKED, ScorecardItem, scorecard
from cimara.response.model import INVESTIGATOR, LmForm, LmItem, Patient, Study, Tenths, Visit
from cimara.response.reading.write_tidy import tidy_frames
from cimara.response.sizes import SizeError, parse_diameter
from cimara.response.worksheet.sheet import plain_text
from cimara.terms.partial_dates import DateFormError, PartialDate
from cimara.terms.response import FormFault

REFERENCE_VISIT, FOLLOWUP_VISIT = "reference", "follow-up"
UNNAMED = "PATIENT"
LONGEST_TEXT = 1000
OF_HEADER = (
    "patient",
    "evaluator",
    "reference_scan_date",
    "date",
    "last_lumbar_puncture",
    "treatment_since_reference",
)
OF_CALL = ("overall_human", "overall_reason")
NO_DATE = dt.date.max
"""Stands for a follow-up scan of which no date was typed; the form can't be final with it."""


@dataclass(frozen=True, slots=True)
class LmProblem:
    """A problem of the form and the field that it is in."""

    field: str
    problem: FormProblem


@dataclass(frozen=True, slots=True)
class LmReading:
    """The form as far as it was typed, and all that keeps it from being final."""

    form: LmForm
    problems: tuple[LmProblem, ...]

    @property
    def empty(self) -> tuple[LmProblem, ...]:
        """What is still missing."""
        return tuple(one for one in self.problems if one.problem.fault is FormFault.EMPTY)

    @property
    def wrong(self) -> tuple[LmProblem, ...]:
        """What can't be read, or contradicts another field."""
        return tuple(one for one in self.problems if one.problem.fault is not FormFault.EMPTY)


def item_key(line: ScorecardItem) -> str:
    """The beginning of the names of an item's fields, such as `brain.nodules`."""
    return f"{line.region}.{line.item}"


def field_names() -> tuple[str, ...]:
    """Every field of the form, in its order."""
    names = list(OF_HEADER)
    for line in scorecard():
        key = item_key(line)
        names += [f"{key}.{part}" for part in ("reference", "followup", "change")]
        if line.sized:
            names += [f"{key}.n{n}{axis}" for n in range(1, NODULES_ASKED + 1) for axis in "xy"]
            names.append(f"{key}.fewer")
    return (*names, *OF_CALL)


def read_form(fields: Mapping[str, str]) -> LmReading:
    """The form that the fields make; what is not there is empty."""
    return _Fields({name: plain_text(fields.get(name, ""), LONGEST_TEXT) for name in field_names()}).reading()


def form_csv(form: LmForm) -> str:
    """The rows of `lm_forms` of the tidy tables, one an item."""
    visits = tuple(
        Visit(form.patient_id, name, day)
        for name, day in ((REFERENCE_VISIT, form.reference_scan_date), (FOLLOWUP_VISIT, form.date))
        if day is not None
    )
    patient = Patient(form.patient_id, form.reference_scan_date or form.date, visits=visits, lm_forms=(form,))
    return tidy_frames(Study.from_objects([patient]))["lm_forms"].write_csv()


@dataclass
class _Fields:
    given: dict[str, str]
    problems: list[LmProblem] = field(default_factory=list)

    def reading(self) -> LmReading:
        date = self._date("date", "date of the follow-up scan", needed=True)
        form = LmForm(
            self.given["patient"] or UNNAMED,
            FOLLOWUP_VISIT,
            REFERENCE_VISIT,
            date or NO_DATE,
            evaluator=self.given["evaluator"] or INVESTIGATOR,
            items=tuple(self._item(line) for line in scorecard()),
            overall_human=self.given["overall_human"],
            overall_reason=self.given["overall_reason"],
            reference_scan_date=self._date("reference_scan_date", "date of the reference scan"),
            last_lumbar_puncture=self.given["last_lumbar_puncture"],
            treatment_since_reference=self.given["treatment_since_reference"],
        )
        told = {one.field for one in self.problems}
        for problem in all_problems(form):
            name = field_of(problem, form)
            if name not in told:
                self.problems.append(LmProblem(name, problem))
        order = {name: place for place, name in enumerate(field_names())}
        return LmReading(form, tuple(sorted(self.problems, key=lambda one: order[one.field])))

    def _note(self, name: str, fault: FormFault, where: str, text: str) -> None:
        self.problems.append(LmProblem(name, FormProblem(fault, "", where, where, text)))

    def _date(self, name: str, words: str, *, needed: bool = False) -> dt.date | None:
        text = self.given[name]
        try:
            found = PartialDate.parse(text).full if text else None
        except DateFormError:
            found = None
        if found is None and (text or needed):
            fault = FormFault.UNREADABLE if text else FormFault.EMPTY
            self._note(
                name, fault, HEADER, words if not text else f"{words}: expected a date like 2026-03-08"
            )
        return found

    def _item(self, line: ScorecardItem) -> LmItem:
        key = item_key(line)
        return LmItem(
            line.region,
            line.item,
            reference=self.given[f"{key}.reference"],
            followup=self.given[f"{key}.followup"],
            change=self.given[f"{key}.change"],
            sizes=self._sizes(line) if line.sized else (),
            fewer_than_three=line.sized and bool(self.given[f"{key}.fewer"]),
        )

    def _sizes(self, line: ScorecardItem) -> tuple[tuple[Tenths, Tenths], ...]:
        sizes = []
        for number in range(1, NODULES_ASKED + 1):
            names = [f"{item_key(line)}.n{number}{axis}" for axis in "xy"]
            pair = [self._size(name, line, number) for name in names]
            if all(size is not None for size in pair):
                sizes.append((Tenths(pair[0] or 0), Tenths(pair[1] or 0)))
            elif any(self.given[name] for name in names):
                for name in names:
                    if not self.given[name]:
                        self._note(name, FormFault.EMPTY, line.label, f"other diameter of nodule {number}")
        return tuple(sizes)

    def _size(self, name: str, line: ScorecardItem, number: int) -> int | None:
        text = self.given[name].replace(",", ".")
        if not text:
            return None
        try:
            return parse_diameter(text).value
        except SizeError:
            self._note(
                name, FormFault.UNREADABLE, line.label, f"size of nodule {number}: expected mm such as 7.5"
            )
            return None


def field_of(problem: FormProblem, form: LmForm) -> str:
    """The field that a person goes to for this problem."""
    if problem.item == HEADER:
        headed = {
            "date of the last": "last_lumbar_puncture",
            "treatment since": "treatment_since_reference",
        }
        return next(
            (name for words, name in headed.items() if problem.text.startswith(words)), "reference_scan_date"
        )
    if problem.item == OVERALL:
        return "overall_reason" if problem.text.startswith("written reason") else "overall_human"
    key = f"{problem.region}.{problem.item}"
    if problem.text.startswith("presence") or problem.text.startswith("present"):
        return f"{key}.reference" if "reference" in problem.text else f"{key}.followup"
    return f"{key}.change" if problem.text.startswith("change") else _size_field(problem, form, key)


def _size_field(problem: FormProblem, form: LmForm, key: str) -> str:
    """The first nodule that is still empty; of nodules that are too small the first."""
    item = next(one for one in form.items if (one.region, one.item) == (problem.region, problem.item))
    empty = min(len(item.sizes) + 1, NODULES_ASKED) if problem.fault is FormFault.EMPTY else 1
    return f"{key}.n{empty}x"
