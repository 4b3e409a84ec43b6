"""Errors for the person who must act: what is wrong, where, what would be right."""

from __future__ import annotations


class CimaraError(Exception):
    """Base of every error that this library raises on purpose.

    Parameters
    ----------
    problem
        What is wrong, in a sentence. Never a patient's value.
    where
        File, line, field or column, when known.
    expected
        What would be right.
    hint
        What to try next.
    """

    def __init__(
        self, problem: str, *, where: str | None = None, expected: str | None = None, hint: str | None = None
    ) -> None:
        self.problem = problem
        self.where = where
        self.expected = expected
        self.hint = hint
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.problem}" if self.where else self.problem]
        if self.expected:
            parts.append(f"expected {self.expected}")
        text = "; ".join(parts)
        return f"{text}. {self.hint}" if self.hint else text
