"""The directory: people who show their name to members, and one of them."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cimara_web import clock
from cimara_web.accounts.queries import holder
from cimara_web.members.directory import found
from cimara_web.members.forms.filters import PeopleFilter
from cimara_web.members.labels import country_words
from cimara_web.members.queries import countries, members, visible_members
from cimara_web.members.shown import Person, person
from cimara_web.members.tables import csv_file
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission

PAGE_SIZE = 50


def reader(request: HttpRequest) -> Holder:
    """Whoever asks, when the directory is for them.

    Raises
    ------
    Http404
        For others: to them there is no directory.
    """
    by = holder(request)
    if not (by.may(Permission.DIRECTORY_VIEW) or by.may(Permission.MEMBER_EDIT)):
        raise Http404
    return by


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """People by name, narrowed by what they show."""
    by = reader(request)
    form = PeopleFilter(request.GET or None, countries=countries())
    page = Paginator(found(by, form.wanted()), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "people": [person(one, by) for one in page],
        "everybody": members().count(),
        "as_of": clock.today(),
    }
    return render(request, "network/people.html", context)


@require_safe
def people_csv(request: HttpRequest) -> HttpResponse:
    """The same people as a table."""
    by = reader(request)
    form = PeopleFilter(request.GET or None, countries=countries())
    header = ("Name", "Degrees", "Specialties", "Institution", "Town", "Country", "Interests", "ORCID iD")
    rows = [_row(person(one, by)) for one in found(by, form.wanted())]
    return csv_file("people", clock.today(), header, rows)


@require_safe
def person_page(request: HttpRequest, member: UUID) -> HttpResponse:
    """One of them."""
    by = reader(request)
    shown = person(get_object_or_404(visible_members(by), public_id=member), by)
    context = {
        "person": shown,
        "countries": {one.country: country_words(one.country) for one in shown.works},
        "can_write": shown.contactable and not shown.is_self and by.may(Permission.CONTACT_SEND),
    }
    return render(request, "network/person.html", context)


def _row(one: Person) -> tuple[str, ...]:
    work = one.works[0] if one.works else None
    where = (work.name, work.city, country_words(work.country)) if work else ("", "", "")
    return (
        one.name,
        one.degrees,
        "; ".join(one.specialty_words),
        *where,
        "; ".join(one.interest_words),
        one.orcid,
    )
