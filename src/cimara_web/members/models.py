"""Institutions, members, what places can do, invitations, and messages between members."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.conf import settings
from django.db import models

from cimara_web.writes import GuardedModel


class Institution(GuardedModel):
    """A place. `merged_into` leads from a duplicate to the one that stays."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=200)
    ror = models.CharField(max_length=9, null=True, unique=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, db_index=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    kind = models.CharField(max_length=12)
    active = models.BooleanField(default=True)
    is_demonstration = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "public"
        name = "public"
        ror = "public"
        city = "public"
        country = "public"
        latitude = "public"
        longitude = "public"
        kind = "public"
        active = "public"
        is_demonstration = "public"
        merged_into = "public"
        retention = "as long as the portal; nothing of a person"


class Member(GuardedModel):
    """Somebody of the consortium, also after they left: past studies keep their authors.

    `former_account` is set when the account of an author is deleted: studies name people by it.
    `visibility` is who sees each field: a mapping from the name of a field to `members.words.Visibility`.
    """

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    former_account = models.UUIDField(null=True, db_index=True)
    display_name = models.CharField(max_length=150)
    degrees = models.CharField(max_length=100, blank=True)
    orcid = models.CharField(max_length=19, null=True, unique=True)
    specialties = models.JSONField()
    interests = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    joined = models.DateField()
    left = models.DateField(null=True)
    visibility = models.JSONField(default=dict)
    contactable = models.BooleanField(default=False)

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        account = "personal"
        former_account = "internal"
        display_name = "personal"
        degrees = "personal"
        orcid = "personal"
        specialties = "personal"
        interests = "personal"
        languages = "personal"
        joined = "personal"
        left = "personal"
        visibility = "personal"
        contactable = "personal"
        retention = "until the account is deleted; name and institution while a study that names them is kept"


class Affiliation(GuardedModel):
    """Where somebody works; `department` is free text, since ROR has no departments."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="affiliations")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="affiliations")
    department = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=100, blank=True)
    start = models.DateField(null=True)
    end = models.DateField(null=True)
    primary = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(primary=True), name="one_primary_affiliation"
            ),
        )

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        member = "personal"
        institution = "personal"
        department = "personal"
        role = "personal"
        start = "personal"
        end = "personal"
        primary = "personal"
        retention = "with its member"


class Capability(GuardedModel):
    """What a place says it can do. What isn't stated is unknown, never a no."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="capabilities")
    kind = models.CharField(max_length=30)
    present = models.BooleanField(default=True)
    tumour_types = models.JSONField(default=list)
    patients_a_year = models.CharField(max_length=8, blank=True)
    stated_by = models.UUIDField(null=True)
    as_of = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["institution", "kind"], name="capability_once"),)

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        institution = "public"
        kind = "public"
        present = "public"
        tumour_types = "public"
        patients_a_year = "public"
        stated_by = "internal"
        as_of = "public"
        retention = "as long as the institution"


class InvitationState(StrEnum):
    """`expired` is derived from `expires_at` when it is read."""

    SENT = "sent"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Invitation(GuardedModel):
    """A guest's one-time link, by the hash of its token; sending again revokes the older one."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(max_length=254)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    roles = models.JSONField(default=list)
    by = models.UUIDField()
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=8, default=InvitationState.SENT.value)

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        email = "personal"
        institution = "internal"
        roles = "internal"
        by = "internal"
        token_hash = "secret"
        made_at = "internal"
        expires_at = "internal"
        state = "internal"
        retention = "30 days after it ended; the address at once when its guest becomes a member"


class ContactState(StrEnum):
    """A message between members."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    DECLINED = "declined"


class ContactRequest(GuardedModel):
    """A message from one member to another; no address is shown to either."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    sender = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    receiver = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=120)
    text = models.TextField(max_length=4000)
    state = models.CharField(max_length=9, default=ContactState.QUEUED.value)
    made_at = models.DateTimeField(db_index=True)

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        sender = "personal"
        receiver = "personal"
        subject = "personal"
        text = "personal"
        state = "internal"
        made_at = "personal"
        retention = "90 days; with either member"
