"""Every role: what it is for, what it is held over, the permissions it adds (portal.md section 10.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cimara_web.permissions.permission import Permission, Scope


class Role(StrEnum):
    """A role, by the word that is kept."""

    MEMBER = "member"
    OFFICE = "office"
    MODERATOR = "moderator"
    EDITOR = "editor"
    STEWARD = "steward"
    AUDITOR = "auditor"
    STUDY_LEAD = "study lead"
    STATISTICIAN = "statistician"
    SITE_LEAD = "site lead"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class RoleRule:
    """A role in words, and what it adds to being a member.

    `privileged` asks for a second factor before any page (portal.md section 10.1) and for an end date.
    """

    name: str
    description: str
    scope: Scope
    permissions: frozenset[Permission]
    privileged: bool = True


_SITE = frozenset(
    {
        Permission.STUDY_VIEW,
        Permission.SITE_CONFIRM,
        Permission.ETHICS_EDIT,
        Permission.AGREEMENT_EDIT,
        Permission.SUBMISSION_UPLOAD,
        Permission.SUBMISSION_WITHDRAW,
        Permission.SUBMISSION_VIEW,
    }
)

PUBLIC: frozenset[Permission] = frozenset({Permission.PROFILE_EDIT})
"""What every account may do."""

ROLES: dict[Role, RoleRule] = {
    Role.MEMBER: RoleRule(
        "Member",
        "Belongs to the consortium: sees the directory, searches for people and sites, proposes studies.",
        Scope.SITE_WIDE,
        frozenset(
            {
                Permission.DIRECTORY_VIEW,
                Permission.IDEA_SEARCH,
                Permission.CONTACT_SEND,
                Permission.STUDY_PROPOSE,
            }
        ),
        privileged=False,
    ),
    Role.OFFICE: RoleRule(
        "Consortium office",
        "Invites members, keeps institutions, gives roles, decides on proposals; sees each study in short.",
        Scope.SITE_WIDE,
        frozenset(
            {
                Permission.MEMBER_INVITE,
                Permission.MEMBER_EDIT,
                Permission.INSTITUTION_EDIT,
                Permission.ROLE_GRANT,
                Permission.STUDY_DECIDE,
                Permission.STUDY_LIST,
            }
        ),
    ),
    Role.MODERATOR: RoleRule("Moderator", "Reads posts before and after.", Scope.SITE_WIDE, frozenset()),
    Role.EDITOR: RoleRule("Editor", "Writes the learning pages.", Scope.SITE_WIDE, frozenset()),
    Role.STEWARD: RoleRule("Steward", "Decides who may use a dataset.", Scope.DATASET, frozenset()),
    Role.AUDITOR: RoleRule(
        "Auditor",
        "Reads the audit trail and verifies its chain; changes nothing.",
        Scope.SITE_WIDE,
        frozenset({Permission.AUDIT_VIEW, Permission.AUDIT_VERIFY}),
    ),
    Role.STUDY_LEAD: RoleRule(
        "Study lead",
        "Leads a study: its team, its sites, its milestones; accepts data and releases results.",
        Scope.STUDY,
        frozenset(
            {
                Permission.STUDY_VIEW,
                Permission.STUDY_EDIT,
                Permission.TEAM_EDIT,
                Permission.SITE_INVITE,
                Permission.MILESTONE_EDIT,
                Permission.DOCUMENT_EDIT,
                Permission.STUDY_LOG_VIEW,
                Permission.ETHICS_EDIT,
                Permission.AGREEMENT_EDIT,
                Permission.AGREEMENT_COUNTERSIGN,
                Permission.SUBMISSION_VIEW,
                Permission.SUBMISSION_ACCEPT,
                Permission.ANALYSIS_PLAN,
                Permission.ANALYSIS_RELEASE,
            }
        ),
    ),
    Role.STATISTICIAN: RoleRule(
        "Statistician",
        "Plans and runs the analyses of a study; accepts data and releases results of others.",
        Scope.STUDY,
        frozenset(
            {
                Permission.STUDY_VIEW,
                Permission.SUBMISSION_VIEW,
                Permission.SUBMISSION_ACCEPT,
                Permission.ANALYSIS_PLAN,
                Permission.ANALYSIS_RUN,
                Permission.ANALYSIS_RELEASE,
            }
        ),
    ),
    Role.SITE_LEAD: RoleRule(
        "Site lead",
        "Answers for one site of a study: its ethics, its agreement, its data; releases results.",
        Scope.STUDY_SITE,
        _SITE | {Permission.SUBMISSION_AS_IS, Permission.ANALYSIS_RELEASE},
    ),
    Role.COORDINATOR: RoleRule(
        "Site coordinator",
        "Does the daily work of one site of a study: approvals, agreements, uploads.",
        Scope.STUDY_SITE,
        _SITE,
    ),
}
"""Moderator, editor and steward get permissions with the forum, the learning pages and the catalogue."""
