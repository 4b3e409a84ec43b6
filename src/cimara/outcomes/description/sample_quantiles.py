"""Quantiles from counts of rows at or below a cut: on the plan's cuts, or searched for in rounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cimara.outcomes.contract import ContractError, Scope, State, Summary, run
from cimara.outcomes.description.described_rows import Described
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning

SECTIONS = 16
"""Parts that the range of each order statistic is cut into in a round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleQuantile:
    """One quantile; `value` is None where too few rows lie beside it, or it lies beyond the range or cuts."""

    column: str
    group: str
    n: int
    probability: float
    value: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class SampleQuantiles:
    """Quantiles by column, group and probability, in that order; `exact` is False for those on cuts."""

    quantiles: tuple[SampleQuantile, ...]
    exact: bool
    rounds: int
    warnings: tuple[ModelWarning, ...]
    r_call: str = "quantile(x, type = 7)"

    def of(self, column: str, group: str = "") -> tuple[float | None, ...]:
        """The quantiles of a column in a group."""
        return tuple(one.value for one in self.quantiles if (one.column, one.group) == (column, group))

    def table(self) -> pl.DataFrame:
        """One row a quantile."""
        records = [{name: getattr(one, name) for name in SampleQuantile.__slots__} for one in self.quantiles]
        return pl.DataFrame(records, schema_overrides={"value": pl.Float64})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileState(State):
    """Rows of each column and group, and those under the range (`counts`, 3 x columns x groups, the third
    over it), then for each order statistic (columns x groups x probabilities x 2) the multiples of the step
    between which it lies: more than `low`, at most `high`."""

    counts: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileSearch:
    """Estimator of quantiles whose values are multiples of a step (10 to the minus `digits`).

    The first round counts rows; each further one cuts the range of every order statistic into 16.
    `ranges` are the least and greatest values of each column that are looked at. A quantile with fewer than
    `beside` rows below or above is not looked for.
    """

    columns: tuple[str, ...]
    groups: tuple[str, ...]
    probabilities: tuple[float, ...]
    ranges: tuple[tuple[float, float], ...]
    digits: int = 0
    beside: int = 0
    scope: Scope = Scope.ACROSS_PARTS

    def start(self) -> QuantileState:
        """Nothing is known."""
        shape = (len(self.columns), len(self.groups))
        none = np.zeros((*shape, len(self.probabilities), 2))
        return QuantileState(counts=np.zeros((3, *shape)), low=none, high=none)

    def summarise(self, rows: Described, state: QuantileState) -> Summary:
        """Rows of each column and group; then those at or below each cut."""
        check_columns(rows, self.columns, self.groups)
        if not state.round:
            return Summary("quantiles.rows", {"counts": self._counted(rows, state)})
        cuts = self._cuts(state) / 10.0**self.digits
        below = np.zeros(cuts.shape)
        for column, group, values in _cells(rows, len(self.groups)):
            below[column, group] = np.searchsorted(values, cuts[column, group], side="right")
        return Summary("quantiles.below", {"below": below})

    def update(self, total: Summary, state: QuantileState) -> QuantileState:
        """The range of each order statistic, a sixteenth of the one before."""
        state = replace(state, round=state.round + 1)
        if state.round == 1:
            return self._begun(replace(state, counts=total.sums["counts"]))
        cuts, below = self._cuts(state), total.sums["below"]
        reached = below >= self._ranks(state)[..., None]
        low = np.where(reached, state.low[..., None], cuts).max(axis=-1)
        high = np.where(reached, cuts, state.high[..., None]).min(axis=-1)
        return replace(state, low=low, high=high, finished=bool((high - low <= 1).all()))

    def result(self, state: QuantileState) -> SampleQuantiles:
        """Type 7 of Hyndman & Fan 1996: x(j) + g (x(j+1) - x(j)) with j + g = 1 + (n - 1) p."""
        n = state.counts[0]
        share = ((n[..., None] - 1) * np.array(self.probabilities)) % 1
        first, second = np.moveaxis(state.high / 10.0**self.digits, -1, 0)
        values = first + share * (second - first)
        return quantiles_of(
            self.columns, self.groups, self.probabilities, n, np.where(self._known(state), values, np.nan),
            exact=True, rounds=state.round,
        )  # fmt: skip

    def _counted(self, rows: Described, state: QuantileState) -> FloatArray:
        found = np.zeros_like(state.counts)
        for column, group, values in _cells(rows, len(self.groups)):
            least, greatest = self.ranges[column]
            found[:, column, group] = len(values), (values < least).sum(), (values > greatest).sum()
        return found

    def _begun(self, state: QuantileState) -> QuantileState:
        """Ranges that hold the order statistics; those that are not looked for are closed."""
        step = 10.0**self.digits
        least = np.array([np.floor(one * step) - 1 for one, _ in self.ranges])
        greatest = np.array([np.ceil(one * step) for _, one in self.ranges])
        known = self._known(state)[..., None]
        shape = state.low.shape
        low = np.where(known, np.broadcast_to(least[:, None, None, None], shape), 0.0)
        high = np.where(known, np.broadcast_to(greatest[:, None, None, None], shape), 0.0)
        return replace(state, low=low, high=high, finished=bool((high - low <= 1).all()))

    def _ranks(self, state: QuantileState) -> FloatArray:
        """The two order statistics of each quantile, from 1."""
        n = state.counts[0][..., None]
        between = (n - 1) * np.array(self.probabilities)
        return np.stack((np.floor(between) + 1, np.ceil(between) + 1), axis=-1)

    def _known(self, state: QuantileState) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Quantiles with enough rows on both sides, whose order statistics lie in the range."""
        n, under, over = state.counts[..., None]
        ranks = self._ranks(state)
        enough = (ranks[..., 0] >= max(self.beside, 1)) & (n - ranks[..., 1] >= max(self.beside, 1) - 1)
        inside = (ranks[..., 0] > under) & (ranks[..., 1] <= n - over)
        return np.asarray((n > 0) & enough & inside)

    def _cuts(self, state: QuantileState) -> FloatArray:
        """Multiples of the step that cut each range into 16 (columns x groups x probabilities x 2 x 15)."""
        parts = np.arange(1, SECTIONS) / SECTIONS
        wide = (state.high - state.low)[..., None]
        return np.asarray(np.ceil(state.low[..., None] + wide * parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantilesOnCuts:
    """Estimator of quantiles from one round of counts on the plan's cuts, linear between two cuts."""

    columns: tuple[str, ...]
    groups: tuple[str, ...]
    probabilities: tuple[float, ...]
    cuts: tuple[tuple[float, ...], ...]
    beside: int = 0
    scope: Scope = Scope.ACROSS_PARTS

    def start(self) -> QuantileState:
        """Nothing is known."""
        none = np.zeros((len(self.columns), len(self.groups), 0))
        return QuantileState(counts=np.zeros((1, *none.shape[:2])), low=none, high=none)

    def summarise(self, rows: Described, state: QuantileState) -> Summary:
        """Rows, and those at or below each cut, of each column and group."""
        check_columns(rows, self.columns, self.groups)
        most = max(len(one) for one in self.cuts)
        below = np.zeros((len(self.columns), len(self.groups), most))
        counts = np.zeros((1, len(self.columns), len(self.groups)))
        for column, group, values in _cells(rows, len(self.groups)):
            counts[0, column, group] = len(values)
            own = self.cuts[column]
            below[column, group, : len(own)] = np.searchsorted(values, own, side="right")
        return Summary("quantiles.cuts", {"counts": counts, "below": below})

    def update(self, total: Summary, state: QuantileState) -> QuantileState:
        """The sums are the result."""
        return replace(state, round=1, finished=True, counts=total.sums["counts"], low=total.sums["below"])

    def result(self, state: QuantileState) -> SampleQuantiles:
        """Where the share of rows at or below, linear between cuts, reaches each probability."""
        n = state.counts[0]
        values = np.full((*n.shape, len(self.probabilities)), np.nan)
        for column, cuts in enumerate(self.cuts):
            for group in range(len(self.groups)):
                below = state.low[column, group, : len(cuts)]
                for place, probability in enumerate(self.probabilities):
                    wanted = probability * n[column, group]
                    beside = min(wanted, n[column, group] - wanted) >= max(self.beside, 1)
                    if beside and below[0] <= wanted <= below[-1]:
                        values[column, group, place] = np.interp(wanted, below, cuts)
        return quantiles_of(self.columns, self.groups, self.probabilities, n, values, exact=False, rounds=1)


