"""How strong an unmeasured confounder would have to be to explain an association away: the E-value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, sqrt

import polars as pl

from cimara.terms.errors import CimaraError


class EValueError(CimaraError):
    """A ratio or an interval that cannot be one."""


class RatioMeasure(StrEnum):
    """What the ratio is; a common outcome is one of more than 15 % by the end of follow-up."""

    RISK_RATIO = "risk_ratio"
    HAZARD_RATIO_RARE = "hazard_ratio_rare"
    HAZARD_RATIO_COMMON = "hazard_ratio_common"
    ODDS_RATIO_RARE = "odds_ratio_rare"
    ODDS_RATIO_COMMON = "odds_ratio_common"


@dataclass(frozen=True, slots=True)
class EValue:
    """The E-value of a ratio and of the limit of its interval that is nearer 1 (None without an interval)."""

    estimate: float
    lower: float | None
    upper: float | None
    measure: RatioMeasure
    risk_ratio: float
    value: float
    limit_value: float | None
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row for the estimate and one for the nearer limit: the risk ratio used and its E-value."""
        rows = [("estimate", self.risk_ratio, self.value)]
        if self.limit_value is not None:
            nearer = _nearer_limit(self.lower, self.upper)
            ratio = 1.0 if nearer is None else as_risk_ratio(nearer, self.measure)
            rows.append(("limit nearer 1", ratio, self.limit_value))
        return pl.DataFrame(rows, schema=["of", "risk_ratio", "e_value"], orient="row")


def e_value(
    estimate: float,
    lower: float | None = None,
    upper: float | None = None,
    *,
    measure: RatioMeasure | str,
) -> EValue:
    """The least association, on the risk-ratio scale, that a confounder would need with exposure and outcome.

    Parameters
    ----------
    estimate, lower, upper
        A ratio and the limits of its interval, above 0. One limit alone will do.
    measure
        What the ratio is; rare and common outcomes are converted differently, so it has no default.

    Raises
    ------
    EValueError
        A ratio that is not above 0 and finite, or limits on the wrong side of the estimate.

    Source: VanderWeele & Ding 2017, table 2: RR + sqrt(RR (RR - 1)) for RR >= 1, of 1/RR below 1; the limit
    nearer 1, and 1 when the interval holds 1.
    """
    kind = RatioMeasure(measure)
    _check(estimate, lower, upper)
    nearer = _nearer_limit(lower, upper)
    limit_value = None
    if lower is not None or upper is not None:
        limit_value = _limit_value(estimate, lower, upper, nearer, kind)
    ratio = as_risk_ratio(estimate, kind)
    return EValue(
        estimate=estimate,
        lower=lower,
        upper=upper,
        measure=kind,
        risk_ratio=ratio,
        value=_of_risk_ratio(ratio),
        limit_value=limit_value,
        r_call=_r_call(estimate, lower, upper, kind),
    )


def as_risk_ratio(ratio: float, measure: RatioMeasure | str) -> float:
    """The risk ratio that a ratio stands for: itself when the outcome is rare.

    Common outcome: (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)) for a hazard ratio, sqrt(OR) for an odds ratio
    (VanderWeele & Ding 2017, table 2; VanderWeele 2017 for odds ratios).
    """
    match RatioMeasure(measure):
        case RatioMeasure.HAZARD_RATIO_COMMON:
            return float((1 - 0.5 ** sqrt(ratio)) / (1 - 0.5 ** sqrt(1 / ratio)))
        case RatioMeasure.ODDS_RATIO_COMMON:
            return sqrt(ratio)
        case _:
            return float(ratio)


def _of_risk_ratio(ratio: float) -> float:
    away = max(ratio, 1 / ratio)
    return away + sqrt(away * (away - 1))


def _nearer_limit(lower: float | None, upper: float | None) -> float | None:
    """The limit nearer 1; None when the interval holds 1 or there is none on that side."""
    if lower is not None and lower > 1:
        return lower
    if upper is not None and upper < 1:
        return upper
    return None


def _limit_value(
    estimate: float, lower: float | None, upper: float | None, nearer: float | None, kind: RatioMeasure
) -> float | None:
    if nearer is not None:
        return _of_risk_ratio(as_risk_ratio(nearer, kind))
    towards_one = lower if estimate >= 1 else upper
    return None if towards_one is None else 1.0


def _check(estimate: float, lower: float | None, upper: float | None) -> None:
    for name, ratio in (("estimate", estimate), ("lower", lower), ("upper", upper)):
        if ratio is not None and not (ratio > 0 and isfinite(ratio)):
            raise EValueError(
                "a ratio that is not above 0 and finite",
                where=name,
                expected="a risk, hazard or odds ratio",
                hint="Give the ratio, not its logarithm.",
            )
    if (lower is not None and lower > estimate) or (upper is not None and upper < estimate):
        raise EValueError("limits on the wrong side of the estimate", where="lower, upper")


_R_FUNCTIONS = {
    RatioMeasure.RISK_RATIO: ("evalues.RR", ""),
    RatioMeasure.HAZARD_RATIO_RARE: ("evalues.HR", ", rare = TRUE"),
    RatioMeasure.HAZARD_RATIO_COMMON: ("evalues.HR", ", rare = FALSE"),
    RatioMeasure.ODDS_RATIO_RARE: ("evalues.OR", ", rare = TRUE"),
    RatioMeasure.ODDS_RATIO_COMMON: ("evalues.OR", ", rare = FALSE"),
}


def _r_call(estimate: float, lower: float | None, upper: float | None, kind: RatioMeasure) -> str:
    function, rare = _R_FUNCTIONS[kind]
    limits = "".join(f", {name} = {one!r}" for name, one in (("lo", lower), ("hi", upper)) if one is not None)
    return f"EValue::{function}({estimate!r}{limits}{rare})"
