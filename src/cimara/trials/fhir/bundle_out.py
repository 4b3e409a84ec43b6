"""A ranked list of trials as an FHIR R4 searchset; the grade `certain` is never given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cimara.terms.ids import NctId
from cimara.trials.fhir.research_study import RECORD, research_study
from cimara.trials.matching.page import MatchPage
from cimara.trials.matching.profile import Profile
from cimara.trials.matching.sites import nearest_open_sites
from cimara.trials.study import Study
from cimara.trials.verdict import MatchResult, Verdict

MATCH_GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
"""On Bundle.entry.search, a code; checked against its definition in FHIR R4 and R4B."""
GRADES = {
    Verdict.LIKELY: "probable",
    Verdict.POSSIBLE: "possible",
    Verdict.UNKNOWN: "possible",
    Verdict.NOT_NOW: "certainly-not",
    Verdict.NO: "certainly-not",
}
BANDS = {Verdict.LIKELY: (0.6, 0.9), Verdict.POSSIBLE: (0.3, 0.6), Verdict.UNKNOWN: (0.1, 0.3)}


def to_bundle(
    page: MatchPage,
    profile: Profile,
    study_of: Callable[[NctId], Study],
    *,
    with_failed: bool = False,
    limit: int | None = None,
) -> dict[str, Any]:
    """The page as the JSON values of a Bundle.

    Parameters
    ----------
    profile
        For the distances of the open sites; none of its facts is written.
    study_of
        Gives the whole study of a number, such as `Snapshot.study`.
    with_failed
        Trials that fail a criterion are listed too, graded `certainly-not` with score 0.
    limit
        At most so many entries; `total` still counts all.
    """
    listed = [one for one in page.results if with_failed or one.verdict in BANDS]
    scores = scores_of(listed)
    entries = [_entry(one, scores[one.nct_id], profile, study_of) for one in listed[:limit]]
    made: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(listed)}
    return made | ({"entry": entries} if entries else {})


def scores_of(results: list[MatchResult]) -> dict[NctId, float]:
    """A score for each trial: its verdict's band, and within the band its rank, the first highest."""
    scores = {one.nct_id: 0.0 for one in results}
    for verdict, (low, high) in BANDS.items():
        band = [one.nct_id for one in results if one.verdict is verdict]
        for rank, nct_id in enumerate(band):
            scores[nct_id] = round(high - (high - low) * rank / len(band), 6)
    return scores


def _entry(
    result: MatchResult, score: float, profile: Profile, study_of: Callable[[NctId], Study]
) -> dict[str, Any]:
    study = study_of(result.nct_id)
    grade = {"url": MATCH_GRADE, "valueCode": GRADES[result.verdict]}
    return {
        "fullUrl": f"{RECORD}{result.nct_id}",
        "resource": research_study(study, result, nearest_open_sites(study, profile)),
        "search": {"extension": [grade], "mode": "match", "score": score},
    }