def quantiles_of(
    columns: tuple[str, ...],
    groups: tuple[str, ...],
    probabilities: tuple[float, ...],
    n: FloatArray,
    values: FloatArray,
    *,
    exact: bool,
    rounds: int,
) -> SampleQuantiles:
    """The result from arrays (columns x groups, and x probabilities); NaN where there is no quantile."""
    found = tuple(
        SampleQuantile(
            column=column,
            group=group,
            n=int(n[at, of]),
            probability=probability,
            value=None if np.isnan(values[at, of, place]) else float(values[at, of, place]),
        )
        for at, column in enumerate(columns)
        for of, group in enumerate(groups)
        for place, probability in enumerate(probabilities)
    )
    without = tuple(dict.fromkeys(one.column for one in found if one.value is None))
    said = f"{', '.join(without)}: too few rows beside a quantile, or it lies beyond the range of the plan"
    warnings = (ModelWarning(Concern.NOT_SUPPORTED, said, without),) if without else ()
    return SampleQuantiles(quantiles=found, exact=exact, rounds=rounds, warnings=warnings)


def check_columns(rows: Described, columns: tuple[str, ...], groups: tuple[str, ...]) -> None:
    """Parts must agree on columns and groups. Raises ContractError."""
    if (rows.number_columns, rows.groups) != (columns, groups):
        raise ContractError("columns or groups that differ between parts", where="quantiles")


