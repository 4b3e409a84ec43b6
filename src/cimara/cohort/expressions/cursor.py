"""Goes through the parts of an expression from left to right, and names what stands in the wrong place."""

from __future__ import annotations

from cimara.cohort.expressions.errors import ExpressionError
from cimara.cohort.expressions.tokens import Part, Token


class Cursor:
    """Where the reading of parts stands, and what comes next."""

    def __init__(self, found: list[Part]) -> None:
        self.parts = found
        self.place = 0

    @property
    def next(self) -> Part:
        return self.parts[self.place]

    def after(self, steps: int) -> Part:
        return self.parts[min(self.place + steps, len(self.parts) - 1)]

    def take(self) -> Part:
        part = self.next
        if part.token is not Token.END:
            self.place += 1
        return part

    def take_if(self, token: Token, *contents: str) -> Part | None:
        fits = self.next.token is token and (not contents or self.next.content in contents)
        return self.take() if fits else None

    def expect(self, sign: str, after: str) -> Part:
        found = self.take_if(Token.SIGN, sign)
        if found is None:
            raise ExpressionError(f"{called(self.next)} {after}", at=self.next.at, expected=f"`{sign}`")
        return found

    def expect_end(self) -> None:
        if self.next.token is not Token.END:
            raise ExpressionError(
                f"{called(self.next)} where the expression could end",
                at=self.next.at,
                expected="an operator, `and` or `or`, or the end",
                hint=_hint_between(self.next),
            )


def called(part: Part) -> str:
    if part.token is Token.END:
        return "the expression ends"
    if part.token is Token.TEXT:
        return f"a text of {len(part.content)} characters"
    return f"`{part.content}`"


def _hint_between(part: Part) -> str | None:
    if part.content == "=":
        return "Equality is `==`."
    if part.content in ("AND", "OR", "NOT", "IN", "IS"):
        return f"Write `{part.content.lower()}`."
    return None
