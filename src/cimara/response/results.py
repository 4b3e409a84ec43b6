"""The tables that response assessment gives: time points, lesions, best response, findings.

Sizes in the tables are millimetres (cubic millimetres where the policy measures volume), exact to the tenth
and for reading only: every comparison was made on integers before. Codes in one cell are parted by `;`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from cimara.response.model import Finding
from cimara.response.rows import BestRow, LesionRow, PatientResult, TimepointRow
from cimara.response.sizes import percent_change
from cimara.terms.errors import CimaraError

TIMEPOINTS: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "visit_id": pl.String(),
    "date": pl.Date(),
    "evaluator": pl.String(),
    "criterion": pl.String(),
    "compartment": pl.String(),
    "sum": pl.Float64(),
    "base_sum": pl.Float64(),
    "nadir_sum": pl.Float64(),
    "nadir_visit": pl.String(),
    "n_targets": pl.Int64(),
    "n_assessed": pl.Int64(),
    "pct_base": pl.Float64(),
    "pct_nadir": pl.Float64(),
    "target": pl.String(),
    "nontarget": pl.String(),
    "new_lesion": pl.String(),
    "clinical": pl.String(),
    "steroid": pl.String(),
    "original": pl.String(),
    "response": pl.String(),
    "rule_id": pl.String(),
    "reasons": pl.String(),
    "flags": pl.String(),
    "citation": pl.String(),
    "policy_hash": pl.String(),
    "input_hash": pl.String(),
    "adjudications": pl.String(),
}
"""One row per patient, evaluator, compartment and visit. `original` is the call before adjudication."""

LESIONS: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "lesion_id": pl.String(),
    "visit_id": pl.String(),
    "date": pl.Date(),
    "evaluator": pl.String(),
    "criterion": pl.String(),
    "compartment": pl.String(),
    "lesion_compartment": pl.String(),
    "role": pl.String(),
    "status": pl.String(),
    "size": pl.Float64(),
    "nadir": pl.Float64(),
    "lesion_status": pl.String(),
    "radiation_necrosis": pl.Boolean(),
    "policy_hash": pl.String(),
}
"""One row per lesion, evaluator and visit; `nadir` is the lesion's own smallest size so far."""

BEST: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "evaluator": pl.String(),
    "criterion": pl.String(),
    "compartment": pl.String(),
    "bor": pl.String(),
    "bor_date": pl.Date(),
    "confirmed_bor": pl.String(),
    "confirmed_bor_date": pl.Date(),
    "pd_date": pl.Date(),
    "pd_date_original": pl.Date(),
    "pd_kind": pl.String(),
    "response_start": pl.Date(),
    "deepest_change_pct": pl.Float64(),
    "flags": pl.String(),
    "policy_hash": pl.String(),
    "input_hash": pl.String(),
}
"""One row per patient, evaluator and compartment. `response_start` is where duration of response begins;
`flags` names every unverified rule that its responses, their confirmation or progression rest on."""

FINDINGS: dict[str, pl.DataType] = {
    "code": pl.String(),
    "severity": pl.String(),
    "text": pl.String(),
    "patient_id": pl.String(),
    "visit_id": pl.String(),
    "lesion_id": pl.String(),
    "file": pl.String(),
    "row": pl.Int64(),
    "column": pl.String(),
    "hint": pl.String(),
}


class ResultsError(CimaraError):
    """A folder that doesn't hold derived responses."""


