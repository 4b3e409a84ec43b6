"""Text that a spreadsheet program must not take for a formula."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a cell a formula in the common programs (OWASP, CSV injection)."""


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it where its first character would start a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
