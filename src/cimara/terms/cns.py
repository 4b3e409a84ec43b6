"""What a trial says about CNS disease, and the states that CNS disease can be in."""

from __future__ import annotations

from enum import StrEnum


class BrmPolicy(StrEnum):
    """Which patients with parenchymal brain metastases a trial takes, at its most permissive."""

    REQUIRED = "required"
    ACTIVE_ALLOWED = "active_allowed"
    STABLE_ONLY = "stable_only"
    EXCLUDED = "excluded"
    NOT_MENTIONED = "not_mentioned"
    NOT_APPLICABLE = "not_applicable"
    UNCLEAR = "unclear"


class LmdPolicy(StrEnum):
    """What a trial says, in explicit words, about leptomeningeal disease."""

    REQUIRED = "required"
    ALLOWED = "allowed"
    EXCLUDED = "excluded"
    NOT_MENTIONED = "not_mentioned"
    UNCLEAR = "unclear"


class CnsState(StrEnum):
    """The state of a patient's brain metastases, from the mildest to the most urgent."""

    NONE_KNOWN = "none_known"
    TREATED_STABLE = "treated_stable"
    UNTREATED_ASYMPTOMATIC = "untreated_asymptomatic"
    PROGRESSING_AFTER_LOCAL = "progressing_after_local"
    SYMPTOMATIC = "symptomatic"


DISEASE_STATES = (
    CnsState.TREATED_STABLE,
    CnsState.UNTREATED_ASYMPTOMATIC,
    CnsState.PROGRESSING_AFTER_LOCAL,
    CnsState.SYMPTOMATIC,
)
"""The four states in which brain metastases are present."""
