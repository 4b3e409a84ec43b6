"""What spec tests show is kept here for the manuals, under the test that showed it."""

from __future__ import annotations

import os

from cimara.response.manual.examples import Example, Grid

KEPT: list[tuple[str, Example]] = []
"""Node id of the test and its example, in the order in which they ran."""


def keep(
    policy: str,
    seen: tuple[tuple[str, ...], list[tuple[str, ...]]],
    found: tuple[tuple[str, ...], list[tuple[str, ...]]],
    given: tuple[str, ...] = (),
    note: str = "",
) -> None:
    """Keep one example of the running test: header and rows of what was seen, and of what came of it."""
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" (")[0]
    tables = [Grid(header, tuple(rows)) for header, rows in (seen, found)]
    KEPT.append((test, Example(policy, *tables, given=given, note=note)))
