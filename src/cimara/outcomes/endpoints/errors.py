"""What can be wrong with a definition, and with deriving it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from cimara.terms.errors import CimaraError

LISTED = 8


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a definition: its key, the line in the file (0: not from a file), and what."""

    key: str
    text: str
    line: int = 0

    def __str__(self) -> str:
        return f"line {self.line}, {self.key}: {self.text}" if self.line else f"{self.key}: {self.text}"


class DefinitionError(CimaraError, ValueError):
    """All that is wrong with one definition, at once."""

    def __init__(self, problems: Iterable[Problem], source: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(one) for one in self.problems), where=source or None)


class DerivationError(CimaraError):
    """The facts cannot answer what the definition asks."""


def nearest(word: str, allowed: Iterable[str]) -> str:
    """`expected ...` with the allowed word that is nearest, and the list of them where it is short."""
    words = sorted({str(one) for one in allowed})
    close = difflib.get_close_matches(word.lower(), [one.lower() for one in words], n=1, cutoff=0.5)
    found = next((one for one in words if close and one.lower() == close[0]), None)
    listed = ", ".join(words) if len(words) <= LISTED else ""
    if found:
        return f"did you mean {found}?" + (f" (one of {listed})" if listed else "")
    return f"expected one of {listed or ', '.join(words)}"
