"""Whether the terms of data allow a study: the Data Use Ontology (DUO) as a table, and its matcher.

Terms and their meaning: GA4GH Data Use Ontology, https://github.com/EBISPOT/DUO (duo.csv, CC BY 4.0).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from cimara.cohort.model import closest


class DuoTerm(StrEnum):
    """The words that an enrolment and a study file use for terms of DUO."""

    NO_RESTRICTION = "no_restriction"
    GENERAL_RESEARCH = "general_research"
    HEALTH_MEDICAL = "health_medical"
    DISEASE_SPECIFIC = "disease_specific"
    NOT_FOR_PROFIT = "not_for_profit"
    NON_COMMERCIAL = "non_commercial"
    GEOGRAPHIC = "geographic"
    INSTITUTION = "institution"
    USER_SPECIFIC = "user_specific"
    ETHICS = "ethics"
    PUBLICATION = "publication"
    COLLABORATION = "collaboration"
    TIME_LIMIT = "time_limit"
    RETURN_RESULTS = "return_results"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What use a study makes of data, and who uses it.

    `terms` holds one permission (what the use is) and what the study binds itself to; `diseases` are ids or
    words, compared letter for letter with those of the data.
    """

    terms: tuple[DuoTerm, ...] = ()
    diseases: tuple[str, ...] = ()
    commercial: bool = False
    for_profit: bool = False
    countries: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    until: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataUse:
    """Terms of a data set with what they are about: which diseases, countries, institutions and users."""

    terms: tuple[DuoTerm, ...] = ()
    diseases: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    until: dt.date | None = None


Test = Callable[[DataUse, Purpose], str]
"""What speaks against a use; "" where nothing does."""


@dataclass(frozen=True, slots=True)
class DuoRule:
    """One term: its word, id and shorthand, whether it is a permission, and what speaks against a use."""

    term: DuoTerm
    id: str
    shorthand: str
    permission: bool
    against: Test


def _nothing(data: DataUse, purpose: Purpose) -> str:
    return ""


def _only_health(data: DataUse, purpose: Purpose) -> str:
    health = (DuoTerm.HEALTH_MEDICAL, DuoTerm.DISEASE_SPECIFIC)
    return "" if set(health) & set(purpose.terms) else "allows health and medical research only"


def _only_disease(data: DataUse, purpose: Purpose) -> str:
    if DuoTerm.DISEASE_SPECIFIC not in purpose.terms:
        return "allows research on named diseases only, and the study is wider"
    return _only("diseases", data.diseases, purpose.diseases)


def _not_commercial(data: DataUse, purpose: Purpose) -> str:
    return "forbids commercial use" if purpose.commercial else ""


def _not_for_profit(data: DataUse, purpose: Purpose) -> str:
    return "forbids use for profit" if purpose.for_profit else _not_commercial(data, purpose)


def _only(word: str, allowed: tuple[str, ...], asked: tuple[str, ...]) -> str:
    if not allowed:
        return f"is limited to {word} that are not named"
    if not asked:
        return f"is limited to {word}, and the study names none"
    outside = [one for one in asked if one not in allowed]
    return f"does not cover {word}: {', '.join(outside)}" if outside else ""


def _only_countries(data: DataUse, purpose: Purpose) -> str:
    return _only("countries", data.countries, purpose.countries)


def _only_institutions(data: DataUse, purpose: Purpose) -> str:
    return _only("institutions", data.institutions, purpose.institutions)


def _only_users(data: DataUse, purpose: Purpose) -> str:
    return _only("users", data.users, purpose.users)


def _attested(term: DuoTerm) -> Test:
    def against(data: DataUse, purpose: Purpose) -> str:
        return "" if term in purpose.terms else f"asks the study to attest to {term}"

    return against


def _in_time(data: DataUse, purpose: Purpose) -> str:
    missing = _attested(DuoTerm.TIME_LIMIT)(data, purpose)
    if missing or data.until is None:
        return missing
    if purpose.until is None or purpose.until > data.until:
        return f"ends on {data.until.isoformat()}, before the study expires"
    return ""


RULES: tuple[DuoRule, ...] = (
    DuoRule(DuoTerm.NO_RESTRICTION, "DUO:0000004", "NRES", True, _nothing),
    DuoRule(DuoTerm.GENERAL_RESEARCH, "DUO:0000042", "GRU", True, _nothing),
    DuoRule(DuoTerm.HEALTH_MEDICAL, "DUO:0000006", "HMB", True, _only_health),
    DuoRule(DuoTerm.DISEASE_SPECIFIC, "DUO:0000007", "DS", True, _only_disease),
    DuoRule(DuoTerm.NOT_FOR_PROFIT, "DUO:0000018", "NPUNCU", False, _not_for_profit),
    DuoRule(DuoTerm.NON_COMMERCIAL, "DUO:0000046", "NCU", False, _not_commercial),
    DuoRule(DuoTerm.GEOGRAPHIC, "DUO:0000022", "GS", False, _only_countries),
    DuoRule(DuoTerm.INSTITUTION, "DUO:0000028", "IS", False, _only_institutions),
    DuoRule(DuoTerm.USER_SPECIFIC, "DUO:0000026", "US", False, _only_users),
    DuoRule(DuoTerm.ETHICS, "DUO:0000021", "IRB", False, _attested(DuoTerm.ETHICS)),
    DuoRule(DuoTerm.PUBLICATION, "DUO:0000019", "PUB", False, _attested(DuoTerm.PUBLICATION)),
    DuoRule(DuoTerm.COLLABORATION, "DUO:0000020", "COL", False, _attested(DuoTerm.COLLABORATION)),
    DuoRule(DuoTerm.TIME_LIMIT, "DUO:0000025", "TS", False, _in_time),
    DuoRule(DuoTerm.RETURN_RESULTS, "DUO:0000029", "RTN", False, _attested(DuoTerm.RETURN_RESULTS)),
)
"""All terms that an enrolment can hold, in the order of the data model."""

BY_TERM = {one.term: one for one in RULES}
PERMISSIONS = tuple(one.term for one in RULES if one.permission)


def duo_term(word: str) -> DuoTerm | None:
    """The term of an id (`DUO:0000042`), a shorthand (`GRU`) or a word; None where there is none."""
    named = {one.id.lower(): one.term for one in RULES}
    named |= {one.shorthand.lower(): one.term for one in RULES} | {str(one.term): one.term for one in RULES}
    return named.get(word.strip().lower())


def nearest_term(word: str) -> str:
    """The word that was probably meant, or what a term looks like."""
    near = closest(word.lower(), [str(one) for one in DuoTerm])
    return f"did you mean {near}?" if near else "expected a word, id or shorthand such as DUO:0000042 or GRU"


def against(data: DataUse, purpose: Purpose) -> tuple[str, ...]:
    """What speaks against this use of the data, each with its term; empty where it is allowed.

    All terms of the data must allow it, so that the narrowest permission counts. Data that give no permission
    at all allow nothing.
    """
    if not set(PERMISSIONS) & set(data.terms):
        return ("the data name no permission (no_restriction, general_research, health_medical, ...)",)
    found = [(BY_TERM[term], BY_TERM[term].against(data, purpose)) for term in dict.fromkeys(data.terms)]
    return tuple(f"{rule.shorthand} ({rule.id}) {said}" for rule, said in found if said)


def unknown_terms(words: Iterable[str]) -> tuple[str, ...]:
    """Words that are no term of the table."""
    return tuple(one for one in words if duo_term(one) is None)
