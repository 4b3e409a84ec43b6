"""A small portal for tests: a thing of every kind in every state, and somebody of every role.

    w = world()
    w.accounts["coordinator"]      # an account; None for "stranger"
    w.sites["blocked"]             # a site of `w.study` by its derived state
    "studies/{study}/".format_map(w.places)

Lead, statistician, site lead and coordinator belong to the open study `w.study`; site lead and coordinator to
its site `w.home`, "other coordinator" to `w.away`. "Lead elsewhere" leads another study that is open, too.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from cimara_web.accounts.models import Account
from cimara_web.members.models import ContactRequest, Invitation, InvitationState
from cimara_web.members.words import Field, Visibility
from cimara_web.permissions.roles import Role
from cimara_web.studies.models import Study, StudySite
from cimara_web.studies.models.study import Mode
from cimara_web.studies.states.agreement import AgreementState
from cimara_web.studies.states.analysis import AnalysisState
from cimara_web.studies.states.ethics import EthicsState
from cimara_web.studies.states.study import StudyState
from cimara_web.studies.states.submission import SubmissionState
from cimara_web.writes import action
from tests.web import people
from tests.web.people import NOW, TODAY
from tests.web.world_data import analyses, papers, submissions
from tests.web.world_things import ENDED, IN_FORCE, NOWHERE, OUTSIDE, ROLES, STRANGER, World, kept, uid

__all__ = ["OUTSIDE", "ROLES", "STRANGER", "World", "kept", "uid", "world"]


@action
def world() -> World:
    """Make it all; the study store of the settings must be a place that may be written to."""
    w = World()
    w.institution = people.institution()
    _studies(w)
    _sites(w)
    _accounts(w)
    _members(w)
    papers(w)
    submissions(w)
    analyses(w)
    _places(w)
    return w


def _studies(w: World) -> None:
    for state in StudyState:
        w.studies[state] = people.study(
            public_id=uid(f"study {state}"),
            slug=f"study-{state}",
            title=f"Demo study that is {state}",
            question="Does it help?",
            state=state.value,
            lead_institution=w.institution,
            mode=Mode.BOTH.value if state is StudyState.OPEN else Mode.POOLED.value,
        )
    w.study = w.studies[StudyState.OPEN]
    w.elsewhere = people.study(
        public_id=uid("elsewhere"),
        slug="elsewhere",
        title="Demo study elsewhere",
        state=StudyState.OPEN.value,
    )


def _sites(w: World) -> None:
    w.home = people.active_site(w.study, public_id=uid("home"), code="HOME")
    w.away = people.active_site(w.study, public_id=uid("away"), code="AWAY")
    confirmed = {"confirmed_at": NOW}
    w.sites = {
        "invited": people.site(w.study, public_id=uid("invited")),
        "activating": people.site(w.study, public_id=uid("activating"), **confirmed),
        "active": w.home,
        "blocked": people.site(
            w.study,
            public_id=uid("blocked"),
            ethics={"state": EthicsState.APPROVED.value, "valid_until": ENDED},
            agreement={"state": AgreementState.EXECUTED.value},
            active_since=NOW,
            **confirmed,
        ),
        "closed": people.active_site(w.study, public_id=uid("closed"), closed_at=NOW),
        "withdrawn": people.active_site(w.study, public_id=uid("withdrawn"), withdrawn_at=NOW),
    }
    for review in EthicsState:
        w.ethics[review] = _site_with_review(w.study, review)
    for deal in AgreementState:
        w.agreements[deal] = _site_with_agreement(w.study, deal)
    people.active_site(w.elsewhere, public_id=uid("site elsewhere"), code="ELSE")


def _site_with_review(study: Study, state: EthicsState) -> StudySite:
    expired = state is EthicsState.EXPIRED
    stored = EthicsState.APPROVED if expired else state
    return people.site(
        study,
        public_id=uid(f"ethics {state}"),
        confirmed_at=NOW,
        ethics={
            "public_id": uid(f"review {state}"),
            "state": stored.value,
            "valid_until": ENDED if expired else IN_FORCE if stored is EthicsState.APPROVED else None,
            "submitted_at": None if state is EthicsState.NOT_STARTED else TODAY,
        },
        agreement={"state": AgreementState.EXECUTED.value},
    )


def _site_with_agreement(study: Study, state: AgreementState) -> StudySite:
    expired = state is AgreementState.EXPIRED
    stored = AgreementState.EXECUTED if expired else state
    return people.site(
        study,
        public_id=uid(f"agreement {state}"),
        confirmed_at=NOW,
        ethics={"state": EthicsState.APPROVED.value, "valid_until": IN_FORCE},
        agreement={
            "public_id": uid(f"deal {state}"),
            "state": stored.value,
            "valid_until": ENDED if expired else IN_FORCE if stored is AgreementState.EXECUTED else None,
        },
    )


def _accounts(w: World) -> None:
    def account(name: str, *roles: Role, member: bool = True) -> Account:
        return people.account(
            *roles,
            member=member,
            public_id=uid(name),
            email=f"{name.replace(' ', '-')}@example.org",
        )

    made = {
        "public account": account("public account", member=False),
        "member": account("member"),
        "lead elsewhere": account("lead elsewhere"),
        "office": account("office", Role.OFFICE),
        "auditor": account("auditor", Role.AUDITOR),
        **{name: account(name) for name in ROLES[6:]},
    }
    people.give(made["lead elsewhere"], Role.STUDY_LEAD, study=w.elsewhere)
    for study in w.studies.values():
        people.give(made["lead"], Role.STUDY_LEAD, study=study)
        people.give(made["statistician"], Role.STATISTICIAN, study=study)
    for site in (*w.sites.values(), *w.ethics.values(), *w.agreements.values()):
        people.give(made["site lead"], Role.SITE_LEAD, site=site)
        people.give(made["coordinator"], Role.COORDINATOR, site=site)
    people.give(made["other coordinator"], Role.COORDINATOR, site=w.away)
    w.accounts = {STRANGER: None, **made}


def _members(w: World) -> None:
    of_account = {
        name: people.member(
            account,
            w.institution,
            public_id=uid(f"member {name}"),
            display_name=f"Demo {name}",
            contactable=True,
        )
        for name, account in w.accounts.items()
        if account and name != "public account"
    }
    for level in Visibility:
        w.members[level] = people.member(
            None,
            w.institution,
            public_id=uid(f"seen by {level}"),
            display_name=f"Demo Member seen by {level}",
            degrees="MD",
            visibility=dict.fromkeys(map(str, Field), level.value),
            contactable=True,
        )
    w.message = ContactRequest(
        public_id=uid("message"),
        sender=of_account["lead elsewhere"],
        receiver=of_account["member"],
        subject="A question",
        text="May I ask?",
        made_at=NOW,
    )
    w.message.save()
    _invitations(w)


def _invitations(w: World) -> None:
    for state in InvitationState:
        expired = state is InvitationState.EXPIRED
        w.invitations[state] = Invitation(
            public_id=uid(f"invitation {state}"),
            email=f"guest-{state}@example.org",
            institution=w.institution,
            roles=[Role.MEMBER.value],
            by=w.accounts["office"].public_id,
            token_hash=sha256(f"token-{state}".encode()).hexdigest(),
            made_at=NOW - timedelta(days=15),
            expires_at=NOW + timedelta(days=-1 if expired else 14),
            state=(InvitationState.SENT if expired else state).value,
        )
        w.invitations[state].save()


def _places(w: World) -> None:
    w.places = {
        "study": w.study.slug,
        "site": str(w.home.public_id),
        "submission": str(w.submissions[SubmissionState.VALID].public_id),
        "document": str(w.documents["protocol current"].public_id),
        "milestone": str(w.milestones["of the study"].public_id),
        "analysis": str(w.analyses[AnalysisState.HELD].public_id),
        "report": str(w.held.public_id),
        "member": str(w.members[Visibility.MEMBERS].public_id),
        "institution": str(w.institution.public_id),
        "invitation": str(w.invitations[InvitationState.SENT].public_id),
        "account": str(w.accounts["coordinator"].public_id),
        "auditor": str(w.accounts["auditor"].public_id),
        "message": str(w.message.public_id),
        "token": "token-sent",
    }
    words = {"study": "no-such-study", "token": "no-such-token"}
    w.absent = {name: words.get(name, str(NOWHERE)) for name in w.places}
