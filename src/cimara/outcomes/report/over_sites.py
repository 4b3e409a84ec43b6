"""How an analysis was run over sites whose rows stayed there, for the report."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.outcomes.report.findings import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class OverSites:
    """What the report says of a run over sites.

    Parameters
    ----------
    facts
        Name and value: sites, masks, grid, coordinator, job.
    sheets
        Rounds by analysis, and what each site sent.
    notes
        What this report does not show or says otherwise than that of pooled rows, and why.
    hashes
        Name and SHA-256: of the study, and of each site's data.
    """

    facts: tuple[tuple[str, str], ...]
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...]
    hashes: tuple[tuple[str, str], ...]
