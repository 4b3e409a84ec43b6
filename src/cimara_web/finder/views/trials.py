"""Pages about studies, not about a person: search, one study, the registry itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cimara.terms.registry import OutcomeRole
from cimara.trials.faults import count_rejected, fault_counts, rejected_records
from cimara.trials.matching.sites import open_sites
from cimara.trials.search import QueryError
from cimara.trials.search.counts import FacetCounts, facet_counts
from cimara.trials.staleness import may_be_outdated
from cimara_web import clock
from cimara_web.finder.ages import age_words
from cimara_web.finder.browse import FILTERS, LABELS, NOTICES, Asked, options
from cimara_web.finder.lookup import study_or_redirect
from cimara_web.finder.policy import BRM_SHORT, LMD_SHORT, Policy
from cimara_web.finder.record_words import unescaped
from cimara_web.finder.registry_words import DATE_WORDS, FAULT_WORDS
from cimara_web.snapshot import current_snapshot

REJECTED_SHOWN = 50


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search by words and filters; the address describes studies, never a person."""
    asked, snapshot = Asked.of(request.GET), current_snapshot()
    context: dict[str, object] = {
        "asked": asked,
        "labels": LABELS,
        "notice_words": NOTICES,
        "brm_words": BRM_SHORT,
        "lmd_words": LMD_SHORT,
    }
    try:
        query = asked.query()
        found, counts = snapshot.search(query), facet_counts(snapshot, query)
    except QueryError as error:
        context |= {
            "found": None,
            "wrong_field": error.where,
            "options": {key: options(key) for key in FILTERS},
        }
        return render(request, "finder/search.html", context, status=400)
    context |= {"found": found, "options": {key: options(key, _counts(counts, key)) for key in FILTERS}}
    return render(request, "finder/search.html", context)


def _counts(counts: FacetCounts, key: str) -> dict[str, int] | None:
    """Counts of one filter by its values; None for those that aren't counted."""
    found = getattr(counts, key, None)
    return None if found is None else {word.value: count for word, count in found.items()}


@login_not_required
@require_safe
def trial(request: HttpRequest, number: str) -> HttpResponse:
    """One study: its CNS rules with the sentences, endpoints, sites, and the record's own text."""
    study = study_or_redirect(request, number, "trial")
    if isinstance(study, HttpResponse):
        return study
    is_open = {site.ordinal for site in open_sites(study)}
    context = {
        "study": study,
        "policy": Policy(study, get_language() or "en"),
        "outcomes": {role: [one for one in study.outcomes if one.role is role] for role in OutcomeRole},
        "open_sites": [site for site in study.sites if site.ordinal in is_open],
        "other_sites": [
            (site, site.effective_status(study.overall_status)[0])
            for site in study.sites
            if site.ordinal not in is_open
        ],
        "may_be_outdated": may_be_outdated(study, clock.today()),
        "ages": age_words(study),
        "unescaped": unescaped,
    }
    return render(request, "finder/trial.html", context)


@login_not_required
@require_safe
def registry(request: HttpRequest) -> HttpResponse:
    """Where the records come from, how many, of what date, and what could not be read."""
    snapshot = current_snapshot()
    context = {
        "meta": snapshot.meta,
        "read": sum(source.records for source in snapshot.meta.sources),
        "faults": fault_counts(snapshot),
        "fault_words": FAULT_WORDS,
        "date_words": DATE_WORDS,
        "n_rejected": count_rejected(snapshot),
        "rejected": rejected_records(snapshot, REJECTED_SHOWN),
        "removed": len(snapshot.removed()),
    }
    return render(request, "finder/registry.html", context)
