"""Settings come from the environment only, and a bad one says which and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara_web.environment import (
    VARIABLES,
    SettingError,
    read_environment,
    require_secret,
)

STRONG = "0123456789abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEF"


def test_every_setting_has_a_meaning_an_example_and_is_read() -> None:
    class Asked(dict[str, str]):
        def __init__(self) -> None:
            self.names: set[str] = set()

        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            self.names.add(name)
            return default

    asked = Asked()
    read_environment(asked)
    assert asked.names == {variable.name for variable in VARIABLES}
    assert all(variable.meaning and variable.example for variable in VARIABLES)


def test_nothing_but_the_secret_is_needed() -> None:
    found = read_environment({})
    assert found.secret_key == ""
    assert found.database["NAME"] == str(Path("var").absolute() / "portal.sqlite3")
    assert found.hosts == ("127.0.0.1", "localhost", "[::1]")
    assert (found.debug, found.behind_proxy, found.insecure_cookies) == (False, False, False)


def test_a_missing_secret_names_the_setting_and_shows_how_to_make_one() -> None:
    with pytest.raises(SettingError, match=r"CIMARA_SECRET_KEY is not set.*secrets\.token_urlsafe") as caught:
        require_secret(read_environment({}))
    assert caught.value.exit_code == 10


@pytest.mark.parametrize("weak", ["short", "a" * 60, "abcd" * 20])
def test_a_weak_secret_is_refused(weak: str) -> None:
    with pytest.raises(SettingError, match="at least 50 characters chosen at random"):
        require_secret(read_environment({"CIMARA_SECRET_KEY": weak}))


def test_the_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{STRONG}\n")
    found = read_environment({"CIMARA_SECRET_KEY_FILE": str(file)})
    require_secret(found)
    assert found.secret_key == STRONG


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CIMARA_SECRET_KEY_FILE", "/no/such/file", "a readable text file"),
        ("CIMARA_HOSTS", "https://example.org", "host names without scheme"),
        ("CIMARA_HOSTS", "*", "host names without scheme"),
        ("CIMARA_SCAN_COMMAND", "no-such-scanner --quiet", "a program that is there"),
        ("CIMARA_SCAN_COMMAND", "clamdscan 'half quoted", "as in a shell"),
        ("CIMARA_BEHIND_PROXY", "yes", "0 or 1"),
        ("CIMARA_INSECURE_COOKIES", "true", "0 or 1"),
        ("CIMARA_DEBUG", "on", "0 or 1"),
        ("CIMARA_ADDRESS", "portal.example.com", "https://HOST"),
        ("CIMARA_ADDRESS", "https://example.org/portal", "without a path"),
        ("CIMARA_SMTP_URL", "post.example.com:25", "smtp://USER"),
        ("CIMARA_SMTP_URL", "smtp://mail.example.org:port", "smtp://USER"),
        ("CIMARA_SMTP_URL", "smtp://mail.example.org/inbox", "smtp://USER"),
        ("CIMARA_MAIL_FROM", "nobody", "MAILBOX@HOST"),
        ("DATABASE_URL", "mysql://somewhere/db", "postgresql://"),
        ("DATABASE_URL", "postgresql://host", "postgresql://"),
        ("DATABASE_URL", "postgresql://host:port/db", "postgresql://"),
    ],
)
def test_a_malformed_setting_says_what_would_be_right(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingError, match=expected) as caught:
        read_environment({name: value})
    assert name in str(caught.value)
    assert value not in str(caught.value)


def test_a_postgresql_address_is_read_whole() -> None:
    url = "postgresql://some%40one:p%2Fw@db.example.org:5433/portal?sslmode=require"
    found = read_environment({"DATABASE_URL": url}).database
    assert (found["USER"], found["PASSWORD"]) == ("some@one", "p/w")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.org", "5433", "portal")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_postgresql_socket_folder_is_a_host() -> None:
    found = read_environment({"DATABASE_URL": "postgresql://cimara@/portal?host=/run/postgresql"}).database
    assert (found["HOST"], found["OPTIONS"]) == ("/run/postgresql", {})


def test_a_sqlite_address_is_a_file() -> None:
    found = read_environment({"DATABASE_URL": "sqlite:////srv/cimara/portal.sqlite3"}).database
    assert found["NAME"] == "/srv/cimara/portal.sqlite3"


def test_the_var_folder_may_have_any_name() -> None:
    found = read_environment({"CIMARA_VAR": "/srv/100% mine?#"}).database
    assert found["NAME"] == "/srv/100% mine?#/portal.sqlite3"


def test_mails_are_files_until_a_mail_server_is_named() -> None:
    assert read_environment({}).smtp == {}


def test_a_mail_server_elsewhere_is_spoken_to_in_secret() -> None:
    found = read_environment({"CIMARA_SMTP_URL": "smtp://some%40one:p%2Fw@mail.example.org"}).smtp
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("some@one", "p/w")
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (True, False)
    found = read_environment({"CIMARA_SMTP_URL": "smtps://mail.example.org"}).smtp
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (465, False, True)


def test_a_mail_server_on_this_machine_needs_no_tls() -> None:
    found = read_environment({"CIMARA_SMTP_URL": "smtp://127.0.0.1:2525"}).smtp
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == (2525, False)


def test_links_in_mails_lead_to_the_first_host_over_https() -> None:
    found = read_environment({"CIMARA_HOSTS": "trials.example.org,other.example.org"})
    assert (found.address, found.mail_from) == ("https://trials.example.org", "no-reply@trials.example.org")
    assert read_environment({}).address == "http://127.0.0.1:8000"
    given = {"CIMARA_ADDRESS": "https://else.example.org/", "CIMARA_MAIL_FROM": "CIMARa <a@example.org>"}
    found = read_environment(given)
    assert (found.address, found.mail_from) == ("https://else.example.org", "CIMARa <a@example.org>")


def test_the_scanner_of_uploads_is_read_as_in_a_shell_and_none_is_named_by_default() -> None:
    assert read_environment({}).scan_command == ()
    found = read_environment({"CIMARA_SCAN_COMMAND": "/bin/sh -c 'exit 0'"})
    assert found.scan_command == ("/bin/sh", "-c", "exit 0")


def test_jobs_of_federated_studies_lie_in_the_var_folder_unless_told_otherwise(tmp_path: Path) -> None:
    assert read_environment({"CIMARA_VAR": str(tmp_path)}).federation_jobs == tmp_path / "federation-jobs"
    elsewhere = {"CIMARA_VAR": str(tmp_path), "CIMARA_FEDERATION_JOBS": str(tmp_path / "jobs")}
    assert read_environment(elsewhere).federation_jobs == tmp_path / "jobs"
