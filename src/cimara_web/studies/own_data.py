"""What studies keep of a person: which papers, files, decisions and signatures are theirs, under a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from cimara_web.accounts.own_data import Owner
from cimara_web.studies.models import (
    Analysis,
    AnalysisSignature,
    Milestone,
    Report,
    StudyDocument,
    Submission,
)

THEIRS: tuple[tuple[type[Model], str, str, tuple[str, ...]], ...] = (
    (StudyDocument, "added_by", "study__title", ("kind", "title", "version", "added_at")),
    (Milestone, "done_by", "study__title", ("kind", "due", "done_at")),
    (Submission, "uploaded_by", "study_site__study__title", ("file_name", "received_at", "state")),
    (Submission, "decided_by", "study_site__study__title", ("state", "moved_at")),
    (Analysis, "planned_by", "study__title", ("title", "made_at", "state")),
    (Analysis, "analyst", "study__title", ("title", "made_at", "state")),
    (AnalysisSignature, "account", "analysis__study__title", ("what", "role", "at")),
    (Report, "held_by", "analysis__study__title", ("held_at", "released_at")),
)
"""Model, the column that names an account, the way to the title of the study, what is told of a row."""


def exported(owner: Owner) -> list[dict[str, Any]]:
    """Each thing of a study that names them, and in which column."""
    return list(_theirs(owner.account))


def staying(owner: Owner) -> list[str]:
    """What others rely on stays, under a number."""
    if next(_theirs(owner.account), None) is None:
        return []
    return [
        _("In studies: what you added, sent, decided and signed, under a number, while the study is kept.")
    ]


def _theirs(account: UUID) -> Iterator[dict[str, Any]]:
    for model, column, study, fields in THEIRS:
        rows = model.objects.filter(**{column: account}).order_by("pk")  # type: ignore[attr-defined]
        for row in rows.values(study, *fields):
            title = row.pop(study)
            yield {"thing": model.__name__, "as": column, "study": title, **row}
