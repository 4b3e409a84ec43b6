"""How typed text becomes an expression of the index."""

from __future__ import annotations

import sqlite3

import pytest

from cimara.trials.search.text_query import MAX_TOKENS, read_text


@pytest.fixture
def words() -> sqlite3.Connection:
    """A connection that knows a few words of an index."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE head_word (word TEXT PRIMARY KEY, studies INTEGER)")
    many = [f"osteo{number}" for number in range(100)]
    rows = [(word, 1) for word in ("cancer", "cancers", "positive", *many)]
    connection.executemany("INSERT INTO head_word VALUES (?, ?)", rows)
    return connection


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("cancer ", ('("cancer")',)),
        ("cancer", ('("cancer" OR "cancers")',)),
        ("can", ('("can" *)',)),
        ("c", ('("c")',)),
        ("T-DM1", ('("T-DM1" *)',)),
        ("CAR-T", ('("CAR-T")',)),
        ("HER2-positi", ('("HER2-positive")',)),
        ("osteo", ('("osteo" *)',)),
        ("unheard", ('("unheard" *)',)),
        ('say "yes"', ('("say")', '("""yes""" *)')),
        ("a - b ", ('("a")', '("b")')),
        ("tumour ", ('("tumour" OR "tumor")',)),
    ],
)
def test_each_token_is_a_phrase_and_the_last_a_beginning(
    words: sqlite3.Connection, text: str, groups: tuple[str, ...]
) -> None:
    assert read_text(text, words).groups == groups


def test_only_registry_numbers_are_numbers(words: sqlite3.Connection) -> None:
    assert read_text("nct00000001", words).numbers == ("NCT00000001",)
    assert read_text("nct00000001 cancer", words).numbers == ()
    assert read_text("NCT0000001", words).numbers == ()


def test_words_beyond_the_64th_are_cut_and_none_is_a_beginning(words: sqlite3.Connection) -> None:
    found = read_text("x " * 99 + "can", words)
    assert len(found.groups) == MAX_TOKENS
    assert found.was_cut


def test_the_longest_everyday_phrase_wins(words: sqlite3.Connection) -> None:
    found = read_text("lung cancer has spread to the lining of the brain", words)
    assert found.lmd
    assert not found.brm
    assert found.labels == ("lung", "cancer", "has")


def test_a_phrase_is_known_with_accents_and_commas(words: sqlite3.Connection) -> None:
    assert read_text("Cáncer, en el cerebro.", words).brm
