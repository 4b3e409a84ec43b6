"""Institutions as the office keeps them: facts, what they can do, duplicates."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cimara_web import clock
from cimara_web.members.actions.capabilities import remove_capability, state_capability
from cimara_web.members.actions.institutions import (
    InstitutionError,
    add_institution,
    change_institution,
    merge_institutions,
)
from cimara_web.members.forms.filters import InstitutionFilter
from cimara_web.members.forms.office import CapabilityForm, InstitutionForm, MergeForm
from cimara_web.members.labels import CAPABILITIES, KINDS, VOLUMES, country_words, tumour_words, worded
from cimara_web.members.models import Capability, Institution
from cimara_web.members.queries import (
    countries,
    names_of,
    visible_capabilities,
    visible_institutions,
    with_members_counted,
)
from cimara_web.members.queries import institutions as of_the_network
from cimara_web.members.views.office.frame import officer, see, tabs
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission

DONE = {
    "added": "The institution is added.",
    "changed": "The institution is saved.",
    "stated": "The statement is saved.",
    "removed": "The statement is taken back. It is not known any more whether this can be done there.",
    "merged": "The two are one now. The old address leads here.",
}
EDIT = Permission.INSTITUTION_EDIT


@require_safe
def institutions(request: HttpRequest) -> HttpResponse:
    """Every place, also those that no longer belong to the network."""
    by = officer(request, EDIT)
    form = InstitutionFilter(request.GET or None, countries=countries())
    rows = with_members_counted(form.narrowed(visible_institutions(by))).order_by("name")
    context = {
        "tabs": tabs(by),
        "form": form,
        "rows": [(one, country_words(one.country), worded(KINDS, one.kind)) for one in rows],
    }
    return render(request, "office/institutions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a place."""
    by = officer(request, EDIT)
    form = InstitutionForm(request.POST or None)
    del form.fields["active"]
    if request.method == "POST" and form.is_valid():
        try:
            made = add_institution(by=by, now=clock.now(), **form.facts())
        except InstitutionError as error:
            form.add_error("ror", str(error))
        else:
            return see("office-institution", made.pk, done="added")
    return render(request, "office/institution_new.html", {"tabs": tabs(by), "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def institution(request: HttpRequest, institution: UUID) -> HttpResponse:
    """One place: its facts."""
    by = officer(request, EDIT)
    place = get_object_or_404(visible_institutions(by), pk=institution)
    form = InstitutionForm(request.POST or None, initial=InstitutionForm.initial_of(place))
    if request.method == "POST" and form.is_valid():
        try:
            change_institution(by=by, institution=place, now=clock.now(), **form.facts())
        except InstitutionError as error:
            form.add_error("ror", str(error))
        else:
            return see("office-institution", place.pk, done="changed")
    context = {
        "form": form,
        "capabilities": CapabilityForm(initial={"as_of": clock.today().isoformat()}),
        "merge": _merge_form(place),
    }
    return _page(request, by, place, context)


@require_POST
def capabilities(request: HttpRequest, institution: UUID) -> HttpResponse:
    """State what a place can do, or take a statement back."""
    by = officer(request, EDIT)
    place = get_object_or_404(visible_institutions(by), pk=institution)
    if request.POST.get("do") == "remove":
        row = visible_capabilities(by).filter(institution=place, kind=request.POST.get("kind", "")).first()
        if row is not None:
            remove_capability(by=by, capability=row, now=clock.now())
        return see("office-institution", place.pk, done="removed")
    form = CapabilityForm(request.POST)
    if form.is_valid():
        state_capability(by=by, institution=place, now=clock.now(), **form.facts())
        return see("office-institution", place.pk, done="stated")
    context = {
        "form": InstitutionForm(initial=InstitutionForm.initial_of(place)),
        "capabilities": form,
        "merge": _merge_form(place),
    }
    return _page(request, by, place, context)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, institution: UUID) -> HttpResponse:
    """Make one of two; GET leads to the page of the place."""
    by = officer(request, EDIT)
    place = get_object_or_404(visible_institutions(by), pk=institution)
    if request.method != "POST":
        return see("office-institution", place.pk)
    form = _merge_form(place, request)
    if form.is_valid():
        try:
            stays = merge_institutions(by=by, duplicate=place, into=form.stays(), now=clock.now())
        except InstitutionError as error:
            form.add_error("into", str(error))
        else:
            return see("office-institution", stays.pk, done="merged")
    context = {
        "form": InstitutionForm(initial=InstitutionForm.initial_of(place)),
        "capabilities": CapabilityForm(initial={"as_of": clock.today().isoformat()}),
        "merge": form,
    }
    return _page(request, by, place, context)


def _merge_form(place: Institution, request: HttpRequest | None = None) -> MergeForm:
    return MergeForm(request.POST if request else None, places=of_the_network().exclude(pk=place.pk))


def _page(request: HttpRequest, by: Holder, place: Institution, context: dict[str, object]) -> HttpResponse:
    stated = list(visible_capabilities(by).filter(institution=place))
    names = names_of({one.stated_by for one in stated if one.stated_by})
    context |= {
        "tabs": tabs(by),
        "institution": place,
        "stated": [_told(one, names) for one in stated],
        "done": DONE.get(request.GET.get("done", ""), ""),
        "bad": next((one for one in context.values() if getattr(one, "errors", None)), context["form"]),
    }
    return render(request, "office/institution.html", context)


def _told(row: Capability, names: dict[UUID, str]) -> dict[str, object]:
    return {
        "row": row,
        "words": worded(CAPABILITIES, row.kind),
        "tumours": ", ".join(tumour_words(one) for one in row.tumour_types),
        "volume": worded(VOLUMES, row.patients_a_year),
        "by": names.get(row.stated_by, "") if row.stated_by else "",
    }
