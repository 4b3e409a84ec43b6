"""Turns a study and what was read out of it into the rows of a snapshot's tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from itertools import groupby

import msgspec

from cimara.terms.registry import OverallStatus
from cimara.trials.atlas.model import EndpointUse
from cimara.trials.card import pack_study
from cimara.trials.eligibility.model import CnsFields
from cimara.trials.facet_words import facet_words
from cimara.trials.facets import code, date_number, phase_bits, sponsor_class_code, tumour_bits, year
from cimara.trials.importers.cts import CriteriaBullet, NcitTerm
from cimara.trials.ingest.readers import Reading
from cimara.trials.issue import Issue
from cimara.trials.study import Study

Row = tuple[object, ...]
Rows = dict[str, list[Row]]
"""Table name -> its rows, each with the columns of `schema.sql` in order."""

_JSON = msgspec.json.Encoder(enc_hook=str)


def add_rows(rows: Rows, row_id: int, reading: Reading) -> None:
    """Add the rows of one study under its row id, its raw record and issues excepted."""
    study = reading.study
    for table, make in _TABLES.items():
        rows[table].extend(make(row_id, study))
    rows["card"].append((row_id, pack_study(study)))
    rows["endpoint"].extend(_endpoints(row_id, reading.endpoints))
    rows["eligibility"].append(_eligibility(row_id, reading))
    rows["evidence"].extend(
        (row_id, place, item.field, item.start, item.end, item.rule_id, item.cohort)
        for place, item in enumerate(reading.eligibility.evidence)
    )


def facet_row(row_id: int, reading: Reading, tumour_order: Sequence[str]) -> Row:
    """The narrow integers by which a study is filtered."""
    study = reading.study
    return (
        row_id,
        code(study.overall_status),
        int(study.overall_status is OverallStatus.RECRUITING),
        phase_bits(study.phases),
        code(study.study_type),
        sponsor_class_code(study.sponsor_class),
        code(reading.eligibility.brm_policy),
        code(reading.eligibility.lmd_policy),
        *tumour_bits(study.tumours, tumour_order),
        year(study.start),
        study.min_age_days,
        study.max_age_days,
        code(study.sex),
        date_number(study.first_posted),
        date_number(study.last_updated),
    )


def issue_row(issue: Issue, source: str, line: int | None) -> Row:
    """An issue as a row, with where its record came from; its id is given by the table."""
    return (None, issue.code, issue.nct_id, issue.path, issue.message, source, line)


def ncit_rows(row_id: int, terms: Sequence[NcitTerm]) -> Iterator[Row]:
    """NCI Thesaurus concepts of a study."""
    return ((row_id, place, term.code, term.term) for place, term in enumerate(terms))


def bullet_rows(row_id: int, bullets: Sequence[CriteriaBullet]) -> Iterator[Row]:
    """Bullets of a criteria text with the section that the registry states."""
    return ((row_id, place, item.start, item.end, item.section) for place, item in enumerate(bullets))


def fold_term(term: str) -> str:
    """A term without case and diacritics, by which spellings of it are one."""
    if term.isascii():
        return term.lower()
    decomposed = unicodedata.normalize("NFKD", term.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _study(row_id: int, study: Study) -> Iterator[Row]:
    yield (
        row_id,
        study.nct_id,
        study.brief_title,
        study.official_title,
        study.acronym,
        study.overall_status,
        study.last_known_status,
        study.study_type,
        phase_bits(study.phases),
        study.sponsor,
        study.sponsor_class,
        study.enrolment,
        study.sex,
        study.min_age_days,
        study.max_age_days,
        study.start,
        study.primary_completion,
        study.completion,
        study.first_posted,
        study.last_updated,
        study.verified,
        int(bool(study.outcomes)),
        len(study.sites),
        study.source_form,
        int(study.starter is not None),
    )


def _terms(words: Callable[[Study], Sequence[str]]) -> Callable[[int, Study], Iterator[Row]]:
    def rows(row_id: int, study: Study) -> Iterator[Row]:
        return ((row_id, place, term, fold_term(term)) for place, term in enumerate(words(study)))

    return rows


def _interventions(row_id: int, study: Study) -> Iterator[Row]:
    for place, item in enumerate(study.interventions):
        yield row_id, place, item.name, fold_term(item.name), item.type


def _locations(row_id: int, study: Study) -> Iterator[Row]:
    for site in study.sites:
        effective, inherited = site.effective_status(study.overall_status)
        yield (
            row_id,
            site.ordinal,
            site.facility,
            site.city,
            site.state,
            site.zip,
            site.country,
            site.iso2,
            site.status,
            effective,
            int(inherited),
            int(effective is OverallStatus.RECRUITING),
            site.lat,
            site.lon,
            site.geo_basis,
        )


def _outcomes(row_id: int, study: Study) -> Iterator[Row]:
    for item in study.outcomes:
        yield row_id, item.role, item.ordinal, item.measure, item.description, item.time_frame


def _aliases(row_id: int, study: Study) -> Iterator[Row]:
    return ((alias.strip().upper(), study.nct_id) for alias in study.aliases)


def _head(row_id: int, study: Study) -> Iterator[Row]:
    title = " ".join(filter(None, (study.brief_title, study.official_title, study.acronym)))
    condition = "\n".join((*study.conditions, *study.mesh_terms))
    intervention = "\n".join(name for item in study.interventions for name in (item.name, *item.other_names))
    yield row_id, title, condition, intervention, "\n".join(study.keywords), facet_words(study)


def _text(row_id: int, study: Study) -> Iterator[Row]:
    outcomes = "\n".join(text for item in study.outcomes for text in (item.measure, item.description) if text)
    yield row_id, study.brief_summary or "", study.criteria, outcomes


_TABLES: dict[str, Callable[[int, Study], Iterator[Row]]] = {
    "study": _study,
    "condition": _terms(lambda study: study.conditions),
    "intervention": _interventions,
    "keyword": _terms(lambda study: study.keywords),
    "mesh": _terms(lambda study: study.mesh_terms),
    "location": _locations,
    "outcome": _outcomes,
    "alias": _aliases,
    "head_fts": _head,
    "text_fts": _text,
}


def _endpoints(row_id: int, uses: Sequence[EndpointUse]) -> Iterator[Row]:
    ordered = sorted(uses, key=lambda use: (use.role, use.ordinal))
    for (role, ordinal), group in groupby(ordered, key=lambda use: (use.role, use.ordinal)):
        for place, use in enumerate(group):
            packed = _JSON.encode(use).decode()
            yield row_id, role, ordinal, place, use.canonical, use.compartment, packed


def _eligibility(row_id: int, reading: Reading) -> Row:
    """Policies, and as JSON the fields that the trial speaks of (the card has the whole reading)."""
    found = reading.eligibility
    said = {
        name: value for name, silent in _SILENT_FIELDS if (value := getattr(found.fields, name)) != silent
    }
    said_json, cohorts = (_JSON.encode(part).decode() for part in (said, found.cohorts))
    return row_id, found.brm_policy, found.lmd_policy, found.confidence, said_json, cohorts


_SILENT_FIELDS = [(item.name, getattr(CnsFields(), item.name)) for item in fields(CnsFields)]
