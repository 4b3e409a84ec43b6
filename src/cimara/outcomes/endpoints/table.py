"""The endpoint table: one row per analysed patient or lesion, its report, and its findings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.outcomes.endpoints.facts import Facts, finding_frame
from cimara.outcomes.endpoints.outcome import Derived
from cimara.outcomes.endpoints.plan import EVENT, Plan
from cimara.outcomes.endpoints.report import Report, report_of
from cimara.outcomes.endpoints.words import DAYS_IN_MONTH, DAYS_IN_YEAR
from cimara.response.model import Finding

if TYPE_CHECKING:
    from cimara.outcomes.endpoints.adtte import Adtte

ENDPOINT_ROWS: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "lesion_id": pl.String(),
    "cluster": pl.String(),
    "site": pl.String(),
    "endpoint": pl.String(),
    "fingerprint": pl.String(),
    "start": pl.Date(),
    "start_flag": pl.String(),
    "adt": pl.Date(),
    "adt_flag": pl.String(),
    "aval": pl.Int64(),
    "evcode": pl.Int64(),
    "code": pl.String(),
    "text": pl.String(),
    "reason": pl.String(),
    "srcdom": pl.String(),
    "srcvar": pl.String(),
    "srcseq": pl.Int64(),
    "rule_id": pl.String(),
    "adjudications": pl.String(),
    "findings": pl.String(),
}
"""Columns of `EndpointTable.frame`; `aval` is days, `evcode` 0 censored, 1 event, 2.. competing in order."""

TIME_UNITS = {"days": 1.0, "months": DAYS_IN_MONTH, "years": DAYS_IN_YEAR}


@dataclass(frozen=True)
class EndpointTable:
    """What one definition makes of facts. Rows of one `cluster` (a patient) are not independent."""

    endpoint: Endpoint
    plan: Plan
    frame: pl.DataFrame
    exclusions: pl.DataFrame
    report: Report
    findings: pl.DataFrame

    def to_survival(self, unit: str = "days", *, cause_specific: bool = False) -> pl.DataFrame:
        """Columns patient_id, lesion_id, cluster, time (in `unit`) and event, for an estimator.

        `event` is `evcode`; with `cause_specific=True` competing events are censored (0) and the hazard, not
        a Kaplan-Meier curve, is what may be read from it. A month is 30.4375 days, a year 365.25.

        Raises
        ------
        DerivationError
            A binary endpoint, a unit of time that is not known, or a definition with competing events
            without `cause_specific` said: one minus Kaplan-Meier overstates incidence there.
        """
        if self.plan.binary:
            raise DerivationError("a rate has no times", where=self.endpoint.id, hint="Use binary_rate.")
        if unit not in TIME_UNITS:
            raise DerivationError("unknown unit of time", where=unit, expected=", ".join(TIME_UNITS))
        if self.plan.competing and not cause_specific:
            raise DerivationError(
                "a definition with competing events has no plain Kaplan-Meier view",
                where=self.endpoint.id,
                hint="Use to_competing_risks, or say cause_specific=True.",
            )
        return self._timed(unit, pl.col("evcode") == EVENT)

    def to_competing_risks(self, unit: str = "days") -> pl.DataFrame:
        """As `to_survival`, `event` being 0 censored, 1 event, 2.. competing in listed order."""
        if self.plan.binary or unit not in TIME_UNITS:
            raise DerivationError("no times of that kind", where=unit, expected=", ".join(TIME_UNITS))
        return self._timed(unit, pl.col("evcode"))

    def _timed(self, unit: str, event: pl.Expr) -> pl.DataFrame:
        return self.frame.select(
            "patient_id",
            "lesion_id",
            "cluster",
            time=pl.col("aval") / TIME_UNITS[unit],
            event=event.cast(pl.Int64()),
        )

    def to_adtte(self, *, study: str = "", **asked: object) -> Adtte:
        """The table as ADTTE (ADTTEL for lesions); see `adtte.to_adtte` for what can be asked."""
        from cimara.outcomes.endpoints.adtte import to_adtte

        return to_adtte([self], study=study, **asked)  # type: ignore[arg-type]

    def write_xpt(self, path: Path, *, study: str = "", **asked: object) -> Path:
        """Write ADTTE as SAS transport version 5. Raises CimaraError where something would be lost."""
        return self.to_adtte(study=study, **asked).write_xpt(path)

    def write_dataset_json(
        self, path: Path, *, created: dt.datetime, study: str = "", **asked: object
    ) -> Path:
        """Write ADTTE as Dataset-JSON 1.1; equal input gives equal bytes."""
        return self.to_adtte(study=study, **asked).write_dataset_json(path, created=created)


def table_of(plan: Plan, facts: Facts, derived: Derived, cut_date: dt.date | None) -> EndpointTable:
    """The table that an engine's raw rows make, with the sources of their dates."""
    frame = _frame(plan, facts, derived.outcomes)
    report = report_of(plan, facts, derived, frame, cut_date)
    findings = _findings(facts, frame, report)
    return EndpointTable(plan.endpoint, plan, frame, derived.exclusions, report, findings)


