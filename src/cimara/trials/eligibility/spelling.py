"""Long words of the lexicon as people mistype them: one edit away."""

from __future__ import annotations

from collections.abc import Collection

SHORTEST_TYPO = 9
_LONGEST_TYPO = 30
_MEMO = 200_000


class Spelling:
    """Puts right words of nine letters and more that are one edit from a word of the vocabulary."""

    def __init__(self, vocabulary: Collection[str]) -> None:
        self._long = {word for word in vocabulary if len(word) >= SHORTEST_TYPO}
        self._near = {variant: word for word in sorted(self._long) for variant in _deletions(word)}
        self._known: dict[str, str] = {}

    def corrected(self, word: str) -> str:
        """The word of the vocabulary that is meant, or the word itself."""
        if not SHORTEST_TYPO <= len(word) <= _LONGEST_TYPO or word in self._long:
            return word
        known = self._known.get(word)
        if known is None:
            known = self._nearest(word)
            if len(self._known) < _MEMO:
                self._known[word] = known
        return known

    def _nearest(self, word: str) -> str:
        for variant in (word, *_deletions(word)):
            candidate = self._near.get(variant, variant if variant in self._long else None)
            if candidate is not None and within_one_edit(word, candidate):
                return candidate
        return word


def within_one_edit(one: str, other: str) -> bool:
    """True for one letter added, dropped or changed, or two neighbours swapped."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    shorter, longer = sorted((one, other), key=len)
    at = 0
    while at < len(shorter) and shorter[at] == longer[at]:
        at += 1
    if len(shorter) != len(longer):
        return shorter[at:] == longer[at + 1 :]
    swapped = shorter[at + 1 : at + 2] + shorter[at : at + 1] + shorter[at + 2 :]
    return shorter[at + 1 :] == longer[at + 1 :] or swapped == longer[at:]


def _deletions(word: str) -> list[str]:
    return [word[:index] + word[index + 1 :] for index in range(len(word))]
