"""Reads one criteria text into who with CNS metastases may join, with the words that say so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

from cimara.terms.cns import DISEASE_STATES, BrmPolicy, LmdPolicy
from cimara.trials.eligibility.facts import Found
from cimara.trials.eligibility.fields import read_fields
from cimara.trials.eligibility.fold import Folded, fold
from cimara.trials.eligibility.model import (
    Allowance,
    CnsEligibility,
    Confidence,
    Evidence,
    Force,
    Statement,
    Target,
)
from cimara.trials.eligibility.population import has_no_metastases
from cimara.trials.eligibility.reading import Reading
from cimara.trials.eligibility.said_fields import cns_only_span, with_said
from cimara.trials.eligibility.text import WorkingText, normalise
from cimara.trials.eligibility.walk import Said, Walked, cns_words, first_item, walk

READER_VERSION = "1"

_CNS_TRIAL = re.compile(
    r"(?:brain|cns|central nervous system|intracranial|cerebral)[ \w/,()-]{0,40}metasta"
    r"|metasta[a-z]*(?: [a-z]+){0,3} (?:to |in |of )?(?:the )?(?:brain|cns|central nervous)"
    r"|secondary brain|brain ?mets?\b"
)
_LM_TRIAL = re.compile(r"leptomening|meningeal (?:metasta|carcinomat)|carcinomatous mening|\blmd\b|\(lm\)")
_SUBJECT_WORDS = re.compile(r"metasta|brain (?:lesion|tumou?r)|craniotomy|radiosurgery")
_LOW_RULES = {"sectionless", "broken", "title", "bare-inclusion"}
_MEDIUM_RULES = {"R4-anaphor", "bare-qualified", "bare-including", "bare-cohort", "choice", "not-required"}


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a trial is about: its subject, or (`named_cns`) something that its title or a condition names."""

    named_cns: bool
    cns: bool
    lm: bool


def read_eligibility(criteria: str, *, title: str = "", conditions: Sequence[str] = ()) -> CnsEligibility:
    """Who with CNS metastases may join, from the criteria text and what the trial is about.

    Parameters
    ----------
    criteria
        The criteria text as stored; every span of the result counts its Unicode code points.
    title, conditions
        The trial's titles and condition terms: they tell a trial for CNS metastases from one that only
        mentions them, and a blood cancer or primary CNS tumour population from a solid one.
    """
    subject = _subject(title, conditions)
    population = not subject.named_cns and has_no_metastases(title, conditions)
    text = normalise(criteria)
    hits = cns_words(text.lower, scans=subject.cns)
    if not subject.named_cns and not hits:
        return _silent(population=population)
    cns, lm = subject.cns, subject.lm
    walked = walk(text, hits, cns_trial=cns, lm_trial=lm)
    statements = _statements(walked.said, text, criteria)
    if cns and not any(item.target is not Target.LMD for item in statements):
        statements = (*statements, *_by_title(text, criteria))
    folded = fold(statements, cns_trial=cns or lm, lm_trial=lm, cohorts_named=walked.cohorts_named)
    return _assembled(folded, statements, walked, text, criteria, population=population)


@cache
def rules_hash() -> str:
    """SHA-256 over the rule tables and the reader's version: equal rules read equally."""
    digest = hashlib.sha256(READER_VERSION.encode())
    for table in sorted(files(__package__).joinpath("rules").iterdir(), key=lambda entry: entry.name):
        digest.update(table.read_bytes())
    return digest.hexdigest()


def _silent(*, population: bool) -> CnsEligibility:
    return CnsEligibility(
        brm_policy=BrmPolicy.NOT_APPLICABLE if population else BrmPolicy.NOT_MENTIONED,
        lmd_policy=LmdPolicy.NOT_MENTIONED,
        reader_version=READER_VERSION,
        rules_hash=rules_hash(),
    )


def _subject(title: str, conditions: Sequence[str]) -> _Subject:
    """The title names it, or at least half of the conditions do."""
    named = [_named_in(condition) for condition in conditions]
    cns, lm = sum(one for one, _ in named), sum(other for _, other in named)
    title = title.lower()
    in_title, half = bool(_CNS_TRIAL.search(title)), max(1, len(conditions))
    return _Subject(
        named_cns=in_title or cns > 0,
        cns=in_title or 2 * cns >= half,
        lm=bool(_LM_TRIAL.search(title)) or 2 * lm >= half,
    )


@lru_cache(maxsize=20_000)
def _named_in(condition: str) -> tuple[bool, bool]:
    """Whether a condition names CNS metastases, and whether leptomeningeal disease."""
    condition = condition.lower()
    return bool(_CNS_TRIAL.search(condition)), bool(_LM_TRIAL.search(condition))


