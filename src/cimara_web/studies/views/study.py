"""A study: its overview, its proposal, what is changed of it, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from cimara_web import clock
from cimara_web.machines import Transition
from cimara_web.members.queries import names_of
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.studies.actions.permitted import may
from cimara_web.studies.actions.study import CHANGEABLE, change_study, move_study, save_proposal
from cimara_web.studies.conditions import REASON, what_is_missing
from cimara_web.studies.forms.study import NoForm, ProposalForm, ReasonForm, StudyForm
from cimara_web.studies.models import Milestone, Proposal, Study
from cimara_web.studies.models.study import Mode
from cimara_web.studies.next_step import NEXT
from cimara_web.studies.proposal import FORM, problems
from cimara_web.studies.queries import sees_whole, sees_workspace
from cimara_web.studies.site_rows import ORDER
from cimara_web.studies.states.site import SiteState
from cimara_web.studies.states.study import ALSO_BY_OFFICE, MACHINE, StudyHappening, StudyState
from cimara_web.studies.task_facts import SiteSeen, StudySeen, see
from cimara_web.studies.tasks import tasks_for, tasks_in
from cimara_web.studies.tones import tone
from cimara_web.studies.views.frame import attempt, page, refuse_unless, see_other, seen_study

BY_SLUG = {slugify(one.value): one for one in StudyHappening}
READ_WRITE = ["GET", "HEAD", "POST"]
NEXT_MILESTONES = 5


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can happen now: words and the word of its address."""

    words: str
    on: str


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the study stands, what comes next and who holds it; first what waits for the reader."""
    by, study = seen_study(request, slug)
    if not (sees_workspace(by, study) or by.may(Permission.STUDY_LIST)):
        return page(request, "reported", study, "Overview", sites=_reported_sites(study))
    seen = see([study], now=clock.now())[0]
    context = {
        "tasks": tasks_for(by, tasks_in([seen])),
        "is_inside": sees_workspace(by, study),
        "tone": tone("study", study.state),
        "next": NEXT[StudyState(study.state)],
        "hands": _hands(seen, by),
        "buttons": [Button(str(one.on), slugify(one.on)) for one in offered(by, study)],
        "counts": _counts(seen),
        "sites": _short(seen, by),
        "milestones": _next_milestones(seen, by),
        "today": clock.today(),
        "patients": _accepted(seen) if sees_whole(by, study) and study.mode != Mode.FEDERATED else None,
    }
    return page(request, "overview", study, "Overview", **context)


@require_http_methods(READ_WRITE)
def proposal(request: HttpRequest, slug: str) -> HttpResponse:
    """The proposal: written by the lead while it is an idea, read by everybody else."""
    by, study = seen_study(request, slug)
    if not (sees_workspace(by, study) or by.may(Permission.STUDY_LIST)):
        raise Http404
    kept = Proposal.objects.filter(study=study).first()
    answers = kept.answers if kept else {}
    may_write = by.may(Permission.STUDY_EDIT, study=study.public_id)
    is_open = may_write and study.state == StudyState.IDEA
    initial = answers or {"kind": study.kind, "mode": study.mode}
    form = ProposalForm(request.POST or None, initial=initial) if is_open else None
    if request.method == "POST":
        refuse_unless(may_write, "The lead of the study writes its proposal.")
        refuse_unless(is_open, f"This study is {study.state}: its proposal can't be changed now.")
        form = ProposalForm(request.POST)
        if form.is_valid() and attempt(
            form,
            lambda: save_proposal(by=by, study=study, answers=form.cleaned_data, now=clock.now()),
        ):
            return see_other("study-proposal", slug, done="saved")
    context = {
        "form": form,
        "missing": problems(answers),
        "answers": [(one, _shown(one.choices, answers.get(one.name))) for one in FORM],
        "saved_at": kept.saved_at if kept else None,
        "propose": slugify(StudyHappening.PROPOSE),
    }
    return page(request, "proposal", study, "Overview", **context)


@require_http_methods(READ_WRITE)
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """What the study is called and aims at."""
    by, study = seen_study(request, slug)
    refuse_unless(by.may(Permission.STUDY_EDIT, study=study.public_id), "The lead of the study changes this.")
    refuse_unless(study.state in CHANGEABLE, f"This study is {study.state}: it can't be changed now.")
    names = ("title", "question", "kind", "mode", "lead_institution", "target_sites", "target_patients")
    form = StudyForm(
        request.POST if request.method == "POST" else None,
        initial={
            **{name: getattr(study, name) for name in names},
            "lead_institution": study.lead_institution_id,
        },
    )
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in names}
        if attempt(form, lambda: change_study(by=by, study=study, **wanted, now=clock.now())):
            return see_other("study", slug, done="saved")
    return page(request, "form", study, "Overview", form=form, heading="Change the study", button="Save")


@require_http_methods(READ_WRITE)
def happen(request: HttpRequest, slug: str, on: str) -> HttpResponse:
    """One thing that can happen to the study: what it means, a reason where one is wanted, one button."""
    by, study = seen_study(request, slug)
    if on not in BY_SLUG:
        raise Http404
    happening = BY_SLUG[on]
    row = next((one for one in offered(by, study) if one.on is happening), None)
    refuse_unless(row is not None, f"'{happening}' can't be done by you, or not while it is {study.state}.")
    form = _reason_form(row, request)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        if attempt(
            form,
            lambda: move_study(by=by, study=study, on=happening, reason=reason, now=clock.now()),
        ):
            return see_other("study", slug, done="moved")
    missing = [one for one in what_is_missing(study, row, "-") if one != REASON]
    context = {"form": form, "row": row, "missing": missing, "told": WORDS[happening]}
    return page(request, "happen", study, "Overview", **context)


def offered(by: Holder, study: Study) -> list[Transition]:
    """What somebody could do to the study now."""
    state = StudyState(study.state)
    return [
        one
        for one in MACHINE.possible(state)
        if one.permission
        and (
            may(by, one.permission, study.public_id)
            or (one.on in ALSO_BY_OFFICE and by.may(Permission.STUDY_DECIDE))
        )
    ]


def _reason_form(row: Transition | None, request: HttpRequest) -> ReasonForm | NoForm:
    data = request.POST if request.method == "POST" else None
    return ReasonForm(data) if row and row.asks == REASON else NoForm(data)


def _hands(seen: StudySeen, by: Holder) -> list[tuple[str, str]]:
    """Roles that hold the next step, with the names of those who are known to their colleagues."""
    roles = NEXT[StudyState(seen.study.state)].holders
    held = {role: seen.holders(role) for role in roles if role is not Role.OFFICE}
    inside = sees_workspace(by, seen.study)
    names = names_of({one for of in held.values() for one in of}) if inside else {}
    return [
        (ROLES[role].name, ", ".join(sorted(names[one] for one in held.get(role, ()) if one in names)))
        for role in roles
    ]


def _accepted(seen: StudySeen) -> int:
    """Patients in what was accepted; told to those who see each site's own number as well."""
    return sum(one.accepted.patients or 0 for one in seen.sites.values() if one.accepted)


