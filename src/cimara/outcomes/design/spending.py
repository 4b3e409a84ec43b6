"""Error spending: how much of an error rate may be used up by each share of the information."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from scipy.special import ndtr, ndtri  # type: ignore[import-untyped]

from cimara.outcomes.design.errors import demand


class SpendingKind(StrEnum):
    """Families of spending functions."""

    OBRIEN_FLEMING = "obrien_fleming"
    POCOCK = "pocock"
    HWANG_SHIH_DECANI = "hwang_shih_decani"
    KIM_DEMETS = "kim_demets"


SPENDING_TEXT = {
    SpendingKind.OBRIEN_FLEMING: "2 - 2 Phi(z_{1-a/2} / sqrt t) (Lan and DeMets 1983)",
    SpendingKind.POCOCK: "a ln(1 + (e - 1) t) (Lan and DeMets 1983)",
    SpendingKind.HWANG_SHIH_DECANI: "a (1 - e^(-g t)) / (1 - e^(-g)) (Hwang, Shih and DeCani 1990)",
    SpendingKind.KIM_DEMETS: "a t^r (Kim and DeMets 1987)",
}


@dataclass(frozen=True, slots=True)
class Spending:
    """A spending function; `parameter` is gamma of Hwang-Shih-DeCani or rho > 0 of Kim-DeMets."""

    kind: SpendingKind = SpendingKind.OBRIEN_FLEMING
    parameter: float = -4.0

    def __post_init__(self) -> None:
        demand(math.isfinite(self.parameter), "parameter", "a finite number")
        if self.kind is SpendingKind.KIM_DEMETS:
            demand(self.parameter > 0.0, "parameter", "rho above 0")

    def spent(self, share: float, error: float) -> float:
        """Error used up when `share` of the planned information is in (all of it from 1 on)."""
        if share <= 0.0:
            return 0.0
        if share >= 1.0:
            return error
        if self.kind is SpendingKind.OBRIEN_FLEMING:
            return float(2.0 * ndtr(ndtri(error / 2.0) / math.sqrt(share)))
        if self.kind is SpendingKind.POCOCK:
            return error * math.log1p((math.e - 1.0) * share)
        if self.kind is SpendingKind.KIM_DEMETS:
            return error * float(share**self.parameter)
        if abs(self.parameter) < 1e-8:
            return error * share
        return error * math.expm1(-self.parameter * share) / math.expm1(-self.parameter)

    def __str__(self) -> str:
        own = {
            SpendingKind.HWANG_SHIH_DECANI: f" (g {self.parameter:g})",
            SpendingKind.KIM_DEMETS: f" (r {self.parameter:g})",
        }
        return f"{self.kind}{own.get(self.kind, '')}"


USUAL_SPENDING = Spending()
"""The O'Brien-Fleming type: little early, so that the last look costs next to nothing."""
