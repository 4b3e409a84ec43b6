"""Writes a study folder of cBioPortal, and checks that a folder keeps to its format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara.cohort.export.cbioportal.attributes import (
    PATIENT_ATTRIBUTES,
    SAMPLE_ATTRIBUTES,
    clinical_tables,
    clinical_text,
)
from cimara.cohort.export.cbioportal.disclosure import DEFAULT_MIN_N
from cimara.cohort.export.cbioportal.timelines import timelines
from cimara.cohort.export.mapping_report import Fate, FieldFate, write_report

STUDY_ID = re.compile(r"[A-Za-z0-9._-]+\Z")
"""Ids are letters, digits, dot, underscore and hyphen (cBioPortal, file formats)."""
TYPE_OF_CANCER = "mixed"

EXPORTED = {
    ("Patient", "patient_id"): ("PATIENT_ID", "a number of this release stands for it"),
    ("Patient", "sex"): ("SEX", "values of few patients are other"),
    ("Patient", "age_at_anchor"): ("AGE_BAND", "bands of ten years"),
    ("Patient", "n_brm_at_anchor"): ("BRAIN_METASTASES", "bands"),
    ("Patient", "brm_synchronous"): ("SYNCHRONOUS", ""),
    ("Patient", "vital_status"): ("OS_STATUS", "lost to follow-up is told as living"),
    ("Patient", "last_contact_day"): ("OS_MONTHS", ""),
    ("PrimaryTumour", "group"): ("PRIMARY_GROUP", "groups of few patients, and of two primaries, are other"),
    ("SystemicTherapyLine", "agents"): ("timeline treatment: AGENT", ""),
    ("SystemicTherapyLine", "start_day"): ("timeline treatment: START_DATE", ""),
    ("SystemicTherapyLine", "stop_day"): ("timeline treatment: STOP_DATE", ""),
    ("LocalTherapyCourse", "modality"): ("timeline treatment: SUBTYPE", ""),
    ("LocalTherapyCourse", "start_day"): ("timeline treatment: START_DATE", ""),
    ("LocalTherapyCourse", "end_day"): ("timeline treatment: STOP_DATE", ""),
    ("LocalTherapyCourse", "total_dose_gy"): ("timeline treatment: TOTAL_DOSE_GY", ""),
    ("LocalTherapyCourse", "fractions"): ("timeline treatment: FRACTIONS", ""),
    ("SupportiveCourse", "kind"): ("timeline treatment: AGENT", ""),
    ("SupportiveCourse", "start_day"): ("timeline treatment: START_DATE", ""),
    ("SupportiveCourse", "stop_day"): ("timeline treatment: STOP_DATE", ""),
    ("ImagingAssessment", "day"): ("timeline imaging: START_DATE", ""),
    ("ImagingAssessment", "modality"): ("timeline imaging: DIAGNOSTIC_TYPE", ""),
    ("ImagingAssessment", "intracranial_response"): ("timeline imaging: RESPONSE", ""),
    ("LabResult", "analyte"): ("timeline lab: TEST", ""),
    ("LabResult", "value"): ("timeline lab: RESULT", ""),
    ("LabResult", "unit"): ("timeline lab: UNIT", ""),
    ("LabResult", "day"): ("timeline lab: START_DATE", ""),
    ("ProgressionEvent", "kind"): ("timeline status: STATUS", ""),
    ("ProgressionEvent", "day"): ("timeline status: START_DATE", ""),
    ("AdverseRadiationEffect", "onset_day"): ("timeline status: START_DATE", ""),
    ("AdverseRadiationEffect", "certainty"): ("timeline status: CERTAINTY", ""),
    ("AdverseRadiationEffect", "symptomatic"): ("timeline status: SYMPTOMATIC", ""),
    ("LmdEvent", "day"): ("timeline status: START_DATE", ""),
    ("PerformanceStatus", "scale"): ("timeline performance: SCALE", ""),
    ("PerformanceStatus", "value"): ("timeline performance: SCORE", ""),
    ("PerformanceStatus", "day"): ("timeline performance: START_DATE", ""),
    ("Death", "day"): ("OS_MONTHS", ""),
}
"""Where fields go, and what is lost; all others stay in."""


def write_cbioportal(
    dataset: Dataset, folder: Path, *, study: str, title: str, description: str, min_n: int = DEFAULT_MIN_N
) -> list[Path]:
    """Write the study folder after the disclosure filter; gives the files.

    Raises CohortError for an id that cBioPortal does not take, and where the filter refuses the release.
    """
    if not STUDY_ID.match(study):
        raise CohortError(
            "not an id of cBioPortal", where="study", expected="letters, digits, dot, underscore, hyphen"
        )
    patients, samples = clinical_tables(dataset, study, min_n=min_n)
    files = {
        "meta_study.txt": _meta(
            type_of_cancer=TYPE_OF_CANCER, cancer_study_identifier=study, name=title, description=description
        ),
        **_clinical(study, "patient", "PATIENT_ATTRIBUTES", clinical_text(PATIENT_ATTRIBUTES, patients)),
        **_clinical(study, "sample", "SAMPLE_ATTRIBUTES", clinical_text(SAMPLE_ATTRIBUTES, samples)),
        "case_lists/cases_all.txt": _case_list(study, samples["SAMPLE_ID"].to_list()),
    }
    for name, frame in timelines(dataset, patients).items():
        text = frame.write_csv(separator="\t", null_value="", quote_style="never")
        files |= _files(study, f"timeline_{name}", "TIMELINE", text)
    (folder / "case_lists").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [*(folder / name for name in files), write_report(cbioportal_fates(), folder)]


def cbioportal_fates() -> Iterator[FieldFate]:
    """What becomes of every field of the model; what is not named does not leave."""
    for (entity, name), (where, lost) in EXPORTED.items():
        yield FieldFate(entity, name, Fate.LOSSY if lost else Fate.EXPORTED, where, lost)


def folder_faults(folder: Path) -> Iterator[str]:
    """What does not keep to the format of cBioPortal's study folders."""
    metas = sorted(folder.glob("meta_*.txt"))
    study = _read_meta(folder / "meta_study.txt").get("cancer_study_identifier", "")
    for path in metas:
        meta = _read_meta(path)
        if meta.get("cancer_study_identifier") != study:
            yield f"{path.name}: another study"
        if "data_filename" in meta and not (folder / meta["data_filename"]).is_file():
            yield f"{path.name}: no file {meta['data_filename']}"
    samples = _clinical_faults(folder / "data_clinical_sample.txt", ("PATIENT_ID", "SAMPLE_ID"))
    yield from _clinical_faults(
        folder / "data_clinical_patient.txt", ("PATIENT_ID", "OS_STATUS", "OS_MONTHS")
    )
    yield from samples
    for path in sorted(folder.glob("data_timeline_*.txt")):
        header = path.read_text("utf-8").split("\n", 1)[0].split("\t")
        if header[:4] != ["PATIENT_ID", "START_DATE", "STOP_DATE", "EVENT_TYPE"]:
            yield f"{path.name}: columns of a timeline are lacking"


