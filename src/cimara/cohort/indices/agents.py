"""The agents of systemic therapy: class and CNS penetrance of each, as `tables/agents.csv` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cimara.cohort.indices.point_tables import rows_of

PENETRANCE = ("high", "intermediate", "low", "unknown")
"""Words of CNS penetrance, the best first."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent: code, label, classes by mechanism, CNS penetrance with the source that says so."""

    code: str
    label: str
    classes: tuple[str, ...]
    cns_penetrance: str
    source: str


@cache
def agents() -> Mapping[str, Agent]:
    """Every agent of the data model by its code."""
    return {
        row["agent"]: Agent(
            row["agent"],
            row["label"],
            tuple(row["class"].split(";")),
            row["cns_penetrance"],
            row["penetrance_source"],
        )
        for row in rows_of("agents")
    }


def agents_of_class(name: str) -> tuple[str, ...]:
    """Codes of the agents of a class."""
    return tuple(code for code, agent in agents().items() if name in agent.classes)
