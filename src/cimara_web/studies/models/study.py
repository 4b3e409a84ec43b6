"""A study, and the answers of its proposal."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.db import models

from cimara_web.studies.states.study import StudyState
from cimara_web.writes import GuardedModel


class StudyKind(StrEnum):
    """How patients come into it."""

    RETROSPECTIVE = "retrospective"
    REGISTRY = "registry"
    PROSPECTIVE = "prospective"
    WINDOW = "window-of-opportunity"


class Mode(StrEnum):
    """Where the rows are analysed."""

    POOLED = "pooled"
    FEDERATED = "federated"
    BOTH = "both"


class Study(GuardedModel):
    """A study of several institutions. Its dictionary is the study file that its sites are checked by."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    question = models.TextField(max_length=2000, blank=True)
    kind = models.CharField(max_length=22, default=StudyKind.RETROSPECTIVE.value)
    mode = models.CharField(max_length=9, default=Mode.POOLED.value)
    lead_institution = models.ForeignKey(
        "members.Institution", null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=9, default=StudyState.IDEA.value, db_index=True)
    protocol_version = models.CharField(max_length=20, blank=True)
    target_sites = models.PositiveIntegerField(null=True)
    target_patients = models.PositiveIntegerField(null=True)
    dictionary_id = models.CharField(max_length=60, blank=True)
    dictionary_hash = models.CharField(max_length=64, blank=True)
    needed_fields = models.JSONField(default=list)
    made_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    last_reason = models.CharField(max_length=500, blank=True)
    is_demonstration = models.BooleanField(default=False)

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        slug = "internal"
        title = "internal"
        question = "internal"
        kind = "internal"
        mode = "internal"
        lead_institution = "internal"
        state = "internal"
        protocol_version = "internal"
        target_sites = "internal"
        target_patients = "internal"
        dictionary_id = "internal"
        dictionary_hash = "internal"
        needed_fields = "internal"
        made_at = "internal"
        moved_at = "internal"
        last_reason = "internal"
        is_demonstration = "public"
        retention = "as long as the portal"


class Proposal(GuardedModel):
    """What a study proposes, answer by answer; saved however little is there."""

    study = models.OneToOneField(Study, primary_key=True, on_delete=models.CASCADE, related_name="proposal")
    form_version = models.CharField(max_length=10)
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Privacy:
        """What each column holds, and for how long."""

        study = "internal"
        form_version = "internal"
        answers = "internal"
        saved_at = "internal"
        retention = "with its study"
