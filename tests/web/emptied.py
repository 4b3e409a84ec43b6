"""Lets the tables of a transactional test be emptied: the audit trail's triggers would refuse it (F9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

from cimara_web.audit.append_only import lift_triggers, put_triggers


@pytest.fixture(scope="session", autouse=True)
def triggers_lifted_to_empty_tables() -> Iterator[None]:
    """Only while Django empties the tables after such a test; during every test the triggers stand."""
    empty = BaseDatabaseOperations.execute_sql_flush

    def lifted(operations: Any, statements: list[str]) -> None:
        lift_triggers(connection)
        try:
            empty(operations, statements)
        finally:
            put_triggers(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", lifted)
        yield
