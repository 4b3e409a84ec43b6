"""Action required: what waits in a study, and for whom (portal.md section 5, A1 to A11).

Nothing is stored: each rule is worked out when somebody looks, so that an approval that ends overnight is a
task in the morning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.urls import reverse

from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.studies.days import words_of
from cimara_web.studies.models import Study, Submission
from cimara_web.studies.models.study import Mode
from cimara_web.studies.states import agreement
from cimara_web.studies.states.agreement import AgreementState
from cimara_web.studies.states.ethics import EthicsState
from cimara_web.studies.states.site import SiteState
from cimara_web.studies.states.study import BEFORE_THE_REPORT, StudyState
from cimara_web.studies.states.submission import SubmissionState
from cimara_web.studies.task_facts import SiteSeen, StudySeen, see

ENDS_WITHIN = 60
WITHOUT_DECISION = 60
IN_ONE_HAND = 30
UNDECIDED = 7
DUE_WITHIN = 14
WITHOUT_DATA = 30
"""Days."""
SIGNATURES = 2


class Rule(StrEnum):
    """The rules, by their number in the specification."""

    ENDS = "A1"
    NO_DECISION = "A2"
    ONE_HAND = "A3"
    CORRECTION = "A4"
    UNDECIDED = "A5"
    MILESTONE = "A6"
    NO_DATA = "A7"
    DICTIONARY = "A8"
    RELEASE = "A9"
    PEOPLE = "A10"
    INCOMPLETE = "A11"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that waits: what to do, where, for whom; `due` tells since when or until when."""

    rule: Rule
    study: Study
    words: str
    to: tuple[object, ...]
    people: frozenset[UUID]
    due: str = ""
    due_on: date | None = None
    is_late: bool = False

    @property
    def href(self) -> str:
        """The page where it is done."""
        name, *args = self.to
        return reverse(str(name), args=args)


def tasks_of(studies: Iterable[Study], *, now: datetime) -> list[Task]:
    """All tasks of these studies, for whomever: what is late first, then by day."""
    return tasks_in(see(studies, now=now))


def tasks_in(seen: Iterable[StudySeen]) -> list[Task]:
    """The same of studies that were read already."""
    found = [task for one in seen if one.study.state in BEFORE_THE_REPORT for task in _tasks(one)]
    return sorted(found, key=_urgency)


def tasks_for(by: Holder, tasks: Iterable[Task]) -> list[Task]:
    """Those that wait for somebody."""
    return [one for one in tasks if by.account in one.people]


def _tasks(seen: StudySeen) -> Iterator[Task]:
    for rule in RULES_OF_STUDY:
        yield from rule(seen)
    for site in seen.sites.values():
        if not site.has_left:
            for site_rule in RULES_OF_SITE:
                yield from site_rule(seen, site)
            if seen.study.state == StudyState.OPEN:
                for data_rule in RULES_OF_DATA:
                    yield from data_rule(seen, site)


def _urgency(task: Task) -> tuple[bool, bool, date, str]:
    return (not task.is_late, task.due_on is None, task.due_on or date.min, task.words)


def _site_lead(seen: StudySeen, site: SiteSeen) -> frozenset[UUID]:
    return seen.holders(Role.SITE_LEAD, site.site.public_id)


def _coordinators(seen: StudySeen, site: SiteSeen) -> frozenset[UUID]:
    """The site's coordinators; where it has none, its lead does their work."""
    return seen.holders(Role.COORDINATOR, site.site.public_id) or _site_lead(seen, site)


def approval_ends(seen: StudySeen, site: SiteSeen) -> Iterator[Task]:
    """A1: ethics approval or agreement expired, or ends within 60 days: site lead, study lead."""
    facts, own = site.site.facts(), site.site.public_id
    review = facts.ethics_on(seen.today) in (EthicsState.APPROVED, EthicsState.EXPIRED)
    deal = facts.agreement_on(seen.today) in (AgreementState.EXECUTED, AgreementState.EXPIRED)
    for holds, what, until, page in (
        (review, "ethics approval", facts.ethics_until, "study-ethics"),
        (deal, "agreement", facts.agreement_until, "study-agreement"),
    ):
        if not holds or until is None or (until - seen.today).days > ENDS_WITHIN:
            continue
        is_late = until < seen.today
        yield Task(
            rule=Rule.ENDS,
            study=seen.study,
            words=f"{'Renew' if is_late else 'Prepare the renewal of'} the {what} of {site.name}",
            to=(page, seen.study.slug, own),
            people=_site_lead(seen, site) | seen.leads,
            due=f"{'ended' if is_late else 'ends'} on {words_of(until)}",
            due_on=until,
            is_late=is_late,
        )


