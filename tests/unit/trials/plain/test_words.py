"""What verdicts, statuses and policies are called before people."""

from __future__ import annotations

import pytest

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus
from cimara.trials.plain import Language, policy_sentence, status_words, verdict_words
from cimara.trials.plain.words import amount_words, drug_words
from cimara.trials.verdict import Verdict

LANGUAGES = tuple(Language)

PORTAL_TABLE = {
    Verdict.LIKELY: ("You may be able to join", "Es posible que usted pueda participar"),
    Verdict.POSSIBLE: ("It depends on a few points", "Depende de algunos puntos"),
    Verdict.UNKNOWN: (
        "The study does not say. Ask the team",
        "El estudio no lo dice. Pregunte al equipo",
    ),
    Verdict.NOT_NOW: ("Not now. This could change", "Ahora no. Esto podría cambiar"),
    Verdict.NO: (
        "This study does not take people in this situation",
        "Este estudio no acepta a personas en esta situación",
    ),
}


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_has_the_words_of_the_portal(verdict: Verdict) -> None:
    assert (verdict_words(verdict, "en"), verdict_words(verdict, "es")) == PORTAL_TABLE[verdict]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("status", OverallStatus)
def test_every_registry_status_has_words(status: OverallStatus, lang: Language) -> None:
    assert status_words(status, lang)


def test_only_recruiting_studies_are_called_open_without_more() -> None:
    called_open = {one for one in OverallStatus if status_words(one, "en").startswith("Open for")}
    assert called_open == {OverallStatus.RECRUITING}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("policy", [*BrmPolicy, *LmdPolicy])
def test_every_policy_has_a_sentence(policy: BrmPolicy | LmdPolicy, lang: Language) -> None:
    assert policy_sentence(policy, lang).endswith(".")


def test_the_same_word_is_said_differently_of_brain_and_lining() -> None:
    brain, lining = policy_sentence(BrmPolicy.EXCLUDED, "en"), policy_sentence(LmdPolicy.EXCLUDED, "en")
    assert "tumours in the brain" in brain
    assert "lining of the brain" in lining


@pytest.mark.parametrize(
    ("unit", "amount", "english", "spanish"),
    [
        ("days", 1, "1 day", "1 día"),
        ("days", 28, "28 days", "28 días"),
        ("mg", 7.5, "7.5 mg", "7,5 mg"),
        ("count", 1, "1 brain tumour", "1 tumor cerebral"),
        ("count", 3, "3 brain tumours", "3 tumores cerebrales"),
        ("mm", 20.0, "20 mm", "20 mm"),
    ],
)
def test_a_number_comes_with_its_unit(unit: str, amount: float, english: str, spanish: str) -> None:
    assert (amount_words(unit, amount, "en"), amount_words(unit, amount, "es")) == (english, spanish)


def test_a_steroid_without_a_name_of_ours_has_no_words() -> None:
    assert drug_words("prednisone", "es") == "prednisona"
    assert drug_words("other", "es") is None
