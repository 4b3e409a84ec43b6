"""Compares two entries of the same charts: agreement of every field, and each place where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.double_entry.kappa import Kappa, kappa
from cimara.cohort.errors import CohortError
from cimara.cohort.model import Entity, Field, Kind
from cimara.cohort.reading import text_frame

NOT_COMPARED = frozenset({"curator", "entered_day", "source"})
"""Fields that tell of the entry and not of the patient."""
ADJUDICATED = frozenset(
    {("Death", "cause")} | {("AdverseRadiationEffect", one) for one in ("basis", "certainty", "symptomatic")}
)
"""Fields whose differences a board decides."""
BLANK = "(blank)"
AGREEMENT: dict[str, pl.DataType] = {
    "entity": pl.String(),
    "field": pl.String(),
    "n": pl.Int64(),
    "agreed": pl.Float64(),
    "kappa": pl.Float64(),
    "kappa_lower": pl.Float64(),
    "kappa_upper": pl.Float64(),
    "mean_difference": pl.Float64(),
    "limit_lower": pl.Float64(),
    "limit_upper": pl.Float64(),
}
DIFFERENCES: dict[str, pl.DataType] = {
    "entity": pl.String(),
    "key": pl.String(),
    "field": pl.String(),
    "first": pl.String(),
    "second": pl.String(),
    "adjudicate": pl.Boolean(),
}
LIMITS = 1.96
"""Limits of agreement: the mean difference and 1.96 standard deviations (Bland and Altman 1986)."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What two entries agree on.

    Parameters
    ----------
    agreement
        A row a field (`AGREEMENT`): rows that both have, share that is the same, kappa for codes, and for
        numbers the mean of second less first with its limits of agreement.
    differences
        A row a cell that differs (`DIFFERENCES`); texts are told by their length.
    only_first, only_second
        Keys by entity that one entry alone has.
    """

    agreement: pl.DataFrame
    differences: pl.DataFrame
    only_first: dict[str, list[str]]
    only_second: dict[str, list[str]]


def draw_sample(dataset: Dataset, share: float, seed: int) -> list[str]:
    """Patients for a second entry, at least one; the same seed draws the same ones. Raises CohortError."""
    if not 0 < share <= 1:
        raise CohortError("the share of patients is outside its limits", expected="above 0, at most 1")
    patients = dataset.frame("Patient")["patient_id"].unique().sort()
    if patients.is_empty():
        raise CohortError("there is no patient to draw from")
    size = max(1, round(share * len(patients)))
    drawn = np.random.default_rng([seed, len(patients)]).choice(len(patients), size, replace=False)
    return sorted(patients[int(place)] for place in drawn)


def compare(first: Dataset, second: Dataset) -> Comparison:
    """Compare two entries, over the patients that both have. Raises CohortError where they share none."""
    shared = first.frame("Patient").join(second.frame("Patient"), on="patient_id", how="semi")["patient_id"]
    if shared.is_empty():
        raise CohortError("the two entries have no patient in common")
    one, other = first.of_patients(shared), second.of_patients(shared)
    agreement, differences = [], []
    only: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    for name in dict.fromkeys([*one.n_rows, *other.n_rows]):
        entity = first.model.entity(name)
        if "patient_id" not in entity.by_name:
            continue
        pair = _Pair(entity, _keyed(entity, one), _keyed(entity, other))
        agreement += list(pair.agreement())
        differences.append(pair.differences())
        for held, lone in zip(only, pair.alone(), strict=True):
            if lone:
                held[name] = lone
    return Comparison(
        pl.DataFrame(agreement, schema=AGREEMENT, orient="row"),
        pl.concat([pl.DataFrame(schema=DIFFERENCES), *differences]),
        *only,
    )


def _keyed(entity: Entity, dataset: Dataset) -> pl.DataFrame:
    """The rows as text with their key in one column; only the first row of a key counts."""
    text = text_frame(entity, dataset.frame(entity.name))
    key = pl.concat_str([pl.col(one).fill_null("") for one in entity.key], separator=" ")
    return text.with_columns(_key=key).unique("_key", keep="first", maintain_order=True)


@dataclass(frozen=True, eq=False)
class _Pair:
    """The two entries of one entity."""

    entity: Entity
    first: pl.DataFrame
    second: pl.DataFrame

    @property
    def fields(self) -> list[Field]:
        skipped = NOT_COMPARED | set(self.entity.key)
        return [field for field in self.entity.fields if field.name not in skipped]

    @property
    def joined(self) -> pl.DataFrame:
        return self.first.join(self.second, on="_key", suffix="__second").sort("_key")

    def alone(self) -> tuple[list[str], list[str]]:
        """Keys that the first, and that the second entry alone has."""
        return (
            self.first.join(self.second, on="_key", how="anti")["_key"].to_list(),
            self.second.join(self.first, on="_key", how="anti")["_key"].to_list(),
        )

    def agreement(self) -> Iterator[tuple[object, ...]]:
        joined = self.joined
        for field in self.fields:
            pair = joined.select(
                first=pl.col(field.name).fill_null(BLANK),
                second=pl.col(f"{field.name}__second").fill_null(BLANK),
            ).filter((pl.col("first") != BLANK) | (pl.col("second") != BLANK))
            if pair.height:
                yield (self.entity.name, field.name, *_agreed(field, pair))

    def differences(self) -> pl.DataFrame:
        made = [_differing(self.entity, field, self.joined) for field in self.fields]
        return pl.concat([pl.DataFrame(schema=DIFFERENCES), *made])


def _agreed(field: Field, pair: pl.DataFrame) -> tuple[object, ...]:
    if field.kind in (Kind.DAY, Kind.INTEGER, Kind.DECIMAL):
        same = pair.select((pl.col("first") == pl.col("second")).mean()).item()
        return (pair.height, same, None, None, None, *_limits(pair))
    found: Kappa = kappa(pair["first"].to_list(), pair["second"].to_list())
    if field.kind is Kind.TEXT:
        return (found.n, found.agreed, *(None,) * 6)
    return (found.n, found.agreed, found.kappa, found.lower, found.upper, None, None, None)


def _limits(pair: pl.DataFrame) -> tuple[float | None, float | None, float | None]:
    """Mean of second less first, and the limits of agreement, over rows where both are numbers."""
    numbers = pair.select(pl.all().cast(pl.Float64, strict=False)).drop_nulls()
    difference = (numbers["second"] - numbers["first"]).to_numpy()
    if difference.size < 2:
        return (float(difference[0]) if difference.size else None, None, None)
    mean, spread = float(difference.mean()), LIMITS * float(difference.std(ddof=1))
    return (mean, mean - spread, mean + spread)


def _differing(entity: Entity, field: Field, joined: pl.DataFrame) -> pl.DataFrame:
    first, second = pl.col(field.name), pl.col(f"{field.name}__second")
    rows = joined.filter(first.fill_null(BLANK) != second.fill_null(BLANK))
    return rows.select(
        entity=pl.lit(entity.name),
        key="_key",
        field=pl.lit(field.name),
        first=_shown(field, first),
        second=_shown(field, second),
        adjudicate=pl.lit((entity.name, field.name) in ADJUDICATED),
    )


def _shown(field: Field, cell: pl.Expr) -> pl.Expr:
    """A cell as a report may show it: codes and numbers as they are, a text by its length."""
    if field.kind is Kind.TEXT and not field.references:
        cell = pl.when(cell.is_not_null()).then(pl.format("text of {} characters", cell.str.len_chars()))
    return pl.coalesce(cell, pl.lit(BLANK))