def no_decision(seen: StudySeen, site: SiteSeen) -> Iterator[Task]:
    """A2: ethics submitted more than 60 days ago without decision: site lead."""
    review = site.site.ethics
    if review.state != EthicsState.SUBMITTED or review.submitted_at is None:
        return
    if (seen.today - review.submitted_at).days > WITHOUT_DECISION:
        yield Task(
            rule=Rule.NO_DECISION,
            study=seen.study,
            words=f"Ask the ethics board of {site.name} for its decision",
            to=("study-ethics", seen.study.slug, site.site.public_id),
            people=_site_lead(seen, site),
            due=f"submitted on {words_of(review.submitted_at)}",
        )


def in_one_hand(seen: StudySeen, site: SiteSeen) -> Iterator[Task]:
    """A3: an agreement in one hand for more than 30 days: the hand that holds it."""
    deal = site.site.agreement
    if (seen.today - deal.moved_at.date()).days <= IN_ONE_HAND:
        return
    if deal.state in agreement.LEAD_HOLDS:
        people = seen.leads
    elif deal.state in agreement.SITE_HOLDS:
        people = _site_lead(seen, site) | seen.holders(Role.COORDINATOR, site.site.public_id)
    else:
        return
    yield Task(
        rule=Rule.ONE_HAND,
        study=seen.study,
        words=f"Move the agreement with {site.name} on: it is '{deal.state}'",
        to=("study-agreement", seen.study.slug, site.site.public_id),
        people=people,
        due=f"since {words_of(deal.moved_at.date())}",
    )


def to_correct(seen: StudySeen, site: SiteSeen) -> Iterator[Task]:
    """A4: a submission needs correction, or can't be read: coordinator."""
    wanted = {
        SubmissionState.NEEDS_CORRECTION: "Mend what the check found in the data of",
        SubmissionState.UNREADABLE: "Send a file that can be read for",
    }
    for one in site.submissions:
        if one.state in wanted:
            yield Task(
                rule=Rule.CORRECTION,
                study=seen.study,
                words=f"{wanted[SubmissionState(one.state)]} {site.name}",
                to=_submission(seen, one),
                people=_coordinators(seen, site),
                due=f"since {words_of(one.moved_at.date())}",
            )


def undecided(seen: StudySeen, site: SiteSeen) -> Iterator[Task]:
    """A5: a valid submission, undecided for more than 7 days: study lead."""
    for one in site.submissions:
        is_valid = one.state in (SubmissionState.VALID, SubmissionState.VALID_WITH_NOTES)
        if is_valid and (seen.today - one.moved_at.date()).days > UNDECIDED:
            yield Task(
                rule=Rule.UNDECIDED,
                study=seen.study,
                words=f"Accept or reject the data of {site.name}",
                to=_submission(seen, one),
                people=seen.leads,
                due=f"valid since {words_of(one.moved_at.date())}",
            )


def milestone_due(seen: StudySeen) -> Iterator[Task]:
    """A6: a milestone overdue, or due in 14 days: its owner, the site's lead or the study's."""
    for one in seen.milestones:
        if one.done_at is not None or (one.due - seen.today).days > DUE_WITHIN:
            continue
        site = seen.sites.get(one.study_site_id) if one.study_site_id else None
        if site and site.has_left:
            continue
        is_late = one.due < seen.today
        of = f" of {site.name}" if site else ""
        yield Task(
            rule=Rule.MILESTONE,
            study=seen.study,
            words=f"Milestone: {one.kind}{of}",
            to=("study-milestones", seen.study.slug),
            people=_site_lead(seen, site) if site else seen.leads,
            due=f"{'was due' if is_late else 'due'} on {words_of(one.due)}",
            due_on=one.due,
            is_late=is_late,
        )


def no_data(seen: StudySeen, site: SiteSeen) -> Iterator[Task]:
    """A7: a site active for more than 30 days that sent (or attested) nothing: coordinator."""
    since = site.site.active_since
    if site.state is not SiteState.ACTIVE or since is None:
        return
    sends = site.site.mode != Mode.FEDERATED
    has_any = site.latest is not None or (site.site.mode != Mode.POOLED and site.site.attested_dictionary)
    if has_any or (seen.today - since.date()).days <= WITHOUT_DATA:
        return
    page = "submissions" if sends else "study-site"
    args = (seen.study.slug,) if sends else (seen.study.slug, site.site.public_id)
    yield Task(
        rule=Rule.NO_DATA,
        study=seen.study,
        words=f"{'Send the first data' if sends else 'Attest the data'} of {site.name}",
        to=(page, *args),
        people=_coordinators(seen, site),
        due=f"active since {words_of(since.date())}",
    )


