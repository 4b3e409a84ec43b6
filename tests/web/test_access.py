"""A view is for members unless it is marked public, and every public view stands in a committed list."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

import cimara_web
from cimara_web.urls import urlpatterns as portal
from tests.web.addresses import (
    ACCOUNTS,
    EXAMPLES,
    FILES,
    FOR_MEMBERS,
    LINKS,
    NETWORK,
    STUDY_FILES,
    WITHOUT_LANGUAGE,
    patterns,
    view_name,
)

LIST = Path(cimara_web.__file__).parent / "public_views.txt"


def test_every_address_has_an_example() -> None:
    public = EXAMPLES.keys() | FILES.keys() | LINKS.keys() | STUDY_FILES.keys() | WITHOUT_LANGUAGE.keys()
    known = public | NETWORK.keys() | ACCOUNTS.keys() | FOR_MEMBERS.keys()
    assert {route for route, _ in patterns()} == known


def test_the_public_views_are_those_of_the_committed_list() -> None:
    public = {view_name(one) for _, one in patterns() if not getattr(one.callback, "login_required", True)}
    assert sorted(public) == LIST.read_text().split()


def members_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse("for members")


urlpatterns = [path("members/", members_only), *portal]


@pytest.mark.urls("tests.web.test_access")
@pytest.mark.django_db
def test_a_view_without_a_mark_sends_strangers_to_log_in(client: Client) -> None:
    response = client.get("/members/", secure=True)
    assert response.status_code == 302
    assert b"for members" not in response.content
