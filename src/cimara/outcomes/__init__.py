"""Outcomes of a study: endpoint definitions that derive themselves, then what is estimated from them.

Names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cimara.outcomes.causal.balance import balance
    from cimara.outcomes.causal.e_value import e_value
    from cimara.outcomes.causal.g_computation import g_computation
    from cimara.outcomes.causal.propensity import propensity
    from cimara.outcomes.causal.treatment import Treatment
    from cimara.outcomes.causal.weighted_outcome import weighted_cox
    from cimara.outcomes.causal.weighted_parts import weighted_cox_of_parts
    from cimara.outcomes.causal.weights import treatment_weights
    from cimara.outcomes.comparisons.gray import gray_test
    from cimara.outcomes.comparisons.log_rank import log_rank
    from cimara.outcomes.comparisons.pairwise import pairwise_log_rank
    from cimara.outcomes.comparisons.trend import trend_test
    from cimara.outcomes.contract import run
    from cimara.outcomes.curves.aalen_johansen import aalen_johansen
    from cimara.outcomes.curves.follow_up import completeness, follow_up
    from cimara.outcomes.curves.kaplan_meier import kaplan_meier
    from cimara.outcomes.curves.landmark import landmark
    from cimara.outcomes.curves.rmst import rmst
    from cimara.outcomes.curves.rmtl import restricted_time_lost
    from cimara.outcomes.curves.turnbull import turnbull
    from cimara.outcomes.curves.turnbull_bootstrap import turnbull_limits
    from cimara.outcomes.description.described_rows import Described
    from cimara.outcomes.description.sample_quantiles import sample_quantiles
    from cimara.outcomes.description.table_one import table_one
    from cimara.outcomes.endpoints.binary import Rate, binary_rate
    from cimara.outcomes.endpoints.catalogue import catalogue
    from cimara.outcomes.endpoints.definition import Endpoint
    from cimara.outcomes.endpoints.derive import derive_endpoint
    from cimara.outcomes.endpoints.facts import Fact, Facts
    from cimara.outcomes.endpoints.schedule import Schedule
    from cimara.outcomes.endpoints.table import EndpointTable
    from cimara.outcomes.frame_columns import RowError
    from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
    from cimara.outcomes.models.baseline import baseline_hazard
    from cimara.outcomes.models.cause_specific import absolute_risk, cause_specific_cox
    from cimara.outcomes.models.concordance import concordance
    from cimara.outcomes.models.cox import cox
    from cimara.outcomes.models.cox_exact import cox_exact
    from cimara.outcomes.models.fine_gray import fine_gray, fine_gray_causes
    from cimara.outcomes.models.firth import firth
    from cimara.outcomes.models.prediction import predict_survival
    from cimara.outcomes.models.proportionality import proportionality
    from cimara.outcomes.models.residuals import schoenfeld
    from cimara.outcomes.models.splitting import split_at, switch_on
    from cimara.outcomes.pooling.funnel import site_funnel
    from cimara.outcomes.pooling.heterogeneity import heterogeneity
    from cimara.outcomes.pooling.meta_analysis import pool_sites
    from cimara.outcomes.pooling.rubin import pool_cox, pool_imputations, pool_survival
    from cimara.outcomes.pooling.site_panel import site_panel
    from cimara.outcomes.regression.models import logistic, poisson
    from cimara.outcomes.regression.outcome_rows import Outcomes
    from cimara.outcomes.rows import CompetingRisks, IntervalCensored, Survival

_HOMES = {
    "causal.balance": ("balance",),
    "causal.e_value": ("e_value",),
    "causal.g_computation": ("g_computation",),
    "causal.propensity": ("propensity",),
    "causal.treatment": ("Treatment",),
    "causal.weighted_outcome": ("weighted_cox",),
    "causal.weighted_parts": ("weighted_cox_of_parts",),
    "causal.weights": ("treatment_weights",),
    "comparisons.gray": ("gray_test",),
    "comparisons.log_rank": ("log_rank",),
    "comparisons.pairwise": ("pairwise_log_rank",),
    "comparisons.trend": ("trend_test",),
    "contract": ("run",),
    "curves.aalen_johansen": ("aalen_johansen",),
    "curves.follow_up": ("completeness", "follow_up"),
    "curves.kaplan_meier": ("kaplan_meier",),
    "curves.landmark": ("landmark",),
    "curves.rmst": ("rmst",),
    "curves.rmtl": ("restricted_time_lost",),
    "curves.turnbull": ("turnbull",),
    "curves.turnbull_bootstrap": ("turnbull_limits",),
    "description.described_rows": ("Described",),
    "description.sample_quantiles": ("sample_quantiles",),
    "description.table_one": ("table_one",),
    "endpoints.binary": ("Rate", "binary_rate"),
    "endpoints.catalogue": ("catalogue",),
    "endpoints.definition": ("Endpoint",),
    "endpoints.derive": ("derive_endpoint",),
    "endpoints.facts": ("Fact", "Facts"),
    "endpoints.schedule": ("Schedule",),
    "endpoints.table": ("EndpointTable",),
    "frame_columns": ("RowError",),
    "model_warnings": ("Concern", "ModelWarning", "NotEstimable"),
    "models.baseline": ("baseline_hazard",),
    "models.cause_specific": ("absolute_risk", "cause_specific_cox"),
    "models.concordance": ("concordance",),
    "models.cox": ("cox",),
    "models.cox_exact": ("cox_exact",),
    "models.fine_gray": ("fine_gray", "fine_gray_causes"),
    "models.firth": ("firth",),
    "models.prediction": ("predict_survival",),
    "models.proportionality": ("proportionality",),
    "models.residuals": ("schoenfeld",),
    "models.splitting": ("split_at", "switch_on"),
    "pooling.funnel": ("site_funnel",),
    "pooling.heterogeneity": ("heterogeneity",),
    "pooling.meta_analysis": ("pool_sites",),
    "pooling.rubin": ("pool_cox", "pool_imputations", "pool_survival"),
    "pooling.site_panel": ("site_panel",),
    "regression.models": ("logistic", "poisson"),
    "regression.outcome_rows": ("Outcomes",),
    "rows": ("CompetingRisks", "IntervalCensored", "Survival"),
}
"""The names of each module, as they are imported above."""

__all__ = [
    "CompetingRisks",
    "Concern",
    "Described",
    "Endpoint",
    "EndpointTable",
    "Fact",
    "Facts",
    "IntervalCensored",
    "ModelWarning",
    "NotEstimable",
    "Outcomes",
    "Rate",
    "RowError",
    "Schedule",
    "Survival",
    "Treatment",
    "aalen_johansen",
    "absolute_risk",
    "balance",
    "baseline_hazard",
    "binary_rate",
    "catalogue",
    "cause_specific_cox",
    "completeness",
    "concordance",
    "cox",
    "cox_exact",
    "derive_endpoint",
    "e_value",
    "fine_gray",
    "fine_gray_causes",
    "firth",
    "follow_up",
    "g_computation",
    "gray_test",
    "heterogeneity",
    "kaplan_meier",
    "landmark",
    "log_rank",
    "logistic",
    "pairwise_log_rank",
    "poisson",
    "pool_cox",
    "pool_imputations",
    "pool_sites",
    "pool_survival",
    "predict_survival",
    "propensity",
    "proportionality",
    "restricted_time_lost",
    "rmst",
    "run",
    "sample_quantiles",
    "schoenfeld",
    "site_funnel",
    "site_panel",
    "split_at",
    "switch_on",
    "table_one",
    "treatment_weights",
    "trend_test",
    "turnbull",
    "turnbull_limits",
    "weighted_cox",
    "weighted_cox_of_parts",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """The name from its module, and kept."""
        for home, names in _HOMES.items():
            if name in names:
                found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
