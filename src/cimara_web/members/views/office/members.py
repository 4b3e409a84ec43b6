"""Members as the office keeps them."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from cimara_web import clock
from cimara_web.accounts.queries import addresses
from cimara_web.members.actions.leaving import LeftAlreadyError, leave
from cimara_web.members.actions.profile import ProfileError, change_profile
from cimara_web.members.directory import found
from cimara_web.members.forms.filters import PeopleFilter
from cimara_web.members.forms.profile import ProfileForm
from cimara_web.members.labels import FIELDS, SEEN_BY, country_words, worded
from cimara_web.members.models import Member
from cimara_web.members.queries import countries, visible_members
from cimara_web.members.shown import person
from cimara_web.members.tables import csv_file
from cimara_web.members.views.office.frame import officer, see, tabs
from cimara_web.members.words import Field, Visibility
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission

PAGE_SIZE = 50
DONE = {"changed": "The profile is saved.", "left": "Noted: this member left and holds no role any more."}


@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """Everybody, also those who show nothing to others, and those who left."""
    by = officer(request, Permission.MEMBER_EDIT)
    form = PeopleFilter(request.GET or None, countries=countries())
    page = Paginator(_asked(request, by, form), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs(by),
        "form": form,
        "page": page,
        "rows": [(one, person(one, by)) for one in page],
        "left": "left" in request.GET,
    }
    return render(request, "office/members.html", context)


@require_safe
def members_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table. It holds no e-mail address."""
    by = officer(request, Permission.MEMBER_EDIT)
    form = PeopleFilter(request.GET or None, countries=countries())
    header = ("Name", "Specialties", "Institution", "Town", "Country", "Joined", "Left", "Can be contacted")
    rows = (_cells(one, by) for one in _asked(request, by, form))
    return csv_file("members", clock.today(), header, rows)


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, member: UUID) -> HttpResponse:
    """One member: change the profile, or note that they left. Who sees it, they alone decide."""
    by = officer(request, Permission.MEMBER_EDIT)
    row = get_object_or_404(visible_members(by), public_id=member)
    if request.method == "POST" and request.POST.get("do") == "leave":
        return _left(by, row)
    form = ProfileForm(request.POST or None, initial=ProfileForm.initial_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            change_profile(by=by, member=row, now=clock.now(), **form.facts())
        except ProfileError as error:
            form.refuse(error.field, str(error))
        else:
            return see("office-member", row.pk, done="changed")
    address, _language = addresses([row.account_id]).get(row.account_id, ("", ""))
    context = {
        "tabs": tabs(by),
        "form": form,
        "member": row,
        "address": address,
        "seen": [
            (str(FIELDS[one]), worded(SEEN_BY, row.visibility.get(one, Visibility.OFFICE))) for one in Field
        ],
        "done": DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "office/member.html", context)


def _left(by: Holder, row: Member) -> HttpResponse:
    with suppress(LeftAlreadyError):  # noted in another window: what is wanted is so
        leave(by=by, member=row, now=clock.now())
    return see("office-member", row.pk, done="left")


def _asked(request: HttpRequest, by: Holder, form: PeopleFilter) -> QuerySet[Member]:
    return found(by, form.wanted()).filter(left__isnull="left" not in request.GET)


def _cells(row: Member, by: Holder) -> tuple[object, ...]:
    shown = person(row, by)
    work = shown.works[0] if shown.works else None
    return (
        shown.name,
        "; ".join(shown.specialty_words),
        *((work.name, work.city, country_words(work.country)) if work else ("", "", "")),
        row.joined.isoformat(),
        row.left.isoformat() if row.left else "",
        "yes" if row.contactable else "no",
    )
