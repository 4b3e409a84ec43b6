"""Reads a trial of the National Cancer Institute's clinical trials search API, version 2 or 1.

Field names and status words are those of the API as the institute's own search application uses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cimara.terms.ids import NctId
from cimara.terms.registry import OutcomeRole, OverallStatus, Phase, Sex, StudyType
from cimara.terms.units import DAYS_PER_YEAR
from cimara.trials.eligibility.model import Section
from cimara.trials.importers import cts_shape as shape
from cimara.trials.importers.issue_log import IssueLog
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.importers.siting import log_differing_sites, make_site
from cimara.trials.importers.tolerant import TolerantDecoder, UnreadableRecordError
from cimara.trials.importers.words import read_date
from cimara.trials.issue import Issue, IssueCode
from cimara.trials.study import Intervention, Outcome, Site, SourceForm, Study

NO_MAX_AGE = 999
"""The API's way of saying that there is no upper age."""

STATUSES: Mapping[str, OverallStatus] = {
    "active": OverallStatus.RECRUITING,
    "approved": OverallStatus.NOT_YET_RECRUITING,
    "in_review": OverallStatus.NOT_YET_RECRUITING,
    "enrolling_by_invitation": OverallStatus.ENROLLING_BY_INVITATION,
    "temporarily_closed_to_accrual": OverallStatus.SUSPENDED,
    "temporarily_closed_to_accrual_and_intervention": OverallStatus.ACTIVE_NOT_RECRUITING,
    "closed_to_accrual": OverallStatus.ACTIVE_NOT_RECRUITING,
    "closed_to_accrual_and_intervention": OverallStatus.ACTIVE_NOT_RECRUITING,
    "complete": OverallStatus.COMPLETED,
    "completed": OverallStatus.COMPLETED,
    "administratively_complete": OverallStatus.COMPLETED,
    "withdrawn": OverallStatus.WITHDRAWN,
}
_PHASES: Mapping[str, tuple[Phase, ...]] = {
    "O": (Phase.EARLY_PHASE1,),
    "0": (Phase.EARLY_PHASE1,),
    "I": (Phase.PHASE1,),
    "I_II": (Phase.PHASE1, Phase.PHASE2),
    "II": (Phase.PHASE2,),
    "II_III": (Phase.PHASE2, Phase.PHASE3),
    "III": (Phase.PHASE3,),
    "IV": (Phase.PHASE4,),
    "NA": (Phase.NA,),
}
_KINDS: Mapping[str, StudyType] = {
    "interventional": StudyType.INTERVENTIONAL,
    "non_interventional": StudyType.OBSERVATIONAL,
    "observational": StudyType.OBSERVATIONAL,
    "expanded_access": StudyType.EXPANDED_ACCESS,
}
_SEXES: Mapping[str, Sex] = {"all": Sex.ALL, "both": Sex.ALL, "female": Sex.FEMALE, "male": Sex.MALE}

_SECTIONS = (
    (Section.NONE, "", None),
    (Section.INCLUSION, "Inclusion Criteria:", True),
    (Section.EXCLUSION, "Exclusion Criteria:", False),
)
"""Parts of the criteria text in order, with heading and the API's inclusion indicator."""

Known = TypeVar("Known")


_DECODER = TolerantDecoder(shape.Trial)


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaBullet:
    """One bullet of the criteria text, as a half-open span of code points, with its stated section."""

    start: int
    end: int
    section: Section


@dataclass(frozen=True, slots=True, kw_only=True)
class NcitTerm:
    """A concept of the NCI Thesaurus that the trial is coded with."""

    code: str
    term: str


def study_from_trial(raw: bytes) -> tuple[Study, list[Issue]]:
    """The study of one trial object, with the faults found in it.

    Raises
    ------
    RejectedRecordError
        When `raw` isn't a JSON object, or has no valid registry number or no criteria.
    """
    log = IssueLog()
    trial = _decoded(raw, log)
    nct_id = NctId.parse(trial.nct_id or "")
    if nct_id is None:
        raise RejectedRecordError(IssueCode.NO_NCT_ID, "no valid registry number")
    log.nct_id = nct_id
    criteria, _ = criteria_text(trial.eligibility)
    if not criteria:
        raise RejectedRecordError(IssueCode.NO_CRITERIA, "no criteria text", nct_id)
    return _study(nct_id, criteria, raw, trial, log), log.issues()


def descriptions_of_trial(raw: bytes) -> tuple[str | None, str | None]:
    """Brief summary and detailed description of a trial object."""
    trial = _decoded(raw, IssueLog())
    return trial.brief_summary, trial.detail_description


def bullets_of_trial(raw: bytes) -> tuple[CriteriaBullet, ...]:
    """The criteria's bullets, each with the section that the registry itself states."""
    return criteria_text(_decoded(raw, IssueLog()).eligibility)[1]


def ncit_terms_of_trial(raw: bytes) -> tuple[NcitTerm, ...]:
    """NCI Thesaurus concepts of the trial's diseases and interventions, each once."""
    trial = _decoded(raw, IssueLog())
    found = [
        (disease.nci_thesaurus_concept_id, disease.preferred_name or disease.name)
        for disease in _present(trial.diseases)
    ] + [(drug.intervention_code, drug.intervention_name or drug.name) for drug in _drugs(trial)]
    return tuple(NcitTerm(code=code, term=term or code) for code, term in dict(found).items() if code)


