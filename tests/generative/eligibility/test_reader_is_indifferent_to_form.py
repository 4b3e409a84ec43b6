"""What a text says doesn't depend on its bullets, escapes, sections' order, wrapping or spelling slips."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

import pytest

from cimara.trials.eligibility import read_eligibility
from tests.labelled import Phrase, phrases

Change = Callable[[str], str]

_BULLET = re.compile(r"^(\s*)[*•-]\s+", re.MULTILINE)
_SECTIONS = re.compile(
    r"\A(?P<first>[^\n]*inclusion[^\n]*:\n.*?)(?P<second>^[^\n]*exclusion[^\n]*:\n.*)\Z", re.I | re.M | re.S
)
_UNRELATED = "\n* Pregnancy or breastfeeding\n* QTcF above 470 ms on the screening ECG"


def _dashes(text: str) -> str:
    return _BULLET.sub(r"\1- ", text)


def _dots(text: str) -> str:
    return _BULLET.sub(r"\1• ", text)


def _numbers(text: str) -> str:
    count = iter(range(1, 99))
    return re.sub(r"^[*•-]\s+", lambda _: f"{next(count)}. ", text, flags=re.MULTILINE)


def _escaped(text: str) -> str:
    return re.sub(r"(?<!\\)([<>\[\]])", r"\\\1", text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([<>\[\]])", r"\1", text)


def _entities(text: str) -> str:
    return re.sub(r"(?<!\\)>", "&gt;", re.sub(r"(?<!\\)<", "&lt;", text))


def _carriage_returns(text: str) -> str:
    return text.replace("\n", "\r\n")


def _full_width(text: str) -> str:
    return text.translate(str.maketrans({",": "，", ";": "；", "(": "（", ")": "）"}))


def _shouted_headings(text: str) -> str:
    return re.sub(
        r"^.*(?:inclusion|exclusion).{0,20}:?$", lambda m: m.group().upper(), text, flags=re.I | re.M
    )


def _sections_swapped(text: str) -> str:
    found = _SECTIONS.match(text)
    return f"{found['second'].rstrip()}\n{found['first'].rstrip()}" if found else text


def _more_criteria(text: str) -> str:
    return text + _UNRELATED if re.search(r"^\* .*\Z", text, re.M) else text


def _wrapped(text: str) -> str:
    return "\n".join(
        "\n".join(textwrap.wrap(line, 90, break_on_hyphens=False, drop_whitespace=True) or [""])
        if len(line) > 95
        else line
        for line in text.split("\n")
    )


def _slip(text: str) -> str:
    return text.replace("metastases", "metatsases", 1).replace("leptomeningeal", "leptomeningal", 1)


def _blank_lines(text: str) -> str:
    return text.replace("\n", "\n\n")


CHANGES: tuple[Change, ...] = (
    _dashes, _dots, _numbers, _escaped, _unescaped, _entities, _carriage_returns, _full_width,
    _shouted_headings, _sections_swapped, _more_criteria, _wrapped, _slip, _blank_lines,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
@pytest.mark.parametrize("phrase", phrases(), ids=lambda phrase: phrase.id)
def test_a_change_of_form_changes_no_policy(phrase: Phrase, change: Change) -> None:
    before = read_eligibility(phrase.criteria, title=phrase.title, conditions=phrase.conditions)
    after = read_eligibility(change(phrase.criteria), title=phrase.title, conditions=phrase.conditions)
    assert (after.brm_policy, after.lmd_policy) == (before.brm_policy, before.lmd_policy)


SYNONYMS = (
    "brain metastases",
    "CNS metastases",
    "metastases to the brain",
    "central nervous system (CNS) metastases",
)


@pytest.mark.parametrize("words", SYNONYMS[1:])
@pytest.mark.parametrize(
    "phrase",
    [one for one in phrases() if "brain metastases" in one.criteria and "CNS" not in one.criteria],
    ids=lambda one: one.id,
)
def test_another_name_for_brain_metastases_changes_no_policy(phrase: Phrase, words: str) -> None:
    before = read_eligibility(phrase.criteria, title=phrase.title, conditions=phrase.conditions)
    changed = phrase.criteria.replace("brain metastases", words)
    after = read_eligibility(changed, title=phrase.title, conditions=phrase.conditions)
    assert after.brm_policy == before.brm_policy


LIST = "Inclusion Criteria:\n* Age 18 years or older\nExclusion Criteria:\n* {}\n* Pregnancy"


PAIRS = """
Patients with brain metastases are eligible     | active_allowed
Patients with brain metastases are not eligible | excluded

Brain metastases unless treated and stable for 4 weeks | stable_only
Brain metastases                                       | excluded

Symptomatic brain metastases              | active_allowed
Symptomatic or untreated brain metastases | stable_only

Untreated and symptomatic brain metastases | active_allowed
Untreated or symptomatic brain metastases  | stable_only

Active brain metastases | stable_only
Brain metastases        | excluded
"""


@pytest.mark.parametrize("line", [line for line in PAIRS.splitlines() if line])
def test_a_change_of_words_changes_the_policy_as_it_should(line: str) -> None:
    sentence, policy = (part.strip() for part in line.split("|"))
    assert read_eligibility(LIST.format(sentence), conditions=("Solid Tumor",)).brm_policy == policy
