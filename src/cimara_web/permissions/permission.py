"""Every permission of the portal, and the thing that it is held over."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """What a permission or a role is held over."""

    SITE_WIDE = "site-wide"
    STUDY = "study"
    STUDY_SITE = "study site"
    DATASET = "dataset"


class Permission(StrEnum):
    """What somebody may do. The value is the word that templates and the manual use."""

    PROFILE_EDIT = "profile_edit"
    DIRECTORY_VIEW = "directory_view"
    IDEA_SEARCH = "idea_search"
    CONTACT_SEND = "contact_send"
    STUDY_PROPOSE = "study_propose"
    MEMBER_INVITE = "member_invite"
    MEMBER_EDIT = "member_edit"
    INSTITUTION_EDIT = "institution_edit"
    ROLE_GRANT = "role_grant"
    STUDY_DECIDE = "study_decide"
    STUDY_LIST = "study_list"
    AUDIT_VIEW = "audit_view"
    AUDIT_VERIFY = "audit_verify"
    STUDY_VIEW = "study_view"
    STUDY_EDIT = "study_edit"
    TEAM_EDIT = "team_edit"
    SITE_INVITE = "site_invite"
    SITE_CONFIRM = "site_confirm"
    MILESTONE_EDIT = "milestone_edit"
    DOCUMENT_EDIT = "document_edit"
    STUDY_LOG_VIEW = "study_log_view"
    ETHICS_EDIT = "ethics_edit"
    AGREEMENT_EDIT = "agreement_edit"
    AGREEMENT_COUNTERSIGN = "agreement_countersign"
    SUBMISSION_UPLOAD = "submission_upload"
    SUBMISSION_WITHDRAW = "submission_withdraw"
    SUBMISSION_AS_IS = "submission_as_is"
    SUBMISSION_VIEW = "submission_view"
    SUBMISSION_ACCEPT = "submission_accept"
    ANALYSIS_PLAN = "analysis_plan"
    ANALYSIS_RUN = "analysis_run"
    ANALYSIS_RELEASE = "analysis_release"


OVER: dict[Permission, Scope] = {
    **dict.fromkeys(Permission, Scope.STUDY),
    **dict.fromkeys(
        (
            Permission.PROFILE_EDIT,
            Permission.DIRECTORY_VIEW,
            Permission.IDEA_SEARCH,
            Permission.CONTACT_SEND,
            Permission.STUDY_PROPOSE,
            Permission.MEMBER_INVITE,
            Permission.MEMBER_EDIT,
            Permission.INSTITUTION_EDIT,
            Permission.ROLE_GRANT,
            Permission.STUDY_DECIDE,
            Permission.STUDY_LIST,
            Permission.AUDIT_VIEW,
            Permission.AUDIT_VERIFY,
        ),
        Scope.SITE_WIDE,
    ),
    **dict.fromkeys(
        (
            Permission.SITE_CONFIRM,
            Permission.ETHICS_EDIT,
            Permission.AGREEMENT_EDIT,
            Permission.SUBMISSION_UPLOAD,
            Permission.SUBMISSION_WITHDRAW,
            Permission.SUBMISSION_AS_IS,
            Permission.SUBMISSION_VIEW,
        ),
        Scope.STUDY_SITE,
    ),
}
"""A permission over a study site is held by the roles of that site, and by those of its whole study."""
