"""The weekly digest: one mail a person and week with what waits for them; none when nothing does."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from cimara_web.accounts.queries import addresses
from cimara_web.outbox.actions.messages import put_in
from cimara_web.studies.models import Study
from cimara_web.studies.states.study import BEFORE_THE_REPORT
from cimara_web.studies.tasks import Task, tasks_of

TEMPLATE = "tasks"


def send_task_digests(*, now: datetime) -> dict[str, int]:
    """Queue this week's digest of everybody for whom something waits and who was not told yet this week."""
    waiting = _by_person(tasks_of(Study.objects.filter(state__in=BEFORE_THE_REPORT), now=now))
    year, week, _ = now.isocalendar()
    made = 0
    for account, (address, language) in addresses(waiting).items():
        made += put_in(
            dedupe_key=f"tasks:{account}:{year}-{week:02}",
            about=account,
            to=address,
            template=TEMPLATE,
            language=language,
            context={"tasks": [_line(one) for one in waiting[account]]},
            now=now,
        )
    return {"task_digests": made}


def _by_person(tasks: list[Task]) -> dict[UUID, list[Task]]:
    found = defaultdict(list)
    for task in tasks:
        for account in task.people:
            found[account].append(task)
    return found


def _line(task: Task) -> dict[str, str]:
    return {"rule": task.rule.value, "study": task.study.title, "words": task.words, "due": task.due}
