"""Reads a legacy `clinical_study` XML file, the form of the registry's former bulk download.

Element names are by common use of that download; the entity expansion of XML stays off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TypeVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from cimara.terms.ids import NctId
from cimara.terms.registry import OutcomeRole, OverallStatus, Phase, Sex, StudyType
from cimara.trials.importers.issue_log import IssueLog
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.importers.siting import log_differing_sites, make_site
from cimara.trials.importers.words import PHASE_WORDS, STATUS_WORDS, read_age
from cimara.trials.issue import Issue, IssueCode
from cimara.trials.study import Intervention, Outcome, Site, SourceForm, Study

_SPONSOR_CLASSES: Mapping[str, str] = {
    "industry": "INDUSTRY",
    "nih": "NIH",
    "u.s. fed": "FED",
    "other": "OTHER",
    "other_gov": "OTHER_GOV",
    "indiv": "INDIV",
    "network": "NETWORK",
}
_KINDS: Mapping[str, StudyType] = {
    "interventional": StudyType.INTERVENTIONAL,
    "observational": StudyType.OBSERVATIONAL,
    "observational [patient registry]": StudyType.OBSERVATIONAL,
    "expanded access": StudyType.EXPANDED_ACCESS,
}
_SEXES: Mapping[str, Sex] = {"all": Sex.ALL, "both": Sex.ALL, "female": Sex.FEMALE, "male": Sex.MALE}
_HEALTHY: Mapping[str, bool] = {"no": False, "accepts healthy volunteers": True}

_DATE_FORMS = (
    ("%B %d, %Y", "%Y-%m-%d"),
    ("%Y-%m-%d", "%Y-%m-%d"),
    ("%B %Y", "%Y-%m"),
    ("%Y-%m", "%Y-%m"),
)
Known = TypeVar("Known")

_NEW_ITEM = re.compile(r"(?:[-*•–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,4}[.)])\s|[A-Z][^.;:]{0,78}:$")
"""A line that begins a bullet, a number, a letter or a heading; any other goes on with the line before."""


def study_from_xml(raw: bytes) -> tuple[Study, list[Issue]]:
    """The study of one XML file, with the faults found in it.

    Raises
    ------
    RejectedRecordError
        When `raw` isn't sound XML, or has no valid registry number or no criteria text.
    """
    log = IssueLog()
    root = _root(raw)
    nct_id = NctId.parse(_text(root, "id_info/nct_id") or "")
    if nct_id is None:
        raise RejectedRecordError(IssueCode.NO_NCT_ID, "no valid registry number")
    log.nct_id = nct_id
    criteria = unfold(_text(root, "eligibility/criteria/textblock") or "")
    if not criteria:
        raise RejectedRecordError(IssueCode.NO_CRITERIA, "no criteria text", nct_id)
    return _study(nct_id, criteria, raw, root, log), log.issues()


def descriptions_of_xml(raw: bytes) -> tuple[str | None, str | None]:
    """Brief summary and detailed description of an XML file, unfolded."""
    root = _root(raw)
    summary, description = (
        unfold(_text(root, f"{name}/textblock") or "") or None
        for name in ("brief_summary", "detailed_description")
    )
    return summary, description


def unfold(block: str) -> str:
    """The text of a hard-wrapped block: lines that begin no item go on with the line before."""
    lines: list[str] = []
    joins = False
    for line in (line.strip() for line in block.splitlines()):
        if joins and line and not _NEW_ITEM.match(line):
            lines[-1] += f" {line}"
        elif line or (lines and lines[-1]):
            lines.append(line)
        joins = bool(line) and not line.endswith(":")
    return "\n".join(lines).strip()


def _root(raw: bytes) -> Element:
    try:
        root: Element = fromstring(raw)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise RejectedRecordError(IssueCode.NOT_XML, f"not sound XML ({type(error).__name__})") from None
    return root


def _study(nct_id: NctId, criteria: str, raw: bytes, root: Element, log: IssueLog) -> Study:
    overall = _word(STATUS_WORDS, root, "overall_status", log) or OverallStatus.UNKNOWN
    summary, description = descriptions_of_xml(raw)
    sites = tuple(_site(place, part, log) for place, part in enumerate(root.iterfind("location")))
    log_differing_sites(sites, overall, "location", log)
    enrolment = _text(root, "enrollment")
    return Study(
        nct_id=nct_id,
        brief_title=_text(root, "brief_title") or _text(root, "official_title") or nct_id,
        criteria=criteria,
        overall_status=overall,
        official_title=_text(root, "official_title"),
        acronym=_text(root, "acronym"),
        aliases=_texts(root, "id_info/nct_alias"),
        last_known_status=_word(STATUS_WORDS, root, "last_known_status", log),
        why_stopped=_text(root, "why_stopped"),
        study_type=_word(_KINDS, root, "study_type", log),
        phases=_phases(root, log),
        conditions=_texts(root, "condition"),
        keywords=_texts(root, "keyword"),
        mesh_terms=_texts(root, "condition_browse/mesh_term"),
        interventions=tuple(_interventions(root)),
        sponsor=_text(root, "sponsors/lead_sponsor/agency"),
        sponsor_class=_word(_SPONSOR_CLASSES, root, "sponsors/lead_sponsor/agency_class", log),
        collaborators=_texts(root, "sponsors/collaborator/agency"),
        brief_summary=summary,
        detailed_description=description,
        enrolment=int(enrolment) if enrolment and enrolment.isdecimal() else None,
        sex=_word(_SEXES, root, "eligibility/gender", log) or Sex.ALL,
        min_age_days=read_age(_text(root, "eligibility/minimum_age"), "eligibility/minimum_age", log),
        max_age_days=read_age(_text(root, "eligibility/maximum_age"), "eligibility/maximum_age", log),
        healthy_volunteers=_word(_HEALTHY, root, "eligibility/healthy_volunteers", log),
        start=_date(root, "start_date", log),
        primary_completion=_date(root, "primary_completion_date", log),
        completion=_date(root, "completion_date", log),
        first_posted=_date(root, "study_first_posted", log),
        last_updated=_date(root, "last_update_posted", log),
        verified=_date(root, "verification_date", log),
        outcomes=tuple(_outcomes(root)),
        sites=sites,
        source_form=SourceForm.XML,
        raw=raw,
    )


def _text(element: Element, path: str) -> str | None:
    found = element.findtext(path)
    return found.strip() or None if found else None


def _texts(element: Element, path: str) -> tuple[str, ...]:
    return tuple(text for part in element.iterfind(path) if (text := (part.text or "").strip()))


def _word(table: Mapping[str, Known], element: Element, path: str, log: IssueLog) -> Known | None:
    text = _text(element, path)
    if text is None:
        return None
    found = table.get(text.lower())
    if found is None:
        log.add(IssueCode.UNKNOWN_WORD, path, f"'{text[:40]}' isn't a known word; kept in raw")
    return found


def _phases(root: Element, log: IssueLog) -> tuple[Phase, ...]:
    words = (_text(root, "phase") or "").split("/") if _text(root, "phase") != "N/A" else ["N/A"]
    found = {PHASE_WORDS.get(word.strip().lower()) for word in words if word}
    if None in found:
        log.add(IssueCode.UNKNOWN_WORD, "phase", "not a known phase; kept in raw")
    return tuple(phase for phase in Phase if phase in found)


def _date(root: Element, path: str, log: IssueLog) -> str | None:
    """`January 5, 2021` -> `2021-01-05`; `March 2019` -> `2019-03`, with an issue; ISO stays."""
    text = _text(root, path)
    if text is None:
        return None
    for pattern, iso in _DATE_FORMS:
        try:
            found = datetime.strptime(text, pattern)
        except ValueError:
            continue
        if iso == "%Y-%m":
            log.add(IssueCode.PARTIAL_DATE, path, "only the month is given")
        return found.strftime(iso)
    log.add(IssueCode.BAD_DATE, path, "not a date; read as missing")
    return None


def _interventions(root: Element) -> Iterator[Intervention]:
    for part in root.iterfind("intervention"):
        name = _text(part, "intervention_name")
        kind = _text(part, "intervention_type")
        if name:
            yield Intervention(
                name=name,
                type=kind.upper().replace(" ", "_") if kind else None,
                other_names=_texts(part, "other_name"),
            )


def _outcomes(root: Element) -> Iterator[Outcome]:
    for role in OutcomeRole:
        for ordinal, part in enumerate(root.iterfind(f"{role}_outcome")):
            measure = _text(part, "measure")
            if measure:
                yield Outcome(
                    role=role,
                    ordinal=ordinal,
                    measure=unfold(measure),
                    description=unfold(_text(part, "description") or "") or None,
                    time_frame=_text(part, "time_frame"),
                )


def _site(ordinal: int, part: Element, log: IssueLog) -> Site:
    status = _word(STATUS_WORDS, part, "status", log)
    if status is None and _text(part, "status"):
        status = OverallStatus.UNKNOWN
    address = "facility/address"
    return make_site(
        ordinal,
        facility=_text(part, "facility/name"),
        city=_text(part, f"{address}/city"),
        state=_text(part, f"{address}/state"),
        zip_code=_text(part, f"{address}/zip"),
        country=_text(part, f"{address}/country"),
        status=status,
        point=None,
    )
