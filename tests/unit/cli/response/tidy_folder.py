"""Two patients in tidy tables: the first for making mistakes in, the second to be derived all the same."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from cimara.cli import main

TABLES = {
    "patients": "patient_id,start_date\nP1,2024-01-10\nP2,2024-01-10\n",
    "visits": (
        "patient_id,visit_id,date,is_baseline\n"
        "P1,BL,2024-01-05,yes\nP1,W8,2024-03-05,no\nP1,W16,2024-05-05,no\n"
        "P2,BL,2024-01-05,yes\nP2,W8,2024-03-05,no\nP2,W16,2024-05-05,no\n"
    ),
    "lesions": "patient_id,lesion_id,compartment,role\nP1,L1,BRAIN,TARGET\nP2,L1,BRAIN,TARGET\n",
    "measurements": (
        "patient_id,lesion_id,visit_id,status,ld_mm\n"
        "P1,L1,BL,MEASURED,90\nP1,L1,W8,MEASURED,60\nP1,L1,W16,MEASURED,66\n"
        "P2,L1,BL,MEASURED,40\nP2,L1,W8,MEASURED,24\nP2,L1,W16,MEASURED,29\n"
    ),
}


def tidy_folder(folder: Path, **changes: str) -> Path:
    """The tables, some replaced."""
    folder.mkdir(exist_ok=True)
    for name, text in (TABLES | changes).items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def response(*words: str | Path) -> int:
    """Run `cimara response` and give its exit code."""
    return main(["response", *map(str, words)])


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def calls_of(folder: Path) -> dict[tuple[str, str], str]:
    """Response by patient and visit, as derived into a folder."""
    return {
        (row["patient_id"], row["visit_id"]): row["response"] for row in rows_of(folder / "timepoints.csv")
    }
