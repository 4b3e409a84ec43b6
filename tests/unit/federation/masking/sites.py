"""Sites with mask keys that are the same in every run of a test."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from numpy.typing import NDArray

from cimara.federation.masking import MaskKey, masked, words_of

JOB = "job-0042"


def ids(number: int) -> tuple[str, ...]:
    return tuple(f"S{place:02d}" for place in range(number))


def keys_of(sites: Sequence[str], seed: str = "") -> dict[str, MaskKey]:
    """Mask keys made of the sites' names, so that a test sees the same noise every time."""
    return {
        one: MaskKey(X25519PrivateKey.from_private_bytes(hashlib.sha256(f"{seed}{one}".encode()).digest()))
        for one in sites
    }


def public(keys: Mapping[str, MaskKey]) -> dict[str, str]:
    return {site: key.public for site, key in keys.items()}


def message(
    site: str,
    keys: Mapping[str, MaskKey],
    values: NDArray[np.float64],
    *,
    job: str = JOB,
    analysis: str = "A2",
    step: int = 1,
    attempt: int = 0,
) -> NDArray[np.uint64]:
    """What a site sends of its values in a round."""
    return masked(
        words_of(values, len(keys), "score"), own=keys[site], site=site, roster=tuple(keys),
        keys=public(keys), job=job, analysis=analysis, step=step, attempt=attempt,
    )  # fmt: skip
