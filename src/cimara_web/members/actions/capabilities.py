"""States what an institution can do, and takes such a statement back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.members.models import Capability, Institution
from cimara_web.members.words import CapabilityKind, Volume
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.writes import audited


@audited
def state_capability(
    *,
    by: Holder,
    institution: Institution,
    kind: CapabilityKind,
    as_of: date,
    now: datetime,
    present: bool = True,
    tumour_types: Iterable[str] = (),
    patients_a_year: Volume | None = None,
) -> Capability:
    """State that a place can or can't do something, as of a day; an earlier statement is replaced.

    What isn't stated stays unknown.

    Raises
    ------
    ValueError
        For a day that is still to come.
    """
    require(by, Permission.INSTITUTION_EDIT)
    if as_of > now.date():
        raise ValueError("a statement is as of today or earlier")
    place = Institution.objects.select_for_update().get(pk=institution.pk)
    row = Capability.objects.filter(institution=place, kind=kind).first()
    row = row or Capability(institution=place, kind=CapabilityKind(kind).value)
    row.present, row.as_of, row.stated_by = present, as_of, by.account
    row.tumour_types = sorted(tumour_types) if present else []
    row.patients_a_year = Volume(patients_a_year).value if present and patients_a_year else ""
    row.save()
    record(
        Event.CAPABILITY_STATED,
        by=by,
        about=("institution", place.public_id),
        now=now,
        context={"kind": row.kind},
    )
    return row


@audited
def remove_capability(*, by: Holder, capability: Capability, now: datetime) -> None:
    """Take a statement back: whether the place can do it is unknown again."""
    require(by, Permission.INSTITUTION_EDIT)
    row = Capability.objects.select_for_update().get(pk=capability.pk)
    record(
        Event.CAPABILITY_REMOVED,
        by=by,
        about=("institution", row.institution_id),
        now=now,
        context={"kind": row.kind},
    )
    row.delete()
