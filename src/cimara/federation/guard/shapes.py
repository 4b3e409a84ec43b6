"""Which arrays a round's sums have: what an estimator gives for no rows says it, to the last number."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cimara.federation.errors import Code, FederationError
from cimara.federation.masking import words_of
from cimara.outcomes.contract import Summary
from cimara.outcomes.frame_columns import FloatArray


def check_shape(told: Summary, awaited: Summary, what: str) -> None:
    """Raises FederationError (WRONG_SHAPE) for other names, sizes or kinds, or numbers not finite."""
    if told.schema != awaited.schema or tuple(told.sums) != tuple(awaited.sums):
        raise _wrong(f"{what} hold other numbers than the estimator's", awaited.schema)
    if set(told.unions) != set(awaited.unions):
        raise _wrong(f"{what} hold other times than the estimator's", awaited.schema)
    for name, values in told.sums.items():
        if np.shape(values) != np.shape(awaited.sums[name]):
            raise _wrong(f"{what} have another size than the estimator's", f"{awaited.schema}.{name}")
    for name, values in (*told.sums.items(), *told.unions.items()):
        if values.dtype != np.float64 or not np.isfinite(values).all():
            raise _wrong(f"{what} hold what is no finite number", f"{awaited.schema}.{name}")


def same(one: Summary, other: Summary) -> bool:
    """Whether two sums are the same to the last bit."""
    return (
        one.schema == other.schema
        and _equal(one.sums, other.sums)
        and _equal(one.unions, other.unions)
    )  # fmt: skip


def words(sums: Mapping[str, FloatArray], sites: int, schema: str) -> NDArray[np.uint64]:
    """The words of all blocks of a message; FederationError (FIXED_POINT_RANGE) names the block."""
    blocks = [np.ravel(values) for values in sums.values()]
    try:
        return words_of(np.concatenate(blocks) if blocks else np.zeros(0), sites, schema)
    except FederationError:
        for name, values in sums.items():
            words_of(values, sites, f"{schema}.{name}")
        raise


def parted(numbers: FloatArray, like: Summary) -> dict[str, FloatArray]:
    """Numbers in a row as the blocks of a summary; FederationError (WRONG_SHAPE) for too few or many."""
    sizes = [int(np.size(values)) for values in like.sums.values()]
    if numbers.size != sum(sizes):
        raise _wrong("a sum holds more or fewer numbers than the estimator's", like.schema)
    pieces = np.split(numbers, np.cumsum(sizes)[:-1]) if sizes else []
    return {
        name: piece.reshape(np.shape(values))
        for (name, values), piece in zip(like.sums.items(), pieces, strict=True)
    }


def _equal(some: Mapping[str, FloatArray], others: Mapping[str, FloatArray]) -> bool:
    return set(some) == set(others) and all(np.array_equal(some[name], others[name]) for name in some)


def _wrong(why: str, where: str) -> FederationError:
    return FederationError(Code.WRONG_SHAPE, why, where=where)
