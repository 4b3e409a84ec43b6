"""Addresses of the clinician path, and what a test reads of a visit to it."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

from django.utils import timezone

from cimara.trials.matching import (
    Profile,
)
from cimara_web.finder.clinician.profile import profile_of
from cimara_web.finder.queries import visit_of
from cimara_web.finder.sealing import token_of_cookie
from tests.web.conftest import Visitor

FORM, LIST, TABLE = "/clinician/match/", "/clinician/match/results/", "/clinician/match/results.csv"
STABLE = {"tumour": "nsclc", "age": "58", "cns_state": "treated_stable"}
AS_OF = date(2026, 3, 1)


def typed_and_kept(visitor: Visitor) -> Profile:
    """The profile that the visitor's cookie opens."""
    cookie = visitor.client.cookies["__Host-finder"].value
    visit = visit_of(token=token_of_cookie(cookie), now=timezone.now())
    assert visit is not None
    found = profile_of(visit.answers)
    assert found is not None
    return found


def rows(response: Any) -> list[list[str]]:
    """The lines of a CSV answer, its byte order mark taken away."""
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def listed(visitor: Visitor, **query: str) -> list[str]:
    """Numbers of the studies on a page of the list, in order."""
    return re.findall(
        r'<li class="card card-\w+" id="(NCT\d{8})"', visitor.get(LIST, **query).content.decode()
    )
