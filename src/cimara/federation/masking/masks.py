"""Masks that pairs of sites share: one adds what the other takes away, so they vanish from the sum of all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from numpy.typing import NDArray

from cimara.federation.errors import Code, FederationError
from cimara.federation.masking.keys import MaskKey
from cimara.federation.masking.words import numbers_of
from cimara.outcomes.frame_columns import FloatArray


def masked(
    words: NDArray[np.uint64],
    *,
    own: MaskKey,
    site: str,
    roster: Sequence[str],
    keys: Mapping[str, str],
    job: str,
    analysis: str,
    step: int,
    attempt: int,
) -> NDArray[np.uint64]:
    """The words of a site under the masks that it shares with each other site of the roster.

    After Bonawitz et al. 2017 (pairwise masks; all sites or nothing). The words of a (job, analysis, step,
    attempt) may be masked and sent once: see `UsedRounds`.

    Parameters
    ----------
    keys
        Public mask keys by site; each was signed by its site and checked.

    Raises
    ------
    FederationError
        NOT_A_MEMBER: the site is not in the roster. OTHER_ROSTER: a site stands twice in it.
        TOO_FEW_SITES: there is no other site, so there would be no mask. FOREIGN_KEY: a key is missing, is
        that of two sites, or this site's own is not the one that the others were given.
    """
    _check(own, site, roster, keys)
    nonce = _nonce(job, analysis, step, attempt)
    hidden = words.astype(np.uint64, copy=True)
    for other in roster:
        if other == site:
            continue
        first, second = sorted((site, other))
        stream = _stream(own.pair(keys[other], job=job, first=first, second=second), nonce, hidden.size)
        if site == first:
            hidden += stream
        else:
            hidden -= stream
    return hidden


def unmasked_sum(words: Sequence[NDArray[np.uint64]]) -> FloatArray:
    """The sum over all sites of the roster, from the masked words of each: the masks vanish from it.

    Raises FederationError (WRONG_SHAPE) where sites sent different numbers of words.
    """
    if not words or len({one.shape for one in words}) != 1:
        raise FederationError(Code.WRONG_SHAPE, "sites sent different numbers of words")
    return numbers_of(np.add.reduce(words, axis=0, dtype=np.uint64))


def _check(own: MaskKey, site: str, roster: Sequence[str], keys: Mapping[str, str]) -> None:
    if site not in roster:
        raise FederationError(Code.NOT_A_MEMBER, "the site is not in the roster of the job", where=site)
    if len(set(roster)) != len(roster):
        raise FederationError(Code.OTHER_ROSTER, "a site stands twice in the roster")
    if len(roster) < 2:
        raise FederationError(Code.TOO_FEW_SITES, "a single site has nobody to share a mask with")
    missing = [one for one in roster if one not in keys]
    if missing:
        raise FederationError(Code.FOREIGN_KEY, "there is no mask key of the site", where=", ".join(missing))
    if len({keys[one] for one in roster}) != len(roster):
        raise FederationError(Code.FOREIGN_KEY, "two sites have the same mask key")
    if keys[site] != own.public:
        raise FederationError(
            Code.FOREIGN_KEY, "the others were given another mask key than this site's", where=site,
            hint="Somebody between the sites changed it: tell the coordinating centre by telephone.",
        )  # fmt: skip


def _nonce(job: str, analysis: str, step: int, attempt: int) -> bytes:
    """Block counter 0, then 96 bits of the round's hash; the key differs from job to job anyway."""
    told = f"{job}|{analysis}|{step}|{attempt}".encode()
    return bytes(4) + hashlib.sha256(told).digest()[:12]


def _stream(key: bytes, nonce: bytes, words: int) -> NDArray[np.uint64]:
    """The ChaCha20 stream (RFC 8439) of a pair in a round, read as little-endian words."""
    raw = Cipher(ChaCha20(key, nonce), mode=None).encryptor().update(bytes(8 * words))
    return np.frombuffer(raw, dtype="<u8").astype(np.uint64, copy=False)
