"""A Study as an SDTM package that `load_sdtm` reads back without loss.

TU and TR say what SDTM has words for; a supplementary qualifier is written only for what they can't say,
which is found by reading each row back. Visits, clinical state, RANO-LM forms and decisions go to the
sponsor-defined domains XV, XC, XL and XA.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cimara.response.model import Patient, Study
from cimara.response.reading.sdtm import SdtmPackage
from cimara.response.reading.sdtm_cells import (
    NOT_DONE,
    TOO_SMALL,
    Cells,
    evaluator_cells,
    lesion_cells,
    measurement_cells,
)
from cimara.response.reading.sdtm_schema import (
    LESION_QUALIFIERS,
    MEASUREMENT_QUALIFIERS,
    NEW_LESION_QUALIFIERS,
    OWN_DOMAINS,
)
from cimara.response.reading.write_tidy import tidy_frames
from cimara.response.transport.dataset import Dataset, Variable, VariableType
from cimara.response.transport.files import write_dataset

_TESTS = {
    "LDIAM": "Longest Diameter",
    "LPERP": "Longest Perpendicular",
    "SAXIS": "Short Axis",
    "VOLUME": "Volume",
    "DIAMETER": "Diameter",
    "TUMSTATE": "Tumor State",
}
_TU = {
    "STUDYID": "Study Identifier",
    "DOMAIN": "Domain Abbreviation",
    "USUBJID": "Unique Subject Identifier",
    "TUSEQ": "Sequence Number",
    "TULNKID": "Link ID",
    "TUTESTCD": "Tumor Identification Short Name",
    "TUTEST": "Tumor Identification Test Name",
    "TUORRES": "Tumor Identification Result",
    "TUSTRESC": "Tumor Identification Result Std. Format",
    "TULOC": "Location of the Tumor",
    "TUEVAL": "Evaluator",
    "TUEVALID": "Evaluator Identifier",
    "VISITNUM": "Visit Number",
    "TUDTC": "Date/Time of Tumor Identification",
}
_TR = {
    "STUDYID": "Study Identifier",
    "DOMAIN": "Domain Abbreviation",
    "USUBJID": "Unique Subject Identifier",
    "TRSEQ": "Sequence Number",
    "TRGRPID": "Group ID",
    "TRREFID": "Reference ID",
    "TRLNKID": "Link ID",
    "TRTESTCD": "Tumor Assessment Short Name",
    "TRTEST": "Tumor Assessment Test Name",
    "TRORRES": "Result or Finding in Original Units",
    "TRORRESU": "Original Units",
    "TRSTRESC": "Character Result/Finding in Std Format",
    "TRSTRESN": "Numeric Result/Finding in Standard Units",
    "TRSTRESU": "Standard Units",
    "TRSTAT": "Completion Status",
    "TRREASND": "Reason Not Done",
    "TRMETHOD": "Method Used to Identify the Tumor",
    "TREVAL": "Evaluator",
    "TREVALID": "Evaluator Identifier",
    "VISITNUM": "Visit Number",
    "TRDTC": "Date/Time of Tumor Measurement",
}
_SUPP = {
    "STUDYID": "Study Identifier",
    "RDOMAIN": "Related Domain Abbreviation",
    "USUBJID": "Unique Subject Identifier",
    "IDVAR": "Identifying Variable",
    "IDVARVAL": "Identifying Variable Value",
    "QNAM": "Qualifier Variable Name",
    "QLABEL": "Qualifier Variable Label",
    "QVAL": "Data Value",
    "QORIG": "Origin",
}
_ADSL = {
    "STUDYID": "Study Identifier",
    "USUBJID": "Unique Subject Identifier",
    "RANDDT": "Date of Randomization",
    "IMMTHER": "Immunotherapy",
    "IMMTHSDT": "Start Date of Immunotherapy",
    "NEWTHDT": "Start Date of Next Anti-Cancer Therapy",
}
_WHOLE = frozenset({"TUSEQ", "TRSEQ"})
_NUMBERS = frozenset({"VISITNUM", "TRSTRESN"})
_DATES = frozenset({"RANDDT", "IMMTHSDT", "NEWTHDT"})
_STATE_WORDS = {"UNEQUIVOCAL_PD": "UNEQUIVOCAL"}
_YES_NO = {"yes": "Y", "no": "N", "unknown": ""}

Rows = list[dict[str, object]]


@dataclass
class _Package:
    """The rows of every data set, and the number of each visit."""

    study_id: str
    tu: Rows = field(default_factory=list)
    supptu: Rows = field(default_factory=list)
    tr: Rows = field(default_factory=list)
    supptr: Rows = field(default_factory=list)
    adsl: Rows = field(default_factory=list)
    own: dict[str, Rows] = field(default_factory=dict)
    numbers: dict[tuple[str, str, str], int] = field(default_factory=dict)
    by_id: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))


def sdtm_datasets(study: Study, *, study_id: str) -> dict[str, Dataset]:
    """The package as data sets by name: tu, supptu, tr, supptr, adsl, xv, xc, xl, xa; empty ones left out."""
    frames = {name: frame.to_dicts() for name, frame in tidy_frames(study).items()}
    package = _Package(study_id)
    for name in OWN_DOMAINS:
        package.own[name] = list(_own_rows(package, name, frames[name]))
    nodes = {(row["patient_id"], row["lesion_id"]) for row in frames["lesions"] if row["is_node"] == "yes"}
    roles = {(row["patient_id"], row["lesion_id"]): row["role"] for row in frames["lesions"]}
    for row in frames["lesions"]:
        _add_lesion(package, row)
    for row in frames["measurements"]:
        key = (row["patient_id"], row["lesion_id"])
        _add_measurement(package, row, key in nodes, roles.get(key, ""))
    for row in frames["new_lesions"]:
        _add_new_lesion(package, row)
    package.adsl = [_adsl_row(study_id, patient) for patient in study.patients]
    return _datasets(package)


def write_sdtm(
    study: Study, folder: Path, *, study_id: str, created: dt.datetime, form: str = ".csv"
) -> SdtmPackage:
    """Write the package as `folder/<name><form>` (.csv, .xpt, .json or .ndjson); gives what to read back.

    `created` dates Dataset-JSON. Raises XptError for what XPT can't hold.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths: dict[str, Any] = {}
    for name, dataset in sdtm_datasets(study, study_id=study_id).items():
        paths[name] = folder / f"{name}{form}"
        write_dataset(dataset, paths[name], created=created)
    return SdtmPackage(**paths)


