"""Who can sign in, and the roles they were given."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from cimara_web.permissions.roles import Role
from cimara_web.writes import GuardedModel


class AccountManager(BaseUserManager):
    """Accounts are looked up by their address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """The account of an address."""
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """Somebody who can sign in. Whether they are a member, and what they may do, is in their roles.

    It alone is no guarded model: Django and allauth save it at each sign-in and change of password; what they
    do leaves its audit event through their signals (`accounts.signals`).

    `public_id` is what the audit trail and the roles name; erasing the account leaves nobody behind it.
    """

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(max_length=254, unique=True)
    language = models.CharField(max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    deletion_due_at = models.DateTimeField(null=True)
    is_demonstration = models.BooleanField(default=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ()
    objects = AccountManager()

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        email = "personal"
        password = "secret"
        last_login = "personal"
        language = "personal"
        is_active = "internal"
        joined_at = "personal"
        deletion_due_at = "personal"
        is_demonstration = "internal"
        retention = "until its owner deletes it, 7 days after asking"


class RoleGrant(GuardedModel):
    """A role that somebody was given: over all, over a study, or over one site of a study.

    `study` and `study_site` are public ids; `ends_at` None is for plain membership only.
    """

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Role])
    study = models.UUIDField(null=True, db_index=True)
    study_site = models.UUIDField(null=True, db_index=True)
    granted_by = models.UUIDField(null=True)
    granted_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(study_site__isnull=True) | models.Q(study__isnull=False),
                name="role_of_a_site_names_its_study",
            ),
            models.UniqueConstraint(
                fields=["account", "role"],
                condition=models.Q(ended_at__isnull=True, study__isnull=True),
                name="role_over_all_held_once",
            ),
            models.UniqueConstraint(
                fields=["account", "role", "study"],
                condition=models.Q(ended_at__isnull=True, study__isnull=False, study_site__isnull=True),
                name="role_over_a_study_held_once",
            ),
            models.UniqueConstraint(
                fields=["account", "role", "study_site"],
                condition=models.Q(ended_at__isnull=True, study_site__isnull=False),
                name="role_over_a_site_held_once",
            ),
        )

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        account = "personal"
        role = "personal"
        study = "internal"
        study_site = "internal"
        granted_by = "internal"
        granted_at = "personal"
        ends_at = "personal"
        ended_at = "personal"
        retention = "with its account; the audit trail keeps what was granted under a UUID"


class SignInLink(GuardedModel):
    """A link that signs somebody in once, made by the operator of the portal; only its hash is kept."""

    token_hash = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Privacy:
        """What each column holds, and for how long."""

        token_hash = "secret"
        account = "personal"
        made_at = "personal"
        expires_at = "personal"
        used_at = "personal"
        retention = "30 days after its end"
