"""Addresses of the workspace: studies, their sites, approvals, agreements, milestones, documents, team."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import SlugConverter

from cimara_web.studies.views import (
    approvals,
    documents,
    federation,
    listing,
    milestones,
    sites,
    study,
    team,
)


class StudySlug(SlugConverter):
    """The address of a study; the demonstration that strangers see has pages of its own."""

    regex = r"(?!demonstration/)[-a-zA-Z0-9_]+"


register_converter(StudySlug, "study")

urlpatterns = [
    path("studies/new/", listing.new, name="study-new"),
    path("studies/<study:slug>/", study.overview, name="study"),
    path("studies/<study:slug>/proposal/", study.proposal, name="study-proposal"),
    path("studies/<study:slug>/edit/", study.edit, name="study-edit"),
    path("studies/<study:slug>/do/<slug:on>/", study.happen, name="study-do"),
    path("studies/<study:slug>/sites/", sites.sites, name="study-sites"),
    path("studies/<study:slug>/sites.csv", sites.sites_csv, name="study-sites-csv"),
    path("studies/<study:slug>/sites/new/", sites.invite, name="study-site-new"),
    path("studies/<study:slug>/sites/<uuid:site>/", sites.site, name="study-site"),
    path("studies/<study:slug>/sites/<uuid:site>/edit/", sites.change, name="study-site-edit"),
    path("studies/<study:slug>/sites/<uuid:site>/attest/", sites.attestation, name="study-site-attest"),
    path("studies/<study:slug>/sites/<uuid:site>/do/<slug:on>/", sites.step, name="study-site-do"),
    path("studies/<study:slug>/sites/<uuid:site>/ethics/", approvals.ethics, name="study-ethics"),
    path(
        "studies/<study:slug>/sites/<uuid:site>/ethics/<slug:on>/",
        approvals.ethics_step,
        name="study-ethics-do",
    ),
    path("studies/<study:slug>/sites/<uuid:site>/agreement/", approvals.agreement, name="study-agreement"),
    path(
        "studies/<study:slug>/sites/<uuid:site>/agreement/<slug:on>/",
        approvals.agreement_step,
        name="study-agreement-do",
    ),
    path("studies/<study:slug>/federation/", federation.federation, name="study-federation"),
    path("studies/<study:slug>/documents/", documents.documents, name="study-documents"),
    path("studies/<study:slug>/documents/new/", documents.add, name="study-document-new"),
    path("studies/<study:slug>/documents/<uuid:document>/", documents.document, name="study-document"),
    path(
        "studies/<study:slug>/documents/<uuid:document>/current/",
        documents.current,
        name="study-document-current",
    ),
    path("studies/<study:slug>/milestones/", milestones.milestones, name="study-milestones"),
    path("studies/<study:slug>/milestones.ics", milestones.as_calendar, name="study-calendar"),
    path("studies/<study:slug>/milestones/new/", milestones.new, name="study-milestone-new"),
    path("studies/<study:slug>/milestones/<uuid:milestone>/", milestones.change, name="study-milestone"),
    path(
        "studies/<study:slug>/milestones/<uuid:milestone>/done/",
        milestones.done,
        name="study-milestone-done",
    ),
    path(
        "studies/<study:slug>/milestones/<uuid:milestone>/remove/",
        milestones.remove,
        name="study-milestone-remove",
    ),
    path("studies/<study:slug>/team/", team.team, name="study-team"),
    path("studies/<study:slug>/team/new/", team.give, name="study-role-new"),
    path(
        "studies/<study:slug>/team/<slug:role>/<uuid:account>/end/",
        team.end,
        name="study-role-end",
    ),
    path(
        "studies/<study:slug>/team/<slug:role>/<uuid:account>/end/<uuid:site>/",
        team.end,
        name="study-site-role-end",
    ),
    path("studies/<study:slug>/log/", team.log, name="study-log"),
]
