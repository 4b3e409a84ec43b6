"""Checks that every record of an export is in the site's data access group; else rows leak between sites."""

from __future__ import annotations

import polars as pl

from cimara.cohort.findings import Finding, Severity, finding_frame, joined
from cimara.cohort.redcap.columns import GROUP, unique_group_name
from cimara.cohort.redcap.told import on_rows


def group_findings(frame: pl.DataFrame, place: pl.DataFrame, group: str, file: str) -> pl.DataFrame:
    """Errors for rows of another group than `group` and of none; a warning where the export has no groups."""
    if GROUP not in frame.columns:
        return finding_frame(
            [
                Finding(
                    severity=Severity.WARNING,
                    rule="DAG_ABSENT",
                    file=file,
                    message=f"{file} has no column {GROUP}: records of other sites cannot be seen",
                    hint="Tick `Export Data Access Group name` when you export, if REDCap offers it.",
                )
            ]
        )
    said = frame[GROUP]
    known = [group.lower(), unique_group_name(group)]
    blank = said.is_null()
    return joined(
        [
            on_rows(
                place,
                blank,
                severity=Severity.ERROR,
                rule="DAG",
                field=GROUP,
                problem="the record is in no data access group",
                hint=f"Put it into {group} in REDCap: without a group every site can see it.",
            ),
            on_rows(
                place,
                ~blank & ~said.str.to_lowercase().is_in(known).fill_null(False),
                severity=Severity.ERROR,
                rule="DAG",
                field=GROUP,
                problem=f"the record is in another data access group than {group}",
                hint="A record of another site: take it out, and tell that site.",
            ),
        ]
    )
