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
}
"""Links that are mailed: 404 for a token that nobody was sent. `tests/web/alerts` follows real ones."""
STUDY_FILES = {
    "studies/demonstration/report/": "studies/demonstration/report/",
    "studies/demonstration/results.json": "studies/demonstration/results.json",
    "studies/demonstration/figures/<slug:drawn>.svg": "studies/demonstration/figures/A1-forest.svg",
    "studies/demonstration/sites/<slug:site>/": "studies/demonstration/sites/DA01/",
}
"""Files of the demonstration study: 404 where it was not made. `tests/web/studies` follows real ones."""
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
WITHOUT_LANGUAGE = {"health/": "health/", "health/ready/": "health/ready/", **API}


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
    return f"{pattern.callback.__module__}.{pattern.callback.__name__}"
