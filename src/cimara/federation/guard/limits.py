"""The limits of a study and of a site together: of each the tighter one."""

from __future__ import annotations

from dataclasses import replace

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.site.policy import Thresholds, tightest


def study_limits(disclosure: Disclosure) -> Thresholds:
    """The platform's thresholds, tightened by the [disclosure] table of the study file."""
    default = Thresholds.default()
    people, events, sites = disclosure.min_n, disclosure.min_events, disclosure.min_sites
    return replace(
        default,
        patients=max(default.patients, people),
        plain_events=max(default.plain_events, events),
        difference=max(default.difference, people),
        sites=max(default.sites, sites),
        events=max(default.events, events),
        level=max(default.level, people),
        level_sites=max(default.level_sites, sites),
        cell_exits=max(default.cell_exits, people),
        cell_events=max(default.cell_events, events),
    )


def site_limits(site: Thresholds, disclosure: Disclosure) -> Thresholds:
    """What a site keeps to: its own thresholds and those of the study."""
    return tightest(site, study_limits(disclosure))
