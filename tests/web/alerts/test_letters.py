"""The mails themselves: plain text in both languages, neutral subjects, what mail programs ask for."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import get_connection
from jinja2 import meta

from cimara.terms.cns import BrmPolicy
from cimara.trials.plain import is_easy, policy_sentence, reading_grade
from cimara_web.outbox.letters import MAIL, TEMPLATES, letter, mail_environment
from tests.web.alerts.mail_server import mail_server
from tests.web.alerts.test_outbox import use

TOKEN, STOP = "T" * 43, "S" * 43
STUDY = {
    "number": "NCT00000001",
    "title": "Drug “A” & <b>B</b> after radiosurgery: " + "a long title " * 12,
    "status": "RECRUITING",
    "is_new": True,
    "brm": "stable_only",
    "lmd": "excluded",
}
CONTEXTS: dict[str, dict[str, Any]] = {
    "confirm": {"token": TOKEN, "stop": STOP, "every": "daily"},
    "manage": {"tokens": [TOKEN, STOP]},
    "digest": {
        "studies": [STUDY, STUDY | {"is_new": False, "lmd": None, "brm": "not_mentioned"}],
        "more": 3,
        "search": {"tumour": "breast", "country": "ES"},
        "stop": STOP,
    },
    "notice": {"token": TOKEN, "stop": STOP, "ends": "2027-03-01"},
    "invitation": {"token": TOKEN, "institution": "Demo Institution 03", "ends": "2027-03-01"},
    "sign_up": {"key": TOKEN},
    "sign_up_again": {},
    "no_account": {},
    "new_address": {"key": TOKEN},
    "reset": {"uid": "1abc", "key": TOKEN},
    "changed": {"what": "password"},
    "leaving": {"token": TOKEN, "due": "2027-03-01"},
    "tasks": {
        "tasks": [
            {"rule": "A1", "study": "Demo study", "words": "Renew the agreement of DA01", "due": "ends soon"},
            {"rule": "A6", "study": "Demo study", "words": "Milestone: data lock", "due": ""},
        ]
    },
    "contact": {"sender": "Demo Member 014", "subject": "A question", "text": "May I ask you something?"},
}
HEALTH = re.compile(r"brain|metasta|cancer|breast|tumou?r|cerebr|cáncer|mama|NCT\d", re.I)
LANGUAGES = ("en", "es")


def sent(template: str, language: str, settings: Any, **changes: Any) -> EmailMessage:
    """A mail as a mail server receives it."""
    with mail_server() as server:
        use(server, settings)
        made = letter(
            template=template,
            language=language,
            to="someone@example.org",
            context=CONTEXTS[template] | changes,
            key="a key",
            connection=get_connection(),
        )
        assert made.send() == 1
        return server.received[0]


def body(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


def test_each_mail_is_written_in_both_languages_of_the_same_facts() -> None:
    for language in LANGUAGES:
        assert {one.stem for one in (MAIL / language).glob("*.txt")} == set(TEMPLATES) == set(CONTEXTS)
    for template in TEMPLATES:
        asked = [facts(MAIL / language / f"{template}.txt") for language in LANGUAGES]
        assert asked[0] == asked[1], template


def facts(file: Path) -> tuple[set[str], list[str]]:
    """What a template needs to know, and the pages that it leads to."""
    text = file.read_text()
    return (
        meta.find_undeclared_variables(mail_environment().parse(text)),
        re.findall(r"address_of\('([\w-]+)'", text),
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
class TestEveryMail:
    def test_is_plain_text_that_keeps_its_letters(self, template: str, language: str, settings: Any) -> None:
        message = sent(template, language, settings)
        assert message.get_content_type() == "text/plain"
        text = body(message)
        assert "&amp;" not in text
        assert "&#" not in text
        assert "{{" not in text
        assert "\n\n\n" not in text
        if template == "digest":
            assert STUDY["title"].strip() in text

    def test_has_a_subject_that_tells_nobody_of_an_illness(
        self, template: str, language: str, settings: Any
    ) -> None:
        message = sent(template, language, settings)
        assert message["Subject"]
        assert not HEALTH.search(message["Subject"])
        assert not HEALTH.search(message["From"])

    def test_leads_to_this_portal_only_and_in_its_readers_language(
        self, template: str, language: str, settings: Any
    ) -> None:
        settings.ADDRESS = "https://trials.example.org"
        found = re.findall(r"https?://\S+", body(sent(template, language, settings)))
        assert found
        in_english = language == "en" or template == "contact"  # messages are read in English alone
        start = "https://trials.example.org" + ("" if in_english else "/es")
        assert all(one.startswith(start + "/") for one in found)

    def test_is_easy_to_read(self, template: str, language: str, settings: Any) -> None:
        text = body(sent(template, language, settings, **({"studies": []} if template == "digest" else {})))
        plain = re.sub(r"\S+://\S+", "", text).replace(":\n", ".\n")
        level = reading_grade(plain, language)
        assert is_easy(level, language), f"{level:.1f}\n{plain}"

    def test_is_known_again_when_it_comes_twice(self, template: str, language: str, settings: Any) -> None:
        once, again = sent(template, language, settings), sent(template, language, settings)
        assert once["Message-ID"] == again["Message-ID"]
        assert once["Auto-Submitted"] == "auto-generated"

    def test_offers_the_one_click_that_unsubscribes(
        self, template: str, language: str, settings: Any
    ) -> None:
        message = sent(template, language, settings)
        if "stop" not in CONTEXTS[template]:  # sent once, on request or by a person
            assert message["List-Unsubscribe"] is None
            return
        prefix = "" if language == "en" else "/es"
        assert message["List-Unsubscribe"].strip() == f"<http://127.0.0.1:8000{prefix}/alerts/stop/{STOP}/>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_study_that_does_not_say_is_told_so_in_words(settings: Any) -> None:
    told = body(sent("digest", "en", settings)).split("CHANGED: ")[1]
    assert policy_sentence(BrmPolicy.NOT_MENTIONED, "en") in told
    assert "not medical advice" in told
