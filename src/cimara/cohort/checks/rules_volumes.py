"""Rules of volumes and diameters: parts within the whole, and a body within the sphere around it."""

from __future__ import annotations

from collections.abc import Iterator
from math import pi

import polars as pl

from cimara.cohort.checks.row_tests import plain
from cimara.cohort.checks.rule import Found, breaking, rule
from cimara.cohort.checks.tables import Tables
from cimara.cohort.findings import Severity

NOT_ABOVE = {
    "CourseLesion": (
        ("v12_cm3", "v10_cm3"),
        ("v20_cm3", "v18_cm3"),
        ("v24_cm3", "v20_cm3"),
        ("gtv_cm3", "ptv_cm3"),
    ),
    "LesionMeasurement": (("perp_mm", "longest_mm"),),
}
"""Of each pair the first is at most the second (cohort.md, D3)."""
VOLUME_SLACK = 0.1
"""cm3 by which the parts may exceed the whole (cohort.md, D3)."""
SPHERE_SLACK = 1.3
HALF_A_PLACE = 0.005
"""cm3 by which a volume may have been rounded up; of a lesion of 2 mm that is more than its sphere."""
THOUSAND = (100.0, 1_300.0)
"""Volume over sphere that a slip by 1,000 leaves; a long body has less than its sphere."""
LARGEST_IN_CM = 6.0
"""A diameter up to this, in cm, is one of a brain metastasis; a larger number is in mm."""
CENTIMETRES = 10


@rule(
    "D3",
    Severity.ERROR,
    "CourseLesion LesionMeasurement",
    "v12_cm3 v20_cm3 v24_cm3 gtv_cm3 perp_mm",
    says="v10 >= v12, v18 >= v20 >= v24, gtv <= ptv, perpendicular <= longest diameter",
    hint="Check whether the two are exchanged.",
)
def smaller_is_not_above_larger(tables: Tables) -> Iterator[Found]:
    """Pairs in the wrong order; v24 is held against v18 where v20 is blank."""
    for entity, pairs in NOT_ABOVE.items():
        for small, large in pairs:
            yield Found(entity, small, _above(tables, entity, small, large))
    blank = pl.col("v20_cm3").is_null()
    yield Found("CourseLesion", "v24_cm3", _above(tables, "CourseLesion", "v24_cm3", "v18_cm3", blank))


def _above(tables: Tables, entity: str, small: str, large: str, where: pl.Expr | None = None) -> pl.DataFrame:
    told = pl.format(f"{small} is {{}}, and {large} is {{}}", plain(pl.col(small)), plain(pl.col(large)))
    above = pl.col(small) > pl.col(large)
    return breaking(tables.rows(entity), above if where is None else above & where, told)


@rule(
    "D3",
    Severity.ERROR,
    "LesionMeasurement",
    "vol_total_cm3",
    says="the necrotic and the enhancing volume together are at most the total, but for 0.1 cm3",
    hint="Check the three volumes; the total holds the other two.",
)
def parts_are_within_the_whole(tables: Tables) -> Iterator[Found]:
    """Volumes whose parts exceed them."""
    parts, scale = ("vol_enhancing_cm3", "vol_necrotic_cm3"), 100
    total = (pl.col("vol_total_cm3") * scale).round()
    added = pl.sum_horizontal([(pl.col(one) * scale).round() for one in parts])
    told = pl.format(
        "vol_total_cm3 is {}, and its parts add up to {}",
        plain(pl.col("vol_total_cm3")),
        plain((added / scale).round(2)),
    )
    rows = tables.rows("LesionMeasurement")
    yield Found(
        "LesionMeasurement", "vol_total_cm3", breaking(rows, added > total + VOLUME_SLACK * scale, told)
    )


@rule(
    "D4",
    Severity.WARNING,
    "CourseLesion",
    "v12_cm3",
    says="V12 is of a single fraction",
    hint="Use V18, V20 or V24 for several fractions.",
)
def v12_is_of_one_fraction(tables: Tables) -> Iterator[Found]:
    """V12 of several fractions."""
    told = pl.format("v12_cm3 is given for {} fractions", plain(pl.col("n")))
    several = pl.col("v12_cm3").is_not_null() & (pl.col("n") > 1)
    yield Found("CourseLesion", "v12_cm3", breaking(tables.treated, several, told))


@rule(
    "D5",
    Severity.WARNING,
    "LesionMeasurement",
    "vol_total_cm3",
    says="the volume is at most 1.3 times that of a sphere of the longest diameter",
    hint="A body cannot exceed the sphere of its longest diameter; check both.",
)
def body_is_within_its_sphere(tables: Tables) -> Iterator[Found]:
    """Volumes too large for the diameter, with the slip that the ratio tells."""
    rows = tables.rows("LesionMeasurement")
    if rows["vol_total_cm3"].null_count() == rows.height:
        return
    diameter = pl.col("longest_mm") / CENTIMETRES
    sphere = pi / 6 * diameter * diameter * diameter
    ratio = pl.col("vol_total_cm3") / sphere
    told = pl.format(
        "vol_total_cm3 is {} with longest_mm {}, {} times the sphere of that diameter",
        plain(pl.col("vol_total_cm3")),
        plain(pl.col("longest_mm")),
        plain(ratio.round_sig_figs(2)),
    )
    least = pl.col("vol_total_cm3") - HALF_A_PLACE
    broken = (pl.col("longest_mm") > 0) & (least > SPHERE_SLACK * sphere)
    yield Found("LesionMeasurement", "vol_total_cm3", breaking(rows, broken, told, _unit_slip(ratio)))


def _unit_slip(ratio: pl.Expr) -> pl.Expr:
    """A slip by 1,000 is a diameter in cm or a volume in mm3: a diameter in cm is a small number."""
    small = pl.col("longest_mm") <= LARGEST_IN_CM
    volume = (pl.col("vol_total_cm3") / 1_000).round(2)
    in_mm3 = pl.format("volume in mm3? enter {}", plain(volume))
    in_cm = pl.format("diameter in cm? enter {}", plain((pl.col("longest_mm") * 10).round(0)))
    either = pl.when(volume > 0).then(pl.format("{}; or {}", in_cm, in_mm3)).otherwise(in_cm)
    told = pl.when(small).then(either).otherwise(in_mm3)
    capital = pl.concat_str(told.str.head(1).str.to_uppercase(), told.str.slice(1), pl.lit("."))
    return pl.when(ratio.is_between(*THOUSAND)).then(capital)
