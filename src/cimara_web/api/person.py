"""The route about a person: a profile in the body, verdicts out; nothing is kept."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query as FromQuery
from ninja import Router, Schema
from pydantic import Field, TypeAdapter

from cimara.trials.matching import Profile, match_all
from cimara.trials.search.query import MAX_PAGE
from cimara_web import clock
from cimara_web.api import answers
from cimara_web.api.callers import CallerWith
from cimara_web.api.limits import MATCHING
from cimara_web.api.problems import Problem
from cimara_web.api.scopes import Scope
from cimara_web.snapshot import current_snapshot

router = Router(tags=["match"], throttle=[MATCHING], auth=CallerWith(Scope.MATCH))
_SCHEMA = TypeAdapter(Profile).json_schema(ref_template="#/components/schemas/{model}")
PROFILE_PARTS: dict[str, Any] = _SCHEMA.pop("$defs", {})
"""Schemas of the parts of a profile, by name."""


def _profile_schema() -> dict[str, Any]:
    """A profile as the API takes it: `as_of` is today when it isn't given, and every part may be null."""
    properties = dict(_SCHEMA["properties"])
    properties["cns"] = {"anyOf": [{"$ref": properties["cns"]["$ref"]}, {"type": "null"}]}
    return {"type": "object", "title": "Profile", "additionalProperties": False, "properties": properties}


_BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": _profile_schema()}}},
}


class Part(Schema):
    """Which part of the list."""

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 20
    cursor: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    """How many trials to pass over: the answer's own `cursor`."""


@router.post(
    "",
    response={200: answers.Matches, 400: Problem, 413: Problem, 422: Problem, 429: Problem},
    summary="Match a person's facts",
    openapi_extra=_BODY,
)
def match_person(request: HttpRequest, part: FromQuery[Part]) -> dict[str, object]:
    """Trials against the facts of one person. Send no name, date of birth or number: they are refused."""
    profile = Profile.from_json(request.body, as_of=clock.today())
    page = match_all(profile, current_snapshot(), own_country_first=profile.country is not None)
    end = part.cursor + part.limit
    return {
        "as_of": page.as_of,
        "data_date": page.data_date,
        "content_hash": page.content_hash,
        "total": len(page.results),
        "counts": page.counts,
        "gated_out": page.gated_out,
        "results": page.results[part.cursor : end],
        "cursor": str(end) if end < len(page.results) else None,
    }
