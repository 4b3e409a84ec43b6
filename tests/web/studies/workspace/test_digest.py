"""The weekly digest: one mail a person and week, none when nothing waits, no study in its subject."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from cimara_web.outbox.delivery import send_due
from cimara_web.outbox.letters import letter
from cimara_web.outbox.models import OutboxMessage
from cimara_web.studies.digest import send_task_digests
from cimara_web.studies.tasks import Rule
from tests.web.people import NOW
from tests.web.studies.workspace.conftest import Team
from tests.web.studies.workspace.made import milestone, stored, submission
from tests.web.studies.workspace.test_tasks import calm

__all__ = ["calm"]


def sent(team: Team) -> dict[str, str]:
    """Bodies of the mails by the name of whoever got them."""
    send_due()
    names = {one.email: name for name, one in team.people.items()}
    return {names[one.to[0]]: one.body for one in mail.outbox}


def test_everybody_gets_their_own_and_who_has_nothing_gets_none(calm: Team) -> None:
    submission(calm.site, "needs correction")
    milestone(calm.study)
    assert send_task_digests(now=NOW) == {"task_digests": 2}
    bodies = sent(calm)
    assert set(bodies) == {"coordinator", "lead"}
    assert "Mend what the check found" in bodies["coordinator"]
    assert "Milestone: data lock" not in bodies["coordinator"]


def test_the_subject_says_nothing_of_a_study(calm: Team) -> None:
    milestone(calm.study)
    send_task_digests(now=NOW)
    send_due()
    assert [one.subject for one in mail.outbox] == ["What waits for you this week"]


def test_one_a_week(calm: Team) -> None:
    milestone(calm.study)
    friday, monday = NOW, NOW + timedelta(days=3)
    made = [send_task_digests(now=at)["task_digests"] for at in (friday, friday + timedelta(days=2), monday)]
    assert made == [1, 0, 1]


def test_a_calm_week_has_no_mail(calm: Team) -> None:
    assert send_task_digests(now=NOW) == {"task_digests": 0}
    assert not OutboxMessage.objects.exists()


def test_a_study_that_is_over_is_in_no_mail(calm: Team) -> None:
    milestone(calm.study)
    stored(calm.study, state="withdrawn")
    assert send_task_digests(now=NOW) == {"task_digests": 0}


@pytest.mark.parametrize(("language", "subject"), [("en", "What waits"), ("es", "Lo que espera")])
def test_every_rule_has_words_in_each_language(language: str, subject: str) -> None:
    tasks = [{"rule": one.value, "study": "S", "words": f"do {one}", "due": ""} for one in Rule]
    made = letter(
        template="tasks",
        language=language,
        to="demo@example.org",
        context={"tasks": tasks},
        key="k",
        connection=mail.get_connection(),
    )
    assert made.subject.startswith(subject)
    assert made.body.count("\n- ") == len(Rule)
    assert "/studies/" in made.body
