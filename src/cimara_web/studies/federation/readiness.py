"""How ready each federated site of a study is, and what it still lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cimara_web.permissions.holder import Holder
from cimara_web.studies.federation.job_files import Job, plain
from cimara_web.studies.models import Study, StudySite
from cimara_web.studies.models.study import Mode
from cimara_web.studies.queries import sees_whole, sites_of, visible_sites

NOT_SIGNED = "Checks and signs the study file, and attests it here."
OLD_STUDY_FILE = "Signs the study file again: it has changed."
NO_POLICY = "The data steward writes the policy."
NO_KIT = "The IT department receives the kit."
NOT_CONNECTED = "Starts the site; the coordinating centre sees it connect."


@dataclass(frozen=True, slots=True)
class Readiness:
    """A federated site. Of one that its reader may not see only institution and `is_ready` are told.

    `waits` is why the newest job waits for it; `seen` when the coordinating centre heard of it last.
    """

    site: StudySite
    is_open: bool
    has_signed: bool
    signed_before: bool
    seen: datetime | None
    waits: str

    @property
    def is_ready(self) -> bool:
        """Whether a job can begin with it."""
        return not self.lacks

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is to be done yet, in its order; a site that answered a job needs no word about its kit."""
        told = (
            (self.has_signed, OLD_STUDY_FILE if self.signed_before else NOT_SIGNED),
            (self.site.has_policy, NO_POLICY),
            (self.site.has_kit, NO_KIT),
            (self.seen is not None, NOT_CONNECTED),
        )
        return tuple(words for is_there, words in told if not is_there)


def readiness(study: Study, by: Holder, jobs: Sequence[Job]) -> list[Readiness]:
    """Every site that keeps its rows and has not left, by its code; `jobs` are the newest first."""
    sites = [one for one in sites_of(study) if _takes_part(one)]
    if sees_whole(by, study):
        seen = {one.public_id for one in sites}
    else:
        seen = set(visible_sites(by).filter(study=study).values_list("public_id", flat=True))
    heard = _last_heard(jobs)
    return [
        Readiness(
            site=one,
            is_open=one.public_id in seen,
            has_signed=bool(study.dictionary_hash) and one.attested_dictionary == study.dictionary_hash,
            signed_before=bool(one.attested_dictionary),
            seen=heard.get(one.code),
            waits=_waits(jobs, one.code),
        )
        for one in sites
    ]


def _takes_part(site: StudySite) -> bool:
    return site.mode != Mode.POOLED and site.withdrawn_at is None and site.closed_at is None


def _last_heard(jobs: Sequence[Job]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for one in (site for job in jobs for site in job.sites):
        if one.seen and (one.id not in found or one.seen > found[one.id]):
            found[one.id] = one.seen
    return found


def _waits(jobs: Sequence[Job], code: str) -> str:
    newest = jobs[0].sites if jobs else ()
    return next((plain(one.waiting) for one in newest if one.id == code), "")
