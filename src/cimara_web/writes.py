"""Writes happen in actions only: a guarded model refuses to be saved or deleted anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import models, transaction

Args = ParamSpec("Args")
Result = TypeVar("Result")

_in_action: ContextVar[bool] = ContextVar("in_action", default=False)


class WriteOutsideActionError(RuntimeError):
    """A model was written by code that is not an action."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(f"{model.__name__} is written through its app's actions only; call one of them.")


def action(function: Callable[Args, Result]) -> Callable[Args, Result]:
    """Mark a function as an action: it runs in one transaction and may write guarded models."""

    @wraps(function)
    def run(*args: Args.args, **kwargs: Args.kwargs) -> Result:
        token = _in_action.set(True)
        try:
            with transaction.atomic():
                return function(*args, **kwargs)
        finally:
            _in_action.reset(token)

    return run


def _require_action(model: type[models.Model]) -> None:
    if not _in_action.get():
        raise WriteOutsideActionError(model)


class GuardedQuerySet(models.QuerySet):
    """Reads as ever; bulk writes need an action."""

    def update(self, **kwargs: Any) -> int:
        _require_action(self.model)
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        _require_action(self.model)
        return super().delete()

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[models.Model]:
        _require_action(self.model)
        return super().bulk_create(*args, **kwargs)


class GuardedModel(models.Model):
    """Base of every model of the portal."""

    objects = GuardedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        _require_action(type(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _require_action(type(self))
        return super().delete(*args, **kwargs)
