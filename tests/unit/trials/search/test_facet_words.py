"""Facet words: single terms of the index, and cells that cover a circle."""

from __future__ import annotations

import random
import sqlite3

from cimara.terms.tumour import tumours
from cimara.trials.facet_words import cell_word, cells_around, named_word, tumour_word
from cimara.trials.places import distance_km


def test_every_tumour_has_words_of_its_own() -> None:
    words = [make(one) for one in tumours() for make in (tumour_word, named_word)]
    assert len(words) == len(set(words))


def test_a_facet_word_is_one_term_of_the_index() -> None:
    words = [*map(tumour_word, tumours()), cell_word(-89.9, -179.9, 1, is_open=True)]
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='unicode61 remove_diacritics 2')")
        connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, row)")
        connection.execute("INSERT INTO t VALUES (?)", (" ".join(words),))
        assert {word for (word,) in connection.execute("SELECT term FROM v")} == set(words)


def test_the_cells_around_a_place_hold_every_point_of_the_circle() -> None:
    draw = random.Random(7)
    for _ in range(3_000):
        lat, lon, km = draw.uniform(-89, 89), draw.uniform(-180, 180), draw.choice([5, 80, 300, 900])
        other = (
            max(-90.0, min(90.0, lat + draw.uniform(-9, 9))),
            (lon + draw.uniform(-20, 20) + 180) % 360 - 180,
        )
        cells = cells_around(lat, lon, km)
        if cells is None or distance_km(lat, lon, *other) > km:
            continue
        words = {cell_word(*other, degrees, is_open=True) for degrees in (1, 10)}
        assert words & set(cells)


def test_a_circle_of_half_the_world_is_not_spelt_out_in_cells() -> None:
    assert cells_around(0, 0, 15_000) is None
