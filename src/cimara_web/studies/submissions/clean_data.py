"""The library's store of accepted data: by the id in its dictionary, one version an acceptance."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings

from cimara.cohort.dataset import Dataset
from cimara.cohort.store.store import Store
from cimara.cohort.store.submitting import Submission as Stored
from cimara_web.studies.models import StudySite, Submission
from cimara_web.studies.submissions.reports import Form, report_file

FOLDER = "store"
"""Folder of the study store, beside the kept bytes."""
AS_IS = "accepted_as_is"
"""Under this name the store counts errors that the site lead explained; nothing stops for them."""


def store() -> Store:
    """The store of accepted data."""
    return Store(str(Path(settings.STUDY_STORE) / FOLDER))


def current_data(site: StudySite, version: int) -> Dataset:
    """A version of a site's accepted data. Raises StoreError."""
    return store().read(site.study.dictionary_id, site.code, version)


def write(submission: Submission, dataset: Dataset, *, author: str, now: datetime) -> Stored:
    """Store the data of a submission as the next version of its site; the same content again makes no second.

    Raises
    ------
    StoreError
        Rows of another site, a site code that is none of the store's, or a disk that is full.
    """
    site = submission.study_site
    counts = {"errors": 0, "warnings": submission.warnings}
    if submission.errors:
        counts[AS_IS] = submission.errors
    return store().submit(
        dataset,
        counts,
        report_file(submission.report, Form.JSON) or b"",
        study=site.study.dictionary_id,
        site=site.code,
        author=author,
        now=now,
        mapping_hash=submission.mapping,
        study_hash=submission.dictionary_hash,
        soft_hit_reason=submission.last_reason,
    )
