"""The report for machines: a stable JSON object, described in docs/reference/cohort/validation-report.md."""

from __future__ import annotations

from typing import Any

import msgspec

from cimara.cohort.report.build import Report
from cimara.cohort.report.groups import Group

FORM = 1
"""Number of this form: it rises when a key goes or changes its meaning; keys may be added without."""


def report_object(report: Report) -> dict[str, Any]:
    """The report as plain objects; equal reports give equal objects."""
    return {
        "form": FORM,
        "study": report.study,
        "site": report.site,
        "schema_version": report.schema_version,
        "ok": report.ok,
        "counts": report.counts,
        "rows": dict(report.rows),
        "groups": [_group(one) for one in report.groups],
        "to_do": [{"rule": one.rule, "table": one.table, "field": one.field} for one in report.to_do],
        "completeness": report.completeness.to_dicts(),
        "harmonisation": None if report.harmonisation is None else report.harmonisation.to_dicts(),
        "identifiers": None if report.identifiers is None else report.identifiers.as_json(),
        "changes": None if report.changed is None else report.changed.to_dicts(),
        "problems_since": None if report.since is None else report.since.to_dicts(),
        "patients_failing": report.failing_patients(),
        "unused": list(report.unused),
    }


def report_json(report: Report) -> bytes:
    """The report as JSON in UTF-8, indented."""
    return msgspec.json.format(msgspec.json.encode(report_object(report)), indent=1) + b"\n"


def _group(group: Group) -> dict[str, Any]:
    return {
        "severity": str(group.severity),
        "rule": group.rule,
        "table": group.table,
        "field": group.field,
        "count": group.count,
        "patients": group.patients,
        "hint": group.hint,
        "analyses": list(group.analyses),
        "first": group.rows.drop("severity", "rule", "table", "field").to_dicts(),
    }
