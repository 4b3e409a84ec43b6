"""Milestones of a study, and its documents by version."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.db import models

from cimara_web.studies.models.site import StudySite
from cimara_web.studies.models.study import Study
from cimara_web.writes import GuardedModel


class MilestoneKind(StrEnum):
    """What is to be done by a day."""

    PROTOCOL_FINAL = "protocol final"
    FIRST_SITE_ACTIVE = "first site active"
    ALL_SITES_ACTIVE = "all sites active"
    DATA_COMPLETE = "data complete"
    DATA_LOCK = "data lock"
    ANALYSIS_DONE = "analysis done"
    REPORT_DONE = "report done"
    SITE_DATA_IN = "site data in"
    OTHER = "other"


class Milestone(GuardedModel):
    """Something due, of the whole study or of one site. `done_by` is an account."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="milestones")
    study_site = models.ForeignKey(StudySite, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    note = models.CharField(max_length=150, blank=True)
    due = models.DateField()
    done_at = models.DateField(null=True)
    done_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True, done_by__isnull=True)
                | models.Q(done_at__isnull=False, done_by__isnull=False),
                name="milestone_done_by_somebody_on_a_day",
            ),
        )

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        study = "internal"
        study_site = "internal"
        kind = "internal"
        note = "internal"
        due = "internal"
        done_at = "internal"
        done_by = "personal"
        retention = "with its study"


class DocumentKind(StrEnum):
    """What a document is."""

    PROTOCOL = "protocol"
    SAP = "SAP"
    DICTIONARY = "dictionary"
    APPROVAL = "approval"
    AGREEMENT = "agreement"
    OTHER = "other"


class DocumentState(StrEnum):
    """One version of a kind is current; for a site's approvals and agreements, one of each site."""

    DRAFT = "draft"
    CURRENT = "current"
    SUPERSEDED = "superseded"


class StudyDocument(GuardedModel):
    """A file of a study, by its hash; the bytes are in the study store. `study_site` keeps it to one site."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="documents")
    study_site = models.ForeignKey(StudySite, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    title = models.CharField(max_length=150)
    version = models.CharField(max_length=20)
    file_name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    state = models.CharField(max_length=10, default=DocumentState.DRAFT.value)
    added_by = models.UUIDField()
    added_at = models.DateTimeField()

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        study = "internal"
        study_site = "internal"
        kind = "internal"
        title = "internal"
        version = "internal"
        file_name = "internal"
        sha256 = "internal"
        size = "internal"
        media_type = "internal"
        state = "internal"
        added_by = "personal"
        added_at = "internal"
        retention = "with its study"
