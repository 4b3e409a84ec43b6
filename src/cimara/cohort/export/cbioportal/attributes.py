"""Clinical attributes of patients and samples in cBioPortal: names, descriptions, types, and their values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.export.cbioportal.disclosure import released_patients

DAYS_A_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of a clinical file: id, display name, description, STRING or NUMBER, priority on the page."""

    id: str
    name: str
    description: str
    type: str = "STRING"
    priority: int = 1


PATIENT_ATTRIBUTES = (
    Attribute("PATIENT_ID", "Patient identifier", "Identifier of this release, not that of a site"),
    Attribute("SEX", "Sex", "Sex"),
    Attribute("AGE_BAND", "Age", "Age at the anchor in bands of ten years"),
    Attribute("BRAIN_METASTASES", "Brain metastases", "Brain metastases at the anchor, in bands"),
    Attribute("SYNCHRONOUS", "Synchronous", "Brain metastases synchronous with the primary"),
    Attribute("OS_STATUS", "Overall survival status", "Overall survival status"),
    Attribute("OS_MONTHS", "Overall survival (months)", "Months from the anchor to last contact", "NUMBER"),
)
SAMPLE_ATTRIBUTES = (
    Attribute("PATIENT_ID", "Patient identifier", "Identifier of this release, not that of a site"),
    Attribute("SAMPLE_ID", "Sample identifier", "One sample a patient: the disease as a whole"),
    Attribute("PRIMARY_GROUP", "Primary tumour", "Group of the primary; groups of few patients are other"),
)


def release_ids(patients: pl.Series, study: str) -> pl.Series:
    """Identifiers of a release: running numbers in an order that tells nothing of site or of inclusion."""
    digests = [hashlib.sha256(f"{study}/{one}".encode()).hexdigest() for one in patients.to_list()]
    order = sorted(range(len(digests)), key=digests.__getitem__)
    numbers = {place: f"{study}-{number:05d}" for number, place in enumerate(order, start=1)}
    return pl.Series("PATIENT_ID", [numbers[place] for place in range(len(digests))], dtype=pl.String)


def clinical_tables(dataset: Dataset, study: str, *, min_n: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Patients and samples of a release, with the patient's own id beside them as `patient_id`."""
    held = released_patients(dataset, min_n=min_n)
    held = held.with_columns(release_ids(held["patient_id"], study)).sort("PATIENT_ID")
    dead = pl.col("vital_status") == "dead"
    patients = held.select(
        "patient_id",
        "PATIENT_ID",
        SEX="sex",
        AGE_BAND="age_band",
        BRAIN_METASTASES="lesions",
        SYNCHRONOUS="brm_synchronous",
        OS_STATUS=pl.when(dead).then(pl.lit("1:DECEASED")).otherwise(pl.lit("0:LIVING")),
        OS_MONTHS=(pl.col("last_contact_day") / DAYS_A_MONTH).round(2),
    )
    samples = held.select("PATIENT_ID", SAMPLE_ID=pl.col("PATIENT_ID") + "-S", PRIMARY_GROUP="group")
    return patients, samples


def clinical_text(attributes: Iterable[Attribute], frame: pl.DataFrame) -> str:
    """A clinical file: four header rows after `#`, the ids, then the rows, parted by tabs."""
    held = list(attributes)
    rows = [
        "#" + "\t".join(one.name for one in held),
        "#" + "\t".join(one.description for one in held),
        "#" + "\t".join(one.type for one in held),
        "#" + "\t".join(str(one.priority) for one in held),
    ]
    body = frame.select([one.id for one in held]).write_csv(
        separator="\t", null_value="NA", quote_style="never"
    )
    return "\n".join(rows) + "\n" + body
