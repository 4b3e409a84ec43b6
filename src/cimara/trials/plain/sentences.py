"""What one compared criterion means, in a sentence or two, and what would have to change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from cimara.trials.plain.language import Language, date_words
from cimara.trials.plain.phrasebook import has_phrase, placeholders, say
from cimara.trials.plain.words import amount_words, drug_words
from cimara.trials.verdict import Change, Criterion, CriterionId

DAYS_SINCE = "days_since"
_AMOUNT = r"(\d+(?:\.\d+)?)"
_ONE_DAYS = ("days", "days", re.compile(rf"^{_AMOUNT}$"))
_AMOUNTS: Mapping[CriterionId, tuple[tuple[str, str, re.Pattern[str]], ...]] = {
    CriterionId.STABLE_DAYS: (_ONE_DAYS,),
    CriterionId.DAYS_SINCE_SRS: (_ONE_DAYS,),
    CriterionId.DAYS_SINCE_WBRT: (_ONE_DAYS,),
    CriterionId.DAYS_SINCE_SURGERY: (_ONE_DAYS,),
    CriterionId.DAYS_SINCE_ANY_RT: (_ONE_DAYS,),
    CriterionId.IMAGING: (("days", "days", re.compile(rf"within {_AMOUNT} d")),),
    CriterionId.STEROIDS: (("days", "days", re.compile(rf"off {_AMOUNT} d")),),
    CriterionId.LESION_COUNT: (("count", "count", re.compile(rf"^{_AMOUNT}$")),),
    CriterionId.LESION_SIZE: (
        ("at_most", "mm", re.compile(rf"<=?{_AMOUNT} mm")),
        ("at_least", "mm", re.compile(rf">=?{_AMOUNT} mm")),
    ),
}
"""Criterion -> placeholder, unit and place of each number in its requirement."""
_STEROID_LIMIT = re.compile(rf"([a-z]+) {_AMOUNT} mg")


def criterion_sentence(criterion: Criterion, lang: str) -> str:
    """One criterion in plain words: what the study asks, and whether it fits.

    The phrase is the first that exists, and whose numbers are known, of: the reason's row, shorter forms
    of it, one part of it, the requirement, the fact, `default`, `bare`. A caution at the reason's end
    ("read with low confidence") is said in a sentence of its own.
    """
    language = Language.of(lang)
    family, path, caution = family_of(criterion.id), *_path_and_caution(criterion)
    values = _values(criterion, language)
    stem = f"criterion.{family}.{criterion.value}"
    case = _first_sayable(stem, _cases(path, criterion), values)
    said = say(f"{stem}.{case}", language, **values)
    return f"{said} {say(f'caution.{caution}', language)}" if caution else said


def change_sentence(change: Change, lang: str) -> str:
    """What would have to change, as a statement about the rule: never advice to change a treatment."""
    language = Language.of(lang)
    values = _change_values(change, language)
    stem = f"change.{change.kind}"
    cases = ("none", "default", "bare") if change.mg == 0 else ("default", "bare")
    return say(f"{stem}.{_first_sayable(stem, cases, values)}", language, **values)


def family_of(criterion: CriterionId) -> str:
    """The name under which a criterion's phrases stand; the days-since criteria share theirs."""
    return DAYS_SINCE if criterion.startswith(f"{DAYS_SINCE}_") else str(criterion)


def treatment_of(criterion: CriterionId, lang: str) -> dict[str, str]:
    """The `treatment` placeholder of a days-since criterion; nothing for the others."""
    name = f"treatment.{criterion}"
    return {"treatment": say(name, lang)} if has_phrase(name) else {}


def _path_and_caution(criterion: Criterion) -> tuple[list[str], str | None]:
    """The reason without `MATCH/<criterion>`, parted, and the caution at its end."""
    path = criterion.reason.split("/")[2:]
    if path and has_phrase(f"caution.{path[-1]}"):
        return path[:-1], path[-1]
    return path, None


def _cases(path: list[str], criterion: Criterion) -> Iterator[str]:
    """Names of phrases to try, from the most to the least specific."""
    for length in range(len(path), 1, -1):
        yield "/".join(path[:length])
    yield from reversed(path)
    requirement, fact = criterion.requirement, criterion.fact
    if requirement and fact:
        yield f"{requirement}/{fact}".lower()
    yield from (part.lower() for part in (fact, requirement) if part)
    yield from ("default", "bare")


def _first_sayable(stem: str, cases: Iterable[str], values: Mapping[str, str]) -> str:
    for case in cases:
        name = f"{stem}.{case}"
        if has_phrase(name) and placeholders(name) <= values.keys():
            return case
    raise KeyError(f"no phrase for {stem}")


def _values(criterion: Criterion, lang: Language) -> dict[str, str]:
    """What the placeholders of a criterion's phrases may hold."""
    requirement = criterion.requirement or ""
    values = treatment_of(criterion.id, lang) | _steroid_limit(requirement, lang)
    for placeholder, unit, pattern in _AMOUNTS.get(criterion.id, ()):
        found = pattern.search(requirement)
        if found:
            values[placeholder] = amount_words(unit, float(found.group(1)), lang)
    return values | (_change_values(criterion.change, lang) if criterion.change else {})


def _steroid_limit(requirement: str, lang: Language) -> dict[str, str]:
    """The limit when it is for one drug; two limits can't stand in one sentence."""
    limits = _STEROID_LIMIT.findall(requirement)
    if len(limits) != 1:
        return {}
    drug, amount = limits[0]
    named = drug_words(drug, lang)
    return {"drug": named, "mg": amount_words("mg", float(amount), lang)} if named else {}


def _change_values(change: Change, lang: Language) -> dict[str, str]:
    values = {
        "days": None if change.days is None else amount_words("days", change.days, lang),
        "date": None if change.date is None else date_words(change.date, lang),
        "mg": None if change.mg is None else amount_words("mg", change.mg, lang),
        "drug": None if change.drug is None else drug_words(change.drug, lang),
    }
    return {name: text for name, text in values.items() if text is not None}
