"""Institutions that anyone sees: public facts, what they can do, and who chose to be named there."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cimara_web import clock
from cimara_web.accounts.queries import holder
from cimara_web.members.forms.filters import InstitutionFilter
from cimara_web.members.labels import CAPABILITIES, KINDS, VOLUMES, country_words, tumour_words, worded
from cimara_web.members.models import Capability, Institution
from cimara_web.members.queries import (
    countries,
    visible_capabilities,
    visible_institutions,
    visible_members,
    with_members_counted,
)
from cimara_web.members.seeing import seen
from cimara_web.members.shown import person
from cimara_web.members.tables import csv_file
from cimara_web.members.words import Field


@login_not_required
@require_safe
def institutions(request: HttpRequest) -> HttpResponse:
    """Every place of the network, narrowed by country and by what it can do."""
    by = holder(request)
    form = InstitutionFilter(request.GET or None, countries=countries())
    rows = with_members_counted(form.narrowed(visible_institutions(by))).order_by("country", "city", "name")
    context = {
        "form": form,
        "rows": [(one, country_words(one.country), worded(KINDS, one.kind)) for one in rows],
        "as_of": clock.today(),
    }
    return render(request, "network/institutions.html", context)


@login_not_required
@require_safe
def institution(request: HttpRequest, institution: UUID) -> HttpResponse:
    """One place. A duplicate's address leads to the place that stays."""
    by = holder(request)
    found = with_members_counted(visible_institutions(by)).filter(pk=institution).first()
    if found is None:
        return _moved(institution)
    people = visible_members(by).filter(
        seen(by, Field.AFFILIATION), left=None, affiliations__institution=found
    )
    context = {
        "institution": found,
        "country": country_words(found.country),
        "kind": worded(KINDS, found.kind),
        "capabilities": [_stated(one) for one in visible_capabilities(by).filter(institution=found)],
        "people": [person(one, by) for one in people.distinct()],
    }
    return render(request, "network/institution.html", context)


@login_not_required
@require_safe
def capabilities_csv(request: HttpRequest) -> HttpResponse:
    """What each place states that it can and can't do."""
    rows = visible_capabilities(holder(request)).select_related("institution")
    header = (
        _("Institution"),
        _("Country"),
        _("Capability"),
        _("Can do this"),
        _("Tumour types"),
        _("Patients a year"),
        _("As of"),
    )
    table = [
        (one.institution.name, country_words(one.institution.country), *_cells(one))
        for one in rows.order_by("institution__name", "kind")
    ]
    return csv_file("capabilities", clock.today(), header, table)


def _moved(institution: UUID) -> HttpResponse:
    duplicate = Institution.objects.filter(pk=institution, merged_into__active=True).first()
    if duplicate is None:
        raise Http404
    return HttpResponseRedirect(reverse("institution", args=[duplicate.merged_into_id]), status=301)


def _stated(one: Capability) -> dict[str, object]:
    return {
        "words": worded(CAPABILITIES, one.kind),
        "present": one.present,
        "tumours": ", ".join(tumour_words(tumour) for tumour in one.tumour_types),
        "volume": worded(VOLUMES, one.patients_a_year),
        "as_of": one.as_of,
    }


def _cells(one: Capability) -> tuple[object, ...]:
    told = _stated(one)
    can = _("Yes") if one.present else _("No")
    return (told["words"], can, told["tumours"], told["volume"], one.as_of.isoformat())
