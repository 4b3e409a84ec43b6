"""What the pages of one study share: who may look, its tabs, and how a form meets an action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from cimara_web.accounts.queries import holder
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Holder, Refused
from cimara_web.permissions.permission import Permission
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.models import Study, StudySite
from cimara_web.studies.models.study import Mode
from cimara_web.studies.queries import sees_workspace, visible_sites, visible_studies

DONE = {
    "saved": "Saved.",
    "moved": "Done.",
    "added": "Added.",
    "removed": "Removed.",
    "sent": "Sent.",
}
"""What a page says after a write: the word in the address -> the sentence."""
FEDERATION = "Federation"
WORKSPACE_TABS = (
    ("Sites", "study-sites"),
    ("Submissions", "submissions"),
    ("Completeness", "completeness"),
    ("Analyses", "analyses"),
    ("Reports", "reports"),
    ("Documents", "study-documents"),
    ("Milestones", "study-milestones"),
    ("Team", "study-team"),
)


def seen_study(request: HttpRequest, slug: str) -> tuple[Holder, Study]:
    """Whoever asks, and the study of this address if they may see it; else it is not there."""
    by = holder(request)
    return by, get_object_or_404(visible_studies(by).select_related("lead_institution"), slug=slug)


def own_study(request: HttpRequest, slug: str) -> tuple[Holder, Study]:
    """The same for pages of the workspace: readers of a reported study, and the office, have none."""
    by, study = seen_study(request, slug)
    if not sees_workspace(by, study):
        raise Http404
    return by, study


def seen_site(request: HttpRequest, slug: str, site: UUID) -> tuple[Holder, StudySite]:
    """The site of this address, with its study, review and agreement, if they may see it."""
    by = holder(request)
    rows = visible_sites(by).select_related("study", "institution", "ethics", "agreement")
    return by, get_object_or_404(rows, public_id=site, study__slug=slug)


def tabs(by: Holder, study: Study) -> list[tuple[str, str]]:
    """The pages of a study that somebody can open: words and address."""
    links = [("Overview", reverse("study", args=[study.slug]))]
    if sees_workspace(by, study):
        links += [(words, reverse(name, args=[study.slug])) for words, name in WORKSPACE_TABS]
        if study.mode != Mode.POOLED:
            links.insert(2, (FEDERATION, reverse("study-federation", args=[study.slug])))
    elif by.may(Permission.STUDY_LIST):
        links.append(("Team", reverse("study-team", args=[study.slug])))
    if by.may(Permission.STUDY_LOG_VIEW, study=study.public_id):
        links.append(("Log", reverse("study-log", args=[study.slug])))
    return links


def page(
    request: HttpRequest, template: str, study: Study, tab: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of a study, with its tabs and what was done just now."""
    context |= {
        "study": study,
        "tabs": tabs(holder(request), study),
        "tab": tab,
        "done": DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, f"studies/workspace/{template}.html", context, status=status)


def attempt(form: Form, do: Callable[[], object]) -> bool:
    """Whether an action was done; what it says against it goes to the form, beside its field."""
    try:
        do()
    except FieldError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    except NotNowError as error:
        form.add_error(None, str(error))
    else:
        return True
    return False


def refuse_unless(allowed: bool, words: str) -> None:
    """403 with the reason, for a page that has no button for this person.

    Raises
    ------
    Refused
        Unless it is allowed.
    """
    if not allowed:
        raise Refused(words)


def see_other(name: str, *args: object, done: str = "") -> HttpResponse:
    """Go and look there, by GET."""
    address = reverse(name, args=args)
    return HttpResponseRedirect(f"{address}?done={done}" if done else address, status=303)
