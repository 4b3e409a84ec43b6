"""The truth of the demonstration study in a form that can be written as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from cimara.cohort.synth.options import SynthOptions
from cimara.cohort.synth.rn_draw import RnPatients
from cimara.cohort.synth.rn_effects import RnTruth
from cimara.cohort.synth.sites import DemoSite


def rn_truth(
    options: SynthOptions, sites: tuple[DemoSite, ...], truth: RnTruth, drawn: RnPatients
) -> dict[str, Any]:
    """Options, effects, laws and sites; which parameters are exact; and what came of the draw."""
    exact = options.frailty_sd == 0 and options.exact_days
    return {
        "synthetic": True,
        "options": {**asdict(options), "scenario": str(options.scenario)},
        "parameters": asdict(truth),
        "estimands": {
            "overall_survival": {
                "model": "cox",
                "origin": "first dose of bevacizumab",
                "strata": "site",
                "log_hazard_ratios": asdict(truth.death),
                "exact": options.frailty_sd == 0,
            },
            "recurrent_necrosis": {
                "model": "fine_gray",
                "origin": "first dose of bevacizumab",
                "competing": "death",
                "strata": "site",
                "log_subdistribution_hazard_ratios": asdict(truth.recurrence),
                "exact": exact and not bool(drawn.excess.any()),
            },
        },
        "sites": {one.site_id: asdict(one) for one in sites},
        "drawn": {
            "patients": drawn.people.n,
            "deaths_seen": int(drawn.died.sum()),
            "recurrences_seen": int(drawn.recurred.sum()),
            "lost_to_follow_up": int(drawn.lost.sum()),
            "rows_whose_law_could_not_be_met": int(np.count_nonzero(drawn.excess)),
        },
    }
