"""What is wrong with an expression, and at which character of it."""

from __future__ import annotations

from cimara.cohort.errors import CohortError


class ExpressionError(CohortError):
    """An expression that cannot be read or does not fit its columns.

    `at` is the place of the first character concerned, from 1.
    """

    def __init__(
        self, problem: str, *, at: int, expected: str | None = None, hint: str | None = None
    ) -> None:
        self.at = at
        super().__init__(problem, where=f"character {at}", expected=expected, hint=hint)
