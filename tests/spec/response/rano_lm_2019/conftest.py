"""The fixture of the scorecard's rules: lines of a form, and the response that they must give."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from cimara.response.criteria.rano_lm.derivation_2019 import call_2019
from tests.spec.response.visit_tables import RECORDED, Recorded
from tests.unit.response.rano_lm.forms import form, line


@pytest.fixture
def scorecard(request: pytest.FixtureRequest) -> Callable[[str, tuple[str, str]], None]:
    """Checks one form, whose lines read `item reference>follow-up change`, and keeps it for the manual."""

    def check(lines: str, expect: tuple[str, str]) -> None:
        call = call_2019(form(*[line(text) for text in lines.strip().splitlines()]))
        assert (call.response, call.rule_id) == expect
        RECORDED.append(
            Recorded(
                test=request.node.nodeid,
                docstring=inspect.getdoc(request.function) or "",
                table=lines,
                policy="rano_lm_2019",
                expected={"W8": expect},
                best={},
                citations={"W8": call.citation},
                details={},
            )
        )

    return check
