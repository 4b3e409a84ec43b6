"""Routes about trials: search, one record, its CNS rules with their words, its sites."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import Annotated

from django.http import HttpRequest
from ninja import Query as FromQuery
from ninja import Router, Schema
from pydantic import Field

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.eligibility.model import CnsFields
from cimara.trials.matching.judge import eligibility_of
from cimara.trials.matching.sites import open_sites
from cimara.trials.search import Page, Query, SearchPage
from cimara.trials.search.query import DEFAULT_STATUS, MAX_PAGE
from cimara.trials.staleness import may_be_outdated
from cimara.trials.study import Study
from cimara_web import clock
from cimara_web.api import answers
from cimara_web.api.callers import CallerWith
from cimara_web.api.limits import READING
from cimara_web.api.problems import Problem
from cimara_web.api.scopes import Scope
from cimara_web.api.texts import Text
from cimara_web.snapshot import current_snapshot

router = Router(tags=["trials"], throttle=[READING], auth=CallerWith(Scope.READ))
ANY = "ANY"
Status = StrEnum("Status", [(one.name, one.value) for one in OverallStatus] + [(ANY, ANY)])
"""Registry statuses, and `ANY`."""
_ERRORS = {422: Problem, 429: Problem}
_ERRORS_OF_ONE = {404: Problem, **_ERRORS}
_SILENT = CnsFields()


class Asked(Schema):
    """What `/trials/` of the pages asks; it describes trials, never a person."""

    q: Text = ""
    tumour: tuple[Text, ...] = ()
    brm: tuple[BrmPolicy, ...] = ()
    lmd: tuple[LmdPolicy, ...] = ()
    phase: tuple[Phase, ...] = ()
    status: tuple[Status, ...] = ()
    country: tuple[Text, ...] = ()
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 20
    cursor: Text | None = None

    def query(self) -> Query:
        """The library's query; recruiting trials unless a status is asked for."""
        status = {one.value for one in self.status}
        return Query(
            text=self.q,
            tumour=self.tumour,
            brm=self.brm,
            lmd=self.lmd,
            phase=self.phase,
            status=() if ANY in status else status or DEFAULT_STATUS,
            country=self.country,
            page=Page(self.limit, self.cursor),
        )


@router.get("", response={200: answers.Hits, **_ERRORS}, summary="Search trials")
def search(request: HttpRequest, asked: FromQuery[Asked]) -> SearchPage:
    """Trials by words and filters; what the record leaves open is counted beside, never dropped."""
    return current_snapshot().search(asked.query())


@router.get("/{nct_id}", response={200: answers.Trial, **_ERRORS_OF_ONE}, summary="One trial")
def trial(request: HttpRequest, nct_id: Text) -> dict[str, object]:
    """The record of a trial; its text is the registry's own."""
    study = current_snapshot().study(nct_id)
    plain = {name: getattr(study, name) for name in answers.Trial.model_fields if hasattr(study, name)}
    return plain | {
        "may_be_outdated": may_be_outdated(study, clock.today()),
        "starter": study.starter is not None,
    }


@router.get(
    "/{nct_id}/eligibility",
    response={200: answers.Eligibility, **_ERRORS_OF_ONE},
    summary="Who with CNS metastases may join",
)
def eligibility(request: HttpRequest, nct_id: Text) -> dict[str, object]:
    """Policies and fields with the sentences and character spans that say so."""
    study = current_snapshot().study(nct_id)
    read = eligibility_of(study)
    said = {
        one.name: value
        for one in fields(CnsFields)
        if (value := getattr(read.fields, one.name)) != getattr(_SILENT, one.name)
    }
    plain = {name: getattr(read, name) for name in answers.Eligibility.model_fields if hasattr(read, name)}
    return plain | {"nct_id": study.nct_id, "fields": said}


@router.get("/{nct_id}/sites", response={200: list[answers.Site], **_ERRORS_OF_ONE}, summary="Sites")
def sites(request: HttpRequest, nct_id: Text) -> list[dict[str, object]]:
    """Every site with its own status, or the trial's where it has none."""
    study = current_snapshot().study(nct_id)
    is_open = {site.ordinal for site in open_sites(study)}
    return [_site(study, place, is_open) for place in range(len(study.sites))]


def _site(study: Study, place: int, is_open: set[int]) -> dict[str, object]:
    site = study.sites[place]
    status, inherited = site.effective_status(study.overall_status)
    plain = {name: getattr(site, name) for name in answers.Site.model_fields if hasattr(site, name)}
    return plain | {"status": status, "inherited": inherited, "open": site.ordinal in is_open}
