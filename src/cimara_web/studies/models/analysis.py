"""An analysis, who signed for it, and the report that came of it."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.db import models

from cimara_web.studies.models.paper import StudyDocument
from cimara_web.studies.models.study import Mode, Study
from cimara_web.studies.states.analysis import AnalysisState
from cimara_web.writes import GuardedModel


class Analysis(GuardedModel):
    """A planned analysis. `inputs` are the content hashes of accepted submissions by site, or the sites."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="analyses")
    title = models.CharField(max_length=150)
    plan = models.ForeignKey(StudyDocument, null=True, on_delete=models.PROTECT, related_name="+")
    code_version = models.CharField(max_length=60, blank=True)
    mode = models.CharField(max_length=9, default=Mode.POOLED.value)
    inputs = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default=AnalysisState.PLANNED.value)
    planned_by = models.UUIDField()
    analyst = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    last_reason = models.CharField(max_length=500, blank=True)

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        study = "internal"
        title = "internal"
        plan = "internal"
        code_version = "internal"
        mode = "internal"
        inputs = "internal"
        state = "internal"
        planned_by = "personal"
        analyst = "personal"
        made_at = "internal"
        moved_at = "internal"
        last_reason = "internal"
        retention = "with its study"


class SignatureFor(StrEnum):
    """What somebody signed."""

    APPROVAL = "approval"
    RELEASE = "release"


class AnalysisSignature(GuardedModel):
    """One person's yes. Approval wants the lead and a statistician; release two who aren't the analyst."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="signatures")
    what = models.CharField(max_length=8)
    account = models.UUIDField()
    role = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["analysis", "what", "account"], name="signed_once_by_a_person"),
        )

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        analysis = "internal"
        what = "internal"
        account = "personal"
        role = "internal"
        at = "internal"
        retention = "with its study"


class Report(GuardedModel):
    """The result bundle of an analysis, by its hash; `files` is name -> SHA-256, size, media type."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    analysis = models.OneToOneField(Analysis, on_delete=models.PROTECT, related_name="report")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    files = models.JSONField()
    disclosure_check = models.CharField(max_length=64)
    held_by = models.UUIDField()
    held_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        analysis = "internal"
        sha256 = "internal"
        size = "internal"
        files = "internal"
        disclosure_check = "internal"
        held_by = "personal"
        held_at = "internal"
        released_at = "internal"
        retention = "with its study"
