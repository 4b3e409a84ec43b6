"""A site in a few lines: its mapping, and its files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.harmonise.apply import apply_mapping
from cimara.cohort.harmonise.assembly import COLUMNS
from cimara.cohort.harmonise.errors import MappingError
from cimara.cohort.harmonise.mapping import Mapping, read_mapping
from cimara.cohort.harmonise.opening import site_tables

SITE = "@site,,complete,constant,,,,UT01"
PATIENTS = "@source,patient_id,complete,link,,nr,,{@site}-P{nr:4}"
ANCHOR = "@anchor,,complete,date_to_day,,brm,,first_brm_dx"


def mapping_of(folder: Path, *lines: str, site: str = SITE) -> Mapping:
    """The mapping with these rows; rows need no commas behind their last cell."""
    filled = [line + "," * (len(COLUMNS) - 1 - _commas(line)) for line in (site, *lines) if line]
    path = folder / "mapping.csv"
    path.write_text("\n".join([",".join(COLUMNS), *filled]) + "\n", encoding="utf-8")
    return read_mapping(path)


def _commas(line: str) -> int:
    quoted, count = False, 0
    for sign in line:
        quoted ^= sign == '"'
        count += sign == "," and not quoted
    return count


def site_data(
    folder: Path, *lines: str, site: str = SITE, needed: Collection[tuple[str, str]] = (), **files: str
) -> Dataset:
    """The data set of a site with these mapping rows and CSV files (`patients="nr,sex..."`)."""
    mapping = mapping_of(folder, *lines, site=site)
    data = folder / "data"
    data.mkdir(exist_ok=True)
    for name, text in files.items():
        (data / f"{name}.csv").write_text(text.strip() + "\n", encoding="utf-8")
    tables, _ = site_tables(data, mapping)
    return apply_mapping(tables, mapping, needed=needed)


def patient_field(folder: Path, row: str, cells: str, field: str) -> tuple[list[object], list[str | None]]:
    """Values and reasons that one mapping row of `Patient` makes of a file with the column nr."""
    found = site_data(folder, PATIENTS, row, p=cells)
    frame = found.frame("Patient")
    why = f"{field}__why"
    reasons = frame[why].to_list() if why in frame.columns else [None] * frame.height
    return frame[field].to_list(), reasons


def faults_of(folder: Path, *lines: str, site: str = SITE, **files: str) -> list[str]:
    """What a mapping is refused for, each with its row."""
    try:
        site_data(folder, *lines, site=site, **files) if files else mapping_of(folder, *lines, site=site)
    except MappingError as error:
        return [str(one) for one in error.faults]
    return []


def messages(found: Dataset, rule: str) -> list[str]:
    """The messages of one rule."""
    return found.findings.filter(pl.col("rule") == rule)["message"].to_list()
