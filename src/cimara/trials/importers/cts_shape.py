"""The shape of a trial of the NCI clinical trials search API, version 2 or 1, as far as it is read."""

from __future__ import annotations

import msgspec


class Disease(msgspec.Struct):
    nci_thesaurus_concept_id: str | None = None
    preferred_name: str | None = None
    name: str | None = None
    lead_disease_indicator: bool | str | None = None


class Drug(msgspec.Struct):
    intervention_name: str | None = None
    name: str | None = None
    intervention_type: str | None = None
    intervention_code: str | None = None


class Arm(msgspec.Struct):
    interventions: list[Drug | None] | None = None


class Measure(msgspec.Struct):
    name: str | None = None
    description: str | None = None
    timeframe: str | None = None
    type_code: str | None = None


class Structured(msgspec.Struct):
    sex: str | None = None
    gender: str | None = None
    min_age_in_years: int | None = None
    max_age_in_years: int | None = None


class Bullet(msgspec.Struct):
    display_order: int | None = None
    inclusion_indicator: bool | None = None
    description: str | None = None


class Eligibility(msgspec.Struct):
    structured: Structured | None = None
    unstructured: list[Bullet | None] | None = None


class Coordinates(msgspec.Struct):
    lat: float | None = None
    lon: float | None = None


class Place(msgspec.Struct):
    org_name: str | None = None
    org_city: str | None = None
    org_state_or_province: str | None = None
    org_postal_code: str | None = None
    org_country: str | None = None
    org_coordinates: Coordinates | None = None
    recruitment_status: str | None = None


class PhaseObject(msgspec.Struct):
    phase: str | None = None


class Trial(msgspec.Struct):
    nct_id: str | None = None
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None
    brief_summary: str | None = None
    detail_description: str | None = None
    lead_org: str | None = None
    current_trial_status: str | None = None
    record_verification_date: str | None = None
    start_date: str | None = None
    phase: PhaseObject | str | None = None
    study_protocol_type: str | None = None
    arms: list[Arm | None] | None = None
    diseases: list[Disease | None] | None = None
    outcome_measures: list[Measure | None] | None = None
    eligibility: Eligibility | None = None
    sites: list[Place | None] | None = None
