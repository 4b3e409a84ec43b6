"""What a page shows of somebody to whoever looks: a field that they may not see isn't there."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from cimara_web.members.labels import SPECIALTIES, interest_words, languages_words, worded
from cimara_web.members.models import Affiliation, Member
from cimara_web.members.seeing import sees
from cimara_web.members.words import Field
from cimara_web.permissions.holder import Holder

NAMELESS = "A member who shows no name"


@dataclass(frozen=True, slots=True)
class Work:
    """Where somebody works."""

    institution: UUID
    name: str
    city: str
    country: str
    department: str = ""
    is_primary: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member as one person sees them. Empty is what isn't known or isn't for them."""

    public_id: UUID
    name: str
    is_self: bool = False
    has_left: bool = False
    contactable: bool = False
    degrees: str = ""
    orcid: str = ""
    specialties: tuple[str, ...] = ()
    specialty_words: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    interest_words: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    works: tuple[Work, ...] = field(default=())

    @property
    def place(self) -> str:
        """Primary institution with its town, or nothing."""
        return ", ".join(filter(None, (self.works[0].name, self.works[0].city))) if self.works else ""


def person(member: Member, by: Holder) -> Person:
    """A member as `by` sees them; affiliations must have been fetched."""
    may = {one for one in Field if sees(by, member, one)}
    specialties = tuple(member.specialties) if Field.SPECIALTIES in may else ()
    interests = tuple(member.interests) if Field.INTERESTS in may else ()
    return Person(
        public_id=member.public_id,
        name=member.display_name if Field.NAME in may else NAMELESS,
        is_self=by.account is not None and by.account == member.account_id,
        has_left=member.left is not None,
        contactable=member.contactable,
        degrees=member.degrees if Field.DEGREES in may else "",
        orcid=(member.orcid or "") if Field.ORCID in may else "",
        specialties=specialties,
        specialty_words=tuple(worded(SPECIALTIES, one) for one in specialties),
        interests=interests,
        interest_words=tuple(interest_words(one) for one in interests),
        languages=tuple(languages_words(member.languages)) if Field.LANGUAGES in may else (),
        works=tuple(_work(one) for one in member.affiliations.all()) if Field.AFFILIATION in may else (),
    )


def _work(row: Affiliation) -> Work:
    at = row.institution
    return Work(at.merged_into_id or at.public_id, at.name, at.city, at.country, row.department, row.primary)
