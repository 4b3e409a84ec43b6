"""The page about the API: what a program may ask."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cimara_web.api.portal import api


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every route with what it answers, from the OpenAPI document itself."""
    operations = [
        {"method": method.upper(), "path": path, "summary": operation["summary"]}
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, operation in methods.items()
    ]
    context = {"operations": operations, "openapi": reverse("api:openapi-json")}
    return render(request, "api.html", context)
