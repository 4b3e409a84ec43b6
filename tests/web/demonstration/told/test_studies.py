"""The studies of the demonstration: one in the midst of its life, one federated, one that waits, an idea."""

from __future__ import annotations

from datetime import timedelta

from cimara_web.accounts.models import RoleGrant
from cimara_web.audit.models import AuditEvent
from cimara_web.audit.verifying import verify
from cimara_web.studies.models import (
    Agreement,
    Milestone,
    Proposal,
    Study,
    StudyDocument,
    StudySite,
    Submission,
)
from cimara_web.studies.proposal import problems
from cimara_web.studies.states.site import SiteState, site_state
from tests.web.demonstration.telling import NOW

TODAY = NOW.date()


def sites() -> dict[str, StudySite]:
    found = StudySite.objects.filter(study__state="open").select_related(
        "ethics", "agreement", "institution", "study"
    )
    return {one.code: one for one in found}


def test_studies_stand_at_four_points_of_their_life(story: object) -> None:
    assert sorted(Study.objects.values_list("state", flat=True)) == ["analysis", "idea", "open", "proposed"]
    assert not Study.objects.filter(is_demonstration=False).exists()


def test_the_open_study_has_seventeen_sites_in_every_state(story: object) -> None:
    states = [site_state(one.facts(), TODAY) for one in sites().values()]
    assert len(states) == 17
    assert set(states) == set(SiteState)


def test_every_site_is_an_invented_place(story: object) -> None:
    assert all(one.institution.is_demonstration for one in sites().values())


def test_an_approval_has_expired_and_its_site_is_blocked(story: object) -> None:
    site = sites()["DF06"]
    assert site.ethics.valid_until == TODAY - timedelta(days=21)
    assert site_state(site.facts(), TODAY) is SiteState.BLOCKED


def test_an_agreement_is_with_its_site(story: object) -> None:
    assert Agreement.objects.filter(state="negotiating").exists()


def test_protocol_and_dictionary_are_current(story: object) -> None:
    study = Study.objects.get(state="open")
    current = StudyDocument.objects.filter(study=study, study_site=None, state="current")
    assert {"protocol", "dictionary", "SAP"} <= {*current.values_list("kind", flat=True)}
    assert study.protocol_version == "1.1"
    assert study.dictionary_id == "demo-rn-bev"
    assert study.needed_fields


def test_milestones_are_done_overdue_and_coming(story: object) -> None:
    rows = Milestone.objects.all()
    assert rows.exclude(done_at=None).exists()
    assert rows.filter(done_at=None, due__lt=TODAY).exists()
    assert rows.filter(done_at=None, due__gt=TODAY).exists()


def test_submissions_are_accepted_mended_faulty_and_unreadable(story: object) -> None:
    states = set(Submission.objects.values_list("state", flat=True))
    assert states == {"accepted", "needs correction", "superseded", "unreadable"}


def test_what_needs_correction_has_errors_that_the_library_found(story: object) -> None:
    row = Submission.objects.get(state="needs correction")
    assert row.errors > 10
    assert len(row.counts) > 5


def test_nobody_accepted_what_they_uploaded(story: object) -> None:
    for one in Submission.objects.exclude(decided_by=None):
        assert one.decided_by != one.uploaded_by


def test_a_whole_proposal_waits_and_an_idea_is_half_written(story: object) -> None:
    waiting = Proposal.objects.get(study__state="proposed")
    begun = Proposal.objects.get(study__state="idea")
    assert problems(waiting.answers) == ()
    assert problems(begun.answers) != ()


def test_roles_hold_for_months_after_the_story(story: object) -> None:
    later = NOW + timedelta(days=60)
    assert not RoleGrant.objects.filter(ended_at=None, ends_at__lt=later).exists()


def test_the_audit_trail_tells_it_in_order_and_its_chain_holds(story: object) -> None:
    assert verify().holds
    moments = [*AuditEvent.objects.order_by("seq").values_list("at", flat=True)]
    assert moments == sorted(moments)
    assert moments[-1] < NOW


def test_people_did_it_not_the_portal(story: object) -> None:
    nobody = AuditEvent.objects.filter(actor=None).values_list("event", flat=True)
    assert set(nobody) <= {"demonstration.made", "role.granted", "submission.validated"}
