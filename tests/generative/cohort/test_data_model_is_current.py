"""What is generated from the cohort's schema says what the schema says."""

from __future__ import annotations

import pytest

from tools import make_data_model


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[str, str]]:
    """What is to stand in each generated file, and what does."""
    return {
        path.relative_to(make_data_model.ROOT).as_posix(): (
            text,
            path.read_text(encoding="utf-8") if path.is_file() else "",
        )
        for path, text in make_data_model.made_files().items()
    }


def test_no_generated_file_is_stale(made: dict[str, tuple[str, str]]) -> None:
    stale = [name for name, (wanted, found) in made.items() if wanted != found]
    assert not stale, "run python -m tools.make_data_model"


def test_every_page_of_the_data_model_is_made_from_the_schema(made: dict[str, tuple[str, str]]) -> None:
    pages = {
        path.relative_to(make_data_model.ROOT).as_posix() for path in make_data_model.PAGES.rglob("*.md")
    }
    by_hand = {name for name in pages - set(made) if "/entities/" in name}
    assert not by_hand, "an entity is gone; take its page away"
