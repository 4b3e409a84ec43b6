"""Numbers as pairs of 64-bit words whose sums mod 2^64 are exact, so that masks can be added to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cimara.federation.errors import Code, FederationError
from cimara.outcomes.frame_columns import FloatArray

HIGH_BITS = 12
"""Binary places of the first word of a number."""
LOW_BITS = 67
"""Binary places of the second word, which holds what the first leaves."""
RANGE_BITS = 50
"""Numbers below 2^50 / K in size can be summed over K sites."""
MOST_SITES = 256
"""K second words of at most 2^54 each stay inside an int64."""


def words_of(values: FloatArray, sites: int, where: str) -> NDArray[np.uint64]:
    """The words of numbers: first the high words of all of them, then the low words.

    A number of 2^-15 or more in size is held exactly, a smaller one to 2^-68; so is every sum over sites.

    Parameters
    ----------
    values
        Numbers of any shape, in the order of their memory as C counts it.
    sites
        Number of sites whose words will be added.
    where
        Name of the block for the error; the number itself is never told.

    Returns
    -------
    words
        uint64, twice as many as there are numbers.

    Raises
    ------
    FederationError
        FIXED_POINT_RANGE: a number that is not finite, or |x| >= 2^50 / sites.
    """
    if not 1 <= sites <= MOST_SITES:
        raise FederationError(
            Code.FIXED_POINT_RANGE, f"sums over {sites} sites", expected=f"1 to {MOST_SITES}"
        )
    numbers = np.asarray(values, dtype=np.float64).ravel()
    if not np.isfinite(numbers).all():
        raise FederationError(Code.FIXED_POINT_RANGE, "a number that is not finite", where=where)
    if numbers.size and float(np.abs(numbers).max()) >= 2.0**RANGE_BITS / sites:
        raise FederationError(
            Code.FIXED_POINT_RANGE, "a number too large to be summed under masks", where=where,
            expected=f"less than 2^{RANGE_BITS} divided by the number of sites",
            hint="Centre and scale the column with constants of the study file.",
        )  # fmt: skip
    high = np.rint(numbers * 2.0**HIGH_BITS)
    low = np.rint((numbers - high * 2.0**-HIGH_BITS) * 2.0**LOW_BITS)
    return np.concatenate((high, low)).astype(np.int64).view(np.uint64)


def numbers_of(words: NDArray[np.uint64]) -> FloatArray:
    """The numbers, correctly rounded, of words that may be the sum of many sites' words.

    Raises FederationError (WRONG_SHAPE) for words that are no pairs.
    """
    if words.ndim != 1 or words.size % 2 or words.dtype != np.uint64:
        raise FederationError(Code.WRONG_SHAPE, "words that do not come in pairs")
    high, low = np.split(words.view(np.int64), 2)
    pairs = zip(high.tolist(), low.tolist(), strict=True)
    # Whole numbers have any size here, so that each is rounded once; a power of two rounds nothing.
    whole = [float((one << (LOW_BITS - HIGH_BITS)) + other) for one, other in pairs]
    return np.array(whole, dtype=np.float64) * 2.0**-LOW_BITS
