"""The papers, milestones, submissions, analyses and reports of the small world of `world.py`."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from cimara_web.permissions.roles import Role
from cimara_web.studies.models import (
    Analysis,
    AnalysisSignature,
    Milestone,
    Report,
    SiteCompleteness,
    StudyDocument,
    StudySite,
    Submission,
)
from cimara_web.studies.models.paper import DocumentKind, DocumentState, MilestoneKind
from cimara_web.studies.states.analysis import AnalysisState
from cimara_web.studies.states.submission import SubmissionState
from tests.web.people import NOW, TODAY
from tests.web.world_things import World, kept, uid


def papers(w: World) -> None:
    lead = w.accounts["lead"].public_id
    for kind in DocumentKind:
        for state in DocumentState:
            of_site = kind in (DocumentKind.APPROVAL, DocumentKind.AGREEMENT)
            name = f"{kind} {state}"
            file = kept(name)
            w.documents[name] = StudyDocument(
                public_id=uid(name),
                study=w.study,
                study_site=w.home if of_site else None,
                kind=kind.value,
                title=f"Demo {name}",
                version="1",
                file_name="demo.pdf",
                sha256=file.sha256,
                size=file.size,
                media_type="application/pdf",
                state=state.value,
                added_by=lead,
                added_at=NOW,
            )
            w.documents[name].save()
    for name, site, done in (
        ("of the study", None, False),
        ("of the site", w.home, False),
        ("of another site", w.away, False),
        ("done", None, True),
    ):
        w.milestones[name] = Milestone(
            public_id=uid(f"milestone {name}"),
            study=w.study,
            study_site=site,
            kind=(MilestoneKind.SITE_DATA_IN if site else MilestoneKind.DATA_LOCK).value,
            due=TODAY + timedelta(days=7),
            done_at=TODAY if done else None,
            done_by=lead if done else None,
        )
        w.milestones[name].save()


def submissions(w: World) -> None:
    for state in SubmissionState:
        w.submissions[state] = _submission(w, w.home, state)
    w.away_submission = _submission(w, w.away, SubmissionState.ACCEPTED, "other coordinator")
    for submission in (w.submissions[SubmissionState.ACCEPTED], w.away_submission):
        SiteCompleteness(
            submission=submission,
            variable="age_years",
            applicable=20,
            present=15,
            unknown=2,
            not_done=1,
            missing=2,
        ).save()


def _submission(w: World, site: StudySite, state: SubmissionState, who: str = "coordinator") -> Submission:
    file = kept(f"patient_id\nDEMO-{site.code}-{state}\n")
    row = Submission(
        public_id=uid(f"submission {site.code} {state}"),
        study_site=site,
        sha256=file.sha256,
        size=file.size,
        file_name="demo.csv",
        rows={"patients": 20},
        patients=20,
        uploaded_by=w.accounts[who].public_id,
        received_at=NOW,
        state=state.value,
        moved_at=NOW,
        content_hash=sha256(f"clean {site.code} {state}".encode()).hexdigest(),
    )
    row.save()
    return row


def analyses(w: World) -> None:
    lead, analyst = w.accounts["lead"].public_id, w.accounts["statistician"].public_id
    for state in AnalysisState:
        planned = state is AnalysisState.PLANNED
        row = Analysis(
            public_id=uid(f"analysis {state}"),
            study=w.study,
            title=f"Demo analysis {state}",
            plan=w.documents["SAP current"],
            state=state.value,
            planned_by=analyst,
            analyst=None if state in (AnalysisState.PLANNED, AnalysisState.APPROVED) else analyst,
            made_at=NOW,
            moved_at=NOW,
        )
        row.save()
        w.analyses[state] = row
        if not planned:
            for account, role in ((lead, Role.STUDY_LEAD), (analyst, Role.STATISTICIAN)):
                AnalysisSignature(
                    analysis=row, what="approval", account=account, role=role.value, at=NOW
                ).save()
    w.held = _report(w.analyses[AnalysisState.HELD], None)
    w.released = _report(w.analyses[AnalysisState.RELEASED], NOW)


def _report(analysis: Analysis, released_at: object) -> Report:
    bundle = kept(f"bundle of {analysis.title}")
    row = Report(
        public_id=uid(f"report {analysis.title}"),
        analysis=analysis,
        sha256=bundle.sha256,
        size=bundle.size,
        files={},
        disclosure_check=sha256(b"check").hexdigest(),
        held_by=uid("statistician"),
        held_at=NOW,
        released_at=released_at,
    )
    row.save()
    return row
