"""RANO-LM 2017: examination, fluid and MRI to one response, one paragraph a rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cimara.terms.response import Course, CsfCourse

Check = Callable[..., None]


@pytest.mark.parametrize("allowed", [True, False])
def test_mri_clearly_worse_is_progression_alone(allowed: bool, composite: Check) -> None:
    """LM17-1. MRI clearly worse is PD, even with negative fluid and a stable examination."""
    composite(("STABLE", "STABLE", "WORSE"), ("PD", "LM17-1"), allowed=allowed)


@pytest.mark.parametrize("exam", list(Course))
@pytest.mark.parametrize("csf", list(CsfCourse))
def test_mri_clearly_worse_is_progression_whatever_the_others(exam: str, csf: str, composite: Check) -> None:
    """LM17-1. No course of the examination or the fluid takes a progression on MRI back."""
    composite((exam, csf, "WORSE"), ("PD", "LM17-1"))


def test_fluid_turned_positive_is_suspected_progression(composite: Check) -> None:
    """LM17-2. Fluid that turns positive with a stable examination and MRI is suspected progression."""
    composite(("STABLE", "NEGATIVE_TO_POSITIVE", "STABLE"), ("SUSPECTED_PD", "LM17-2"))


def test_examination_alone_worse_is_suspected_progression(composite: Check) -> None:
    """LM17-3. A worse examination with stable fluid and MRI is suspected progression."""
    composite(("WORSE", "STABLE", "STABLE"), ("SUSPECTED_PD", "LM17-3"))


@pytest.mark.parametrize(
    ("seen", "rule"),
    [(("STABLE", "NEGATIVE_TO_POSITIVE", "STABLE"), "LM17-2"), (("WORSE", "STABLE", "STABLE"), "LM17-3")],
)
def test_unverified_rows_speak_only_with_leave(
    seen: tuple[str, str, str], rule: str, composite: Check
) -> None:
    """LM17-2, LM17-3. Without `allow_unverified_tables` an unverified row gives UNDETERMINED."""
    composite(seen, ("UNDETERMINED", rule), allowed=False)


@pytest.mark.parametrize(
    "seen",
    [
        ("STABLE", "STABLE", "STABLE"),
        ("IMPROVED", "POSITIVE_TO_NEGATIVE", "IMPROVED"),
        ("WORSE", "NEGATIVE_TO_POSITIVE", "STABLE"),
        ("STABLE", "EQUIVOCAL", "STABLE"),
        ("NE", "STABLE", "STABLE"),
    ],
)
def test_what_is_not_transcribed_is_undetermined(seen: tuple[str, str, str], composite: Check) -> None:
    """LM17-9. Every other combination waits for the published table."""
    composite(seen, ("UNDETERMINED", "LM17-9"))
