"""Whether a study may use the data: terms of each site and of each patient, and the day it expires."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.study.duo import DataUse, Purpose, against, duo_term
from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.study.model import StudyFile
from cimara.cohort.study.sites import Site


@dataclass(frozen=True, slots=True)
class TermsFound:
    """Patients whose terms don't allow the study, and why: a sentence for each set of terms, with a count."""

    refused: pl.Series
    reasons: tuple[str, ...]


def check_expiry(study: StudyFile, today: dt.date) -> None:
    """Raise StudyRefusedError after the last day of the study."""
    expires = study.governance.expires
    if expires is not None and today > expires:
        raise StudyRefusedError(
            f"the study expired on {expires.isoformat()}",
            where=study.source,
            hint="Extend `governance.expires`; the sites sign again.",
        )


def site_problems(study: StudyFile, sites: Mapping[str, Site]) -> tuple[str, ...]:
    """What the terms of whole sites say against the study; sites without terms say it patient by patient."""
    purpose = study.governance.purpose
    return tuple(
        f"{name}: {said}"
        for name, site in sites.items()
        if site.data_use.terms
        for said in against(site.data_use, purpose)
    )


def patients_refused(study: StudyFile, site: Site | None, dataset: Dataset) -> TermsFound:
    """Patients of a site whose own terms don't allow the study.

    Terms are those of the enrolment in this study; what a term leaves open (which diseases, which countries)
    is as the site says it. A patient without an enrolment in this study, who is not eligible there, or whose
    enrolment has no terms, is refused.
    """
    purpose, general = study.governance.purpose, site.data_use if site else DataUse()
    enrolled = dataset.frame("StudyEnrolment").filter(pl.col("study_id") == study.id)
    patients = dataset.frame("Patient").select("patient_id")
    held = patients.join(
        enrolled.select("patient_id", "duo", "eligible"), on="patient_id", how="left"
    ).with_columns(pl.col("duo").list.join(";").fill_null(""))
    said = {terms: _said(terms, purpose, general) for terms in held["duo"].unique().to_list()}
    told = held.with_columns(
        why=pl.when(pl.col("eligible").is_null())
        .then(pl.lit("no enrolment in this study"))
        .when(pl.col("eligible") != "yes")
        .then(pl.lit("not eligible by the enrolment"))
        .otherwise(pl.col("duo").replace_strict(said, return_dtype=pl.String))
    ).filter(pl.col("why") != "")
    counts = told.group_by("why").len().sort("len", "why", descending=[True, False])
    return TermsFound(told["patient_id"], tuple(f"{n} with {why}" for why, n in counts.iter_rows()))


def _said(terms: str, purpose: Purpose, general: DataUse) -> str:
    words = [one for one in terms.split(";") if one]
    known = tuple(term for word in words if (term := duo_term(word)) is not None)
    if len(known) < len(words):
        return "terms that are not of the Data Use Ontology"
    return "; ".join(against(replace(general, terms=known), purpose))