def _clinical_faults(path: Path, needed: tuple[str, ...]) -> Iterator[str]:
    lines = path.read_text("utf-8").splitlines()
    marks = [line.startswith("#") for line in lines[:5]]
    if marks != [True, True, True, True, False]:
        yield f"{path.name}: expected four rows after # and then the ids"
        return
    header = lines[4].split("\t")
    if [name for name in needed if name not in header]:
        yield f"{path.name}: {', '.join(needed)} are needed"
    if any(name != name.upper() for name in header):
        yield f"{path.name}: ids of attributes are upper case"
    if set(lines[2].removeprefix("#").split("\t")) - {"STRING", "NUMBER", "BOOLEAN"}:
        yield f"{path.name}: a type that is not known"
    rows = [line.split("\t") for line in lines[5:]]
    if any(len(row) != len(header) for row in rows):
        yield f"{path.name}: a row of another length"
    if any(not STUDY_ID.match(row[0]) for row in rows):
        yield f"{path.name}: an id with another sign"


def _clinical(study: str, part: str, datatype: str, text: str) -> dict[str, str]:
    return _files(study, f"clinical_{part}", datatype, text)


def _files(study: str, name: str, datatype: str, text: str) -> dict[str, str]:
    meta = _meta(
        cancer_study_identifier=study,
        genetic_alteration_type="CLINICAL",
        datatype=datatype,
        data_filename=f"data_{name}.txt",
    )
    return {f"meta_{name}.txt": meta, f"data_{name}.txt": text}


def _case_list(study: str, samples: list[str]) -> str:
    return _meta(
        cancer_study_identifier=study,
        stable_id=f"{study}_all",
        case_list_name="All samples",
        case_list_description=f"All samples ({len(samples)})",
        case_list_category="all_cases_in_study",
        case_list_ids="\t".join(samples),
    )


def _meta(**lines: str) -> str:
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def _read_meta(path: Path) -> dict[str, str]:
    lines = path.read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line)
