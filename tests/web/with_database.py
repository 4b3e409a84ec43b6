"""Leaves out tests that use no database, or that ask nothing more of another one than other tests do."""

from __future__ import annotations

import pytest

FIXTURES = frozenset({"db", "transactional_db", "django_db_setup", "live_server"})
IN_OTHER_PROCESSES = (
    "tests/web/operations/",
    "tests/web/alerts/test_outbox_at_once.py",
    "tests/web/test_database.py",
)
"""Whose processes read DATABASE_URL; within ours pytest-django refuses whoever asks for no database."""
AS_WITH_ANY_OTHER = (
    "tests/web/demonstration/",
    "tests/web/finder/test_patients.py",
    "tests/web/finder/test_results.py",
    "tests/web/finder/test_sheet.py",
    "tests/web/generative/test_no_form_breaks.py",
    "tests/web/members/test_no_form_breaks.py",
    "tests/web/operations/test_nothing_sent_is_logged.py",
    "tests/web/operations/test_restored_pages.py",
    "tests/web/operations/test_run.py",
    "tests/web/permissions/test_forgery.py",
    "tests/web/permissions/test_pages_are_current.py",
    "tests/web/response/",
    "tests/web/studies/data/test_no_value_is_kept.py",
    "tests/web/studies/data/test_pages_of_submissions.py",
    "tests/web/studies/data/test_streaming.py",
    "tests/web/studies/workspace/test_no_form_breaks.py",
    "tests/web/test_headers.py",
    "tests/web/test_reading_level.py",
)
"""Long tests of words, files, logs, processes and forms: the queries under them are tried by the others.

Forms of members are sent strange texts on either database by `test_no_form_for_members_breaks`.
"""


def uses_database(test: pytest.Item) -> bool:
    """Whether a test may come to the database, and its run on another one can tell something."""
    if test.nodeid.startswith(AS_WITH_ANY_OTHER):
        return False
    asked = FIXTURES & set(getattr(test, "fixturenames", ()))
    marked = test.get_closest_marker("django_db") is not None
    return marked or bool(asked) or test.nodeid.startswith(IN_OTHER_PROCESSES)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the others, and count those left out."""
    left_out = [one for one in items if not uses_database(one)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [one for one in items if uses_database(one)]
