"""A study packed for quick iteration: all of a snapshot comes back by decoding alone."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from cimara.terms.ids import NctId
from cimara.trials.study import Study


def _decode_id(kind: type, value: Any) -> Any:
    if kind is NctId:
        return NctId(value)
    raise NotImplementedError(f"no decoder for {kind}")


_ENCODER = msgspec.msgpack.Encoder(enc_hook=str)
_DECODER = msgspec.msgpack.Decoder(Study, dec_hook=_decode_id)


def pack_study(study: Study) -> bytes:
    """The study as MessagePack, without `raw`, `brief_summary` and `detailed_description`.

    These three are most of a record and no reader of many studies needs them; table `raw` has them.
    """
    return _ENCODER.encode(replace(study, raw=b"", brief_summary=None, detailed_description=None))


def unpack_study(packed: bytes) -> Study:
    """The study of a card; `raw`, `brief_summary` and `detailed_description` are empty."""
    return _DECODER.decode(packed)
