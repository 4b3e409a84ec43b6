"""Biologically effective dose by the linear-quadratic model, exact to a hundredth of a gray."""

from __future__ import annotations

from fractions import Fraction

import polars as pl

ALPHA_BETA_TUMOUR = 10
ALPHA_BETA_BRAIN = 2
DOUBTFUL_FRACTION_GY = 10
"""Above this dose a fraction the linear-quadratic model is doubtful (cohort.md section 12)."""

HUNDREDTHS, PLACES = 100, 2
STANDARD_FRACTION = 2


def bed(fractions: int, fraction_gy: float, alpha_beta: float) -> float:
    """BED = n d (1 + d / (alpha/beta)), in Gy (Fowler, Br J Radiol 1989;62:679-694).

    Raises ValueError for a number of fractions, dose or alpha/beta that is not above 0.
    """
    n, d, ratio = _checked(fractions, fraction_gy, alpha_beta)
    return float(n * d * (1 + d / ratio))


def eqd2(fractions: int, fraction_gy: float, alpha_beta: float) -> float:
    """Dose in fractions of 2 Gy with the same effect, in Gy: BED / (1 + 2 / (alpha/beta)).

    Raises ValueError as `bed` does.
    """
    n, d, ratio = _checked(fractions, fraction_gy, alpha_beta)
    return float(n * d * (1 + d / ratio) / (1 + STANDARD_FRACTION / ratio))


def lq_extrapolated(fraction_gy: float) -> bool:
    """Whether the dose a fraction is above the range in which the model is trusted (10 Gy)."""
    return fraction_gy > DOUBTFUL_FRACTION_GY


def _checked(fractions: int, fraction_gy: float, alpha_beta: float) -> tuple[int, Fraction, Fraction]:
    if fractions < 1 or fraction_gy <= 0 or alpha_beta <= 0:
        raise ValueError("fractions, dose and alpha/beta must be above 0")
    return fractions, Fraction(str(fraction_gy)), Fraction(str(alpha_beta))


def bed_column(total_gy: pl.Expr, fractions: pl.Expr, alpha_beta: int) -> pl.Expr:
    """BED of a total dose with 2 decimals, rounded half up to 2 decimals by whole numbers alone."""
    hundredths, parts = (total_gy * HUNDREDTHS).round().cast(pl.Int64), HUNDREDTHS * alpha_beta
    over = fractions.cast(pl.Int64) * parts
    return _rounded(hundredths * over + hundredths * hundredths, over)


def eqd2_column(total_gy: pl.Expr, fractions: pl.Expr, alpha_beta: int) -> pl.Expr:
    """EQD2 of a total dose with 2 decimals, rounded half up to 2 decimals by whole numbers alone."""
    hundredths, parts = (total_gy * HUNDREDTHS).round().cast(pl.Int64), HUNDREDTHS * alpha_beta
    n = fractions.cast(pl.Int64)
    return _rounded(
        hundredths * n * parts + hundredths * hundredths, n * HUNDREDTHS * (alpha_beta + STANDARD_FRACTION)
    )


def extrapolated_column(total_gy: pl.Expr, fractions: pl.Expr) -> pl.Expr:
    """`yes` where the dose a fraction is above 10 Gy, `no` where it is not."""
    hundredths = (total_gy * HUNDREDTHS).round().cast(pl.Int64)
    above = hundredths > fractions.cast(pl.Int64) * (DOUBTFUL_FRACTION_GY * HUNDREDTHS)
    return pl.when(above).then(pl.lit("yes")).when(~above).then(pl.lit("no"))


def _rounded(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """A fraction of hundredths as a decimal with two places, half up.

    Polars divides by a number as by its inverse, which makes 0.41000000000000003 of 41; `round` mends it.
    """
    return (((2 * numerator + denominator) // (2 * denominator)) / HUNDREDTHS).round(PLACES)
