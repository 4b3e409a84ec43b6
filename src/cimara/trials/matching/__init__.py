"""One person's facts against the trials of a registry: what is met, what isn't, what isn't known."""

from __future__ import annotations

from cimara.trials.matching.facts import (
    Biomarker,
    BrainPlace,
    CnsFacts,
    Lmd,
    LmdState,
    ScanModality,
    Seizures,
    SteroidDrug,
    Steroids,
    Symptoms,
    Trend,
    possible_states,
)
from cimara.trials.matching.judge import match
from cimara.trials.matching.page import Comparison, MatchPage, compare, explain, match_all, rank
from cimara.trials.matching.profile import PatientSex, Profile
from cimara.trials.matching.profile_error import ProfileError, ProfileFault
from cimara.trials.matching.reading import Never
from cimara.trials.matching.sites import NearSite, nearest_open_sites

__all__ = [
    "Biomarker",
    "BrainPlace",
    "CnsFacts",
    "Comparison",
    "Lmd",
    "LmdState",
    "MatchPage",
    "NearSite",
    "Never",
    "PatientSex",
    "Profile",
    "ProfileError",
    "ProfileFault",
    "ScanModality",
    "Seizures",
    "SteroidDrug",
    "Steroids",
    "Symptoms",
    "Trend",
    "compare",
    "explain",
    "match",
    "match_all",
    "nearest_open_sites",
    "possible_states",
    "rank",
]
