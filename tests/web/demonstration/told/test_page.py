"""The page that lets a newcomer look through the eyes of an invented person, and the band on every page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cimara_web.accounts.models import Account
from cimara_web.demonstration.cast import PARTS
from cimara_web.environment import read_environment
from cimara_web.permissions.roles import Role
from tests.web import people

PAGE = "/demonstration/"
HERE = "127.0.0.1:8000"
BAND = "Demonstration data."


def near(**extra: Any) -> Client:
    """A browser on the portal's own machine."""
    return Client(**{"HTTP_HOST": HERE, "wsgi.url_scheme": "https", **extra})


def look_as(client: Client, key: str) -> Any:
    return client.post(PAGE, {"as": key})


def test_it_says_who_is_who(story: object) -> None:
    page = near().get(PAGE).content.decode()
    for part in PARTS:
        assert f"Look at it as {part.name}" in page
        assert part.person.name in page


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.key)
def test_a_newcomer_looks_through_the_eyes_of_each(story: object, part: Any) -> None:
    client = near()
    answer = look_as(client, part.key)
    assert answer.status_code in (302, 303)
    assert answer["Location"] == part.begins_at
    assert client.get(part.begins_at).status_code == 200
    assert client.session["_auth_user_id"] == str(Account.objects.get(email=part.person.email).pk)


def test_to_look_at_the_page_signs_nobody_in(story: object) -> None:
    client = near()
    client.get(PAGE)
    assert "_auth_user_id" not in client.session


def test_there_is_no_such_part(story: object) -> None:
    assert look_as(near(), "operator").status_code == 404
    assert look_as(near(), "").status_code == 404


def absent(client: Client) -> bool:
    """Neither the page nor its button is there, and nobody is signed in."""
    answers = {client.get(PAGE).status_code, look_as(client, "office").status_code}
    return answers == {404} and "_auth_user_id" not in client.session


def test_a_portal_that_is_no_demonstration_has_no_such_page(story: Any) -> None:
    story.DEMONSTRATION = False
    assert absent(near())


def test_nobody_elsewhere_sees_it(story: object) -> None:
    assert absent(near(REMOTE_ADDR="192.0.2.7"))


def test_nobody_behind_a_unix_socket_sees_it(story: object) -> None:
    assert absent(near(REMOTE_ADDR=""))


def test_it_is_not_there_under_a_name_of_the_internet(story: Any) -> None:
    story.ALLOWED_HOSTS = ["portal.example.org"]
    assert absent(near(HTTP_HOST="portal.example.org"))


def test_it_is_not_there_behind_a_proxy(story: Any) -> None:
    story.ENVIRONMENT = read_environment({"CIMARA_BEHIND_PROXY": "1"})
    assert absent(near())


def test_only_an_invented_account_is_signed_in_to(story: object) -> None:
    people.account(Role.OFFICE, email="somebody@example.org")
    Account.objects.filter(email=PARTS[1].person.email).update(is_demonstration=False)
    assert look_as(near(), PARTS[1].key).status_code == 404


def test_one_part_after_another(story: object) -> None:
    client = near()
    look_as(client, "office")
    look_as(client, "auditor")
    auditor = next(one for one in PARTS if one.key == "auditor")
    assert client.session["_auth_user_id"] == str(Account.objects.get(email=auditor.person.email).pk)


@pytest.mark.parametrize(
    ("address", "words"),
    [("/", BAND), ("/es/", "Datos de demostración."), ("/network/", BAND), ("/no-such-page/", BAND)],
)
def test_a_band_on_every_page_says_that_data_are_invented(story: object, address: str, words: str) -> None:
    assert words in near().get(address).content.decode()


def test_pages_for_members_have_it_too(story: object) -> None:
    client = near()
    look_as(client, "study-lead")
    assert BAND in client.get("/studies/").content.decode()


@pytest.mark.django_db
def test_a_portal_with_its_own_people_has_no_band(client: Client) -> None:
    assert BAND not in client.get("/", secure=True).content.decode()


def test_the_band_asks_the_database_nothing(story: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert BAND in near().get("/about/").content.decode()


def test_the_band_leads_to_the_page_on_this_machine_only(story: object) -> None:
    link = '<a href="/demonstration/">'
    assert link in near().get("/").content.decode()
    elsewhere = near(REMOTE_ADDR="192.0.2.7").get("/").content.decode()
    assert BAND in elsewhere
    assert link not in elsewhere
