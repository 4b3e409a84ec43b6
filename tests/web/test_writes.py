"""A model is written by actions only, each in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection

from cimara_web.accounts.models import Account
from cimara_web.finder.models import FinderProfile
from cimara_web.writes import GuardedModel, WriteOutsideActionError, action

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def own_models() -> list[type]:
    """All but accounts, which Django and allauth save at each sign-in."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("cimara_web.")]
    return [model for model in ours if model is not Account]


def test_every_model_of_ours_is_guarded() -> None:
    assert own_models()
    assert all(issubclass(model, GuardedModel) for model in own_models())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        lambda: FinderProfile(key="k", body=b"", expires_at=LATER).save(),
        lambda: FinderProfile(key="k").delete(),
        lambda: FinderProfile.objects.create(key="k", body=b"", expires_at=LATER),
        lambda: FinderProfile.objects.all().update(body=b""),
        lambda: FinderProfile.objects.all().delete(),
        lambda: FinderProfile.objects.bulk_create([FinderProfile(key="k", body=b"", expires_at=LATER)]),
    ],
    ids=["save", "delete", "create", "update", "bulk delete", "bulk create"],
)
def test_a_write_outside_an_action_is_refused(write: object) -> None:
    with pytest.raises(WriteOutsideActionError, match="FinderProfile is written through its app's actions"):
        write()  # type: ignore[operator]


@pytest.mark.django_db
def test_an_action_may_write_and_nothing_after_it() -> None:
    @action
    def keep() -> None:
        assert connection.in_atomic_block
        FinderProfile(key="k", body=b"", expires_at=LATER).save()

    keep()
    assert FinderProfile.objects.count() == 1
    with pytest.raises(WriteOutsideActionError):
        FinderProfile(key="other", body=b"", expires_at=LATER).save()


@pytest.mark.django_db
def test_an_action_that_fails_leaves_nothing() -> None:
    @action
    def fail() -> None:
        FinderProfile(key="k", body=b"", expires_at=LATER).save()
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        fail()
    assert not FinderProfile.objects.exists()
