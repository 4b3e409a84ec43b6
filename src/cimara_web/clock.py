"""The one place of the portal that asks what day it is; the library is always told."""

from __future__ import annotations

from datetime import date

from django.utils import timezone


def today() -> date:
    """The date that ages and intervals are counted to."""
    return timezone.now().date()
