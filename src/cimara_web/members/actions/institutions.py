"""Adds, changes and merges institutions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from cimara.terms.ids import RorId
from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.members.models import Affiliation, Capability, Institution, Invitation
from cimara_web.members.words import InstitutionKind
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.places import BothInAStudyError, move_institution
from cimara_web.writes import audited

CHANGEABLE = ("name", "ror", "city", "country", "latitude", "longitude", "kind", "active")


class InstitutionError(ValueError):
    """What was asked can't be done with these institutions; the message is for the office."""


@audited
def add_institution(
    *,
    by: Holder,
    name: str,
    country: str,
    kind: InstitutionKind,
    now: datetime,
    city: str = "",
    ror: RorId | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    is_demonstration: bool = False,
) -> Institution:
    """Add a place to the network.

    Raises
    ------
    InstitutionError
        When another institution bears this ROR id.
    """
    require(by, Permission.INSTITUTION_EDIT)
    _check_ror(ror, Institution.objects.all())
    made = Institution(
        name=name,
        country=country,
        kind=InstitutionKind(kind).value,
        city=city,
        ror=ror,
        latitude=latitude,
        longitude=longitude,
        is_demonstration=is_demonstration,
    )
    made.save(force_insert=True)
    record(Event.INSTITUTION_ADDED, by=by, about=("institution", made.public_id), now=now)
    return made


@audited
def change_institution(*, by: Holder, institution: Institution, now: datetime, **facts: Any) -> Institution:
    """Change some of the facts of `CHANGEABLE`.

    Raises
    ------
    InstitutionError
        When it was merged into another, or another bears this ROR id.
    """
    require(by, Permission.INSTITUTION_EDIT)
    if stray := facts.keys() - set(CHANGEABLE):
        raise TypeError(f"an institution has no {', '.join(sorted(stray))}")
    row = Institution.objects.select_for_update().get(pk=institution.pk)
    if row.merged_into_id is not None:
        raise InstitutionError("This institution was merged into another one. Change that one.")
    if "ror" in facts:
        _check_ror(facts["ror"], Institution.objects.exclude(pk=row.pk))
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, facts[name])
    row.save()
    record(
        Event.INSTITUTION_CHANGED,
        by=by,
        about=("institution", row.public_id),
        now=now,
        context={"fields": sorted(changed)},
    )
    return row


@audited
def merge_institutions(
    *, by: Holder, duplicate: Institution, into: Institution, now: datetime
) -> Institution:
    """Move all that belongs to a duplicate to the institution that stays; the old address leads there.

    Raises
    ------
    InstitutionError
        When both are one, one of them was merged before, or a study has both as sites.
    """
    require(by, Permission.INSTITUTION_EDIT)
    if duplicate.pk == into.pk:
        raise InstitutionError("An institution can't be merged into itself. Choose another one.")
    both = Institution.objects.select_for_update().filter(pk__in=[duplicate.pk, into.pk]).order_by("pk")
    rows = {one.pk: one for one in both}
    old, stays = rows[duplicate.pk], rows[into.pk]
    if old.merged_into_id or stays.merged_into_id:
        raise InstitutionError("One of the two was merged into another institution before.")
    try:
        move_institution(duplicate=old.public_id, into=stays.public_id)
    except BothInAStudyError as error:
        raise InstitutionError(str(error)) from None
    _move_affiliations(old, stays)
    _move_capabilities(old, stays)
    Invitation.objects.filter(institution=old).update(institution=stays)
    Institution.objects.filter(merged_into=old).update(merged_into=stays)
    ror, old.ror, old.active, old.merged_into = old.ror, None, False, stays
    old.save()
    stays.ror = stays.ror or ror
    stays.save()
    record(
        Event.INSTITUTION_MERGED,
        by=by,
        about=("institution", old.public_id),
        now=now,
        context={"into": str(stays.public_id)},
    )
    return stays


def _check_ror(ror: str | None, others: QuerySet[Institution]) -> None:
    taken = others.filter(ror=ror).first() if ror else None
    if taken is not None:
        raise InstitutionError(f"{taken.name} has this ROR id already.")


def _move_affiliations(old: Institution, stays: Institution) -> None:
    """Somebody at both is at one now; the primary affiliation of the two is the one that stays."""
    there = Affiliation.objects.filter(institution=stays)
    twice = Affiliation.objects.filter(institution=old, member__in=there.values("member"))
    primary = list(twice.filter(primary=True).values_list("member", flat=True))
    twice.delete()
    for member in primary:
        first = there.filter(member=member).order_by(F("end").desc(nulls_first=True), "pk").first()
        Affiliation.objects.filter(pk=first.pk).update(primary=True)
    Affiliation.objects.filter(institution=old).update(institution=stays)


def _move_capabilities(old: Institution, stays: Institution) -> None:
    """Of two statements on one thing the newer one counts."""
    known = {one.kind: one for one in Capability.objects.filter(institution=stays)}
    for one in Capability.objects.filter(institution=old):
        rival = known.get(one.kind)
        if rival is not None and rival.as_of >= one.as_of:
            one.delete()
            continue
        if rival is not None:
            rival.delete()
        one.institution = stays
        one.save()
