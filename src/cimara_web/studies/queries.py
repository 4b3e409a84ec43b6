"""Which studies, sites and papers somebody may see (portal.md section 10.3): every page starts here."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.studies.models import (
    Agreement,
    EthicsReview,
    Milestone,
    Study,
    StudyDocument,
    StudySite,
)
from cimara_web.studies.models.paper import DocumentState
from cimara_web.studies.states.site import SiteState, site_state
from cimara_web.studies.states.study import StudyState

SEE = Permission.STUDY_VIEW


def visible_studies(by: Holder) -> QuerySet[Study]:
    """Studies with a role of one's own; all in short for the office; to a member, those that are reported."""
    seen = Q(public_id__in=by.studies(SEE))
    if by.may(Permission.STUDY_LIST):
        seen = Q()
    elif by.is_member:
        seen |= Q(state=StudyState.REPORTED)
    return Study.objects.filter(seen)


def own_studies(by: Holder) -> QuerySet[Study]:
    """Studies whose workspace opens to somebody: those with a role over them or over a site of them."""
    return Study.objects.filter(public_id__in=by.studies(SEE))


def visible_sites(by: Holder) -> QuerySet[StudySite]:
    """Sites seen with all that is kept of them: of one's whole studies, and one's own."""
    return StudySite.objects.filter(_seen_sites(by))


def visible_reviews(by: Holder) -> QuerySet[EthicsReview]:
    """Ethics reviews of the sites that one sees."""
    return EthicsReview.objects.filter(_seen_sites(by, "study_site__"))


def visible_agreements(by: Holder) -> QuerySet[Agreement]:
    """Agreements of the sites that one sees."""
    return Agreement.objects.filter(_seen_sites(by, "study_site__"))


def visible_documents(by: Holder) -> QuerySet[StudyDocument]:
    """All papers of one's whole studies; for a site its own, and what is no draft of the study's."""
    of_study = Q(study_site=None, study__in=by.studies(SEE)) & ~Q(state=DocumentState.DRAFT)
    return StudyDocument.objects.filter(
        Q(study__in=by.whole_studies(SEE)) | Q(study_site__in=by.sites(SEE)) | of_study
    )


def visible_milestones(by: Holder) -> QuerySet[Milestone]:
    """All of one's whole studies; for a site its own, and those of the whole study."""
    of_study = Q(study_site=None, study__in=by.studies(SEE))
    return Milestone.objects.filter(
        Q(study__in=by.whole_studies(SEE)) | Q(study_site__in=by.sites(SEE)) | of_study
    )


def sees_whole(by: Holder, study: Study) -> bool:
    """Whether somebody sees all sites of a study with all that is kept of them."""
    return study.public_id in by.whole_studies(SEE)


def sees_workspace(by: Holder, study: Study) -> bool:
    """Whether somebody has a role in a study; the office and readers of a reported study have none."""
    return by.may(SEE, study=study.public_id)


def sites_of(study: Study) -> QuerySet[StudySite]:
    """All sites of a study with what their state is derived from. Show of the others their state alone."""
    return study.sites.select_related("institution", "ethics", "agreement").order_by("code")


def site_states(study: Study, today: date) -> dict[UUID, SiteState]:
    """The state of each site of a study on a day."""
    return {one.public_id: site_state(one.facts(), today) for one in sites_of(study)}


def _seen_sites(by: Holder, prefix: str = "") -> Q:
    whole = Q(**{f"{prefix}study__in": by.whole_studies(SEE)})
    return whole | Q(**{f"{prefix}public_id__in": by.sites(SEE)})
