"""Whatever is typed into a field, a search answers, or refuses with a declared error."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cimara.trials.places import UnknownPlaceError, find_place
from cimara.trials.search import Near, Page, Query, QueryError
from cimara.trials.snapshot import Snapshot
from tests.many import examples
from tests.unit.trials.search.trials import ATHENS, site, snapshot_of, trial

BATCH = 100
"""Texts drawn at a time: a hundred draws of a hundred cost a tenth of ten thousand draws."""
TEXT_FIELDS = ("text", "condition", "intervention")
CLOSED_FIELDS = (
    "brm",
    "lmd",
    "phase",
    "status",
    "study_type",
    "sponsor_class",
    "country",
    "tumour",
    "sort",
    "sex",
)
DATE_FIELDS = ("first_posted", "updated_since")

pieces = st.sampled_from(
    [
        '"',
        "*",
        "NEAR(",
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
        "cancer",
        "zqb0",
    ]
)
anything = st.one_of(
    st.text(st.characters(), max_size=12),
    st.lists(st.one_of(pieces, st.text(max_size=3)), max_size=5).map("".join),
)


def texts(count: int) -> Callable[[Callable[[list[str]], None]], Callable[[], None]]:
    """Runs a check on `count` random texts, a third of them in everyday runs, in batches."""
    drawn = settings(
        max_examples=max(1, examples(few=count // 3, many=count) // BATCH),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    return lambda check: drawn(given(st.lists(anything, min_size=BATCH, max_size=BATCH))(check))


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    made = [
        trial(1, 'Lung cancer "quoted"', conditions=["Lung Cancer"], sites=[site(point=ATHENS)]),
        trial(2, "Brain metastases * NEAR", conditions=["Brain Metastases"], brm="required"),
    ]
    with snapshot_of(tmp_path_factory.mktemp("any"), made) as snapshot:
        yield snapshot


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_any_text_in_a_text_field_is_answered(trials: Snapshot, field: str) -> None:
    @texts(10_000)
    def check(batch: list[str]) -> None:
        for text in batch:
            page = trials.search(Query(**{field: text}))
            assert page.total.value >= len(page.hits)

    check()


@pytest.mark.parametrize("field", [*CLOSED_FIELDS, *DATE_FIELDS])
def test_any_text_in_a_closed_field_is_a_word_or_refused(trials: Snapshot, field: str) -> None:
    @texts(10_000)
    def check(batch: list[str]) -> None:
        for text in batch:
            with contextlib.suppress(QueryError):
                trials.search(Query(**{field: text}))

    check()


def test_any_place_is_found_or_unknown() -> None:
    @texts(500)
    def check(batch: list[str]) -> None:
        for text in batch:
            with contextlib.suppress(UnknownPlaceError):
                assert find_place(text).place.name

    check()


def test_any_place_leaves_the_search_running(trials: Snapshot) -> None:
    @texts(100)
    def check(batch: list[str]) -> None:
        for text in batch:
            assert trials.search(Query(near=Near(text))).total.is_exact

    check()


def test_any_cursor_fits_or_is_refused(trials: Snapshot) -> None:
    @texts(1_000)
    def check(batch: list[str]) -> None:
        for text in batch:
            with contextlib.suppress(QueryError):
                trials.search(Query(page=Page(5, text)))

    check()


def test_any_page_can_be_written_as_json(trials: Snapshot) -> None:
    @texts(1_000)
    def check(batch: list[str]) -> None:
        for text in batch:
            json.loads(msgspec.json.encode(trials.search(Query(text=text)), enc_hook=str))

    check()
