"""Registry records -> CNS eligibility -> search, matching, endpoint atlas, survey."""

from cimara.trials.atlas import atlas
from cimara.trials.build import BuildReport, IngestPolicy, build_snapshot
from cimara.trials.eligibility import CnsEligibility, read_eligibility
from cimara.trials.matching import Profile, explain, match, match_all
from cimara.trials.search import Near, Query
from cimara.trials.snapshot import Snapshot
from cimara.trials.survey import survey

__all__ = [
    "BuildReport",
    "CnsEligibility",
    "IngestPolicy",
    "Near",
    "Profile",
    "Query",
    "Snapshot",
    "atlas",
    "build_snapshot",
    "explain",
    "match",
    "match_all",
    "read_eligibility",
    "survey",
]
