"""Numbers with their units, and the words around them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from cimara.trials.eligibility.lexicon import Token

DAYS = {
    "day": 1, "days": 1, "week": 7, "weeks": 7, "wk": 7, "wks": 7, "month": 30, "months": 30,
    "year": 365, "years": 365,
}  # fmt: skip
"""Days of each unit of time; a month is 30 days (trials.md section 6.5)."""

_SPELT = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "eighteen": 18, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90,
}  # fmt: skip
_BETWEEN = ("LP", "RP", "NUMBER", "SLASH", "FILLER")
_CLAUSE_ENDS = {"SEMI", "COMMA", "COLON", "BUT", "IF", "UNLESS", "STOP", "AND"}
_ONE = ("one", "at least 1", "at least one")
_LONGEST_GAP = 6
"""Tokens between a number and its unit: "28 (twenty-eight) days"."""
_REACH_BEFORE = 22
_REACH_BEHIND = 12


class Amount(msgspec.Struct, frozen=True, gc=False):
    """A number with its unit at `tokens[first:last]`; `bound` is the sign or word before it."""

    value: float
    unit: str
    first: int
    last: int
    bound: str

    @property
    def days(self) -> int:
        """A time in whole days."""
        return round(self.value * DAYS[self.unit])


def number(token: Token) -> float:
    """The value of a NUMBER token, in figures or spelt."""
    return float(_SPELT.get(token.word) or token.word)


def amounts(tokens: Sequence[Token], units: Collection[str]) -> list[Amount]:
    """All numbers with one of `units` behind them; "4 or more weeks" has its bound between."""
    found: list[Amount] = []
    for index, token in enumerate(tokens):
        if found and index < found[-1].last:
            continue
        if token.kind == "NUMBER":
            at = index + 1
            while at < len(tokens) and tokens[at].kind in _BETWEEN:
                at += 1
            if at - index <= _LONGEST_GAP and _word_at(tokens, at) in units:
                bound = tokens[index - 1].word if index else ""
                found.append(Amount(number(token), tokens[at].word, index, at + 1, bound))
        elif token.word in _ONE and _word_at(tokens, index + 1) in units:
            found.append(Amount(1.0, tokens[index + 1].word, index, index + 2, "least"))
    return found


def _word_at(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].word if at < len(tokens) else ""


def around(
    tokens: Sequence[Token], amount: Amount, others: Sequence[Amount]
) -> tuple[list[Token], list[Token]]:
    """The words before an amount, the nearest first, and behind it, up to the next or its clause's end."""
    floor = max((other.last for other in others if other.last <= amount.first), default=0)
    ceiling = min((other.first for other in others if other.first >= amount.last), default=len(tokens))
    before: list[Token] = []
    for at in range(amount.first - 1, max(floor, amount.first - _REACH_BEFORE) - 1, -1):
        if tokens[at].kind in ("SEMI", "STOP", "COLON"):
            break
        before.append(tokens[at])
    behind: list[Token] = []
    for token in tokens[amount.last : min(ceiling, amount.last + _REACH_BEHIND)]:
        if token.kind in _CLAUSE_ENDS:
            break
        behind.append(token)
    return before, behind
