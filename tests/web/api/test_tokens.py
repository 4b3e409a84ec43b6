"""Tokens of the API: shown once, stored hashed, named, scoped, ending; counted apart from addresses."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.test import Client

from cimara.cli.web.token import SCOPES
from cimara_web import clock
from cimara_web.api.actions.tokens import TokenError, create_token, revoke_token
from cimara_web.api.models import ApiToken
from cimara_web.api.queries import PREFIX, hash_of
from cimara_web.api.scopes import Scope

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    caches["limits"].clear()
    yield
    caches["limits"].clear()


def made(name: str = "a notebook", scopes: tuple[Scope, ...] = tuple(Scope), **more: Any) -> str:
    return create_token(name=name, scopes=scopes, **{"life": MONTH, "now": clock.now(), **more})


def get(client: Client, secret: str, route: str = "snapshot", **more: Any) -> Any:
    return client.get(f"/api/v1/{route}", secure=True, headers={"authorization": f"Bearer {secret}"}, **more)


def match(client: Client, secret: str) -> Any:
    headers = {"authorization": f"Bearer {secret}"}
    return client.post("/api/v1/match", "{}", content_type="application/json", secure=True, headers=headers)


def command(*words: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("token", *words, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def test_the_database_holds_a_hash_and_no_secret() -> None:
    secret = made()
    row = ApiToken.objects.get()
    assert row.secret_hash == hash_of(secret)
    stored = " ".join(str(getattr(row, field.name)) for field in ApiToken._meta.get_fields())
    assert secret not in stored
    assert secret.removeprefix(PREFIX) not in stored


def test_a_token_reads_ten_times_as_often_from_wherever_it_asks(client: Client) -> None:
    secret = made()
    for address in ("192.0.2.7", "192.0.2.8"):
        assert {get(client, secret, REMOTE_ADDR=address).status_code for _ in range(300)} == {200}
    answer = get(client, secret)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60


def test_an_address_is_not_counted_for_its_tokens(client: Client) -> None:
    secret = made()
    for _ in range(61):
        assert get(client, secret).status_code == 200
    assert client.get("/api/v1/snapshot", secure=True).status_code == 200


def test_a_token_matches_as_often_as_an_address(client: Client) -> None:
    secret = made()
    assert [match(client, secret).status_code for _ in range(21)] == [200] * 20 + [429]


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer cimara_",
        f"Bearer {PREFIX}guess",
        "Basic dXNlcjpwYXNz",
        "x",
        "",
        "Bearer é",
    ],
)
def test_what_is_no_token_of_ours_is_refused_and_never_repeated(client: Client, header: str) -> None:
    answer = client.get("/api/v1/snapshot", secure=True, headers={"authorization": header})
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert "guess" not in answer.content.decode()


def test_guessing_has_a_limit(client: Client) -> None:
    statuses = [get(client, f"{PREFIX}{n}").status_code for n in range(61)]
    assert statuses == [401] * 60 + [429]
    assert int(get(client, f"{PREFIX}once more")["Retry-After"]) == 60
    assert client.get("/api/v1/snapshot", secure=True).status_code == 200


def test_a_token_does_what_it_is_made_for_only(client: Client) -> None:
    reads, matches = made("reads", (Scope.READ,)), made("matches", (Scope.MATCH,))
    assert get(client, reads).status_code == 200
    assert match(client, matches).status_code == 200
    for answer in (get(client, matches), match(client, reads)):
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


def test_a_token_ends(client: Client) -> None:
    assert get(client, made("old", now=clock.now() - MONTH)).status_code == 401
    assert get(client, made("young", now=clock.now() - MONTH + timedelta(minutes=1))).status_code == 200


def test_a_revoked_token_opens_nothing(client: Client) -> None:
    secret = made()
    revoke_token(name="a notebook")
    assert get(client, secret).status_code == 401


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": " "}, "1 to 60"),
        ({"name": "x" * 61}, "1 to 60"),
        ({"name": "two\nlines"}, "printable"),
        ({"scopes": ()}, "read, match"),
        ({"life": timedelta(days=366)}, "365"),
        ({"life": timedelta(0)}, "365"),
    ],
)
def test_a_token_that_may_not_be_is_refused_with_what_would_be_right(wrong: Any, says: str) -> None:
    with pytest.raises(TokenError, match=says):
        made(**wrong)
    assert not ApiToken.objects.exists()


def test_two_tokens_have_two_names() -> None:
    made()
    with pytest.raises(TokenError, match="of this name"):
        made()


def test_the_verb_offers_every_scope() -> None:
    assert set(SCOPES) == set(Scope)


def test_the_command_shows_the_token_once_and_alone(client: Client) -> None:
    secret = command(what="create", name="a notebook", scopes=["read"], days=90)
    assert get(client, secret.strip()).status_code == 200
    listed = command(what="list")
    assert "a notebook\tread\t" in listed
    assert "\tgood" in listed
    assert secret.strip() not in listed
    assert ApiToken.objects.get().secret_hash not in listed
    command(what="revoke", name="a notebook")
    assert "notebook" not in command(what="list")


@pytest.mark.parametrize(
    "words",
    [{"what": "revoke", "name": "nobody"}, {"what": "create", "name": "", "scopes": ["read"], "days": 9}],
)
def test_the_command_ends_with_2_when_it_cannot(words: dict[str, Any]) -> None:
    with pytest.raises(CommandError) as error:
        command(**words)
    assert error.value.returncode == 2


def test_no_log_line_holds_a_token_or_its_name(caplog: pytest.LogCaptureFixture, client: Client) -> None:
    caplog.set_level("INFO")
    secret = made("canary-7f")
    get(client, secret)
    get(client, f"{PREFIX}canary-7f")
    told = "".join(f"{one.getMessage()} {getattr(one, 'fields', '')}" for one in caplog.records)
    assert "api_token.created" in told
    assert secret not in told
    assert "canary-7f" not in told


def test_a_request_without_a_token_asks_nothing_of_the_database(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        client.get("/api/v1/snapshot", secure=True)
    secret = made()
    with django_assert_num_queries(1):
        get(client, secret)