def criteria_text(eligibility: shape.Eligibility | None) -> tuple[str, tuple[CriteriaBullet, ...]]:
    """The criteria as one text: inclusion bullets, then exclusion bullets, in display order."""
    listed = _present((eligibility or shape.Eligibility()).unstructured)
    listed.sort(key=lambda item: item.display_order or 0)
    text = ""
    bullets: list[CriteriaBullet] = []
    for section, heading, included in _SECTIONS:
        items = [item.description for item in listed if item.inclusion_indicator is included]
        if heading and any(items):
            text += f"{heading}\n\n" if not text else f"\n{heading}\n\n"
        for item in (item.strip() for item in items if item):
            start = len(text) + len("* ")
            bullets.append(CriteriaBullet(start=start, end=start + len(item), section=section))
            text += f"* {item}\n"
    return text.rstrip("\n"), tuple(bullets)


def _decoded(raw: bytes, log: IssueLog) -> shape.Trial:
    try:
        return _DECODER.decode(raw, log)
    except UnreadableRecordError as error:
        raise RejectedRecordError(IssueCode.NOT_JSON, str(error)) from None


def _study(nct_id: NctId, criteria: str, raw: bytes, trial: shape.Trial, log: IssueLog) -> Study:
    rules = (trial.eligibility or shape.Eligibility()).structured or shape.Structured()
    overall = _status(trial.current_trial_status, "current_trial_status", log) or OverallStatus.UNKNOWN
    sites = tuple(_site(place, part, log) for place, part in enumerate(_present(trial.sites)))
    log_differing_sites(sites, overall, "sites", log)
    return Study(
        nct_id=nct_id,
        brief_title=trial.brief_title or trial.official_title or nct_id,
        criteria=criteria,
        overall_status=overall,
        official_title=trial.official_title,
        acronym=trial.acronym,
        study_type=_word(_KINDS, trial.study_protocol_type, "study_protocol_type", log),
        phases=_phases(trial.phase, log),
        conditions=tuple(_conditions(_present(trial.diseases))),
        interventions=tuple(_interventions(trial)),
        sponsor=trial.lead_org,
        brief_summary=trial.brief_summary,
        detailed_description=trial.detail_description,
        sex=_word(_SEXES, rules.sex or rules.gender, "eligibility.structured.sex", log) or Sex.ALL,
        min_age_days=_age(rules.min_age_in_years),
        max_age_days=None if rules.max_age_in_years == NO_MAX_AGE else _age(rules.max_age_in_years),
        start=read_date(trial.start_date, "start_date", log),
        verified=read_date(trial.record_verification_date, "record_verification_date", log),
        outcomes=tuple(_outcomes(trial)),
        sites=sites,
        source_form=SourceForm.CTS,
        raw=raw,
    )


def _present(items: Iterable[Known | None] | None) -> list[Known]:
    return [item for item in items or () if item is not None]


def _word(table: Mapping[str, Known], text: str | None, path: str, log: IssueLog) -> Known | None:
    if text is None:
        return None
    found = table.get("_".join(text.lower().replace("-", " ").replace("_", " ").split()))
    if found is None:
        log.add(IssueCode.UNKNOWN_WORD, path, f"'{text[:40]}' isn't a known word; kept in raw")
    return found


def _status(text: str | None, path: str, log: IssueLog) -> OverallStatus | None:
    """A word that isn't known counts as closed: it must never inherit "recruiting" from the trial."""
    if text is None:
        return None
    return _word(STATUSES, text, path, log) or OverallStatus.ACTIVE_NOT_RECRUITING


def _phases(phase: shape.PhaseObject | str | None, log: IssueLog) -> tuple[Phase, ...]:
    text = phase.phase if isinstance(phase, shape.PhaseObject) else phase
    if text is None:
        return ()
    found = _PHASES.get(text.upper().replace("/", "_"))
    if found is None:
        log.add(IssueCode.UNKNOWN_WORD, "phase", f"'{text[:40]}' isn't a phase; kept in raw")
    return found or ()


def _age(years: int | None) -> int | None:
    return None if years is None else int(years * DAYS_PER_YEAR)


def _conditions(diseases: list[shape.Disease]) -> Iterator[str]:
    """Lead diseases; where none is marked, all, since the list then holds no ancestors to leave out."""
    lead = [one for one in diseases if one.lead_disease_indicator in (True, "YES", "Y", "true")]
    for disease in lead or diseases:
        name = disease.preferred_name or disease.name
        if name:
            yield name


def _drugs(trial: shape.Trial) -> Iterator[shape.Drug]:
    for arm in _present(trial.arms):
        yield from _present(arm.interventions)


def _interventions(trial: shape.Trial) -> Iterator[Intervention]:
    seen = set()
    for drug in _drugs(trial):
        name = drug.intervention_name or drug.name
        if name and name not in seen:
            seen.add(name)
            kind = drug.intervention_type
            yield Intervention(name=name, type=kind.upper().replace(" ", "_") if kind else None)


def _outcomes(trial: shape.Trial) -> Iterator[Outcome]:
    counted = dict.fromkeys(OutcomeRole, 0)
    for part in _present(trial.outcome_measures):
        if not part.name:
            continue
        word = (part.type_code or "").lower()
        role = next((role for role in OutcomeRole if word.startswith(role.value)), OutcomeRole.OTHER)
        yield Outcome(
            role=role,
            ordinal=counted[role],
            measure=part.name,
            description=part.description,
            time_frame=part.timeframe,
        )
        counted[role] += 1


def _site(ordinal: int, part: shape.Place, log: IssueLog) -> Site:
    point = part.org_coordinates
    return make_site(
        ordinal,
        facility=part.org_name,
        city=part.org_city,
        state=part.org_state_or_province,
        zip_code=part.org_postal_code,
        country=part.org_country,
        status=_status(part.recruitment_status, f"sites[{ordinal}].recruitment_status", log),
        point=(point.lat, point.lon) if point and point.lat is not None and point.lon is not None else None,
    )
