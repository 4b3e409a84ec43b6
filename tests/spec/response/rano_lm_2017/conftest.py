"""The fixture of the composite's rules: how three elements went, and the response that they must give."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cimara.response.criteria.rano_lm.composite_2017 import call_2017
from cimara.terms.response import Course, CsfCourse
from tests.spec.recording import keep
from tests.spec.response.manual_words import because_of, with_status

Elements = tuple[str, str, str]


@pytest.fixture
def composite() -> Callable[..., None]:
    """Checks examination, fluid and MRI in this order, and keeps them for the manual."""

    def check(seen: Elements, expect: tuple[str, str], *, allowed: bool = True) -> None:
        exam, csf, mri = seen
        call = call_2017(Course(exam), CsfCourse(csf), Course(mri), allow_unverified=allowed)
        assert (call.response, call.rule_id) == expect
        keep(
            "rano_lm_2017, allow_unverified_tables=true" if allowed else "rano_lm_2017",
            (("examination", "fluid", "MRI"), [tuple(word.lower().replace("_", " ") for word in seen)]),
            (
                ("response", "rule", "because", "flags"),
                [
                    (
                        f"**{call.response}**",
                        with_status(call.rule_id),
                        because_of(call.reasons, call.rule_id, call.citation),
                        ", ".join(call.flags),
                    )
                ],
            ),
        )

    return check
