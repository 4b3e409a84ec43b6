"""Changes what a profile says and who sees it: by its owner, or by the office."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cimara.terms.ids import Orcid
from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.members.models import Affiliation, Institution, Member
from cimara_web.members.words import MOST_INTERESTS, MOST_SPECIALTIES, Field, Specialty, Visibility
from cimara_web.permissions.holder import Holder, Refused, require
from cimara_web.permissions.permission import Permission
from cimara_web.writes import audited


class ProfileError(ValueError):
    """A profile can't be so; `field` is the field of the form, the message what would be right."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@audited
def change_profile(
    *,
    by: Holder,
    member: Member,
    now: datetime,
    institution: Institution | None = None,
    department: str | None = None,
    **facts: Any,
) -> Member:
    """Change what a profile says; `institution` and `department` are those of the primary affiliation.

    Raises
    ------
    ProfileError
        For no or too many specialties, too many interests, or an ORCID iD of somebody else.
    """
    row = _own(by, member)
    wanted = checked_profile(**facts)
    check_orcid(row, wanted["orcid"])
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    row.save()
    if _affiliated(row, institution, department):
        changed.append("affiliation")
    record(
        Event.MEMBER_CHANGED,
        by=by,
        about=("member", row.public_id),
        now=now,
        context={"fields": sorted(changed)},
    )
    return row


@audited
def set_visibility(
    *, by: Holder, member: Member, visibility: Mapping[Field, Visibility], now: datetime
) -> Member:
    """Say who sees each field; one that isn't named is seen by the office alone. For its owner only."""
    if by.account is None or by.account != member.account_id:
        raise Refused("Only you decide who sees your profile.")
    row = Member.objects.select_for_update().get(pk=member.pk)
    wanted = checked_visibility(visibility)
    changed = [str(one) for one in Field if row.visibility.get(one, Visibility.OFFICE) != wanted[one]]
    row.visibility = wanted
    row.save()
    record(
        Event.MEMBER_VISIBILITY_CHANGED,
        by=by,
        about=("member", row.public_id),
        now=now,
        context={"fields": changed},
    )
    return row


def checked_visibility(visibility: Mapping[Field, Visibility]) -> dict[str, str]:
    """Every field with who sees it; what is not said is for the office alone."""
    return {str(one): Visibility(visibility.get(one, Visibility.OFFICE)).value for one in Field}


def check_orcid(member: Member, orcid: Orcid | None) -> None:
    """An ORCID iD is one person's."""
    if orcid and Member.objects.filter(orcid=orcid).exclude(pk=member.pk).exists():
        raise ProfileError("orcid", _("Another member has this ORCID iD. Check it, or ask the office."))


def checked_profile(
    *,
    display_name: str,
    specialties: Iterable[Specialty],
    degrees: str = "",
    orcid: Orcid | None = None,
    interests: Iterable[str] = (),
    languages: Iterable[str] = (),
    contactable: bool = False,
) -> dict[str, Any]:
    """The columns of a profile; the first specialty is the primary one.

    Raises
    ------
    ProfileError
        As `change_profile`.
    """
    kept = list(dict.fromkeys(Specialty(one).value for one in specialties))
    works_on = list(dict.fromkeys(interests))
    if not 1 <= len(kept) <= MOST_SPECIALTIES:
        raise ProfileError("specialties", _("Choose one to three specialties."))
    if len(works_on) > MOST_INTERESTS:
        raise ProfileError("interests", _("Choose at most eight interests."))
    return {
        "display_name": display_name,
        "degrees": degrees,
        "specialties": kept,
        "orcid": Orcid(orcid) if orcid else None,
        "interests": works_on,
        "languages": list(dict.fromkeys(languages)),
        "contactable": contactable,
    }


def _own(by: Holder, member: Member) -> Member:
    """The member, locked, when it is oneself or one is the office."""
    if by.account is None or by.account != member.account_id:
        require(by, Permission.MEMBER_EDIT)
    require(by, Permission.PROFILE_EDIT)
    return Member.objects.select_for_update().get(pk=member.pk)


def _affiliated(member: Member, institution: Institution | None, department: str | None) -> bool:
    """Whether the primary affiliation was changed."""
    if institution is None and department is None:
        return False
    now_at = Affiliation.objects.filter(member=member, primary=True).first()
    place = institution.pk if institution else now_at and now_at.institution_id
    if place is None:
        return False
    told = department if department is not None else (now_at.department if now_at else "")
    if now_at and (now_at.institution_id, now_at.department) == (place, told):
        return False
    Affiliation.objects.filter(member=member, primary=True).update(primary=False)
    row = Affiliation.objects.filter(member=member, institution=place).first()
    row = row or Affiliation(member=member, institution_id=place)
    row.primary, row.department, row.end = True, told, None
    row.save()
    return True
