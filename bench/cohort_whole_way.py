"""The demonstration study the whole way: 17 exports with errors in, the report out

Reports of 17 sites, mended exports, submissions, matrix, data set, endpoints, Cox, Fine-Gray, incidence and
the report, as `cimara study demo --whole` does it (issue 6: under two minutes on two cores).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from bench.measure import Figure, Options, timed
from cimara.studies.demonstration.whole_way import make_demonstration

GOAL = 120.0
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def run(options: Options) -> Iterable[Figure]:
    """Seconds for 1,700 patients of 17 sites."""
    folder = options.work / "whole-way"
    seconds = timed(lambda: make_demonstration(folder, now=lambda: NOW))
    yield Figure("17 exports to the report", seconds, "s", GOAL)
