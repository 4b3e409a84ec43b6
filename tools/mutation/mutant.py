"""What a mutant is: where it sits, what it changes, and how the inner process applies it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """One change. `apply` names the way it is made, `detail` what that way needs."""

    group: str
    part: str
    where: str
    before: str
    after: str
    kind: str
    apply: str
    detail: dict[str, Any] = field(default_factory=dict, compare=False)
    number: int = 1

    @property
    def change(self) -> str:
        """What the list of reasons calls it; stable while its line stays as it is."""
        again = f" #{self.number}" if self.number > 1 else ""
        return f"{self.before} => {self.after}{again}"

    @property
    def name(self) -> str:
        """Where it sits and what it changes."""
        return f"{self.part}:{self.where}: {self.change}"


def numbered(mutants: Iterable[Mutant]) -> list[Mutant]:
    """The mutants, those of one name told apart by number."""
    seen: dict[str, int] = {}
    made = []
    for item in mutants:
        seen[item.name] = seen.get(item.name, 0) + 1
        made.append(Mutant(**{**asdict(item), "number": seen[item.name]}))
    return made


def write_plan(path: Path, mutants: Iterable[Mutant]) -> None:
    """Mutants as the inner process reads them, one a line."""
    path.write_text("".join(json.dumps(asdict(item)) + "\n" for item in mutants), encoding="utf-8")


def read_plan(path: Path) -> list[Mutant]:
    """Mutants of a plan."""
    return [Mutant(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
