"""A site of a study, its ethics review and its agreement. The state of a site is derived, never kept."""

from __future__ import annotations

import uuid

from django.db import models

from cimara_web.studies.models.study import Mode, Study
from cimara_web.studies.states.agreement import AgreementKind, AgreementState
from cimara_web.studies.states.ethics import EthicsState
from cimara_web.studies.states.site import SiteFacts
from cimara_web.writes import GuardedModel


class StudySite(GuardedModel):
    """An institution in a study. `code` is the site's name in the study store and in its data.

    Lead and coordinator are roles over this site (accounts.RoleGrant).
    """

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="sites")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    expected_patients = models.PositiveIntegerField(null=True)
    mode = models.CharField(max_length=9, default=Mode.POOLED.value)
    impossible_fields = models.JSONField(default=list)
    attested_dictionary = models.CharField(max_length=64, blank=True)
    attested_rows = models.CharField(max_length=20, blank=True)
    attested_software = models.CharField(max_length=60, blank=True)
    has_kit = models.BooleanField(default=False)
    has_policy = models.BooleanField(default=False)
    invited_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    active_since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["study", "institution"], name="institution_once_in_a_study"),
            models.UniqueConstraint(fields=["study", "code"], name="site_code_once_in_a_study"),
        )

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        study = "internal"
        institution = "internal"
        code = "internal"
        expected_patients = "internal"
        mode = "internal"
        impossible_fields = "internal"
        attested_dictionary = "internal"
        attested_rows = "internal"
        attested_software = "internal"
        has_kit = "internal"
        has_policy = "internal"
        invited_at = "internal"
        confirmed_at = "internal"
        active_since = "internal"
        closed_at = "internal"
        withdrawn_at = "internal"
        retention = "with its study"

    def facts(self) -> SiteFacts:
        """What its state is derived from; review and agreement are best fetched with the site."""
        return SiteFacts(
            is_confirmed=self.confirmed_at is not None,
            was_active=self.active_since is not None,
            is_closed=self.closed_at is not None,
            is_withdrawn=self.withdrawn_at is not None,
            ethics=EthicsState(self.ethics.state),
            ethics_until=self.ethics.valid_until,
            agreement=AgreementState(self.agreement.state),
            agreement_until=self.agreement.valid_until,
        )


class EthicsReview(GuardedModel):
    """The ethics review of a site; made with the site. `valid_until` None is "no end"."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    study_site = models.OneToOneField(StudySite, on_delete=models.CASCADE, related_name="ethics")
    board = models.CharField(max_length=150, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=13, default=EthicsState.NOT_STARTED.value)
    submitted_at = models.DateField(null=True)
    decided_at = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    document = models.ForeignKey(
        "studies.StudyDocument", null=True, on_delete=models.PROTECT, related_name="+"
    )
    moved_at = models.DateTimeField()
    last_reason = models.CharField(max_length=500, blank=True)

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        study_site = "internal"
        board = "internal"
        reference = "internal"
        state = "internal"
        submitted_at = "internal"
        decided_at = "internal"
        valid_until = "internal"
        document = "internal"
        moved_at = "internal"
        last_reason = "internal"
        retention = "with its study"


class Agreement(GuardedModel):
    """The agreement with a site; made with the site."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    study_site = models.OneToOneField(StudySite, on_delete=models.CASCADE, related_name="agreement")
    kind = models.CharField(max_length=11, default=AgreementKind.DUA.value)
    state = models.CharField(max_length=14, default=AgreementState.NOT_STARTED.value)
    version = models.PositiveIntegerField(default=0)
    signed_by_site_at = models.DateField(null=True)
    executed_at = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    document = models.ForeignKey(
        "studies.StudyDocument", null=True, on_delete=models.PROTECT, related_name="+"
    )
    moved_at = models.DateTimeField()
    last_reason = models.CharField(max_length=500, blank=True)

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        study_site = "internal"
        kind = "internal"
        state = "internal"
        version = "internal"
        signed_by_site_at = "internal"
        executed_at = "internal"
        valid_until = "internal"
        document = "internal"
        moved_at = "internal"
        last_reason = "internal"
        retention = "with its study"
