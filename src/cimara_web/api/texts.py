"""Text that a program may send: no NUL, which PostgreSQL refuses, and no half of a surrogate pair."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

LONGEST = 10_000


def _whole(value: str) -> str:
    if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ValueError("text holds a NUL or half of a surrogate pair")
    return value


Text = Annotated[str, AfterValidator(_whole), Field(max_length=LONGEST)]
"""At most ten thousand code points."""
