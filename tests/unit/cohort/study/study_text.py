"""A small study file for tests, to which single lines are changed."""

from __future__ import annotations

from cimara.cohort.study.model import StudyFile
from cimara.cohort.study.reading import study_from_text

TEXT = """
[study]
id = "rn-bev-1"
title = "Bevacizumab for radiation necrosis"
question = "Who recurs?"
schema = ">=1.0,<2"
sites_min = 2

[cohort]
include = ["any(AdverseRadiationEffect: symptomatic == 'yes')", "age_at_anchor >= 18"]
exclude = ["any(PrimaryTumour: group == 'glioma')"]
origin = "first(AdverseRadiationEffect: onset_day)"

[[variables]]
name = "age"
expr = "age_at_anchor"
centre = 60
scale = 10

[[variables]]
name = "grade"
expr = "attributed(AdverseRadiationEffect.ctcae_grade)"

[[variables]]
name = "bevacizumab"
since = "first(SupportiveCourse: start_day where kind == 'bevacizumab_rn')"

[endpoints.death]
use = "OS"

[[analysis]]
id = "A1"
kind = "cox"
endpoint = "death"
exposure = "bevacizumab"
time_varying = ["bevacizumab"]
adjust = ["age", "grade"]
strata = ["site"]

[governance]
duo = ["DUO:0000007", "DUO:0000021"]  # disease, ethics
diseases = ["brain metastases"]
expires = 2028-12-31
"""


def study(*changes: tuple[str, str]) -> StudyFile:
    """The study with texts replaced."""
    return study_from_text(changed(*changes))


def changed(*changes: tuple[str, str]) -> str:
    """The text with texts replaced, each of which it has."""
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
