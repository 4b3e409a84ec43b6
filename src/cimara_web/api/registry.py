"""Routes about what the answers rest on: the snapshot, and what medical words mean."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from django.http import HttpRequest
from ninja import Router

from cimara.trials.plain import Entry, glossary
from cimara_web.api import answers
from cimara_web.api.callers import CallerWith
from cimara_web.api.limits import READING
from cimara_web.api.problems import Problem
from cimara_web.api.scopes import Scope
from cimara_web.snapshot import current_snapshot

router = Router(tags=["registry"], throttle=[READING], auth=CallerWith(Scope.READ))
_ERRORS = {422: Problem, 429: Problem}


class Lang(StrEnum):
    """Languages that we have words in."""

    EN = "en"
    ES = "es"


@router.get("/snapshot", response={200: answers.SnapshotAnswer, 429: Problem}, summary="The registry data")
def snapshot(request: HttpRequest) -> dict[str, object]:
    """Date, size and hash of the registry data, and what could not be read in it."""
    opened = current_snapshot()
    meta = opened.meta
    plain = {name: getattr(meta, name) for name in answers.SnapshotAnswer.model_fields if hasattr(meta, name)}
    issues = Counter(str(issue.code) for issue in opened.issues())
    return plain | {"issues": dict(sorted(issues.items())), "removed": len(opened.removed())}


@router.get("/glossary", response={200: list[answers.Term], **_ERRORS}, summary="Medical words explained")
def words(request: HttpRequest, lang: Lang = Lang.EN) -> tuple[Entry, ...]:
    """Every word of the glossary in one language."""
    return glossary(lang)
