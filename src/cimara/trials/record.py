"""The shape of an API v2 record, as far as it is read.

Field names are those of the ClinicalTrials.gov API v2, in snake case. Everything is optional: which parts
a record has differs from export to export, and words are checked later, where a fault can be named.
"""

from __future__ import annotations

import msgspec


class _Part(msgspec.Struct, rename="camel", kw_only=True, gc=False):
    """A part of a record; unknown fields are skipped."""


class DateStruct(_Part):
    date: str | None = None


class Identification(_Part):
    nct_id: str | None = None
    nct_id_aliases: list[str | None] | None = None
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None


class Status(_Part):
    overall_status: str | None = None
    last_known_status: str | None = None
    why_stopped: str | None = None
    status_verified_date: str | None = None
    start_date_struct: DateStruct | None = None
    primary_completion_date_struct: DateStruct | None = None
    completion_date_struct: DateStruct | None = None
    study_first_post_date_struct: DateStruct | None = None
    last_update_post_date_struct: DateStruct | None = None


class Organisation(_Part):
    name: str | None = None
    class_: str | None = msgspec.field(default=None, name="class")


class SponsorCollaborators(_Part):
    lead_sponsor: Organisation | None = None
    collaborators: list[Organisation | None] | None = None


class Description(_Part):
    brief_summary: str | None = None
    detailed_description: str | None = None


class Conditions(_Part):
    conditions: list[str | None] | None = None
    keywords: list[str | None] | None = None


class Enrollment(_Part):
    count: int | None = None


class Design(_Part):
    study_type: str | None = None
    phases: list[str | None] | None = None
    enrollment_info: Enrollment | None = None


class InterventionPart(_Part):
    type: str | None = None
    name: str | None = None
    other_names: list[str | None] | None = None


class ArmsInterventions(_Part):
    interventions: list[InterventionPart | None] | None = None


class OutcomePart(_Part):
    measure: str | None = None
    description: str | None = None
    time_frame: str | None = None


class Outcomes(_Part):
    primary_outcomes: list[OutcomePart | None] | None = None
    secondary_outcomes: list[OutcomePart | None] | None = None
    other_outcomes: list[OutcomePart | None] | None = None


class Eligibility(_Part):
    eligibility_criteria: str | None = None
    healthy_volunteers: bool | None = None
    sex: str | None = None
    minimum_age: str | None = None
    maximum_age: str | None = None


class GeoPoint(_Part):
    lat: float | None = None
    lon: float | None = None


class Location(_Part):
    facility: str | None = None
    status: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    geo_point: GeoPoint | None = None


class ContactsLocations(_Part):
    locations: list[Location | None] | None = None


class ProtocolSection(_Part):
    identification_module: Identification | None = None
    status_module: Status | None = None
    sponsor_collaborators_module: SponsorCollaborators | None = None
    description_module: Description | None = None
    conditions_module: Conditions | None = None
    design_module: Design | None = None
    arms_interventions_module: ArmsInterventions | None = None
    outcomes_module: Outcomes | None = None
    eligibility_module: Eligibility | None = None
    contacts_locations_module: ContactsLocations | None = None


class MiscInfo(_Part):
    version_holder: str | None = None


class MeshTerm(_Part):
    term: str | None = None


class ConditionBrowse(_Part):
    meshes: list[MeshTerm | None] | None = None


class DerivedSection(_Part):
    misc_info_module: MiscInfo | None = None
    condition_browse_module: ConditionBrowse | None = None


class CimaraNote(msgspec.Struct, kw_only=True):
    """Our own top-level key: a starter record says so itself."""

    starter: bool | None = None
    restated: bool | None = None
    source: str | None = None
    data_date: str | None = None
    note: str | None = None


class Record(_Part):
    """One API v2 study object."""

    protocol_section: ProtocolSection | None = None
    derived_section: DerivedSection | None = None
    cimara: CimaraNote | None = None
