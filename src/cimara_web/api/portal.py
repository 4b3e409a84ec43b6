"""The API as one thing: its routes, its errors, its OpenAPI document, its headers."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from cimara_web.api import counts, person, registry, trials
from cimara_web.api.callers import SCHEME
from cimara_web.api.problems import MEDIA_TYPE, answer_errors
from cimara_web.snapshot import current_snapshot

DESCRIPTION = (
    "Trials for people with brain metastases or leptomeningeal disease. The registry's own words come with "
    "every reading. Not medical advice: the study team decides who may join."
)
ANYONE = "Access-Control-Allow-Origin"
TOKEN = "token"
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_REFUSALS = {401: "A token that is none", 403: "A token of another scope"}
"""Answers of every route to a token that isn't good for it."""


class PortalApi(NinjaAPI):
    """django-ninja with tags of the snapshot, open reading, and errors documented as what they are."""

    def create_response(self, request: HttpRequest, data: Any, **options: Any) -> HttpResponse:
        """An answer: one that reads may be kept until the snapshot changes, one about a person never."""
        response = super().create_response(request, data, **options)
        if request.method != "GET":
            response["Cache-Control"] = "no-store"
            return response
        response[ANYONE] = "*"
        response["Cache-Control"] = "no-cache"
        response["ETag"] = etag = _tag(request)
        return get_conditional_response(request, etag=etag, response=response) or response

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The OpenAPI document; ninja would have errors as plain JSON, and knows no parts of a profile."""
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["security"] = [{}, {TOKEN: []}]
                operation["responses"] |= {
                    status: {"description": words, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
                    for status, words in _REFUSALS.items()
                }
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = {MEDIA_TYPE: next(iter(answer["content"].values()))}
        schema["components"]["schemas"].update(person.PROFILE_PARTS)
        schema["components"]["securitySchemes"] = {TOKEN: {"type": "http", "scheme": SCHEME}}
        return schema


def _tag(request: HttpRequest) -> str:
    """Names the answer: the snapshot and what was asked of it."""
    asked = f"{current_snapshot().meta.content_hash} {request.get_full_path()}"
    return f'"{hashlib.sha256(asked.encode()).hexdigest()[:32]}"'


api = PortalApi(
    title="CIMARa",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
api.add_router("/trials", trials.router)
api.add_router("/match", person.router)
api.add_router("", registry.router)
api.add_router("", counts.router)
answer_errors(api)

addresses = api.urls
for _pattern in addresses[0]:
    _pattern.callback = login_not_required(_pattern.callback)