def _own_rows(package: _Package, name: str, rows: Rows) -> Iterator[dict[str, object]]:
    """The rows of a sponsor-defined domain; visits are numbered for each patient."""
    domain, columns = OWN_DOMAINS[name]
    count: dict[object, int] = defaultdict(int)
    for row in rows:
        patient_id = str(row["patient_id"])
        held = {held: row[column] for column, held in columns.items()}
        number = None
        if name == "visits":
            count[patient_id] += 1
            number = count[patient_id]
            package.numbers[patient_id, str(row["visit_id"]), str(row["date"])] = number
            package.by_id[patient_id, str(row["visit_id"])].append(number)
        yield {
            "STUDYID": package.study_id,
            "DOMAIN": domain,
            "USUBJID": patient_id,
            "VISITNUM": number,
            **held,
        }


def _visit_number(package: _Package, row: Mapping[str, object]) -> int | None:
    """The number of the visit that a record is of: by id and date, else by an id that is unique."""
    patient_id, visit_id, date = (str(row[name]) for name in ("patient_id", "visit_id", "date"))
    several = package.by_id.get((patient_id, visit_id), [])
    return package.numbers.get((patient_id, visit_id, date), several[0] if several else None)


def _add_lesion(package: _Package, row: Mapping[str, object]) -> None:
    number = len(package.tu) + 1
    role, location = str(row["role"]).replace("_", "-"), str(row["site"] or row["organ"])
    standard = {
        "STUDYID": package.study_id,
        "DOMAIN": "TU",
        "USUBJID": row["patient_id"],
        "TUSEQ": number,
        "TULNKID": row["lesion_id"],
        "TUTESTCD": "TUMIDENT",
        "TUTEST": "Tumor Identification",
        "TUORRES": role,
        "TUSTRESC": role,
        "TULOC": location,
        **evaluator_cells(str(row["evaluator"]), "TU"),
    }
    package.tu.append(standard)
    read_back = {**lesion_cells(str(row["role"]), location), **_UNKNOWN}
    package.supptu += _qualifiers(package, "TU", standard, LESION_QUALIFIERS, row, read_back)


