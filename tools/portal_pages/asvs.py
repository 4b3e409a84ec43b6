"""How each requirement of OWASP ASVS 5.0, levels 1 and 2, is met, from the committed table."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tools.portal_pages.markdown import table

TABLE = Path(__file__).parents[2] / "docs" / "reference" / "asvs.csv"
CHAPTERS = {
    1: "Encoding and sanitisation",
    2: "Validation and business logic",
    3: "Web front end",
    4: "API and web service",
    5: "Files",
    6: "Authentication",
    7: "Sessions",
    8: "Authorisation",
    9: "Self-contained tokens",
    10: "OAuth and OIDC",
    11: "Cryptography",
    12: "Secure communication",
    13: "Configuration",
    14: "Data protection",
    15: "Secure coding and architecture",
    16: "Security logging and errors",
    17: "WebRTC",
}
PAGE = """# OWASP ASVS 5.0, level 2

How the portal meets each of the {count} requirements of levels 1 and 2 of the Application Security
Verification Standard 5.0 (OWASP). Numbers are the standard's; its text is not repeated here, and the words
are ours. {yes} requirements are met, {partly} are met in part and say what is left, {no} don't apply and say
why. A row names the test that would fail, or says why there is none.

The table is `docs/reference/asvs.csv`; a test holds its numbers, its levels and its tests to account.

## What is left

{left}
{chapters}"""


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement; `test` is the path of a test, or "none: " and a reason."""

    id: str
    level: int
    applies: str
    how: str
    test: str

    @property
    def number(self) -> tuple[int, ...]:
        """For sorting."""
        return tuple(map(int, self.id.split(".")))


def rows(file: Path = TABLE) -> list[Row]:
    """The table."""
    with file.open(newline="", encoding="utf-8") as lines:
        return [Row(**{**one, "level": int(one["level"])}) for one in csv.DictReader(lines)]


def page(found: list[Row] | None = None) -> str:
    """The page."""
    every = sorted(rows() if found is None else found, key=lambda one: one.number)
    counts = Counter(one.applies for one in every)
    chapters = (
        f"## V{number} {CHAPTERS[number]}\n\n{_table(list(some))}"
        for number, some in groupby(every, key=lambda one: one.number[0])
    )
    return PAGE.format(
        count=len(every),
        yes=counts["yes"],
        partly=counts["partly"],
        no=counts["no"],
        left=table(("id", "what is left"), ((one.id, one.how) for one in every if one.applies == "partly")),
        chapters="\n".join(chapters),
    )


def _table(some: list[Row]) -> str:
    cells = ((one.id, one.level, one.applies, one.how, _test(one)) for one in some)
    return table(("id", "level", "met", "how", "test"), cells)


def _test(row: Row) -> str:
    return f"`{row.test}`" if row.test.startswith("tests/") else row.test.removeprefix("none: ")
