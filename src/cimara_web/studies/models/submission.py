"""What a site sent: its hash, its state and its counts. The rows are in the study store."""

from __future__ import annotations

import uuid

from django.db import models

from cimara_web.studies.models.site import StudySite
from cimara_web.studies.states.submission import SubmissionState
from cimara_web.writes import GuardedModel


class Submission(GuardedModel):
    """An upload. `sha256` names the bytes as they came; `store_version` what it became in the study store.

    `mapping` is the SHA-256 of the mapping that came with it, `report` that of the archive with its report;
    `counts` is rule id -> severity -> count.
    """

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    study_site = models.ForeignKey(StudySite, on_delete=models.PROTECT, related_name="submissions")
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    file_name = models.CharField(max_length=150)
    mapping = models.CharField(max_length=64, blank=True)
    rows = models.JSONField(default=dict)
    patients = models.PositiveIntegerField(null=True)
    dictionary_hash = models.CharField(max_length=64, blank=True)
    uploaded_by = models.UUIDField()
    received_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=16, default=SubmissionState.RECEIVED.value, db_index=True)
    moved_at = models.DateTimeField()
    last_reason = models.CharField(max_length=500, blank=True)
    report = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    has_identifiers = models.BooleanField(default=False)
    bytes_removed_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    store_version = models.PositiveIntegerField(null=True)
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["study_site", "sha256", "mapping"], name="same_file_once_a_site"),
        )

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        study_site = "internal"
        replaces = "internal"
        sha256 = "internal"
        size = "internal"
        file_name = "internal"
        mapping = "internal"
        rows = "internal"
        patients = "internal"
        dictionary_hash = "internal"
        uploaded_by = "personal"
        received_at = "internal"
        state = "internal"
        moved_at = "internal"
        last_reason = "internal"
        report = "internal"
        counts = "internal"
        errors = "internal"
        warnings = "internal"
        has_identifiers = "internal"
        bytes_removed_at = "internal"
        decided_by = "personal"
        store_version = "internal"
        content_hash = "internal"
        retention = "with its study; the bytes until its retention date, with identifiers in them not a day"


class SiteCompleteness(GuardedModel):
    """How full one variable of a submission is: counts only."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="completeness")
    variable = models.CharField(max_length=80)
    applicable = models.PositiveIntegerField()
    present = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    not_done = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["submission", "variable"], name="variable_once_a_submission"),
        )

    class Privacy:
        """What each column holds, and for how long."""

        id = "internal"
        submission = "internal"
        variable = "internal"
        applicable = "internal"
        present = "internal"
        unknown = "internal"
        not_done = "internal"
        missing = "internal"
        retention = "with its submission"