@dataclass(frozen=True)
class ResultTables:
    """What one policy makes of one study. `discordance` crosses CNS and body where both were derived."""

    timepoints: pl.DataFrame
    lesions: pl.DataFrame
    best: pl.DataFrame
    findings: pl.DataFrame
    discordance: pl.DataFrame | None = None

    def tables(self) -> dict[str, pl.DataFrame]:
        """Every table there is, by the name of its file."""
        found = {
            "timepoints": self.timepoints,
            "lesions": self.lesions,
            "best": self.best,
            "findings": self.findings,
        }
        return found if self.discordance is None else {**found, "discordance": self.discordance}

    def write_csv(self, folder: Path) -> list[Path]:
        """Write each table as `folder/<table>.csv`; gives the files."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, table in self.tables().items():
            paths.append(folder / f"{name}.csv")
            table.write_csv(paths[-1])
        return paths

    @classmethod
    def read_csv(cls, folder: Path) -> ResultTables:
        """The tables that `write_csv` wrote to a folder.

        Raises
        ------
        ResultsError
            When a table is missing or isn't one that `write_csv` wrote.
        """
        return cls(
            **{
                name: _read_csv(folder / f"{name}.csv", schema)
                for name, schema in (
                    ("timepoints", TIMEPOINTS),
                    ("lesions", LESIONS),
                    ("best", BEST),
                    ("findings", FINDINGS),
                )
            }
        )


def _read_csv(path: Path, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    hint = "Name the folder that `cimara response derive` wrote."
    if not path.is_file():
        raise ResultsError("no such file", where=str(path), hint=hint)
    try:
        table = pl.read_csv(path, schema_overrides=schema)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise ResultsError("not a table of derived responses", where=str(path), hint=hint) from error
    missing = [name for name in schema if name not in table.columns]
    if missing:
        raise ResultsError(f"columns are missing: {', '.join(missing)}", where=str(path), hint=hint)
    return table.select(list(schema))


def result_tables(results: Sequence[PatientResult], findings: Iterable[Finding] = ()) -> ResultTables:
    """The tables of many patients' results; `findings` of reading come first."""
    noted = [*findings, *(item for result in results for item in result.findings)]
    return ResultTables(
        timepoints=timepoint_frame([row for result in results for row in result.rows]),
        lesions=frame([_lesion(row) for result in results for row in result.lesions], LESIONS),
        best=frame([_best(row) for result in results for row in result.best], BEST),
        findings=frame([_plain(item, FINDINGS) for item in noted], FINDINGS),
    )


def timepoint_frame(rows: Iterable[TimepointRow]) -> pl.DataFrame:
    """Time points as a table."""
    return frame([_timepoint(row) for row in rows], TIMEPOINTS)


def frame(rows: Sequence[Sequence[Any]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """A table of rows in the order of `schema`; one without rows keeps its columns."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pl.DataFrame(
        [
            pl.Series(name, list(column), dtype)
            for (name, dtype), column in zip(schema.items(), columns, strict=True)
        ]
    )


def shown(size: int | None, measure: str) -> float | None:
    """A size as the tables show it: millimetres, or cubic millimetres where volumes were measured."""
    if size is None:
        return None
    return float(size) if measure == "volume" else size / 10


def _timepoint(row: TimepointRow) -> list[Any]:
    values = _plain(row, TIMEPOINTS, skip=("pct_base", "pct_nadir"))
    at = {name: place for place, name in enumerate(TIMEPOINTS)}
    for name in ("sum", "base_sum", "nadir_sum"):
        values[at[name]] = shown(values[at[name]], row.measure)
    if row.is_complete and row.sum is not None:
        values[at["pct_base"]] = percent_change(row.sum, row.base_sum)
        values[at["pct_nadir"]] = percent_change(row.sum, row.nadir_sum)
    for name in ("reasons", "flags", "adjudications"):
        values[at[name]] = ";".join(values[at[name]])
    return values


def _lesion(row: LesionRow) -> list[Any]:
    values = _plain(row, LESIONS)
    for name in ("size", "nadir"):
        place = list(LESIONS).index(name)
        values[place] = shown(values[place], row.measure)
    return values


def _best(row: BestRow) -> list[Any]:
    values = _plain(row, BEST)
    values[list(BEST).index("flags")] = ";".join(row.flags)
    return values


def _plain(row: object, schema: dict[str, pl.DataType], skip: tuple[str, ...] = ()) -> list[Any]:
    return [None if name in skip else getattr(row, name) for name in schema]
