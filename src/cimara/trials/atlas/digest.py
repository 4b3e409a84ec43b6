"""A snapshot read once, so that many populations of it can be counted without reading it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from cimara.terms.ids import NctId
from cimara.trials.atlas.model import EndpointUse
from cimara.trials.atlas.read import endpoint_uses
from cimara.trials.eligibility.model import CnsEligibility
from cimara.trials.snapshot import Snapshot, SnapshotMeta
from cimara.trials.study import Outcome, Site, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Every study of a snapshot without its texts, and the endpoints that its measures name.

    What atlas and survey count is kept: numbers, titles, phases, tumours, dates, status, countries, policies
    and fields, how many measures. A search needs the snapshot itself.
    """

    meta: SnapshotMeta
    kept: tuple[Study, ...]
    uses: Mapping[NctId, tuple[EndpointUse, ...]]

    def studies(self) -> Iterator[Study]:
        """The studies, in the order of the snapshot."""
        return iter(self.kept)

    def uses_of(self, study: Study) -> tuple[EndpointUse, ...]:
        """The endpoints of one of its studies."""
        return self.uses.get(study.nct_id, ())


def digest(snapshot: Snapshot) -> Digest:
    """Read the whole snapshot; the endpoints are those of the present rules."""
    kept: list[Study] = []
    uses: dict[NctId, tuple[EndpointUse, ...]] = {}
    for study in snapshot.studies():
        kept.append(without_texts(study))
        if found := endpoint_uses(study):
            uses[study.nct_id] = found
    return Digest(meta=snapshot.meta, kept=tuple(kept), uses=uses)


def without_texts(study: Study) -> Study:
    """The study with empty criteria and measures, one site a country, and no quotes of its eligibility."""
    read = study.eligibility
    countries = sorted({site.iso2 for site in study.sites if site.iso2})
    return replace(
        study,
        criteria="",
        official_title=None,
        outcomes=tuple(Outcome(role=one.role, ordinal=one.ordinal, measure="") for one in study.outcomes),
        sites=tuple(Site(ordinal=place, iso2=iso2) for place, iso2 in enumerate(countries)),
        eligibility=read
        and CnsEligibility(brm_policy=read.brm_policy, lmd_policy=read.lmd_policy, fields=read.fields),
    )