def new_dictionary(seen: StudySeen, site: SiteSeen) -> Iterator[Task]:
    """A8: the dictionary changed since the accepted submission, or the attestation: coordinator."""
    current = seen.study.dictionary_hash
    used = site.accepted.dictionary_hash if site.accepted else site.site.attested_dictionary
    if not used or not current or used == current:
        return
    sends = site.accepted is not None
    yield Task(
        rule=Rule.DICTIONARY,
        study=seen.study,
        words=f"{'Send' if sends else 'Attest'} the data of {site.name} again: the dictionary has changed",
        to=("submissions", seen.study.slug) if sends else _site_page(seen, site),
        people=_coordinators(seen, site),
    )


def second_release(seen: StudySeen) -> Iterator[Task]:
    """A9: an analysis waits for its second release: those who may, neither the analyst nor the first hand."""
    releasers = [role for role in Role if Permission.ANALYSIS_RELEASE in ROLES[role].permissions]
    able = {one.account for one in seen.roles if one.is_held and one.role in releasers}
    for one in seen.held:
        signed = {sign.account for sign in one.signatures.all() if sign.what == "release"}
        if 0 < len(signed) < SIGNATURES:
            yield Task(
                rule=Rule.RELEASE,
                study=seen.study,
                words=f"Release or withhold the results of '{one.title}': a second signature is needed",
                to=("analysis", seen.study.slug, one.public_id),
                people=frozenset(able - signed - {one.analyst}),
                due=f"held since {words_of(one.moved_at.date())}",
            )


def people_missing(seen: StudySeen) -> Iterator[Task]:
    """A10: a role holder left, or has no second factor: study lead, office."""
    told = seen.leads | seen.people.office
    if not seen.leads:
        yield _about_people(seen, "Name a lead: the study has none", told)
    for site in seen.sites.values():
        if not site.has_left:
            yield from _site_people(seen, site, told)
    bare = {one.account for one in seen.roles if one.is_held} - seen.people.with_factor
    if bare:
        who = "One person of the team has" if len(bare) == 1 else f"{len(bare)} people of the team have"
        yield _about_people(seen, f"{who} no second factor yet", told)


def _site_people(seen: StudySeen, site: SiteSeen, told: frozenset[UUID]) -> Iterator[Task]:
    for role in (Role.SITE_LEAD, Role.COORDINATOR):
        own = [one for one in seen.roles if one.role is role and one.site == site.site.public_id]
        staying = [one for one in own if one.is_held and one.account in seen.people.members]
        left = any(one.account not in seen.people.members for one in own)
        name = ROLES[role].name.lower()
        if left and not staying:
            yield _about_people(seen, f"Name a new {name} for {site.name}: the last one left", told)
        elif role is Role.SITE_LEAD and not staying:
            yield _about_people(seen, f"Name a {name} for {site.name}", seen.leads)


def _about_people(seen: StudySeen, words: str, people: frozenset[UUID]) -> Task:
    to = ("study-team", seen.study.slug)
    return Task(rule=Rule.PEOPLE, study=seen.study, words=words, to=to, people=people)


def incomplete(seen: StudySeen, site: SiteSeen) -> Iterator[Task]:
    """A11: a required variable under 70 % complete in the accepted submission: coordinator."""
    if not site.low or site.accepted is None:
        return
    count = len(site.low)
    which = site.low[0] if count == 1 else f"{count} variables"
    yield Task(
        rule=Rule.INCOMPLETE,
        study=seen.study,
        words=f"Complete {which} of {site.name}: less than 70 percent is there",
        to=("completeness", seen.study.slug),
        people=_coordinators(seen, site),
    )


def _submission(seen: StudySeen, one: Submission) -> tuple[object, ...]:
    return ("submission", seen.study.slug, one.public_id)


def _site_page(seen: StudySeen, site: SiteSeen) -> tuple[object, ...]:
    return ("study-site", seen.study.slug, site.site.public_id)


RULES_OF_STUDY: tuple[Callable[[StudySeen], Iterator[Task]], ...] = (
    milestone_due,
    second_release,
    people_missing,
)
RULES_OF_SITE: tuple[Callable[[StudySeen, SiteSeen], Iterator[Task]], ...] = (
    approval_ends,
    no_decision,
    in_one_hand,
)
RULES_OF_DATA: tuple[Callable[[StudySeen, SiteSeen], Iterator[Task]], ...] = (
    to_correct,
    undecided,
    no_data,
    new_dictionary,
    incomplete,
)
"""Rules about data hold while a study takes data."""
