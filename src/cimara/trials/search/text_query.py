"""Turns what a person typed into an expression of the full-text index that can't fail, whatever was typed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.ids import NctId
from cimara.trials.facet_words import MARK, tumour_word
from cimara.trials.search.lay_words import LayPhrase, fold_word, lay_words

MAX_TOKENS = 64
MAX_TEXT = 20_000
"""Characters looked at: 64 tokens of any word are fewer."""
SHORTEST_PREFIX = 2
INDEXED_PREFIX = 4
"""Prefixes up to this length have an index of their own."""
MAX_SPELT_OUT = 48
"""Words that a longer prefix may be spelt out into; beyond, the index merges them itself."""
_LAST_WORD = re.compile(r"([^\W_]+)[\W_]*$")
TEXT_COLUMNS = "{title condition intervention keyword}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextQuery:
    """A text ready to be searched.

    `groups` are joined by AND; each is an expression of its own. `body_groups` are the same for the index of
    long texts, which has no stars. `numbers` are registry numbers, when the text is nothing else. `brm` and
    `lmd` are what everyday words asked for: those of `read_as`.
    """

    groups: tuple[str, ...] = ()
    body_groups: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    numbers: tuple[NctId, ...] = ()
    brm: frozenset[BrmPolicy] = frozenset()
    lmd: frozenset[LmdPolicy] = frozenset()
    read_as: tuple[str, ...] = ()
    was_cut: bool = False
    had_text: bool = False

    @property
    def is_ranked(self) -> bool:
        """True when some words have a score; a group that is a facet word has none."""
        return any(not group.startswith(MARK) for group in self.groups)

    @property
    def has_no_word(self) -> bool:
        """True when something was typed and nothing in it can be searched."""
        return self.had_text and not (self.groups or self.numbers or self.read_as)


@dataclass(slots=True)
class _Reading:
    groups: list[str] = field(default_factory=list)
    body_groups: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    brm: set[BrmPolicy] = field(default_factory=set)
    lmd: set[LmdPolicy] = field(default_factory=set)
    read_as: list[str] = field(default_factory=list)


def read_text(text: str, connection: sqlite3.Connection) -> TextQuery:
    """Read what was typed; the connection's snapshot spells prefixes out."""
    clean = _clean(text)
    tokens = [token for token in clean.split() if any(map(str.isalnum, token))]
    was_cut = len(tokens) > MAX_TOKENS or len(text) > MAX_TEXT
    tokens = tokens[:MAX_TOKENS]
    numbers = _numbers(clean, tokens)
    if numbers:
        return TextQuery(numbers=numbers, was_cut=was_cut, had_text=True)
    open_ended = not was_cut and clean[-1:] != " "
    reading = _read_tokens(tokens, connection, open_ended=open_ended)
    return TextQuery(
        groups=tuple(reading.groups),
        body_groups=tuple(reading.body_groups),
        labels=tuple(reading.labels),
        brm=frozenset(reading.brm),
        lmd=frozenset(reading.lmd),
        read_as=tuple(reading.read_as),
        was_cut=was_cut,
        had_text=bool(clean.strip()),
    )


def _numbers(text: str, tokens: list[str]) -> tuple[NctId, ...]:
    """Registry numbers, when there is nothing else in the text."""
    whole = NctId.parse(text)
    found = [whole] if whole else [NctId.parse(token.strip(",;.")) for token in tokens]
    return tuple(dict.fromkeys(number for number in found if number)) if all(found) else ()


def words_in_column(text: str, column: str) -> str | None:
    """Every word of a text, all to be found in one column; None when there is no word."""
    tokens = [token for token in _clean(text).split() if any(map(str.isalnum, token))][:MAX_TOKENS]
    return " AND ".join(f"{column} : {quoted(token)}" for token in tokens) or None


def quoted(token: str) -> str:
    """A phrase of the index's language: nothing inside has a meaning of its own."""
    return '"' + token.replace('"', '""') + '"'


def _clean(text: str) -> str:
    """The text without NUL, which would end it for SQLite; white space at its end is one space."""
    kept = text[:MAX_TEXT].replace("\0", " ")
    return f"{kept.rstrip()} " if kept[-1:].isspace() else kept


def _read_tokens(tokens: list[str], connection: sqlite3.Connection, *, open_ended: bool) -> _Reading:
    reading = _Reading()
    folded = [fold_word(token) for token in tokens]
    known = lay_words()
    at = 0
    while at < len(tokens):
        lay = known.longest_at(folded, at)
        is_last = at + (len(lay.words) if lay else 1) >= len(tokens)
        if lay:
            _add_lay(reading, lay)
            at += len(lay.words)
            continue
        _add_token(reading, tokens[at], connection, is_prefix=is_last and open_ended)
        at += 1
    return reading


def _add_lay(reading: _Reading, lay: LayPhrase) -> None:
    reading.brm |= lay.brm
    reading.lmd |= lay.lmd
    if lay.brm or lay.lmd:
        reading.read_as.append(" ".join(lay.words))
    if lay.also:
        reading.groups.append(_lay_group(lay))
        reading.body_groups.append(_any_of(map(quoted, lay.also)))
        reading.labels.append(" ".join(lay.words))


def _lay_group(lay: LayPhrase) -> str:
    """A phrase in the head index: the word of its tumour, which many names share, or its other phrases."""
    if lay.tumour is None:
        return _any_of(map(quoted, lay.also))
    word = tumour_word(lay.tumour)
    return _any_of([*map(quoted, lay.head), word]) if lay.head else word


def _add_token(reading: _Reading, token: str, connection: sqlite3.Connection, *, is_prefix: bool) -> None:
    """One token: its phrase or the words it begins, with the registry's spelling beside its own."""
    other = lay_words().spellings.get(fold_word(token))
    others = [quoted(other)] if other else []
    starred, plain = _beginnings(token, connection) if is_prefix else ([quoted(token)], [quoted(token)])
    # A facet word that someone types is a word like any other: it is looked for in the text only.
    columns = f"{TEXT_COLUMNS} : " if fold_word(token).startswith(MARK) else ""
    reading.groups.append(columns + _any_of([*starred, *others]))
    reading.body_groups.append(_any_of([*plain, *others]))
    reading.labels.append(token)


def _beginnings(token: str, connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """Expressions for the words that a token begins, with and without a star.

    Only the last word of a token such as `HER2-positive` is a beginning. One letter begins too much: it is a
    word. A short beginning has an index of its own; a longer one is spelt out into an OR, which is read
    lazily, where a star would be merged first.
    """
    plain = [quoted(token)]
    last = _LAST_WORD.search(token)
    if last is None or len(last[1]) < SHORTEST_PREFIX:
        return plain, plain
    folded = fold_word(last[1])
    if len(last[1]) > INDEXED_PREFIX and folded.isascii() and folded.isalnum():
        words = _words_from(folded, connection)
        if 0 < len(words) <= MAX_SPELT_OUT:
            spelt_out = [quoted(token[: last.start(1)] + word) for word in words]
            return spelt_out, spelt_out
    return [f"{quoted(token)} *"], plain


def _any_of(choices: Iterable[str]) -> str:
    return f"({' OR '.join(choices)})"


def _words_from(folded: str, connection: sqlite3.Connection) -> list[str]:
    """Words of the index that begin so, a few more at most than may be spelt out."""
    rows = connection.execute(
        "SELECT word FROM head_word WHERE word >= ?1 AND word < ?1 || char(1114111) LIMIT ?2",
        (folded, MAX_SPELT_OUT + 1),
    )
    return [word for (word,) in rows]
