"""Parts the text of an expression into words, numbers, texts and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cimara.cohort.expressions.errors import ExpressionError

LONGEST = 4000
"""Characters an expression may have."""
KEYWORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false", "where", "by"})


class Token(StrEnum):
    """What a part of the text is."""

    NAME = "name"
    KEYWORD = "keyword"
    NUMBER = "number"
    TEXT = "text"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the text: what it is, its content, the place of its first character, from 1.

    `quoted` marks a name in backticks, which is never a function, an entity or a reason.
    """

    token: Token
    content: str
    at: int
    quoted: bool = False


BARE_NAME = r"[A-Za-z_](?:[A-Za-z0-9_]|\{n\})*"
_PATTERN = re.compile(
    rf"(?P<space>\s+)"
    rf"|(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)"
    rf"|(?P<name>@?{BARE_NAME})"
    rf"|`(?P<quoted_name>[^`\n]+)`"
    rf"|'(?P<single>(?:[^'\n]|'')*)'"
    rf'|"(?P<double>(?:[^"\n]|"")*)"'
    rf"|(?P<sign>==|!=|<=|>=|<|>|\+|-|\*|/|\(|\)|\{{|\}}|,|:|\.|=)",
    re.ASCII,
)
_HINTS = {
    "&": "Write `and`.",
    "|": "Write `or`.",
    "!": "Write `not`, or `!=`.",
    "'": "The text has no closing quotation mark.",
    '"': "The text has no closing quotation mark.",
    "`": "The name has no closing backtick.",
    ";": "Parts of an expression are divided by commas.",
    "\N{LEFT DOUBLE QUOTATION MARK}": "Use straight quotation marks.",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "Use straight quotation marks.",
    "\N{LEFT SINGLE QUOTATION MARK}": "Use straight quotation marks.",
    "\N{RIGHT SINGLE QUOTATION MARK}": "Use straight quotation marks.",
    "\N{LESS-THAN OR EQUAL TO}": "Write `<=`.",
    "\N{GREATER-THAN OR EQUAL TO}": "Write `>=`.",
}


def parts(text: str) -> list[Part]:
    """The parts of a text, and one that marks its end. Raises ExpressionError at what is none."""
    if len(text) > LONGEST:
        raise ExpressionError(
            f"the expression has {len(text)} characters", at=LONGEST + 1, expected=f"at most {LONGEST}"
        )
    found: list[Part] = []
    place = 0
    while place < len(text):
        match = _PATTERN.match(text, place)
        if match is None:
            raise ExpressionError(
                f"{text[place]!r} is no part of the language", at=place + 1, hint=_HINTS.get(text[place])
            )
        part = _part(match, place + 1)
        if part is not None:
            _refuse_glued(found, part, text)
            found.append(part)
        place = match.end()
    return [*found, Part(Token.END, "", len(text) + 1)]


def _part(match: re.Match[str], at: int) -> Part | None:
    kind, content = match.lastgroup or "", match.group(match.lastgroup or 0)
    match kind:
        case "space":
            return None
        case "number":
            return Part(Token.NUMBER, content, at)
        case "name":
            return Part(Token.KEYWORD if content in KEYWORDS else Token.NAME, content, at)
        case "quoted_name":
            return Part(Token.NAME, content, at, quoted=True)
        case "single":
            return Part(Token.TEXT, content.replace("''", "'"), at)
        case "double":
            return Part(Token.TEXT, content.replace('""', '"'), at)
        case _:
            return Part(Token.SIGN, content, at)


def _refuse_glued(before: list[Part], part: Part, text: str) -> None:
    """A number and a word without a space between them, `12mm`, are no two parts."""
    if part.at < 2 or not before or before[-1].token is not Token.NUMBER or text[part.at - 2].isspace():
        return
    if part.token in (Token.NAME, Token.KEYWORD, Token.NUMBER):
        raise ExpressionError(
            "a number is followed by a letter or a second number",
            at=part.at,
            expected="a number, or a name that starts with a letter",
            hint="A name that starts with a digit stands in backticks.",
        )