_UNKNOWN = dict.fromkeys(
    ("cystic_only", "borders_measurable", "prior_local_therapy", "progressed_since_therapy"), "unknown"
)


def _qualifiers(
    package: _Package,
    domain: str,
    parent: Mapping[str, object],
    names: Mapping[str, str],
    row: Mapping[str, object],
    read_back: Mapping[str, str],
) -> Iterator[dict[str, object]]:
    """A qualifier for each column that reading the standard rows back would not give."""
    for qualifier, column in names.items():
        if (row[column] or "") != (read_back.get(column) or ""):
            yield {
                "STUDYID": package.study_id,
                "RDOMAIN": domain,
                "USUBJID": parent["USUBJID"],
                "IDVAR": f"{domain}SEQ",
                "IDVARVAL": str(parent[f"{domain}SEQ"]),
                "QNAM": qualifier,
                "QLABEL": column.replace("_", " ").capitalize(),
                "QVAL": row[column],
                "QORIG": "CRF",
            }


def _add_measurement(package: _Package, row: Mapping[str, object], is_node: bool, role: object) -> None:
    results = _results(row, role)
    unseen = row["status"] in ("NOT_DONE", "NOT_EVALUABLE")
    rows: dict[str, Cells] = {}
    for test, (result, unit) in results.items():
        missed = {"TRSTAT": NOT_DONE, "TRREASND": str(row["reason"])} if not result else {}
        rows[test] = {
            "TRTESTCD": test,
            "TRORRES": result,
            "TRORRESU": unit,
            "TRSTRESC": result,
            "TRSTRESU": unit,
            "TRMETHOD": str(row["method"]),
            **(missed if unseen or test == "TUMSTATE" else {}),
        }
    group = str(role).replace("_", "-")
    first = _append(package, row, rows, group, f"M{len(package.tr) + 1}")
    read_back = _with_plain_sizes(measurement_cells(rows, is_node=is_node))
    package.supptr += _qualifiers(package, "TR", first, MEASUREMENT_QUALIFIERS, row, read_back)


def _results(row: Mapping[str, object], role: object) -> dict[str, tuple[str, str]]:
    """Result and unit by test; a lesion without a size gets the row that its status asks for."""
    sizes = {"LDIAM": "ld_mm", "LPERP": "perp_mm", "SAXIS": "short_axis_mm"}
    found = {test: (str(row[column]), "mm") for test, column in sizes.items() if row[column]}
    if row["volume_mm3"]:
        found["VOLUME"] = (str(row["volume_mm3"]), "mm3")
    if not found and row["status"]:
        results = {"TOO_SMALL": TOO_SMALL, "ABSENT": "0", "MERGED": "0"}
        result = results.get(str(row["status"]), "")
        found["DIAMETER"] = (result, "mm" if result == "0" else "")
    if row["state"]:
        state = str(row["state"])
        # TUMSTATE UNEQUIVOCAL of a new lesion says how certain it is, so its growth keeps the tidy word.
        word = state if role == "NEW" else _STATE_WORDS.get(state, state)
        found["TUMSTATE"] = ("" if state == "NE" else word, "")
    return found


