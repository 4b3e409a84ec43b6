"""The list of studies: to members their own, with what waits for them first; to strangers what is public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from cimara_web import clock
from cimara_web.accounts.queries import holder, holder_of
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.studies.actions.study import save_proposal, start_study
from cimara_web.studies.forms.study import NewStudyForm
from cimara_web.studies.models import Study
from cimara_web.studies.next_step import NEXT, NextStep
from cimara_web.studies.queries import visible_studies
from cimara_web.studies.states.study import StudyState
from cimara_web.studies.tasks import Task, tasks_for, tasks_of
from cimara_web.studies.tones import tone
from cimara_web.studies.views.demonstration import folder
from cimara_web.studies.views.frame import see_other

WISHES = "study_idea"
"""Where the idea search of the members leaves its wish list in the session: pairs of what and which."""


@dataclass(frozen=True, slots=True)
class ListedStudy:
    """A study of the list: how one is in it, what comes next, how much waits."""

    study: Study
    roles: tuple[str, ...]
    next: NextStep
    tone: str
    waiting: int


@login_not_required
@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    """Where the two ways part."""
    if not request.user.is_authenticated:
        return render(request, "studies/studies.html", {"there": folder().is_dir()})
    if translation.get_language() != "en":
        with translation.override("en"):
            return HttpResponseRedirect(reverse("study-list"))
    return _own(request)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin an idea of a study."""
    by = holder(request)
    require(by, Permission.STUDY_PROPOSE)
    form = NewStudyForm(request.POST if request.method == "POST" else None)
    wishes = request.session.get(WISHES)
    if request.method == "POST" and form.is_valid():
        study = start_study(by=by, **form.cleaned_data, now=clock.now())
        if wishes:
            _take_along(request, study, wishes)
        return see_other("study-proposal", study.slug)
    return render(request, "studies/workspace/new.html", {"form": form, "wishes": wishes})


def _take_along(request: HttpRequest, study: Study, wishes: Iterable[tuple[str, str]]) -> None:
    """What an idea search wished for becomes a remark of the proposal, once."""
    told = "\n".join(("Wished for in the idea search:", *(f"{what}: {which}" for what, which in wishes)))
    lead = holder_of(request.user, now=clock.now())  # who began it leads it since a moment ago
    save_proposal(by=lead, study=study, answers={"remarks": told}, now=clock.now())
    del request.session[WISHES]


def _own(request: HttpRequest) -> HttpResponse:
    by, now = holder(request), clock.now()
    rows = list(visible_studies(by).order_by("-moved_at", "title"))
    tasks = tasks_for(by, tasks_of(rows, now=now))
    own = by.studies(Permission.STUDY_VIEW)
    listed = [_listed(one, by, tasks) for one in rows]
    context = {
        "tasks": _by_study(tasks),
        "own": [one for one in listed if one.study.public_id in own],
        "to_decide": _in_state(listed, StudyState.PROPOSED) if by.may(Permission.STUDY_DECIDE) else [],
        "others": [one for one in listed if one.study.public_id not in own],
    }
    return render(request, "studies/workspace/list.html", context)


def _listed(study: Study, by: Holder, tasks: Iterable[Task]) -> ListedStudy:
    held = {one.role for one in by.roles if one.study == study.public_id}
    return ListedStudy(
        study=study,
        roles=tuple(ROLES[one].name for one in Role if one in held),
        next=NEXT[StudyState(study.state)],
        tone=tone("study", study.state),
        waiting=sum(one.study.public_id == study.public_id for one in tasks),
    )


def _in_state(listed: Iterable[ListedStudy], state: StudyState) -> list[ListedStudy]:
    return [one for one in listed if one.study.state == state]


def _by_study(tasks: Iterable[Task]) -> list[tuple[Study, list[Task]]]:
    """Tasks of each study together, the study with the most urgent one first."""
    found: dict[UUID, tuple[Study, list[Task]]] = {}
    for task in tasks:
        found.setdefault(task.study.public_id, (task.study, []))[1].append(task)
    return list(found.values())
