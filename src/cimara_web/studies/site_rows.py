"""The site table of a study: one row a site, told as far as its reader may see, sorted, filtered, as CSV."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum

from cimara.terms.spreadsheet import safe_cell
from cimara_web.accounts.queries import roles_of_studies
from cimara_web.members.queries import names_of
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.roles import Role
from cimara_web.studies.models import SiteCompleteness, Study, StudySite, Submission
from cimara_web.studies.queries import sees_whole, sites_of, visible_sites
from cimara_web.studies.states.agreement import AgreementState
from cimara_web.studies.states.ethics import EthicsState
from cimara_web.studies.states.site import SiteState, site_state
from cimara_web.studies.states.submission import SubmissionState


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site. Of one that its reader may not see, only institution, country and state are filled in."""

    site: StudySite
    state: SiteState
    is_open: bool
    leads: tuple[str, ...] = ()
    ethics: EthicsState | None = None
    ethics_until: date | None = None
    agreement: AgreementState | None = None
    agreement_until: date | None = None
    expected: int | None = None
    submitted: int | None = None
    last: Submission | None = None
    completeness: int | None = None
    activity: datetime | None = None

    @property
    def code(self) -> str:
        """Its name in the study."""
        return self.site.code if self.is_open else ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its word in an address, its heading, what rows are sorted by, what stands in a CSV."""

    key: str
    heading: str
    sort: Callable[[SiteRow], Any]
    cell: Callable[[SiteRow], object] = field(repr=False)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _until(state: str | None, day: date | None) -> str:
    return f"{state} (until {day.isoformat()})" if state and day else str(state or "")


ORDER = (
    SiteState.BLOCKED,
    SiteState.INVITED,
    SiteState.ACTIVATING,
    SiteState.ACTIVE,
    SiteState.CLOSED,
    SiteState.WITHDRAWN,
)
"""Where somebody has to act first."""
COLUMNS = (
    Column(
        "site",
        "Site",
        lambda row: (row.code, row.site.institution.name),
        lambda row: ", ".join(filter(None, (row.code, row.site.institution.name))),
    ),
    Column(
        "country",
        "Country",
        lambda row: row.site.institution.country,
        lambda row: row.site.institution.country,
    ),
    Column("lead", "Lead", lambda row: row.leads or None, lambda row: ", ".join(row.leads)),
    Column("state", "State", lambda row: ORDER.index(row.state), lambda row: row.state),
    Column(
        "ethics",
        "Ethics (until)",
        lambda row: row.ethics_until,
        lambda row: _until(row.ethics, row.ethics_until),
    ),
    Column(
        "agreement",
        "Agreement (until)",
        lambda row: row.agreement_until,
        lambda row: _until(row.agreement, row.agreement_until),
    ),
    Column("expected", "Patients expected", lambda row: row.expected, lambda row: row.expected),
    Column("submitted", "Patients submitted", lambda row: row.submitted, lambda row: row.submitted),
    Column(
        "last",
        "Last submission",
        lambda row: row.last.received_at if row.last else None,
        lambda row: f"{row.last.state} ({_iso(row.last.received_at.date())})" if row.last else "",
    ),
    Column(
        "completeness",
        "Complete",
        lambda row: row.completeness,
        lambda row: "" if row.completeness is None else f"{row.completeness} %",
    ),
    Column(
        "activity",
        "Last activity",
        lambda row: row.activity,
        lambda row: _iso(row.activity.date()) if row.activity else "",
    ),
)
BY_KEY = {one.key: one for one in COLUMNS}


def site_rows(study: Study, by: Holder, *, now: datetime) -> list[SiteRow]:
    """Every site of a study: six queries, however many there are."""
    sites = list(sites_of(study))
    if sees_whole(by, study):
        seen = {one.public_id for one in sites}
    else:
        seen = set(visible_sites(by).filter(study=study).values_list("public_id", flat=True))
    sent = defaultdict(list)
    rows = Submission.objects.filter(study_site__in=seen).order_by("-received_at")
    for one in rows.defer("rows", "counts"):
        sent[one.study_site_id].append(one)
    leads, full = _leads(study, seen, now), _completeness(study, sites, seen)
    return [_row(one, one.public_id in seen, sent[one.public_id], leads, full, now) for one in sites]


def arranged(rows: Iterable[SiteRow], *, sort: str, state: str) -> list[SiteRow]:
    """Rows in one state (or all), by a column; `-` before its word turns the order. Empty cells last."""
    kept = [one for one in rows if not state or one.state == state]
    column = BY_KEY.get(sort.lstrip("-"), BY_KEY["site"])
    there = [one for one in kept if column.sort(one) is not None]
    there.sort(key=column.sort, reverse=sort.startswith("-"))
    return there + [one for one in kept if column.sort(one) is None]


def as_csv(rows: Iterable[SiteRow]) -> str:
    """The table for a spreadsheet program; no cell starts a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(one.heading for one in COLUMNS)
    for row in rows:
        cells = (one.cell(row) for one in COLUMNS)
        writer.writerow(safe_cell("" if cell is None else str(cell)) for cell in cells)
    return out.getvalue()


