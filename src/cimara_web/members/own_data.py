"""What the directory keeps of a person: what they take along, what goes and what stays at their end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from cimara_web.accounts.own_data import Owner
from cimara_web.accounts.queries import had_study_role
from cimara_web.members.models import Affiliation, ContactRequest, Invitation, Member
from cimara_web.writes import action


def exported(owner: Owner) -> dict[str, Any]:
    """Profile, affiliations, messages got and sent, invitations to an address of theirs."""
    member = Member.objects.filter(account=owner.account).first()
    return {
        "profile": _profile(member),
        "affiliations": [_affiliation(one) for one in _affiliations(member)],
        "messages_sent": [
            _message(one, "to", one.receiver) for one in _messages(member, "sender", "receiver")
        ],
        "messages_got": [
            _message(one, "from", one.sender) for one in _messages(member, "receiver", "sender")
        ],
        "invitations": [
            {"email": one.email, "institution": one.institution.name, "made_at": one.made_at}
            for one in Invitation.objects.filter(email__in=owner.addresses).select_related("institution")
        ],
    }


@action
def erase(owner: Owner, now: datetime) -> None:
    """Delete the profile, its messages and invitations; of authors of a study name and institution stay."""
    Invitation.objects.filter(email__in=owner.addresses).delete()
    member = Member.objects.select_for_update().filter(account=owner.account).first()
    if member is None:
        return
    if not had_study_role(owner.account):
        member.delete()
        return
    ContactRequest.objects.filter(sender=member).delete()
    ContactRequest.objects.filter(receiver=member).delete()
    member.degrees, member.orcid, member.contactable = "", None, False
    member.interests, member.languages, member.visibility = [], [], {}
    member.former_account, member.account = owner.account, None
    member.left = member.left or now.date()
    member.save()
    member.affiliations.update(department="", role="")


def staying(owner: Owner) -> list[str]:
    """What stays of an author, and for how long."""
    if Member.objects.filter(account=owner.account).exists() and had_study_role(owner.account):
        return [_("Your name, specialty and institution, while a study in which you had a role is kept.")]
    return []


def _profile(member: Member | None) -> dict[str, Any] | None:
    if member is None:
        return None
    told = model_to_dict(member, exclude=("account", "former_account"))
    return {"public_id": member.public_id, **told}


def _affiliations(member: Member | None) -> Any:
    return Affiliation.objects.filter(member=member).select_related("institution") if member else []


def _affiliation(row: Affiliation) -> dict[str, Any]:
    told = model_to_dict(row, exclude=("member", "institution"))
    return {"institution": row.institution.name, **told}


def _messages(member: Member | None, mine: str, other: str) -> Any:
    return ContactRequest.objects.filter(**{mine: member}).select_related(other) if member else []


def _message(row: ContactRequest, direction: str, other: Member) -> dict[str, Any]:
    return {
        direction: other.display_name,
        "subject": row.subject,
        "text": row.text,
        "state": row.state,
        "made_at": row.made_at,
    }
