"""100,000 fuzzed queries: each is answered, or refused by a declared error

Texts of signs, operators, broken Unicode and real words; filters right and wrong; places, radii, dates; pages
of other queries. Anything raised but a `QueryError` counts against the goal, which is none.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from bench.measure import Figure, Options
from bench.search import read_queries
from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase, StudyType
from cimara.terms.tumour import tumours
from cimara.trials.build import build_snapshot
from cimara.trials.search import Near, Page, Query, QueryError
from cimara.trials.search.why_not import why_not
from cimara.trials.snapshot import Snapshot

QUERIES = 100_000
SEED = 11
SIGNS = (
    '"',
    "*",
    "(",
    ")",
    "NEAR(a",
    " AND ",
    " OR ",
    " NOT ",
    "^",
    "title:",
    "{",
    "}",
    "-",
    "%",
    "\0",
    "\ud800",
)
SIGNS += (
    "'",
    ";",
    "--",
    "😀",
    "שלום",
    "é",
    "\u0301",
    "\u202e",
    "١",
    "zqb0",
    "NCT",
    "NCT00000001",
    "\n",
    "\t",
    " ",
)
PLACES = (
    "Athens, GR",
    "Paris",
    "10001",
    "90, 180",
    "-90, -180",
    "0, 179.99",
    "Barcelna",
    "",
    ",",
    "\ud800",
    "US",
)
DATES = ("2026", "2024-02", "2024-02-30", "0000-00", "", "x", "9999-12-31", "1")
NOT_SAID = 0.8


def run(options: Options) -> Iterable[Figure]:
    """Ask them all of a snapshot of the starter registry."""
    path = options.work / "fuzz.sqlite3"
    with as_file(files("cimara.data") / "starter_registry.jsonl") as records:
        build_snapshot([Path(records)], path, built_at="2026-01-01")
    outcomes: Counter[str] = Counter()
    with Snapshot.open(path) as snapshot:
        fuzz = Fuzz(random.Random(SEED), snapshot)
        for _ in range(QUERIES):
            outcomes[fuzz.ask()] += 1
    faults = {name: count for name, count in outcomes.items() if name not in ("answered", "refused")}
    detail = f"{outcomes['answered']:,} answered, {outcomes['refused']:,} refused" + (
        f", {faults}" if faults else ""
    )
    yield Figure(f"unhandled errors in {QUERIES:,} queries", sum(faults.values()), "", 0, detail=detail)


class Fuzz:
    """Draws queries and asks them; remembers cursors to try them on other queries."""

    def __init__(self, draw: random.Random, snapshot: Snapshot) -> None:
        self.draw = draw
        self.snapshot = snapshot
        self.words = " ".join(read_queries()).split()
        self.cursors = ["", "x", "AAAA", "é"]
        self.numbers = [study.nct_id for study in snapshot.studies()]

    def ask(self) -> str:
        """What became of one query."""
        try:
            query = Query(**self.fields())
            page = self.snapshot.search(query)
            if page.cursor:
                self.cursors = [*self.cursors[-20:], page.cursor]
            if self.draw.random() < 0.05:
                why_not(self.snapshot, query, self.draw.choice(self.numbers))
        except QueryError:
            return "refused"
        except Exception as error:
            return type(error).__name__
        return "answered"

    def text(self) -> str:
        """Words and signs in any order."""
        parts = [
            self.draw.choice(self.words) if self.draw.random() < 0.5 else self.draw.choice(SIGNS)
            for _ in range(self.draw.randrange(8))
        ]
        if self.draw.random() < 0.2:
            parts += [chr(self.draw.randrange(1, 0x110000)) for _ in range(self.draw.randrange(5))]
        return self.draw.choice(("", " ")).join(parts) * (2_000 if self.draw.random() < 0.001 else 1)

    def fields(self) -> dict[str, Any]:
        """Some fields of a query, right or wrong."""
        draw = self.draw
        choices: dict[str, Any] = {
            "text": self.text(),
            "condition": self.text(),
            "intervention": self.text(),
            "brm": self.some(BrmPolicy),
            "lmd": self.some(LmdPolicy),
            "phase": self.some(Phase),
            "status": self.some(OverallStatus),
            "study_type": self.some(StudyType),
            "sponsor_class": self.some(("INDUSTRY", "NIH", "OTHER")),
            "country": self.some(("GR", "Greece", "US", "France")),
            "tumour": self.some(tumours()),
            "age": draw.choice((0, 17, 18, 70, 130, 131, -1, 10**30)),
            "sex": draw.choice(("FEMALE", "male", "ALL", "x", "")),
            "first_posted": draw.choice(DATES),
            "updated_since": draw.choice(DATES),
            "sort": draw.choice(("best", "updated", "posted", "x")),
        }
        chosen = {
            name: value for name, value in choices.items() if draw.random() > NOT_SAID or name == "text"
        }
        if draw.random() < 0.15:
            chosen["near"] = self.near()
        if draw.random() < 0.3:
            cursor = draw.choice((None, None, *self.cursors, self.text()))
            chosen["page"] = Page(draw.choice((1, 5, 100, 0)), cursor)
        return chosen

    def some(self, words: Iterable[str]) -> Any:
        """A few of the words, one, or what is none of them."""
        known = [str(word) for word in words]
        if self.draw.random() < 0.1:
            return self.text()
        picked = self.draw.sample(known, self.draw.randrange(1, min(4, len(known)) + 1))
        return picked[0] if self.draw.random() < 0.3 else picked

    def near(self) -> Near:
        """A place, known or not, and a radius, possible or not."""
        km = self.draw.choice((0.001, 5, 100, 300, 1_500, 9_000, 20_000, -1, float("nan"), 1e9))
        home = self.draw.choice((None, None, "GR", "US", "Atlantis"))
        return Near(self.draw.choice(PLACES), km, home, own_country_first=self.draw.random() < 0.5)