def _row(
    site: StudySite,
    is_open: bool,
    sent: list[Submission],
    leads: dict[UUID, tuple[str, ...]],
    full: dict[UUID, int],
    now: datetime,
) -> SiteRow:
    facts, today, own = site.facts(), now.date(), site.public_id
    state = site_state(facts, today)
    if not is_open:
        return SiteRow(site, state, is_open)
    kept = [one for one in sent if one.state != SubmissionState.WITHDRAWN]
    accepted = next((one for one in kept if one.state == SubmissionState.ACCEPTED), None)
    last = kept[0] if kept else None
    counted = accepted or last
    return SiteRow(
        site=site,
        state=state,
        is_open=is_open,
        leads=leads.get(own, ()),
        ethics=facts.ethics_on(today),
        ethics_until=facts.ethics_until,
        agreement=facts.agreement_on(today),
        agreement_until=facts.agreement_until,
        expected=site.expected_patients,
        submitted=counted.patients if counted else None,
        last=last,
        completeness=full.get(own),
        activity=_activity(site, last),
    )


def _activity(site: StudySite, last: Submission | None) -> datetime:
    """When something happened at a site for the last time."""
    moments = (site.invited_at, site.confirmed_at, site.closed_at, site.withdrawn_at)
    of_papers = (site.ethics.moved_at, site.agreement.moved_at, last.moved_at if last else None)
    return max(one for one in (*moments, *of_papers) if one)


def _leads(study: Study, seen: set[UUID], now: datetime) -> dict[UUID, tuple[str, ...]]:
    held = [
        one
        for one in roles_of_studies([study.public_id], now=now)
        if one.is_held and one.role is Role.SITE_LEAD and one.site in seen
    ]
    names = names_of({one.account for one in held})
    found: dict[UUID, tuple[str, ...]] = {}
    for one in held:
        if one.site and one.account in names:
            found[one.site] = (*found.get(one.site, ()), names[one.account])
    return found


def _completeness(study: Study, sites: list[StudySite], seen: set[UUID]) -> dict[UUID, int]:
    """Percent of what the study needs that is there, in what was accepted; impossible fields left out."""
    rows = SiteCompleteness.objects.filter(
        submission__study_site__in=seen,
        submission__state=SubmissionState.ACCEPTED,
        variable__in=study.needed_fields,
    )
    impossible = {one.public_id: set(one.impossible_fields) for one in sites}
    sums: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    grouped = rows.values_list("submission__study_site", "variable").order_by()
    for site, variable, present, applicable in grouped.annotate(Sum("present"), Sum("applicable")):
        if variable not in impossible[site]:
            sums[site][0] += present
            sums[site][1] += applicable
    return {site: round(100 * there / of) for site, (there, of) in sums.items() if of}