def _frame(plan: Plan, facts: Facts, raw: pl.DataFrame) -> pl.DataFrame:
    source, start = (
        _gathered(facts, raw["fact_row"], SOURCE),
        _gathered(facts, raw["start_row"], START_SOURCE),
    )
    days = (pl.col("adt") - pl.col("start")).dt.total_days() + 1
    own_day = source["date"] == raw["adt"]
    frame = raw.with_columns(
        cluster=pl.col("patient_id"),
        site=_site(facts, raw),
        endpoint=pl.lit(plan.endpoint.id),
        fingerprint=pl.lit(plan.endpoint.fingerprint),
        start_flag=start["date_flag"].fill_null(""),
        adt_flag=pl.when(own_day.fill_null(False))
        .then(source["date_flag"].fill_null(""))
        .otherwise(pl.lit("")),
        aval=pl.lit(None, dtype=pl.Int64()) if plan.binary else days,
        srcdom=source["srcdom"].fill_null(""),
        srcvar=source["srcvar"].fill_null(""),
        srcseq=source["srcseq"],
        rule_id=source["fields"].str.extract(r"(?:^|;)rule_id=([^;]*)").fill_null(""),
        adjudications=source["adjudications"].fill_null(""),
    ).select([pl.col(name).cast(kind) for name, kind in ENDPOINT_ROWS.items()])
    if not plan.binary and not frame.filter(~(pl.col("aval") >= 1)).is_empty():
        raise AssertionError("a time below one day")
    return frame


SOURCE = ("date", "date_flag", "fields", "srcdom", "srcvar", "srcseq", "adjudications")
START_SOURCE = ("date_flag",)


def _gathered(facts: Facts, rows: pl.Series, columns: tuple[str, ...]) -> pl.DataFrame:
    """The facts at these rows; nulls where there is no row."""
    return facts.frame.select(pl.col(columns).gather(rows.cast(pl.UInt32)))


def _site(facts: Facts, raw: pl.DataFrame) -> pl.Series:
    """The site of each patient; the first in order where a patient has several."""
    first = facts.sites
    if first.is_empty():
        return pl.Series("site", [""] * raw.height, dtype=pl.String)
    joined = raw.select("patient_id").join(first, on="patient_id", how="left", maintain_order="left")
    return joined["site"].fill_null("")


def _findings(facts: Facts, frame: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Findings of the facts, of single rows, and of the table as a whole."""
    own = frame.filter(pl.col("findings") != "").select("patient_id", "lesion_id", "findings")
    rows = [
        Finding(code, "warning", ROW_FINDINGS[code], patient_id=patient, lesion_id=lesion)
        for patient, lesion, codes in own.iter_rows()
        for code in codes.split(";")
    ]
    rows += [Finding(code, "warning", text) for code, text in report.warnings]
    return pl.concat([facts.findings_frame, finding_frame(rows)])


ROW_FINDINGS = {
    "EVENT_BEFORE_START": "an event of the definition lies before the start; it is not used",
    "START_AFTER_DEATH": "the start lies after the death",
    "LAST_ALIVE_BEFORE_START": "last known alive before the start; censored at the start",
}
"""What the findings of single rows mean."""
