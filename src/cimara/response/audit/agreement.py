"""How far two series of words agree: cross-table and kappa (Cohen, Educ Psychol Meas 1960;20:37-46)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from cimara.terms.response import Response

_ORDER = {word.value: place for place, word in enumerate(Response)}


@dataclass(frozen=True)
class CrossTable:
    """Counts of pairs of words, (reported, derived) or (one reader, the other)."""

    counts: Counter[tuple[str, str]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> CrossTable:
        """The table of some pairs."""
        return cls(Counter(pairs))

    @property
    def n(self) -> int:
        """How many pairs."""
        return self.counts.total()

    @property
    def n_agree(self) -> int:
        """Pairs of one word."""
        return sum(count for (one, other), count in self.counts.items() if one == other)

    @property
    def words(self) -> tuple[str, ...]:
        """Every word that occurs, CR first."""
        found = {word for pair in self.counts for word in pair}
        return tuple(sorted(found, key=lambda word: (_ORDER.get(word, len(_ORDER)), word)))

    @property
    def kappa(self) -> float | None:
        """Agreement beyond chance, unweighted; None without pairs, and where chance alone agrees always."""
        if not self.n:
            return None
        rows: Counter[str] = Counter()
        columns: Counter[str] = Counter()
        for (one, other), count in self.counts.items():
            rows[one] += count
            columns[other] += count
        seen = Fraction(self.n_agree, self.n)
        chance = Fraction(sum(rows[word] * columns[word] for word in rows), self.n**2)
        return None if chance == 1 else float((seen - chance) / (1 - chance))

    def matrix(self) -> list[list[int]]:
        """Counts by row (first word) and column (second word), in the order of `words`."""
        return [[self.counts[one, other] for other in self.words] for one in self.words]

    def as_data(self) -> dict[str, object]:
        """Table and kappa for a summary."""
        return {
            "n": self.n,
            "agree": self.n_agree,
            "kappa": self.kappa,
            "words": list(self.words),
            "counts": self.matrix(),
        }
