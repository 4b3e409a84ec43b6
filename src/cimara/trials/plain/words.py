"""Short words for people: verdicts, statuses, policies, and numbers with their units."""

from __future__ import annotations

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus
from cimara.trials.plain.language import Language
from cimara.trials.plain.phrasebook import has_phrase, say
from cimara.trials.verdict import Verdict


def verdict_words(verdict: Verdict, lang: str) -> str:
    """What a verdict is called before people (portal.md §3); none of them says "eligible"."""
    return say(f"verdict.{verdict}", lang)


def status_words(status: OverallStatus, lang: str) -> str:
    """What a recruitment status is called before people."""
    return say(f"status.{status}", lang)


def policy_sentence(policy: BrmPolicy | LmdPolicy, lang: str) -> str:
    """What a study says about brain metastases, or about leptomeningeal disease, in one or two sentences."""
    kind = "brm_policy" if isinstance(policy, BrmPolicy) else "lmd_policy"
    return say(f"{kind}.{policy}", lang)


def amount_words(unit: str, amount: float, lang: str) -> str:
    """A number with its unit (`days`, `count`, `mg`, `mm`): `28 days`, `1 día`, `7.5 mg`, `7,5 mg`."""
    number = f"{amount:g}"
    if Language.of(lang) is Language.ES:
        number = number.replace(".", ",")
    return say(f"unit.{unit}.{'one' if amount == 1 else 'many'}", lang, n=number)


def drug_words(drug: str, lang: str) -> str | None:
    """A steroid's name in the language, or None when we have no word for it."""
    return say(f"drug.{drug}", lang) if has_phrase(f"drug.{drug}") else None
