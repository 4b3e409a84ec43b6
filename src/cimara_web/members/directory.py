"""The list of people: what may be asked of it, who is found. What somebody hides can't be searched for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from cimara_web.members.models import Member
from cimara_web.members.queries import visible_members
from cimara_web.members.seeing import seen
from cimara_web.members.words import MOST_INTERESTS, MOST_SPECIALTIES, Field
from cimara_web.permissions.holder import Holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The filters of an address."""

    specialty: str = ""
    country: str = ""
    interest: str = ""
    q: str = ""


def found(by: Holder, wanted: Wanted) -> QuerySet[Member]:
    """People whose name somebody may see, and of whom they may see what is asked for."""
    rows = visible_members(by)
    if wanted.specialty:
        rows = rows.filter(_in_list("specialties", MOST_SPECIALTIES, wanted.specialty))
        rows = rows.filter(seen(by, Field.SPECIALTIES))
    if wanted.interest:
        rows = rows.filter(_in_list("interests", MOST_INTERESTS, wanted.interest))
        rows = rows.filter(seen(by, Field.INTERESTS))
    if wanted.country:
        rows = rows.filter(
            seen(by, Field.AFFILIATION), affiliations__institution__country=wanted.country
        ).distinct()
    for word in wanted.q.split()[:8]:
        rows = rows.filter(_says(by, word)).distinct()
    return rows


def _in_list(column: str, most: int, value: str) -> Q:
    return reduce(or_, (Q(**{f"{column}__{place}": value}) for place in range(most)))


def _says(by: Holder, word: str) -> Q:
    """Name, degrees, institution or department; each only where it is shown."""
    at = Q(affiliations__institution__name__icontains=word) | Q(
        affiliations__institution__city__icontains=word
    )
    at |= Q(affiliations__department__icontains=word)
    return (
        Q(display_name__icontains=word)
        | (seen(by, Field.DEGREES) & Q(degrees__icontains=word))
        | (seen(by, Field.AFFILIATION) & at)
    )
