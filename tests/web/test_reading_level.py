"""What patients read is easy: English grade 8 or below, Spanish perspicuity 55 or above."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from cimara.trials.plain import is_easy, reading_grade
from cimara_web.finder.steps import STEPS

PAGES = [
    "/",
    "/about/",
    "/find/",
    "/find/forget/",
    "/find/sheet/",
    "/find/keep/",
    "/find/continue/",
    "/clinician/match/",
    "/clinician/match/fhir/",
    "/alerts/new/",
    "/alerts/new/?sent=1",
    "/alerts/manage/",
    "/alerts/manage/?sent=1",
    "/alerts/stop/no-such-token/",
    "/response/",
    "/response/workbench/",
    "/response/upload/",
    "/response/rano-lm/",
    "/definitions/",
    "/no/such/page/",
    *(f"/find/q/{step.slug}/" for step in STEPS),
]
NAMES = re.compile(
    r"JavaScript|WCAG|CyberKnife|Gamma Knife|Neuro-Oncology Advances|vdaf049|ClinicalTrials.gov|CIMARa"
)
"""Names can't be put in easier words."""
PROFESSIONAL = re.compile(r'<section class="door" aria-labelledby="door-professional">.*?</section>', re.S)


def blocks(page: str) -> str:
    """The texts of the main part, one a line; the door for professionals and lists of choices left out."""
    main = PROFESSIONAL.sub("", page.split("<main", 1)[1].split("</main>")[0])
    main = re.sub(r"<option.*?</option>", "", main, flags=re.S)
    texts = re.findall(
        r"<(?:p|li|h1|h2|h3|legend|label|dt|dd)\b[^>]*>(.*?)</(?:p|li|h1|h2|h3|legend|label|dt|dd)>",
        main,
        re.S,
    )
    plain = (" ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split()) for text in texts)
    return "\n".join(NAMES.sub("", text) for text in plain if len(text.split()) > 2)


@pytest.mark.django_db
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_for_patients_is_easy_to_read(client: Client, address: str, lang: str) -> None:
    prefix = "" if lang == "en" else "/es"
    text = blocks(client.get(prefix + address, secure=True).content.decode())
    level = reading_grade(text, lang)
    assert is_easy(level, lang), f"{level:.1f}\n{text}"
