"""Studies and results made by hand for the sheet: short ones, and the longest that a registry may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from msgspec import structs

from cimara.terms.cns import BrmPolicy, CnsState, LmdPolicy
from cimara.terms.ids import NctId
from cimara.terms.registry import OverallStatus
from cimara.trials.eligibility.model import CnsEligibility, Force, Section, Statement, Target
from cimara.trials.study import Site, StarterNote, Study
from cimara.trials.verdict import (
    Change,
    ChangeKind,
    Criterion,
    CriterionId,
    CriterionValue,
    MatchResult,
    Quote,
    Verdict,
)

AS_OF = date(2026, 3, 1)
DATA_DATE = "2026-02-20"
TREATED = "Treated brain metastases that were stable for 28 days are eligible"
ACTIVE = "active brain metastases"
CRITERIA = f"Inclusion Criteria:\n\n* {TREATED}.\n\nExclusion Criteria:\n\n1. Patients with {ACTIVE}.\n"
LONGEST_TITLE = 300
LONGEST_NAME = 254


def quote(words: str, criteria: str = CRITERIA) -> Quote:
    """The words as a quote of the criteria text."""
    start = criteria.index(words)
    return Quote(start=start, end=start + len(words), text=words)


def statement(words: str, force: Force, state: CnsState, criteria: str = CRITERIA) -> Statement:
    """The reader's statement on these words, in the list that its force belongs to."""
    found = quote(words, criteria)
    section = Section.EXCLUSION if force is Force.EXCLUDE else Section.INCLUSION
    return Statement(
        target=Target.BRM,
        force=force,
        states=(state,),
        section=section,
        start=found.start,
        end=found.end,
        quote=words,
        rule_id="MADE/1",
    )


READ = CnsEligibility(
    brm_policy=BrmPolicy.STABLE_ONLY,
    lmd_policy=LmdPolicy.NOT_MENTIONED,
    statements=(
        statement(TREATED, Force.PERMIT, CnsState.TREATED_STABLE),
        statement(ACTIVE, Force.EXCLUDE, CnsState.UNTREATED_ASYMPTOMATIC),
    ),
)


def site(ordinal: int = 0, **changes: Any) -> Site:
    """An open site in Durham, North Carolina."""
    made = Site(
        ordinal=ordinal,
        facility="Demo Hospital",
        city="Durham",
        country="United States",
        iso2="US",
        status=OverallStatus.RECRUITING,
        lat=35.99,
        lon=-78.90,
    )
    return structs.replace(made, **changes)


def study(number: int = 1, **changes: Any) -> Study:
    """A recruiting study that takes treated and stable brain metastases."""
    made = Study(
        nct_id=NctId(f"NCT{number:08d}"),
        brief_title="A made study",
        criteria=CRITERIA,
        overall_status=OverallStatus.RECRUITING,
        verified="2026-01",
        sites=(site(),),
        eligibility=READ,
    )
    return structs.replace(made, **changes)


def criterion(name: CriterionId, value: CriterionValue, case: str, **changes: Any) -> Criterion:
    """A compared criterion with the reason of a row of the matching table."""
    return Criterion(id=name, value=value, reason=f"MATCH/{name}/{case}", **changes)


BRM_MEETS = criterion(
    CriterionId.BRM,
    CriterionValue.MEETS,
    "stable_only/treated_stable",
    requirement="stable_only",
    fact="treated_stable",
    quotes=(quote(TREATED), quote(ACTIVE)),
)
STABLE_TOO_SHORT = criterion(
    CriterionId.STABLE_DAYS,
    CriterionValue.FAILS,
    "too_short",
    requirement="28",
    fact="21",
    quotes=(quote(TREATED),),
    change=Change(kind=ChangeKind.FROM_DATE, days=28, date="2026-03-08"),
)
SCAN_UNKNOWN = criterion(CriterionId.IMAGING, CriterionValue.UNKNOWN, "unknown", requirement="within 28 d")


def result(number: int = 1, *criteria: Criterion, verdict: Verdict = Verdict.POSSIBLE) -> MatchResult:
    """A result; without criteria, brain metastases that fit and a scan that isn't known."""
    return MatchResult(
        nct_id=NctId(f"NCT{number:08d}"), verdict=verdict, criteria=criteria or (BRM_MEETS, SCAN_UNKNOWN)
    )


def longest_study(number: int, fill: float = 1.0) -> tuple[MatchResult, Study]:
    """A result with all that a sheet may have to show, each text `fill` of the longest possible."""
    words = "treated stable brain metastases without progression or symptoms are eligible when "
    item = (words * 20)[: int(900 * fill)].rstrip()
    criteria = "Inclusion Criteria:\n\n" + "".join(f"* {n} {item}\n" for n in range(9))
    quotes = [quote(f"{n} {item}"[: int(300 * fill)].rstrip(), criteria) for n in range(9)]
    values = iter(CriterionId)
    fails = [
        criterion(next(values), CriterionValue.FAILS, "too_short", quotes=tuple(quotes[n : n + 2]))
        for n in range(3)
    ]
    open_ones = [
        criterion(name, CriterionValue.NEEDS_CHECK, "boundary/low_confidence", requirement="28")
        for name in values
    ][: round(20 * fill)]
    name = ("Demo University Hospital and Cancer Centre " * 8)[:LONGEST_NAME]
    made = study(
        number,
        brief_title=("A made study of a drug for people with brain metastases " * 6)[:LONGEST_TITLE],
        criteria=criteria,
        starter=StarterNote(source="made", data_date=DATA_DATE, note="starter"),
        verified="2019-01",
        sites=tuple(site(n, facility=name, status=None) for n in range(30)),
        eligibility=replace(READ, brm_policy=BrmPolicy.UNCLEAR, statements=()),
    )
    return result(number, *fails, *open_ones, verdict=Verdict.NO), made
