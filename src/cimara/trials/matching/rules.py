"""The rule table of matching: each row is one case, with the value it gives and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from cimara.trials.verdict import ChangeKind, CriterionId, CriterionValue

SOURCE = "trials.md §7.2"
TABLE = "rule_table.txt"
_VALUES: Mapping[str, CriterionValue] = MappingProxyType(
    {
        "+": CriterionValue.MEETS,
        "-": CriterionValue.FAILS,
        "?": CriterionValue.UNKNOWN,
        "!": CriterionValue.NEEDS_CHECK,
    }
)
_CHANGES: Mapping[str, ChangeKind | None] = MappingProxyType(
    {
        "": None,
        "local": ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS,
        "date": ChangeKind.FROM_DATE,
        "steroid": ChangeKind.STEROID_AT_MOST,
        "scan": ChangeKind.NEW_SCAN,
        "opens": ChangeKind.SITE_OPENS,
        "settled": ChangeKind.WHEN_STABLE,
        "drug": ChangeKind.WITHOUT_DRUG,
        "none": ChangeKind.NONE,
    }
)
LOW_CONFIDENCE = "low_confidence"
ONE_COHORT = "one_cohort"
INVESTIGATOR = "investigator"
CAUTIONS: Mapping[str, str] = MappingProxyType(
    {
        LOW_CONFIDENCE: "The rule was read with low confidence, so that a person must read the sentence.",
        ONE_COHORT: "The rule was read in one cohort only, so that another cohort may be open.",
        INVESTIGATOR: "The sentence leaves it to the investigator's opinion.",
    }
)
"""Endings of a reason that turn a row's `meets` or `fails` into `needs_check`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One case. `silent` marks the rows in which the trial says nothing of the person's CNS disease.

    `status` is P for a decision of this project, A for a rule taken from a paper's abstract.
    """

    id: str
    criterion: CriterionId
    value: CriterionValue
    when: str
    change: ChangeKind | None = None
    silent: bool = False
    source: str = SOURCE
    status: str = "P"


def _rows() -> Iterator[RuleRow]:
    table = files("cimara.trials.matching").joinpath(TABLE).read_text("utf-8")
    for line in table.splitlines():
        if line.startswith("#"):
            continue
        case, value, change, when = (cell.strip() for cell in line.split("|"))
        yield RuleRow(
            id=f"MATCH/{case.rstrip('*')}",
            criterion=CriterionId(case.split("/")[0]),
            value=_VALUES[value],
            when=when,
            change=_CHANGES[change],
            silent=case.endswith("*"),
        )


RULES: Mapping[str, RuleRow] = MappingProxyType({row.id: row for row in _rows()})


def rule_of(reason: str) -> RuleRow:
    """The row that a criterion's `reason` names, whatever caution stands behind it.

    Raises
    ------
    KeyError
        When no row has that id.
    """
    head, _, last = reason.rpartition("/")
    return RULES[head if last in CAUTIONS else reason]
