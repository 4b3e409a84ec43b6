"""Who sees what of somebody: the one rule that lists, pages, tables, searches and counts of names ask."""

from __future__ import annotations

from django.db.models import Q

from cimara_web.members.models import Member
from cimara_web.members.words import Field, Visibility
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission


def levels(by: Holder) -> tuple[Visibility, ...]:
    """What may be set of a field so that this person sees it.

    A field of which nothing is set is seen by the office alone.
    """
    if by.may(Permission.MEMBER_EDIT):
        return tuple(Visibility)
    if by.may(Permission.DIRECTORY_VIEW):
        return (Visibility.MEMBERS, Visibility.PUBLIC)
    return (Visibility.PUBLIC,)


def sees(by: Holder, member: Member, field: Field) -> bool:
    """Whether this person sees a field of that member; one's own are seen by oneself."""
    if by.account is not None and by.account == member.account_id:
        return True
    return member.visibility.get(field, Visibility.OFFICE) in levels(by)


def seen(by: Holder, field: Field, *, of: str = "") -> Q:
    """The same as a condition on members; `of` is the way to the member, such as `member__`."""
    allowed = levels(by)
    if Visibility.OFFICE in allowed:
        return Q(**{f"{of}pk__isnull": False})
    condition = Q(**{f"{of}visibility__{field}__in": [str(one) for one in allowed]})
    if by.account is not None:
        condition |= Q(**{f"{of}account": by.account})
    return condition
