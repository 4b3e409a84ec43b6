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
_events: ContextVar[list[int] | None] = ContextVar("events", default=None)


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


class AuditedOnceError(RuntimeError):
    """An action that must leave one event in the audit trail left none, or several."""

    def __init__(self, name: str, events: int) -> None:
        super().__init__(f"{name} left {events} audit events; an action leaves exactly one.")


def audited(function: Callable[Args, Result]) -> Callable[Args, Result]:
    """Mark an action that leaves exactly one event in the audit trail; anything else undoes it.

    Such actions don't call each other: what two of them share is a plain function or an `action`.
    """

    @wraps(function)
    def run(*args: Args.args, **kwargs: Args.kwargs) -> Result:
        events: list[int] = []
        token = _events.set(events)
        try:
            return _once(function, events, *args, **kwargs)
        finally:
            _events.reset(token)

    run.is_audited = True  # type: ignore[attr-defined]
    return run


@action
def _once(
    function: Callable[Args, Result], events: list[int], /, *args: Args.args, **kwargs: Args.kwargs
) -> Result:
    result = function(*args, **kwargs)
    if len(events) != 1:
        raise AuditedOnceError(function.__qualname__, len(events))
    return result


def count_event() -> None:
    """An event was added to the audit trail in the action that runs now."""
    events = _events.get()
    if events is not None:
        events.append(1)


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