def _statements(said: Iterable[Said], text: WorkingText, stored: str) -> tuple[Statement, ...]:
    """Each statement once: a sentence that repeats itself would hold its own quote as often."""
    quotes: dict[tuple[int, int], str] = {}
    return tuple(dict.fromkeys(_statement(one, text, stored, quotes) for one in said))


def _statement(said: Said, text: WorkingText, stored: str, quotes: dict[tuple[int, int], str]) -> Statement:
    reading = said.reading
    start, end = text.stored_start(said.start), text.stored_end(said.end)
    if (start, end) not in quotes:
        quotes[start, end] = stored[start:end]
    flags = {
        "unqualified": not reading.named and not reading.partial,
        "partial": reading.partial,
        "unclear": reading.unclear,
        "conditioned": reading.conditioned,
    }
    return Statement(
        target=reading.target,
        force=reading.force,
        states=tuple(state for state in DISEASE_STATES if state in reading.states),
        qualifiers=(*dict.fromkeys(reading.qualifiers), *(name for name, true in flags.items() if true)),
        exception=reading.exception,
        cohort=said.cohort,
        section=said.section,
        start=start,
        end=end,
        quote=quotes[start, end],
        rule_id=reading.rule,
    )


def _by_title(text: WorkingText, stored: str) -> tuple[Statement, ...]:
    """A trial for brain metastases whose criteria speak of its subject without naming the place."""
    item = first_item(text, _SUBJECT_WORDS)
    if item is None:
        return ()
    reading = Reading(Target.BRM, Force.REQUIRE, frozenset(DISEASE_STATES), 0, 0, rule="title")
    return (_statement(Said(reading, item.start, item.end, item.section, None), text, stored, {}),)


def _assembled(
    folded: Folded,
    statements: tuple[Statement, ...],
    walked: Walked,
    text: WorkingText,
    stored: str,
    *,
    population: bool,
) -> CnsEligibility:
    required = folded.brm_policy is BrmPolicy.REQUIRED
    clauses = [clause for clause in walked.clauses if not (population and clause.about_brm)]
    fields, found = read_fields(clauses, required=required)
    fields = with_said(fields, statements, folded, clauses, text.lower)
    brm_policy = BrmPolicy.NOT_APPLICABLE if population else folded.brm_policy
    deciders = (("brm_policy", folded.brm_deciders), ("lmd_policy", folded.lmd_deciders))
    evidence = [
        Evidence(field=name, start=s.start, end=s.end, quote=s.quote, rule_id=s.rule_id, cohort=s.cohort)
        for name, said in deciders
        for s in said
    ]
    evidence.extend(_field_evidence(item, text, stored) for item in found)
    outside = cns_only_span(statements, text)
    if outside is not None:
        fields = replace(fields, cns_only_disease=Allowance.EXCLUDED)
        evidence.append(_evidence("cns_only_disease", *outside, stored, "F-cns-only"))
    return CnsEligibility(
        brm_policy=brm_policy,
        lmd_policy=folded.lmd_policy,
        cohorts=folded.cohorts,
        fields=fields,
        statements=statements,
        evidence=tuple(evidence),
        unread=tuple(_unread(span, text, stored) for span in walked.unread),
        confidence=_confidence(folded),
        reasons=folded.reasons,
        reader_version=READER_VERSION,
        rules_hash=rules_hash(),
    )


def _field_evidence(found: Found, text: WorkingText, stored: str) -> Evidence:
    tokens = found.clause.tokens
    start, end = text.stored_start(tokens[0].start), text.stored_end(tokens[-1].end)
    return Evidence(
        field=found.field,
        start=start,
        end=end,
        quote=stored[start:end],
        rule_id=found.rule,
        cohort=found.clause.cohort,
        value=str(found.value),
    )


def _unread(span: tuple[int, int], text: WorkingText, stored: str) -> Evidence:
    start, end = text.stored_start(span[0]), text.stored_end(span[1])
    return _evidence("unread", start, end, stored, "unread")


def _evidence(field: str, start: int, end: int, stored: str, rule: str) -> Evidence:
    return Evidence(field=field, start=start, end=end, quote=stored[start:end], rule_id=rule)


def _confidence(folded: Folded) -> Confidence:
    """How sure: low for broken or section-less words, medium for inference, else high."""
    rules = {item.rule_id for item in (*folded.brm_deciders[:1], *folded.lmd_deciders[:1])}
    if folded.brm_policy is BrmPolicy.UNCLEAR or rules & _LOW_RULES or "conflict" in folded.reasons:
        return Confidence.LOW
    if folded.reasons or rules & _MEDIUM_RULES:
        return Confidence.MEDIUM
    return Confidence.HIGH
