"""What happens to studies when two entries of one institution are merged."""

from __future__ import annotations

from uuid import UUID

from cimara_web.studies.models import Study, StudySite
from cimara_web.writes import action


class BothInAStudyError(ValueError):
    """Two institutions are sites of one study: they are two places there, and can't become one."""


@action
def move_institution(*, duplicate: UUID, into: UUID) -> int:
    """Let studies and their sites name the institution that stays; part of the merging action.

    Returns
    -------
    int
        How many sites were moved.

    Raises
    ------
    BothInAStudyError
        When a study has both as sites.
    """
    both = StudySite.objects.filter(institution=into).values("study")
    shared = StudySite.objects.filter(institution=duplicate, study__in=both).select_related("study").first()
    if shared is not None:
        raise BothInAStudyError(f"Both are sites of the study {shared.study.title}, so they stay two.")
    Study.objects.filter(lead_institution=duplicate).update(lead_institution=into)
    return StudySite.objects.filter(institution=duplicate).update(institution=into)