def _cells(rows: Described, groups: int) -> Iterable[tuple[int, int, FloatArray]]:
    """Sorted values of each column and group, without missing ones."""
    codes = rows.group_codes()
    for column, values in enumerate(rows.numbers.T):
        there = ~np.isnan(values)
        for group in range(groups):
            yield column, group, np.sort(values[there & (codes == group)])


def sample_quantiles(
    rows: Described | Iterable[Described],
    *,
    probabilities: Sequence[float] = (0.25, 0.5, 0.75),
    ranges: Mapping[str, tuple[float, float]] | None = None,
    digits: int = 0,
    cuts: Mapping[str, Sequence[float]] | None = None,
    beside: int = 0,
) -> SampleQuantiles:
    """Quantiles of each column of numbers, by group, from counts alone.

    Parameters
    ----------
    ranges
        Least and greatest value of each column that may be a quantile; the values are searched for in steps
        of 10 to the minus `digits`, and are exact where all values have no more digits.
    cuts
        Cuts of each column instead: one round, and quantiles that are linear between two cuts.
    beside
        Rows that must lie on either side of a quantile.

    Raises
    ------
    ContractError
        A probability outside 0 to 1, a column without a range or cuts, cuts that do not increase.
    """
    parts = [rows] if isinstance(rows, Described) else list(rows)
    if not parts:
        raise ContractError("there are no rows to describe", expected="at least one part")
    columns, groups = parts[0].number_columns, parts[0].groups
    chances = tuple(float(one) for one in probabilities)
    given = cuts if cuts is not None else (ranges or {})
    if not all(0 < one < 1 for one in chances) or not set(columns) <= set(given):
        raise ContractError(
            "a probability outside 0 to 1, or a column without a range", where="probabilities, ranges"
        )
    if cuts is None:
        limits = tuple((float(given[one][0]), float(given[one][1])) for one in columns)
        if not all(least < greatest for least, greatest in limits):
            raise ContractError("a range that is none", where="ranges", expected="least below greatest")
        return run(
            QuantileSearch(
                columns=columns, groups=groups, probabilities=chances, ranges=limits, digits=digits,
                beside=beside,
            ),
            parts,
        )  # fmt: skip
    marks = tuple(tuple(float(one) for one in cuts[column]) for column in columns)
    if not all(len(one) > 1 and (np.diff(one) > 0).all() for one in marks):
        raise ContractError("cuts that do not increase", where="cuts", expected="two or more")
    return run(
        QuantilesOnCuts(columns=columns, groups=groups, probabilities=chances, cuts=marks, beside=beside),
        parts,
    )
