"""How many examples a generative test of the portal draws: many when CIMARA_MANY=1 asks for them."""

from __future__ import annotations

import os

MANY = os.environ.get("CIMARA_MANY") == "1"


def examples(few: int, many: int) -> int:
    """The number for this run."""
    return many if MANY else few
