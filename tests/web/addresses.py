"""Every address pattern of the portal, with an example of each; a pattern missing here fails a test."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

EXAMPLES = {
    "": "",
    "about/": "about/",
    "api/": "api/",
    "find/": "find/",
    "find/q/<slug:step>/": "find/q/cancer/",
    "find/check/": "find/check/",
    "find/results/": "find/results/",
    "find/results/<slug:number>/": "find/results/{nct}/",
    "find/sheet/": "find/sheet/",
    "find/keep/": "find/keep/",
    "find/continue/": "find/continue/",
    "find/forget/": "find/forget/",
    "clinician/match/": "clinician/match/",
    "clinician/match/fhir/": "clinician/match/fhir/",
    "clinician/match/results/": "clinician/match/results/",
    "clinician/match/results/<slug:number>/": "clinician/match/results/{nct}/",
    "trials/": "trials/",
    "trials/<slug:number>/": "trials/{nct}/",
    "registry/": "registry/",
    "endpoints/": "endpoints/",
    "endpoints/<slug:slug>/": "endpoints/os/",
    "survey/": "survey/",
    "alerts/new/": "alerts/new/",
    "alerts/manage/": "alerts/manage/",
    "response/": "response/",
    "response/workbench/": "response/workbench/?example=1",
    "response/upload/": "response/upload/",
    "response/rano-lm/": "response/rano-lm/",
    "definitions/": "definitions/",
    "definitions/<slug:slug>/": "definitions/cnspfs/",
    "studies/": "studies/",
    "studies/demonstration/": "studies/demonstration/",
}
"""Pattern within a language -> address; `{nct}` is a study of the registry under test."""
FILES = {
    "endpoints/figure.svg": "endpoints/figure.svg",
    "endpoints/endpoints.csv": "endpoints/endpoints.csv",
    "endpoints/<slug:slug>/measures.csv": "endpoints/os/measures.csv",
    "survey/figure.svg": "survey/figure.svg?of=lmd",
    "survey/survey.csv": "survey/survey.csv",
    "clinician/match/results.csv": "clinician/match/results.csv",
    "response/upload/template.csv": "response/upload/template.csv",
    "definitions/<slug:slug>/definition.toml": "definitions/cnspfs/definition.toml",
}
"""Figures and tables, which are files and no pages; each in both languages."""
LINKS = {
    "alerts/confirm/<slug:token>/": "alerts/confirm/no-such-token/",
    "alerts/manage/<slug:token>/": "alerts/manage/no-such-token/",
    "alerts/stop/<slug:token>/": "alerts/stop/no-such-token/",
    "join/<slug:token>/": "join/no-such-token/",
}
"""Links that are mailed: 404 for a token that nobody was sent. `tests/web/alerts` follows real ones."""
STUDY_FILES = {
    "studies/demonstration/report/": "studies/demonstration/report/",
    "studies/demonstration/results.json": "studies/demonstration/results.json",
    "studies/demonstration/figures/<slug:drawn>.svg": "studies/demonstration/figures/A1-forest.svg",
    "studies/demonstration/sites/<slug:site>/": "studies/demonstration/sites/DA01/",
    "demonstration/": "demonstration/",
}
"""What a demonstration alone has: 404 elsewhere (`tests/web/studies`, `tests/web/demonstration`)."""
NETWORK: dict[str, str] = {
    "network/": "network/",
    "network/institutions/": "network/institutions/",
    "network/institutions/<uuid:institution>/": "network/institutions/{institution}/",
    "network/specialties.svg": "network/specialties.svg",
    "network/map.svg": "network/map.svg",
    "network/specialties.csv": "network/specialties.csv",
    "network/places.csv": "network/places.csv",
    "network/capabilities.csv": "network/capabilities.csv",
    "me/profile/": "me/profile/",
    "me/visibility/": "me/visibility/",
    "me/leave/": "me/leave/",
}
"""Pages of the network that anyone sees, in each language (members.urls)."""
ACCOUNTS: dict[str, str] = {
    "account/once/<slug:token>/": "account/once/no-such-token/",
    "account/again/": "account/again/",
    "account/login/": "account/login/",
    "account/logout/": "account/logout/",
    "account/inactive/": "account/inactive/",
    "account/signup/": "account/signup/",
    "account/reauthenticate/": "account/reauthenticate/",
    "account/email/": "account/email/",
    "account/confirm-email/": "account/confirm-email/",
    "account/password/change/": "account/password/change/",
    "account/password/set/": "account/password/set/",
    "account/password/reset/": "account/password/reset/",
    "account/login/code/confirm/": "account/login/code/confirm/",
    "account/^confirm-email/(?P<key>[-:\\w]+)/$": "account/confirm-email/no-such-key/",
    "account/password/reset/key/done/": "account/password/reset/key/done/",
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "account/password/reset/key/0-no-such-key/",  # noqa: E501
    "account/password/reset/done/": "account/password/reset/done/",
    "account/factors/app/picture.svg": "account/factors/app/picture.svg",
    "account/factors/": "account/factors/",
    "account/factors/authenticate/": "account/factors/authenticate/",
    "account/factors/reauthenticate/": "account/factors/reauthenticate/",
    "account/factors/totp/activate/": "account/factors/totp/activate/",
    "account/factors/totp/deactivate/": "account/factors/totp/deactivate/",
    "account/factors/recovery-codes/": "account/factors/recovery-codes/",
    "account/factors/recovery-codes/generate/": "account/factors/recovery-codes/generate/",
    "account/factors/recovery-codes/download/": "account/factors/recovery-codes/download/",
    "account/factors/webauthn/": "account/factors/webauthn/",
    "account/factors/webauthn/add/": "account/factors/webauthn/add/",
    "account/factors/webauthn/reauthenticate/": "account/factors/webauthn/reauthenticate/",
    "account/factors/webauthn/keys/<int:pk>/remove/": "account/factors/webauthn/keys/0/remove/",
    "account/factors/webauthn/keys/<int:pk>/edit/": "account/factors/webauthn/keys/0/edit/",
    "account/factors/webauthn/login/": "account/factors/webauthn/login/",
    "account/orcid/": "account/orcid/",
    "account/orcid/sign-up/": "account/orcid/sign-up/",
    "account/orcid/stopped/": "account/orcid/stopped/",
    "account/orcid/failed/": "account/orcid/failed/",
    "account/orcid/connected/": "account/orcid/connected/",
    "me/": "me/",
    "me/sessions/": "me/sessions/",
    "me/export/": "me/export/",
    "me/delete/": "me/delete/",
    "me/stay/<str:token>/": "me/stay/no-such-token/",
}
"""Pages of sign-in and of what is one's own, in each language (accounts.urls)."""
OFFICE: dict[str, str] = {
    "network/people/": "network/people/",
    "network/people/people.csv": "network/people/people.csv",
    "network/people/<uuid:member>/": "network/people/{member}/",
    "network/people/<uuid:member>/contact/": "network/people/{member}/contact/",
    "network/messages/": "network/messages/",
    "network/messages/<uuid:message>/decline/": "network/messages/{message}/decline/",
    "network/idea/": "network/idea/",
    "network/idea/study/": "network/idea/study/",
    "office/": "office/",
    "office/invitations/": "office/invitations/",
    "office/invitations/<uuid:invitation>/": "office/invitations/{invitation}/",
    "office/members/": "office/members/",
    "office/members/members.csv": "office/members/members.csv",
    "office/members/<uuid:member>/": "office/members/{member}/",
    "office/institutions/": "office/institutions/",
    "office/institutions/new/": "office/institutions/new/",
    "office/institutions/<uuid:institution>/": "office/institutions/{institution}/",
    "office/institutions/<uuid:institution>/capabilities/": "office/institutions/{institution}/capabilities/",
    "office/institutions/<uuid:institution>/merge/": "office/institutions/{institution}/merge/",
}
"""Pages of the directory for members and of the office (members.member_urls), in English."""
SITE_WIDE: dict[str, str] = {
    "office/roles/": "office/roles/",
    "office/roles/<uuid:account>/<slug:role>/": "office/roles/{auditor}/auditor/",
}
"""Pages of the office on roles over the portal (accounts.office_urls), in English."""
AUDIT: dict[str, str] = {
    "audit/": "audit/",
    "audit/trail.csv": "audit/trail.csv",
    "audit/chain/": "audit/chain/",
}
"""Pages of the audit trail, in English."""
WORKSPACE: dict[str, str] = {
    "studies/new/": "studies/new/",
    "studies/<study:slug>/": "studies/{study}/",
    "studies/<study:slug>/proposal/": "studies/{study}/proposal/",
    "studies/<study:slug>/edit/": "studies/{study}/edit/",
    "studies/<study:slug>/do/<slug:on>/": "studies/{study}/do/withdraw/",
    "studies/<study:slug>/sites/": "studies/{study}/sites/",
    "studies/<study:slug>/sites.csv": "studies/{study}/sites.csv",
    "studies/<study:slug>/sites/new/": "studies/{study}/sites/new/",
    "studies/<study:slug>/sites/<uuid:site>/": "studies/{study}/sites/{site}/",
    "studies/<study:slug>/sites/<uuid:site>/edit/": "studies/{study}/sites/{site}/edit/",
    "studies/<study:slug>/sites/<uuid:site>/attest/": "studies/{study}/sites/{site}/attest/",
    "studies/<study:slug>/sites/<uuid:site>/do/<slug:on>/": "studies/{study}/sites/{site}/do/withdraw/",
    "studies/<study:slug>/sites/<uuid:site>/ethics/": "studies/{study}/sites/{site}/ethics/",
    "studies/<study:slug>/sites/<uuid:site>/ethics/<slug:on>/": "studies/{study}/sites/{site}/ethics/close/",
    "studies/<study:slug>/sites/<uuid:site>/agreement/": "studies/{study}/sites/{site}/agreement/",
    "studies/<study:slug>/sites/<uuid:site>/agreement/<slug:on>/": "studies/{study}/sites/{site}/agreement/terminate/",  # noqa: E501
    "studies/<study:slug>/federation/": "studies/{study}/federation/",
    "studies/<study:slug>/documents/": "studies/{study}/documents/",
    "studies/<study:slug>/documents/new/": "studies/{study}/documents/new/",
    "studies/<study:slug>/documents/<uuid:document>/": "studies/{study}/documents/{document}/",
    "studies/<study:slug>/documents/<uuid:document>/current/": "studies/{study}/documents/{document}/current/",  # noqa: E501
    "studies/<study:slug>/milestones/": "studies/{study}/milestones/",
    "studies/<study:slug>/milestones.ics": "studies/{study}/milestones.ics",
    "studies/<study:slug>/milestones/new/": "studies/{study}/milestones/new/",
    "studies/<study:slug>/milestones/<uuid:milestone>/": "studies/{study}/milestones/{milestone}/",
    "studies/<study:slug>/milestones/<uuid:milestone>/done/": "studies/{study}/milestones/{milestone}/done/",
    "studies/<study:slug>/milestones/<uuid:milestone>/remove/": "studies/{study}/milestones/{milestone}/remove/",  # noqa: E501
    "studies/<study:slug>/team/": "studies/{study}/team/",
    "studies/<study:slug>/team/new/": "studies/{study}/team/new/",
    "studies/<study:slug>/team/<slug:role>/<uuid:account>/end/": "studies/{study}/team/statistician/{account}/end/",  # noqa: E501
    "studies/<study:slug>/team/<slug:role>/<uuid:account>/end/<uuid:site>/": "studies/{study}/team/coordinator/{account}/end/{site}/",  # noqa: E501
    "studies/<study:slug>/log/": "studies/{study}/log/",
}
"""Pages of a study, its sites, papers and team (studies.workspace_urls), in English."""
_DATA = {
    "submissions/": "submissions/",
    "submissions/new/<uuid:site>/": "submissions/new/{site}/",
    "submissions/<uuid:public_id>/": "submissions/{submission}/",
    "submissions/<uuid:public_id>/move/<slug:on>/": "submissions/{submission}/move/accept/",
    "submissions/<uuid:public_id>/files/<str:name>": "submissions/{submission}/files/report.json",
    "completeness/": "completeness/",
    "completeness.csv": "completeness.csv",
    "completeness/<uuid:site>/": "completeness/{site}/",
    "analyses/": "analyses/",
    "analyses/new/": "analyses/new/",
    "analyses/<uuid:public_id>/": "analyses/{analysis}/",
    "analyses/<uuid:public_id>/move/<slug:on>/": "analyses/{analysis}/move/withhold/",
    "analyses/<uuid:public_id>/results/": "analyses/{analysis}/results/",
    "reports/": "reports/",
    "reports/<uuid:public_id>/": "reports/{report}/",
    "reports/<uuid:public_id>/release/": "reports/{report}/release/",
    "reports/<uuid:public_id>/page/": "reports/{report}/page/",
    "reports/<uuid:public_id>/files/<slug:sha256>/": "reports/{report}/files/00000000/",
    "reports/<uuid:public_id>/figures/<slug:sha256>/": "reports/{report}/figures/00000000/",
}
DATA = {f"studies/<study:slug>/{one}": f"studies/{{study}}/{example}" for one, example in _DATA.items()}
"""Pages of submissions, completeness, analyses and reports (studies.data_urls), in English."""
FOR_MEMBERS = {**OFFICE, **SITE_WIDE, **AUDIT, **WORKSPACE, **DATA}
"""Places such as `{study}` are filled in by the small world of `tests/web/world.py`."""
API = {
    "api/v1/": "api/v1/",
    "api/v1/openapi.json": "api/v1/openapi.json",
    "api/v1/trials": "api/v1/trials",
    "api/v1/trials/<nct_id>": "api/v1/trials/{nct}",
    "api/v1/trials/<nct_id>/eligibility": "api/v1/trials/{nct}/eligibility",
    "api/v1/trials/<nct_id>/sites": "api/v1/trials/{nct}/sites",
    "api/v1/match": "api/v1/match",
    "api/v1/snapshot": "api/v1/snapshot",
    "api/v1/glossary": "api/v1/glossary",
    "api/v1/endpoints": "api/v1/endpoints",
    "api/v1/survey": "api/v1/survey",
}
"""Routes of the API, all without a language; `match` is asked by POST."""
WITHOUT_LANGUAGE = {
    "health/": "health/",
    "health/ready/": "health/ready/",
    "account/orcid/return/": "account/orcid/return/",
    **API,
}


def patterns(
    found: list[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every pattern with its view, language prefixes left out."""
    for one in get_resolver().url_patterns if found is None else found:
        route = prefix + ("" if one.pattern.__class__.__name__ == "LocalePrefixPattern" else str(one.pattern))
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, route)
        else:
            yield route, one


def view_name(pattern: URLPattern) -> str:
    """Where the view of a pattern is written; of a route of the API its name."""
    if pattern.lookup_str.startswith(("ninja.", "functools.")):
        return f"api:{pattern.name}"
    view = getattr(pattern.callback, "view_class", pattern.callback)
    return f"{view.__module__}.{view.__name__}"
