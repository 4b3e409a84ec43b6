"""Reads an API v2 record into a study, with an issue for everything that isn't as the API promises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cimara.terms.ids import NctId
from cimara.terms.registry import OutcomeRole, OverallStatus, Sex, StudyType
from cimara.trials import record as shape
from cimara.trials.importers.issue_log import IssueLog
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.importers.siting import log_differing_sites, make_site
from cimara.trials.importers.tolerant import TolerantDecoder, UnreadableRecordError
from cimara.trials.importers.words import read_age, read_date, read_phases, read_status, read_word
from cimara.trials.issue import Issue, IssueCode
from cimara.trials.study import Intervention, Outcome, Site, StarterNote, Study

SECTION = "protocolSection."
IDENTIFICATION = f"{SECTION}identificationModule."
STATUS = f"{SECTION}statusModule."
DESIGN = f"{SECTION}designModule."
ELIGIBILITY = f"{SECTION}eligibilityModule."
LOCATIONS = f"{SECTION}contactsLocationsModule.locations"

_DECODER = TolerantDecoder(shape.Record)


def study_from_record(raw: bytes) -> tuple[Study, list[Issue]]:
    """The study of one API v2 JSON object, with the faults found in it.

    Raises
    ------
    RejectedRecordError
        When `raw` isn't a JSON object, or has no valid registry number or no criteria text.
    """
    log = IssueLog()
    try:
        record = _DECODER.decode(raw, log)
    except UnreadableRecordError as error:
        raise RejectedRecordError(IssueCode.NOT_JSON, str(error)) from None
    section = record.protocol_section or shape.ProtocolSection()
    nct_id = NctId.parse((section.identification_module or shape.Identification()).nct_id or "")
    if nct_id is None:
        raise RejectedRecordError(IssueCode.NO_NCT_ID, "no valid registry number")
    log.nct_id = nct_id
    criteria = (section.eligibility_module or shape.Eligibility()).eligibility_criteria
    if not criteria or not criteria.strip():
        raise RejectedRecordError(IssueCode.NO_CRITERIA, "no criteria text", nct_id)
    return _study(nct_id, criteria, raw, record, section, log), log.issues()


def descriptions_of_record(raw: bytes) -> tuple[str | None, str | None]:
    """Brief summary and detailed description of a record."""
    section = _DECODER.decode(raw, IssueLog()).protocol_section or shape.ProtocolSection()
    description = section.description_module or shape.Description()
    return description.brief_summary, description.detailed_description


def _study(
    nct_id: NctId,
    criteria: str,
    raw: bytes,
    record: shape.Record,
    section: shape.ProtocolSection,
    log: IssueLog,
) -> Study:
    identification = section.identification_module or shape.Identification()
    status = section.status_module or shape.Status()
    design = section.design_module or shape.Design()
    eligibility = section.eligibility_module or shape.Eligibility()
    conditions = section.conditions_module or shape.Conditions()
    description = section.description_module or shape.Description()
    parties = section.sponsor_collaborators_module or shape.SponsorCollaborators()
    sponsor = parties.lead_sponsor or shape.Organisation()
    overall = read_status(status.overall_status, f"{STATUS}overallStatus", log)
    starter = _starter(record.cimara)
    return Study(
        nct_id=nct_id,
        brief_title=_title(identification, nct_id, log),
        criteria=criteria,
        overall_status=overall,
        official_title=identification.official_title,
        acronym=identification.acronym,
        aliases=_present(identification.nct_id_aliases),
        last_known_status=read_word(OverallStatus, status.last_known_status, f"{STATUS}lastKnownStatus", log),
        why_stopped=status.why_stopped,
        study_type=read_word(StudyType, design.study_type, f"{DESIGN}studyType", log),
        phases=read_phases(design.phases, f"{DESIGN}phases", log),
        conditions=_present(conditions.conditions),
        keywords=_present(conditions.keywords),
        mesh_terms=tuple(_mesh_terms(record.derived_section)),
        interventions=tuple(_interventions(section.arms_interventions_module)),
        sponsor=sponsor.name,
        sponsor_class=sponsor.class_,
        collaborators=tuple(party.name for party in parties.collaborators or () if party and party.name),
        brief_summary=description.brief_summary,
        detailed_description=description.detailed_description,
        enrolment=design.enrollment_info.count if design.enrollment_info else None,
        sex=read_word(Sex, eligibility.sex, f"{ELIGIBILITY}sex", log) or Sex.ALL,
        min_age_days=read_age(eligibility.minimum_age, f"{ELIGIBILITY}minimumAge", log),
        max_age_days=read_age(eligibility.maximum_age, f"{ELIGIBILITY}maximumAge", log),
        healthy_volunteers=eligibility.healthy_volunteers,
        start=_date(status.start_date_struct, "startDateStruct", log),
        primary_completion=_date(status.primary_completion_date_struct, "primaryCompletionDateStruct", log),
        completion=_date(status.completion_date_struct, "completionDateStruct", log),
        first_posted=_date(status.study_first_post_date_struct, "studyFirstPostDateStruct", log),
        last_updated=_date(status.last_update_post_date_struct, "lastUpdatePostDateStruct", log),
        verified=read_date(status.status_verified_date, f"{STATUS}statusVerifiedDate", log),
        version_holder=_version_holder(record, log) or (starter.data_date if starter else None),
        outcomes=tuple(_outcomes(section.outcomes_module)),
        sites=_sites(section.contacts_locations_module, overall, log),
        starter=starter,
        raw=raw,
    )


def _title(identification: shape.Identification, nct_id: str, log: IssueLog) -> str:
    if identification.brief_title:
        return identification.brief_title
    log.add(
        IssueCode.NULL_VALUE, f"{IDENTIFICATION}briefTitle", "missing; official title or number shown instead"
    )
    return identification.official_title or nct_id


def _present(words: Sequence[str | None] | None) -> tuple[str, ...]:
    return tuple(word for word in words or () if word)


def _date(struct: shape.DateStruct | None, name: str, log: IssueLog) -> str | None:
    return read_date(struct.date, f"{STATUS}{name}.date", log) if struct else None


def _version_holder(record: shape.Record, log: IssueLog) -> str | None:
    misc = record.derived_section.misc_info_module if record.derived_section else None
    path = "derivedSection.miscInfoModule.versionHolder"
    return read_date(misc.version_holder, path, log) if misc else None


def _mesh_terms(derived: shape.DerivedSection | None) -> Iterator[str]:
    browse = derived.condition_browse_module if derived else None
    for mesh in (browse.meshes if browse else None) or ():
        if mesh and mesh.term:
            yield mesh.term


def _interventions(module: shape.ArmsInterventions | None) -> Iterator[Intervention]:
    for part in (module.interventions if module else None) or ():
        if part and part.name:
            yield Intervention(name=part.name, type=part.type, other_names=_present(part.other_names))


def _outcomes(module: shape.Outcomes | None) -> Iterator[Outcome]:
    if module is None:
        return
    for role, parts in (
        (OutcomeRole.PRIMARY, module.primary_outcomes),
        (OutcomeRole.SECONDARY, module.secondary_outcomes),
        (OutcomeRole.OTHER, module.other_outcomes),
    ):
        for ordinal, part in enumerate(parts or ()):
            if part and part.measure:
                yield Outcome(
                    role=role,
                    ordinal=ordinal,
                    measure=part.measure,
                    description=part.description,
                    time_frame=part.time_frame,
                )


def _sites(module: shape.ContactsLocations | None, overall: OverallStatus, log: IssueLog) -> tuple[Site, ...]:
    parts = (module.locations if module else None) or ()
    sites = tuple(_site(place, part, log) for place, part in enumerate(parts) if part)
    log_differing_sites(sites, overall, LOCATIONS, log)
    return sites


def _site(ordinal: int, part: shape.Location, log: IssueLog) -> Site:
    geo = part.geo_point
    # A word that isn't known becomes UNKNOWN, so that it never inherits "recruiting" from the study.
    status = read_status(part.status, f"{LOCATIONS}[{ordinal}].status", log) if part.status else None
    return make_site(
        ordinal,
        facility=part.facility,
        city=part.city,
        state=part.state,
        zip_code=part.zip,
        country=part.country,
        status=status,
        point=(geo.lat, geo.lon) if geo and geo.lat is not None and geo.lon is not None else None,
    )


def _starter(note: shape.CimaraNote | None) -> StarterNote | None:
    if note is None or not note.starter:
        return None
    return StarterNote(source=note.source or "", data_date=note.data_date or "", note=note.note or "")
