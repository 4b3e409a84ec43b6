"""Rules for what people see of a study: counts, statistics, curves, sites, and an audit of linked tables.

They are federation.md, section 6.3; `disclosure_defaults.toml` has every number with its source.
"""

from cimara.federation.disclosure.counts import (
    CountRule,
    RoundedCounts,
    Rounding,
    behind,
    rounded_count,
    rounded_counts,
)
from cimara.federation.disclosure.curves import (
    SpacedBy,
    curve_released,
    numbers_at_risk_released,
    quantiles_released,
    shown_until,
)
from cimara.federation.disclosure.interval_audit import AuditError, Exposed, Sum, audit, determined
from cimara.federation.disclosure.linked_counts import Link, LinkedCounts, Part
from cimara.federation.disclosure.site_panel import panel_released
from cimara.federation.disclosure.statistics import (
    Dominance,
    dominance,
    means_shown,
    redacted_statistics,
)
from cimara.federation.disclosure.suppression import still_exposed, suppressed
from cimara.federation.disclosure.tables import redacted_table

__all__ = [
    "AuditError",
    "CountRule",
    "Dominance",
    "Exposed",
    "Link",
    "LinkedCounts",
    "Part",
    "RoundedCounts",
    "Rounding",
    "SpacedBy",
    "Sum",
    "audit",
    "behind",
    "curve_released",
    "determined",
    "dominance",
    "means_shown",
    "numbers_at_risk_released",
    "panel_released",
    "quantiles_released",
    "redacted_statistics",
    "redacted_table",
    "rounded_count",
    "rounded_counts",
    "shown_until",
    "still_exposed",
    "suppressed",
]
