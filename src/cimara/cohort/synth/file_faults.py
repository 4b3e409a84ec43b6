"""Faults of whole files, planted in exports on disk: identifiers, foreign groups, files that were cut off."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import numpy as np

from cimara.cohort.findings import Severity
from cimara.cohort.synth.defects import Planted
from cimara.cohort.synth.draws import stream

GROUP = "redcap_data_access_group"
OTHER_GROUP = "demo_hospital_99"
REFUSED = "refused"
"""Severity of an identifier: the file is refused as a whole (exit 3)."""


def plant_in_files(
    folder: Path, site_id: str, seed: int, place: int, spared: Collection[str] = ()
) -> list[Planted]:
    """The fault of the site at a place, if there is one for its kind of export; gives what was planted.

    Patients that are `spared` have an error in a row of theirs, which must stay to be read.
    """
    random = stream(seed, f"file faults {site_id}")
    files = sorted(folder.glob("*.csv"))
    fault = REDCAP_FAULTS.get(place) if len(files) == 1 else FOLDER_FAULTS.get(place) if files else None
    planted = None if fault is None else fault(files, site_id, random, spared)
    return [] if planted is None else [planted]


def _column_of_numbers(
    files: list[Path], site_id: str, random: np.random.Generator, spared: Collection[str]
) -> Planted:
    """A column of record numbers, as they stand on hospital labels."""
    _add_column(files[0], "mrn", lambda _: f"{random.integers(10**7, 10**8)}")
    return Planted(
        site_id=site_id,
        fault="column with medical record numbers",
        file=files[0].name,
        field="mrn",
        rule="column_name",
        severity=REFUSED,
        mend="take the column out of the export",
    )


def _column_of_names(
    files: list[Path], site_id: str, random: np.random.Generator, spared: Collection[str]
) -> Planted:
    """A column of invented names."""
    first, last = ("Demo", "Testa", "Sampla"), ("Fictional", "Invented", "Madeup")
    path = next(one for one in files if one.stem.endswith("_patient"))
    _add_column(path, "patient_name", lambda _: f"{random.choice(first)} {random.choice(last)}")
    return Planted(
        site_id=site_id,
        fault="column with names",
        file=path.name,
        field="patient_name",
        rule="column_name",
        severity=REFUSED,
        mend="take the column out of the file",
    )


def _add_column(path: Path, name: str, value: Callable[[int], str]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [f"{line},{value(number) if number else name}" for number, line in enumerate(lines)]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8", newline="")


def _foreign_group(
    files: list[Path], site_id: str, random: np.random.Generator, spared: Collection[str]
) -> Planted | None:
    """The rows of one record in the group of another hospital; None where every record is spared."""
    path = files[0]
    lines = path.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    place = header.index(GROUP)
    records = sorted({line.split(",", 1)[0] for line in lines[1:]} - set(spared))
    if not records:
        return None
    record = records[int(random.integers(len(records)))]
    for number, line in enumerate(lines[1:], start=1):
        if line.startswith(f"{record},"):
            cells = line.split(",")
            cells[place] = OTHER_GROUP
            lines[number] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return Planted(
        site_id=site_id,
        fault="record in the group of another hospital",
        file=path.name,
        field=GROUP,
        patient_id=record,
        rule="DAG",
        severity=str(Severity.ERROR),
        mend="export the own group only, or correct the record's group",
    )


def _cut_off(
    files: list[Path], site_id: str, random: np.random.Generator, spared: Collection[str]
) -> Planted:
    """A file whose last line ends in the middle."""
    path = files[0]
    text = path.read_text(encoding="utf-8").rstrip("\n")
    last = text.rindex("\n") + 1
    path.write_text(text[: last + (len(text) - last) // 3], encoding="utf-8", newline="")
    return Planted(
        site_id=site_id,
        fault="file cut off",
        file=path.name,
        rule="TRUNCATED",
        severity=str(Severity.ERROR),
        mend="export it again",
    )


def _stray_comma(
    files: list[Path], site_id: str, random: np.random.Generator, spared: Collection[str]
) -> Planted | None:
    """A line with a cell too many; None where every record is spared."""
    path = files[0]
    lines = path.read_text(encoding="utf-8").splitlines()
    free = [number for number, line in enumerate(lines[1:], start=1) if line.split(",", 1)[0] not in spared]
    if not free:
        return None
    number = free[int(random.integers(len(free)))]
    lines[number] += ","
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return Planted(
        site_id=site_id,
        fault="line with a comma too many",
        file=path.name,
        patient_id=lines[number].split(",", 1)[0],
        key=f"row {number}",
        rule="ROW_LENGTH",
        severity=str(Severity.ERROR),
        mend="take the comma away",
    )


def _other_date_order(
    files: list[Path], site_id: str, random: np.random.Generator, spared: Collection[str]
) -> Planted | None:
    """One date with the month before the day, in a column of D/M/Y; None where no date shows the order."""
    path = next(one for one in files if one.stem.endswith("_lab_result"))
    lines = path.read_text(encoding="utf-8").splitlines()
    late = [
        number for number, line in enumerate(lines) if (found := _DATE.search(line)) and int(found[1]) > 12
    ]
    if not late:
        return None
    number = late[int(random.integers(len(late)))]
    lines[number] = _DATE.sub(r"\2/\1/\3", lines[number], count=1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return Planted(
        site_id=site_id,
        fault="date with the month first",
        file=path.name,
        table="LabResult",
        field="day",
        rule="DATE_ORDER",
        severity=str(Severity.ERROR),
        mend="write the date as day/month/year",
    )


_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_Fault = Callable[[list[Path], str, np.random.Generator, Collection[str]], Planted | None]
REDCAP_FAULTS: Mapping[int, _Fault] = {
    1: _foreign_group,
    3: _column_of_numbers,
    6: _cut_off,
    14: _stray_comma,
}
FOLDER_FAULTS: Mapping[int, _Fault] = {4: _column_of_names, 7: _other_date_order}
