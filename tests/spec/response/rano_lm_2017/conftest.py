"""The fixture of the composite's rules: how three elements went, and the response that they must give."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from cimara.response.criteria.rano_lm.composite_2017 import call_2017
from cimara.terms.response import Course, CsfCourse
from tests.spec.response.visit_tables import RECORDED, Recorded

Elements = tuple[str, str, str]


@pytest.fixture
def composite(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Checks examination, fluid and MRI in this order, and keeps them for the manual."""

    def check(seen: Elements, expect: tuple[str, str], *, allowed: bool = True) -> None:
        exam, csf, mri = seen
        call = call_2017(Course(exam), CsfCourse(csf), Course(mri), allow_unverified=allowed)
        assert (call.response, call.rule_id) == expect
        policy = "('rano_lm_2017', 'allow_unverified_tables=true')" if allowed else "rano_lm_2017"
        RECORDED.append(
            Recorded(
                test=request.node.nodeid,
                docstring=inspect.getdoc(request.function) or "",
                table=f"examination {exam}\nfluid {csf}\nMRI {mri}",
                policy=policy,
                expected={"W8": expect},
                best={},
                citations={"W8": call.citation},
                details={},
            )
        )

    return check
