"""Every column of ours is placed in the privacy register."""

from __future__ import annotations

import pytest
from django.apps import apps

LEVELS = {"public", "internal", "personal", "health", "secret"}
OWN = [model for model in apps.get_models() if model.__module__.startswith("cimara_web.")]


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_every_field_has_one_level_and_the_model_a_retention(model: type) -> None:
    placed = {name: level for name, level in vars(model.Privacy).items() if not name.startswith("_")}
    assert placed.pop("retention")
    assert set(placed) == {field.name for field in model._meta.get_fields() if field.concrete}
    assert set(placed.values()) <= LEVELS


def test_health_answers_stand_in_sealed_columns_and_the_coarse_choices_of_an_alert() -> None:
    health = {
        f"{model.__name__}.{name}"
        for model in OWN
        for name, level in vars(model.Privacy).items()
        if level == "health"
    }
    assert health == {"FinderProfile.body", "FinderProfile.outcome", "Alert.facets"}