def _next_milestones(seen: StudySeen, by: Holder) -> list[Milestone]:
    """What is due next; of other sites' milestones a site sees nothing."""
    whole, own = sees_whole(by, seen.study), by.sites(Permission.STUDY_VIEW)
    rows = [one for one in seen.milestones if one.done_at is None]
    told = [one for one in rows if whole or one.study_site_id is None or one.study_site_id in own]
    return told[:NEXT_MILESTONES]


def _counts(seen: StudySeen) -> list[tuple[SiteState, int]]:
    states = [one.state for one in seen.sites.values()]
    return [(state, states.count(state)) for state in ORDER if state in states]


def _short(seen: StudySeen, by: Holder) -> list[tuple[SiteSeen, bool, str]]:
    """Each site with whether its page opens to the reader; where somebody must act first."""
    own: frozenset[UUID] = by.sites(Permission.STUDY_VIEW)
    whole = sees_whole(by, seen.study)
    rows = sorted(seen.sites.values(), key=lambda one: (ORDER.index(one.state), one.site.code))
    return [(one, whole or one.site.public_id in own, tone("site", one.state)) for one in rows]


def _reported_sites(study: Study) -> list[str]:
    rows = study.sites.filter(withdrawn_at=None).exclude(confirmed_at=None)
    return sorted(rows.values_list("institution__name", flat=True))


def _shown(choices: tuple[tuple[str, str], ...], answer: object) -> str:
    words = dict(choices)
    if isinstance(answer, list):
        return "; ".join(words.get(one, one) for one in answer)
    return words.get(str(answer), str(answer or ""))


H = StudyHappening
WORDS: dict[StudyHappening, str] = {
    H.PROPOSE: "The office reads the proposal and decides. You can't change it while it is with them.",
    H.SEND_BACK: "The proposal goes back to its lead, who reads your reason and mends it.",
    H.ACCEPT: "The lead can then confirm sites and open the study for data.",
    H.DECLINE: "The proposal ends here. Its lead reads your reason.",
    H.OPEN: "Active sites can then send their data.",
    H.LOCK: "No more data are taken. What was accepted is what is analysed.",
    H.REOPEN: "Sites can send data again. Analyses keep the data that they used.",
    H.START_ANALYSIS: "Planned analyses can then be approved and run.",
    H.PUBLISH: "The released report is out: title, sites and report can be read by all members.",
    H.WITHDRAW: "The study ends. What sites sent is kept until its retention date.",
    H.ARCHIVE: "The study is put away. Nothing of it changes any more.",
}
"""What each happening means, said before its button."""