def _with_plain_sizes(cells: Cells) -> Cells:
    """Sizes as the tidy tables write them: a decimal, without unit."""
    plain = dict(cells)
    for name in ("ld_mm", "perp_mm", "short_axis_mm", "volume_mm3"):
        plain[name] = plain[name].partition(" ")[0]
    return plain


def _append(
    package: _Package, row: Mapping[str, object], rows: Mapping[str, Cells], group: str, record: str
) -> dict[str, object]:
    """Put the rows of one record into TR; gives the first."""
    start = len(package.tr)
    for test, cells in rows.items():
        number = cells["TRSTRESC"] if cells["TRSTRESU"] else ""
        package.tr.append(
            {
                **cells,
                "STUDYID": package.study_id,
                "DOMAIN": "TR",
                "USUBJID": row["patient_id"],
                "TRSEQ": len(package.tr) + 1,
                "TRGRPID": group,
                "TRREFID": record,
                "TRLNKID": row["lesion_id"],
                "TRTEST": _TESTS[test],
                "TRSTRESN": float(number) if number else None,
                "VISITNUM": _visit_number(package, row),
                "TRDTC": row["date"],
                **evaluator_cells(str(row["evaluator"]), "TR"),
            }
        )
    return package.tr[start]


def _add_new_lesion(package: _Package, row: Mapping[str, object]) -> None:
    certainty = str(row["certainty"])
    cells = {"TRTESTCD": "TUMSTATE", "TRORRES": certainty, "TRSTRESC": certainty, "TRSTRESU": ""}
    first = _append(package, row, {"TUMSTATE": cells}, "NEW", f"N{len(package.tr) + 1}")
    package.supptr += _qualifiers(package, "TR", first, NEW_LESION_QUALIFIERS, row, {})


def _adsl_row(study_id: str, patient: Patient) -> dict[str, object]:
    return {
        "STUDYID": study_id,
        "USUBJID": patient.patient_id,
        "RANDDT": patient.start_date,
        "IMMTHER": _YES_NO[patient.immunotherapy.value],
        "IMMTHSDT": patient.immunotherapy_start,
        "NEWTHDT": patient.new_therapy_date,
    }


def _datasets(package: _Package) -> dict[str, Dataset]:
    """The data sets that have rows; TU, TR and ADSL always."""
    found = {
        "tu": _dataset("TU", "Tumor Identification", _TU, package.tu),
        "tr": _dataset("TR", "Tumor Results", _TR, package.tr),
        "adsl": _dataset("ADSL", "Subject-Level Analysis", _ADSL, package.adsl),
    }
    for name, rows in (("supptu", package.supptu), ("supptr", package.supptr)):
        if rows:
            found[name] = _dataset(name.upper(), "Supplemental Qualifiers", _SUPP, rows)
    for table, rows in package.own.items():
        domain, columns = OWN_DOMAINS[table]
        labels = {held: column.replace("_", " ").capitalize() for column, held in columns.items()}
        shared = {name: _TR[name] for name in ("STUDYID", "DOMAIN", "USUBJID", "VISITNUM")}
        if rows or table == "visits":
            label = f"CIMARa {table.replace('_', ' ')}"
            found[domain.lower()] = _dataset(domain, label, {**shared, **labels}, rows)
    return found


def _dataset(name: str, label: str, labels: Mapping[str, str], rows: Rows) -> Dataset:
    variables = tuple(Variable(column, text, _type(column)) for column, text in labels.items())
    columns = {column: [row.get(column) for row in rows] for column in labels}
    return Dataset.of(name, label, variables, columns)


def _type(column: str) -> VariableType:
    if column in _WHOLE:
        return VariableType.INTEGER
    if column in _NUMBERS:
        return VariableType.FLOAT
    return VariableType.DATE if column in _DATES else VariableType.TEXT
