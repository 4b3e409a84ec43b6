"""Which sites of a study over sites may be shown by themselves: those whose own fit tells of enough people.

The limits are those that a site holds its own sums against before it sends any that could be read alone; the
pooled run leaves out the same sites.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cimara.cohort.study.disclosure import default_limits
from cimara.outcomes.frame_columns import BoolArray
from cimara.outcomes.in_all import in_all
from cimara.outcomes.report.endpoint_rows import PATIENT, STATUS, TIME
from cimara.outcomes.report.plan import Analysis
from cimara.outcomes.report.task import Task
from cimara.outcomes.rows import Survival


def shown_sites(task: Task, model: Analysis, rows: Survival) -> BoolArray:
    """True for each site, in the order of the plan's levels, whose own fit of a model may be shown."""
    if "shown sites" not in task.kept:
        task.kept["shown sites"] = _own(task, model, rows)
    return np.asarray(in_all("sites that may be shown", task.kept["shown sites"]) > 0)


def _own(task: Task, model: Analysis, rows: Survival) -> list[bool]:
    """Whether the rows here are enough, site by site."""
    assert rows.site is not None
    least = {name: limit.value for name, limit in default_limits("site").items()}
    fixed = [one for one in (*model.covariates, *model.strata) if one not in model.time_varying]
    frame = task.found.frame.drop_nulls([TIME, STATUS, *fixed])
    needed = max(least["plain_events"], least["plain_events_per_parameter"] * rows.covariates.shape[1])
    own: list[bool] = []
    for code, name in enumerate(rows.site.levels):
        patients = frame.filter(pl.col(task.plan.population.site) == name)
        events = int(rows.event[rows.site.codes == code].sum())
        counts = [
            patients.filter(pl.col(column).cast(pl.String) == level)[PATIENT].n_unique()
            for column in fixed
            if column != task.plan.population.site
            for level in task.plan.covariate(column).levels
        ]
        enough = patients[PATIENT].n_unique() >= least["patients"] and events >= needed
        own.append(enough and min(counts, default=np.inf) >= least["plain_level"])
    return own
