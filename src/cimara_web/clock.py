"""The one place of the portal that asks what day it is; the library is always told."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """This moment, in UTC."""
    return timezone.now()


def today() -> date:
    """The date that ages and intervals are counted to."""
    return timezone.now().date()
