"""Security headers stand on every response, whatever its status and whoever made it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from cimara.trials.snapshot import Snapshot
from cimara_web.urls import handler400, handler403, handler404, handler500
from cimara_web.urls import urlpatterns as portal_patterns
from tests.web.addresses import EXAMPLES, FILES, LINKS, WITHOUT_LANGUAGE

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
}


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a fault in a view")


broken.login_required = False  # type: ignore[attr-defined]
urlpatterns = [path("broken/", broken), *portal_patterns]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def assert_headers(response: HttpResponse) -> None:
    """All headers of portal.md §10.5."""
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    features = response["Permissions-Policy"].split(", ")
    assert len(features) > 15
    assert all(feature.endswith("=()") for feature in features)


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["/", "/es/"])
@pytest.mark.parametrize("address", [*EXAMPLES.values(), *FILES.values()])
def test_on_every_page(client: Client, registry: Path, prefix: str, address: str) -> None:
    with Snapshot.open(registry) as snapshot:
        nct = next(snapshot.studies()).nct_id
    response = client.get(prefix + address.format(nct=nct), secure=True)
    assert response.status_code in (200, 302)
    assert_headers(response)


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["/", "/es/"])
@pytest.mark.parametrize("address", LINKS.values())
def test_on_a_mailed_link_that_has_ended(client: Client, prefix: str, address: str) -> None:
    response = client.get(prefix + address, secure=True)
    assert response.status_code == 404
    assert "no-store" in response["Cache-Control"]
    assert_headers(response)


@pytest.mark.django_db
@pytest.mark.parametrize("address", WITHOUT_LANGUAGE.values())
def test_on_health_pages(client: Client, address: str) -> None:
    assert_headers(client.get(f"/{address}", secure=True))


def test_on_a_page_that_is_not_there(client: Client) -> None:
    response = client.get("/no/such/page/", secure=True)
    assert response.status_code == 404
    assert_headers(response)


@pytest.mark.urls("tests.web.test_headers")
def test_on_a_fault_of_ours(client: Client) -> None:
    client.raise_request_exception = False
    response = client.get("/broken/", secure=True)
    assert response.status_code == 500
    assert_headers(response)


def test_on_a_request_for_another_host(client: Client) -> None:
    response = client.get("/", secure=True, headers={"host": "elsewhere.example.org"})
    assert response.status_code == 400
    assert_headers(response)


@pytest.mark.django_db
def test_on_a_form_without_its_token() -> None:
    response = Client(enforce_csrf_checks=True).post("/find/q/who/", {"who": "self"}, secure=True)
    assert response.status_code == 403
    assert_headers(response)


def test_on_static_files(client: Client, static_files: Path) -> None:
    style = next(static_files.glob("cimara/portal.*.css"))
    response = client.get(f"/static/cimara/{style.name}", secure=True)
    assert response.status_code == 200
    assert "immutable" in response["Cache-Control"]
    assert_headers(response)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", [one for one in EXAMPLES.values() if one.startswith(("find/", "alerts/"))]
)
def test_what_depends_on_a_person_is_never_stored(client: Client, address: str) -> None:
    assert client.get(f"/{address.format(nct='NCT01234567')}", secure=True)["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_cookies_are_bound_to_this_host_and_closed_to_scripts(client: Client) -> None:
    client.get("/find/q/who/", secure=True)
    response = client.post("/find/q/who/", {"who": "self"}, secure=True)
    cookies = {**client.cookies, **response.cookies}
    assert set(cookies) == {"__Host-finder", "__Host-csrf"}
    for cookie in cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]
